// SPDX-License-Identifier: GPL-2.0-only
#include "report/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/layout.h"

namespace ptecheck {

namespace {

constexpr std::size_t kNumber = 4;  // width of the number and what parts it from the first column
constexpr std::size_t kGap = 2;

// How much of `text` goes into a line of `width`.
std::size_t lineEnd(std::string_view text, std::size_t width) {
  if (text.size() <= width) return text.size();
  const std::size_t space = text.rfind(' ', width);
  if (space != std::string_view::npos && space != 0) return space;
  const std::size_t part = text.rfind('_', width - 1);
  return part == std::string_view::npos || part == 0 ? width : part;
}

std::vector<std::string> broken(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = lineEnd(text, width);
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ', end)));
  }
  return lines;
}

void addLine(std::string& text, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  text += line + '\n';
}

}  // namespace

std::string scheduleTable(const std::vector<std::string_view>& columns,
                          const std::vector<ScheduleLine>& lines, std::size_t left) {
  const std::size_t width =
      (kColumns - left - kNumber - kGap * (columns.size() - 1)) / columns.size();
  std::string text;
  std::string head(left + kNumber, ' ');
  std::string rule = head;
  for (std::string_view column : columns) {
    head += fmt::format("{:<{}}", column.substr(0, width), width + kGap);
    rule += std::string(width, '-') + std::string(kGap, ' ');
  }
  addLine(text, head);
  addLine(text, rule);
  std::size_t number = 0;
  for (const ScheduleLine& line : lines) {
    std::string first = line.numbered ? fmt::format("{:>2}", ++number) : "";
    for (const std::string& part : broken(line.text, width)) {
      addLine(text, std::string(left, ' ') + fmt::format("{:<{}}", first, kNumber) +
                        std::string(line.column * (width + kGap), ' ') + part);
      first.clear();
    }
    text += line.below;
  }
  return text;
}

}  // namespace ptecheck
