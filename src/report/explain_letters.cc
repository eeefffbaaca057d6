// SPDX-License-Identifier: GPL-2.0-only
//
// Entries in letters (spec/describe.h), read back: which bit a letter stands for.
#include <array>
#include <string_view>

#include "report/explain_story.h"

namespace ptecheck {

namespace {

struct Form {
  std::string_view prefix, name, letters;
};
// `w`: the first letter says who may write.
constexpr std::array<Form, 4> kForms = {{{"swap:", "swap entry", "ESU"},
                                         {"mig:", "migration entry", "wEDYSU"},
                                         {"devexcl:", "device-exclusive entry", "wESU"},
                                         {"devpriv:", "device-private entry", "wESU"}}};
constexpr std::string_view kPresent = "wEDYSUN";

const Form* formAt(const std::string& entry) {
  for (const Form& form : kForms)
    if (entry.starts_with(form.prefix)) return &form;
  return nullptr;
}

bool isPresent(const std::string& entry) {
  return entry.size() >= kPresent.size() &&
         std::string_view("rws").find(entry[0]) != std::string_view::npos &&
         std::string_view(".E").find(entry[1]) != std::string_view::npos;
}

const char* bitName(char letter) {
  switch (letter) {
    case 'w':
      return "write";
    case 'E':
      return "exclusive";
    case 'D':
      return "dirty";
    case 'Y':
      return "young";
    case 'S':
      return "soft-dirty";
    case 'U':
      return "uffd-wp";
    default:
      return "protnone";
  }
}

// Where the letters begin, and where they end.
std::pair<std::size_t, std::size_t> lettersOf(const std::string& entry) {
  if (const Form* form = formAt(entry))
    return {form->prefix.size(), form->prefix.size() + form->letters.size()};
  return isPresent(entry) ? std::pair{std::size_t{0}, kPresent.size()}
                          : std::pair{std::size_t{0}, std::size_t{0}};
}

}  // namespace

std::string formOf(const std::string& entry) {
  const Form* form = formAt(entry);
  return form == nullptr ? "" : std::string(form->name);
}

std::vector<NamedBit> namedBits(const std::string& entry) {
  const Form* form = formAt(entry);
  const std::string_view letters = form != nullptr ? form->letters : kPresent;
  const auto [begin, end] = lettersOf(entry);
  std::vector<NamedBit> bits;
  for (std::size_t i = begin; i < end && i < entry.size(); ++i) {
    const char letter = letters[i - begin];
    const bool set = letter == 'w' ? entry[i] != 'r' : entry[i] != '.';
    bits.push_back({letter == 'w' && entry[i] == 's' ? "shadow stack" : bitName(letter), set, i});
  }
  return bits;
}

std::string changedLetters(const std::string& before, const std::string& after) {
  std::string marks(after.size(), ' ');
  if (before == after) return marks;
  const auto [begin, end] = lettersOf(after);
  if (end == 0 || lettersOf(before) != std::pair(begin, end) ||
      before.compare(0, begin, after, 0, begin) != 0)
    return std::string(after.size(), '^');
  for (std::size_t i = begin; i < after.size(); ++i)
    if (i >= before.size() || before[i] != after[i]) marks[i] = '^';
  return marks;
}

const std::string& lastEntry(const Story& story, std::size_t step, std::size_t row,
                             std::size_t column) {
  const std::string& before = story.steps[step - 1].cells[row][column];
  for (std::size_t i = step; i-- > 0;) {
    const std::string& cell = story.steps[i].cells[row][column];
    if (cell != "-" && cell != "none" && !cell.empty()) return cell;
  }
  return before;
}

}  // namespace ptecheck
