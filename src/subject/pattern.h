// SPDX-License-Identifier: GPL-2.0-only
//
// Regular expressions. pattern.cc alone includes <regex>, which takes a compiler longer than the
// rest of most files that need one.
#ifndef PTECHECK_SUBJECT_PATTERN_H
#define PTECHECK_SUBJECT_PATTERN_H

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ptecheck {

class Pattern {
 public:
  enum class Grammar { kEcmaScript, kPosixExtended };

  struct Match {
    std::size_t position = 0;         // of groups[0] in the text
    std::vector<std::string> groups;  // [0]: all that matches; "" if a group has no part in it
  };

  explicit Pattern(const std::string& expression, Grammar grammar = Grammar::kEcmaScript);

  // Of the whole text.
  bool matches(const std::string& text) const;
  std::optional<Match> match(const std::string& text) const;

  // Anywhere in the text.
  bool occursIn(const std::string& text) const;
  std::optional<Match> firstIn(const std::string& text) const;
  std::vector<Match> allIn(const std::string& text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace ptecheck

#endif
