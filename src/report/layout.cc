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

constexpr std::size_t kNeverFold = ~std::size_t{0};
constexpr std::size_t kLongestName = 15;

// The name in one or more lines, broken after hyphens where it exceeds `longest`; all but the first
// are indented.
std::vector<std::string> folded(std::string name, std::size_t longest) {
  std::vector<std::string> lines;
  while (name.size() > longest) {
    const std::size_t hyphen = name.rfind('-', longest - 1);
    if (hyphen == std::string::npos || hyphen == 0) break;
    lines.push_back(name.substr(0, hyphen + 1));
    name = " " + name.substr(hyphen + 1);
  }
  lines.push_back(name);
  return lines;
}

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

std::size_t Table::namesWidth(const Style& style) const {
  std::size_t width = 0;
  for (const Line& line : lines_)
    for (const std::string& part : folded(line.name, style.longest))
      width = std::max(width, part.size());
  return width;
}

bool Table::fits(const Style& style) const {
  std::size_t total = namesWidth(style);
  for (std::size_t column = 0; column < headings_.size(); ++column)
    total += widthOf(column) + style.gap;
  return total <= kColumns;
}

std::string Table::block(const Style& style, std::size_t begin, std::size_t end) const {
  const std::size_t names = namesWidth(style);
  std::size_t height = 0;
  for (std::size_t column = begin; column < end; ++column)
    height = std::max(height, headings_[column].size());
  std::string text;
  auto endLine = [&](std::string line) {
    trimEnd(line);
    text += line + '\n';
  };
  for (std::size_t row = 0; row < height; ++row) {  // headings stand on the bottom line
    std::string line = blanks(names);
    for (std::size_t column = begin; column < end; ++column) {
      const std::vector<std::string>& words = headings_[column];
      const bool has = row + words.size() >= height;
      line +=
          toTheRight(has ? words[row + words.size() - height] : "", widthOf(column) + style.gap);
    }
    endLine(line);
  }
  for (const Line& line : lines_) {
    std::vector<std::string> parts = folded(line.name, style.longest);
    std::string last = parts.back();
    parts.pop_back();
    for (const std::string& part : parts) endLine(part);
    last.resize(names, ' ');
    for (std::size_t column = begin; column < end; ++column)
      last += toTheRight(line.cells[column], widthOf(column) + style.gap);
    endLine(last);
  }
  return text;
}

std::string Table::print() const {
  for (const Style style : {Style{2, kNeverFold}, Style{1, kNeverFold}, Style{1, kLongestName}})
    if (fits(style)) return block(style, 0, headings_.size());

  const Style style{2, kNeverFold};
  std::string text;
  for (std::size_t begin = 0; begin < headings_.size();) {
    std::size_t end = begin;
    for (std::size_t total = namesWidth(style); end < headings_.size(); ++end) {
      total += widthOf(end) + style.gap;
      if (end > begin && total > kColumns) break;
    }
    text += (begin > 0 ? "\n" : "") + block(style, begin, end);
    begin = end;
  }
  return text;
}

}  // namespace ptecheck
