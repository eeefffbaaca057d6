// SPDX-License-Identifier: GPL-2.0-only
#include "subject/pattern.h"

#include <regex>

namespace ptecheck {

namespace {

Pattern::Match matchOf(const std::smatch& found) {
  Pattern::Match match;
  match.position = static_cast<std::size_t>(found.position());
  for (const std::ssub_match& group : found) match.groups.push_back(group.str());
  return match;
}

}  // namespace

struct Pattern::Compiled {
  std::regex regex;
};

Pattern::Pattern(const std::string& expression, Grammar grammar)
    : compiled_(std::make_shared<Compiled>(Compiled{
          std::regex(expression, grammar == Grammar::kPosixExtended ? std::regex::extended
                                                                    : std::regex::ECMAScript)})) {}

bool Pattern::matches(const std::string& text) const {
  return std::regex_match(text, compiled_->regex);
}

std::optional<Pattern::Match> Pattern::match(const std::string& text) const {
  std::smatch found;
  if (!std::regex_match(text, found, compiled_->regex)) return std::nullopt;
  return matchOf(found);
}

bool Pattern::occursIn(const std::string& text) const {
  return std::regex_search(text, compiled_->regex);
}

std::optional<Pattern::Match> Pattern::firstIn(const std::string& text) const {
  std::smatch found;
  if (!std::regex_search(text, found, compiled_->regex)) return std::nullopt;
  return matchOf(found);
}

std::vector<Pattern::Match> Pattern::allIn(const std::string& text) const {
  std::vector<Match> all;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), compiled_->regex);
       it != std::sregex_iterator(); ++it)
    all.push_back(matchOf(*it));
  return all;
}

}  // namespace ptecheck
