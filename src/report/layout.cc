// SPDX-License-Identifier: GPL-2.0-only
#include "report/layout.h"

#include <algorithm>
#include <utility>

namespace ptecheck {

namespace {

std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::string blanks(std::size_t count) { return std::string(count, ' '); }

std::string toTheRight(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : blanks(width - text.size()) + text;
}

void trimEnd(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

constexpr std::size_t kGap = 2;  // between columns

}  // namespace

std::string paragraph(std::string_view text, std::string_view first, std::size_t rest) {
  std::string result;
  std::string line(first);
  bool empty = true;  // no word on this line yet
  auto endLine = [&] {
    trimEnd(line);
    result += line + '\n';
    line = blanks(rest);
    empty = true;
  };
  for (std::string word : wordsOf(text)) {
    if (!empty && line.size() + 1 + word.size() > kColumns) endLine();
    if (!empty) line += ' ';
    while (line.size() + word.size() > kColumns) {
      const std::size_t room = kColumns - line.size();
      line += word.substr(0, room);
      word.erase(0, room);
      endLine();
    }
    line += word;
    empty = false;
  }
  trimEnd(line);
  return result + line + '\n';
}

std::string heading(std::string_view text) {
  return '\n' + std::string(text) + '\n' + std::string(text.size(), '-') + '\n';
}

void Table::addColumn(std::string_view heading) { headings_.push_back(wordsOf(heading)); }

void Table::addLine(std::string_view name, std::vector<std::string> cells) {
  lines_.push_back({std::string(name), std::move(cells)});
}

std::size_t Table::widthOf(std::size_t column) const {
  std::size_t width = 0;
  for (const std::string& word : headings_[column]) width = std::max(width, word.size());
  for (const Line& line : lines_) width = std::max(width, line.cells[column].size());
  return width;
}

std::string Table::print() const {
  std::size_t names = 0;
  for (const Line& line : lines_) names = std::max(names, line.name.size());

  std::string text;
  for (std::size_t begin = 0; begin < headings_.size();) {
    std::size_t end = begin;
    std::size_t total = names;
    std::size_t height = 0;
    for (; end < headings_.size(); ++end) {
      const std::size_t width = widthOf(end) + kGap;
      if (end > begin && total + width > kColumns) break;
      total += width;
      height = std::max(height, headings_[end].size());
    }
    if (begin > 0) text += '\n';
    for (std::size_t row = 0; row < height; ++row) {  // headings stand on the bottom line
      std::string line = blanks(names);
      for (std::size_t column = begin; column < end; ++column) {
        const std::vector<std::string>& words = headings_[column];
        const bool has = row + words.size() >= height;
        line += toTheRight(has ? words[row + words.size() - height] : "", widthOf(column) + kGap);
      }
      trimEnd(line);
      text += line + '\n';
    }
    for (const Line& line : lines_) {
      std::string printed = line.name + blanks(names - line.name.size());
      for (std::size_t column = begin; column < end; ++column)
        printed += toTheRight(line.cells[column], widthOf(column) + kGap);
      trimEnd(printed);
      text += printed + '\n';
    }
    begin = end;
  }
  return text;
}

}  // namespace ptecheck
