// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SCENARIO_TEXT_LINE_H
#define PTECHECK_SCENARIO_TEXT_LINE_H

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "scenario/error.h"
#include "scenario/flat.h"

namespace ptecheck::text_detail {

// One line of a scenario file, read word by word; complains with file, line and column.
class Line {
 public:
  Line(std::string_view text, const std::string& file, unsigned number)
      : text_(text.substr(0, text.find('#'))), file_(file), number_(number) {
    text_ = text_.substr(0, text_.find_last_not_of(" \t\r") + 1);
  }

  bool atEnd() {
    skipBlanks();
    return position_ >= text_.size();
  }

  bool atPunctuation() {
    skipBlanks();
    return position_ < text_.size() && isPunctuation(text_[position_]);
  }

  // The next word, or one punctuation mark; "" at the end. next() is also what blame() points at.
  std::string_view next() {
    skipBlanks();
    word_at_ = position_;
    if (position_ >= text_.size()) return word_ = {};
    if (!isPunctuation(text_[position_]))
      while (position_ < text_.size() && !isPunctuation(text_[position_]) &&
             !isBlank(text_[position_]))
        ++position_;
    else
      ++position_;
    return word_ = text_.substr(word_at_, position_ - word_at_);
  }
  // Reads the next word if it is this one; else leaves everything as it is.
  bool accept(std::string_view word) {
    const Line before = *this;
    if (next() == word) return true;
    position_ = before.position_;
    word_at_ = before.word_at_;
    word_ = before.word_;
    return false;
  }
  void demand(std::string_view word, std::string_view after) {
    if (next() != word) blame("expected '" + std::string(word) + "' after " + std::string(after));
  }
  void demandEnd() {
    if (!next().empty()) blame("expected the end of the line");
  }
  unsigned number(const char* what, unsigned lowest, unsigned highest) {
    const std::string_view digits = next();
    unsigned long value = 0;
    const bool numeric =
        !digits.empty() && digits.size() <= 6 &&
        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    for (char c : numeric ? digits : std::string_view())
      value = value * 10 + static_cast<unsigned long>(c - '0');
    if (!numeric || value < lowest || value > highest)
      blame(std::string("expected ") + what + ", a number from " + std::to_string(lowest) + " to " +
            std::to_string(highest));
    return static_cast<unsigned>(value);
  }
  unsigned process() {
    const std::string_view word = next();
    if (word.size() != 1 || word[0] < 'A' || word[0] >= 'A' + MAX_PROCESSES)
      blame("expected a process: A, B, C or D");
    return static_cast<unsigned>(word[0] - 'A');
  }

  // Refuses the word that was read last.
  [[noreturn]] void blame(const std::string& message) const {
    blameAt(word_at_,
            (word_.empty() ? "the line ends" : "'" + std::string(word_) + "'") + ": " + message);
  }
  // Refuses the character at `offset` of the word that was read last.
  [[noreturn]] void blameLetter(std::size_t offset, const std::string& message) const {
    blameAt(word_at_ + offset,
            "'" + std::string(1, word_[offset]) + "' in '" + std::string(word_) + "': " + message);
  }

 private:
  static bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
  static bool isPunctuation(char c) { return c == ':' || c == ','; }
  void skipBlanks() {
    while (position_ < text_.size() && isBlank(text_[position_])) ++position_;
  }
  [[noreturn]] void blameAt(std::size_t column, const std::string& message) const {
    throw Error(ErrorKind::kUsage, file_ + ":" + std::to_string(number_) + ":" +
                                       std::to_string(column + 1) + ": " + message);
  }

  std::string_view text_;
  const std::string& file_;
  unsigned number_;
  std::size_t position_ = 0, word_at_ = 0;
  std::string_view word_;
};

}  // namespace ptecheck::text_detail

#endif
