// SPDX-License-Identifier: GPL-2.0-only
#include "explore/choice_id.h"

#include <cstddef>

namespace ptecheck {

namespace {
constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxy";
constexpr char kMore = 'z';
constexpr unsigned kBase = kDigits.size();
// No space offers more alternatives at one point; longer runs of 'z' are a typing mistake.
constexpr unsigned kLargestChoice = 100000;
}  // namespace

std::string encodeChoices(const Choices& choices) {
  std::size_t length = choices.size();
  while (length > 0 && choices[length - 1] == 0) --length;
  if (length == 0) return "0";
  std::string word;
  for (std::size_t i = 0; i < length; ++i) {
    word.append(choices[i] / kBase, kMore);
    word.push_back(kDigits[choices[i] % kBase]);
  }
  return word;
}

std::optional<Choices> decodeChoices(std::string_view word) {
  if (word.empty()) return std::nullopt;
  Choices choices;
  unsigned carried = 0;
  for (char c : word) {
    if (c == kMore) {
      carried += kBase;
      if (carried > kLargestChoice) return std::nullopt;
      continue;
    }
    std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    choices.push_back(carried + static_cast<unsigned>(digit));
    carried = 0;
  }
  if (carried != 0) return std::nullopt;
  return choices;
}

}  // namespace ptecheck
