// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_statements.h"

#include <array>
#include <cctype>
#include <sstream>
#include <string_view>
#include <vector>

namespace ptecheck {

namespace {

// The line without comments; `in_comment` goes on from line to line.
std::string withoutComments(const std::string& line, bool& in_comment) {
  std::string text;
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string_view rest = std::string_view(line).substr(i);
    if (in_comment) {
      if (rest.starts_with("*/")) in_comment = false, ++i;
    } else if (rest.starts_with("/*")) {
      in_comment = true, ++i;
    } else if (rest.starts_with("//")) {
      break;
    } else {
      text += line[i];
    }
  }
  return text;
}

bool isWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::vector<std::string> wordsOf(const std::string& text) {
  std::vector<std::string> words;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && isWordCharacter(text[end])) ++end;
    if (end > i) words.push_back(text.substr(i, end - i));
    i = end > i ? end : i + 1;
  }
  return words;
}

bool isOneOf(const std::string& word, std::initializer_list<std::string_view> list) {
  for (std::string_view candidate : list)
    if (word == candidate) return true;
  return false;
}

bool doesSomething(const std::string& text) {
  const std::vector<std::string> words = wordsOf(text);
  if (words.empty()) return false;                               // braces
  if (text[text.find_first_not_of(" \t")] == '#') return false;  // preprocessor
  if (isOneOf(words[0], {"break", "continue", "goto", "else", "do", "case", "default"}))
    return text.find('(') != text.npos || text.find('=') != text.npos;  // `else if (...)`
  const size_t last = text.find_last_not_of(" \t");
  if (text[last] == ':' && words.size() == 1) return false;  // label
  // A declaration without value: two words or more, nothing but words, '*', ',', '[', ']' and ';'.
  const bool only_names =
      text.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ \t*,[];") == text.npos;
  return !(only_names && text[last] == ';' && words.size() >= 2 && words[0] != "return");
}

}  // namespace

std::set<unsigned> statementLines(const std::string& source) {
  std::set<unsigned> lines;
  std::istringstream stream(source);
  bool in_comment = false;
  bool in_body = false;
  unsigned number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::string text = withoutComments(line, in_comment);
    if (text.starts_with("{")) in_body = true;
    if (text.starts_with("}")) in_body = false;
    if (in_body && doesSomething(text)) lines.insert(number);
  }
  return lines;
}

}  // namespace ptecheck
