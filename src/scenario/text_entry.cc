// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/text_entry.h"

#include <algorithm>
#include <cstddef>

#include "scenario/text.h"
#include "scenario/text_words.h"

namespace ptecheck {

namespace {

using namespace text_detail;

const SwapForm* swapFormOf(std::string_view name) {
  for (const SwapForm& form : kSwapForms)
    if (form.name == name) return &form;
  return nullptr;
}

bool remembers(const SwapForm& form, unsigned bit) { return (form.letters & bit) != 0; }

// What may be said of an entry, for messages.
std::string lettersOf(const SwapForm& form) {
  std::string text = form.access ? "w or r, then " : "";
  text += "each at most once:";
  for (const Letter& letter : kLetters)
    if (remembers(form, letter.bit))
      text += std::string(" ") + letter.name + " " + std::string(letter.meaning) + ",";
  text.back() = ' ';
  return text + "(a dot counts for nothing)";
}

// The letters of `word` from `at` on, of those in `allowed`.
unsigned parseLetters(const Line& line, std::string_view word, std::size_t at, unsigned allowed,
                      const std::string& expected) {
  unsigned entry = 0;
  for (std::size_t i = at; i < word.size(); ++i) {
    if (word[i] == '.') continue;
    const auto* letter = std::find_if(kLetters.begin(), kLetters.end(), [&](const Letter& known) {
      return known.name == word[i] && (known.bit & allowed);
    });
    if (letter == kLetters.end() || (entry & letter->bit)) line.blameLetter(i, expected);
    entry |= letter->bit;
  }
  return entry;
}

// "swap", and after it ":E.."
unsigned parseSwapForm(Line& line, const SwapForm& form) {
  line.demand(":", "'" + std::string(form.name) + "'");
  const std::string_view word = line.next();
  const std::string expected = "expected " + lettersOf(form);
  if (word.empty()) line.blame(expected);
  if (form.access && word[0] != 'w' && word[0] != 'r') line.blame(expected);
  const bool write = form.access && word[0] == 'w';
  return form.bit | (write ? unsigned{ENTRY_WRITE} : 0U) |
         parseLetters(line, word, form.access ? 1 : 0, form.letters, expected);
}

}  // namespace

namespace text_detail {

unsigned short parseEntry(Line& line, unsigned process) {
  const std::string_view word = line.next();
  for (const Flag& hole : kHoles)
    if (hole.name == word) return static_cast<unsigned short>(hole.bit);
  if (const SwapForm* form = swapFormOf(word))
    return static_cast<unsigned short>(parseSwapForm(line, *form));
  if (word.empty()) {
    line.blame(std::string("the entry of process ") + static_cast<char>('A' + process) +
               " is missing ('-' if there is none)");
  }
  if (word[0] != 'w' && word[0] != 'r') {
    line.blame(
        "an entry begins with 'w' (writable) or 'r' (read-only), or with 'swap:', 'devexcl:' or "
        "'devpriv:', or is '-', 'other', 'swapped' or 'marker'");
  }
  const unsigned entry = ENTRY_PRESENT | (word[0] == 'w' ? unsigned{ENTRY_WRITE} : 0U);
  return static_cast<unsigned short>(
      entry | parseLetters(line, word, 1, ~0U,
                           "expected each at most once: E exclusive, D dirty, Y young, S "
                           "soft-dirty, U uffd-wp, N protnone, X unused (a dot counts for "
                           "nothing)"));
}

}  // namespace text_detail

std::string entryLetters(unsigned entry) {
  const auto access = [&] { return entry & ENTRY_WRITE ? 'w' : 'r'; };
  const auto add = [&](std::string letters, unsigned allowed) {
    for (const Letter& letter : kLetters)
      if (letter.bit & allowed) letters += entry & letter.bit ? letter.name : '.';
    return letters;
  };
  if (entry & ENTRY_PRESENT) {
    // Few entries are unused, so that no place is kept for the letter.
    return add({access()}, ~unsigned{ENTRY_UNUSED}) + (entry & ENTRY_UNUSED ? "X" : "");
  }
  for (const SwapForm& form : kSwapForms)
    if (entry & form.bit)
      return add(std::string(form.name) + ":" + (form.access ? std::string(1, access()) : ""),
                 form.letters);
  for (const Flag& hole : kHoles)
    if (entry == hole.bit) return std::string(hole.name);
  return "-";
}

}  // namespace ptecheck
