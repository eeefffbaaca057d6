// SPDX-License-Identifier: GPL-2.0-only
//
// Plain text in 75 columns: paragraphs and tables. 75, so that a report can be quoted in a mail
// (whose lines should stay below 76) without being broken.
#ifndef PTECHECK_REPORT_LAYOUT_H
#define PTECHECK_REPORT_LAYOUT_H

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ptecheck {

inline constexpr std::size_t kColumns = 75;

// `text` broken at spaces into lines of at most kColumns; the first is preceded by `first`, the
// others by `rest` blanks. A word that is too long for a line by itself is cut (paths and ids can
// be). Ends with a newline.
std::string paragraph(std::string_view text, std::string_view first = "", std::size_t rest = 0);

// A heading, underlined, with an empty line above.
std::string heading(std::string_view text);

// A table with one column of names at the left. Columns that do not fit beside each other continue
// in further blocks, each with the names again.
class Table {
 public:
  // A column's heading is one line a word of `heading` (parted by spaces).
  void addColumn(std::string_view heading);
  // A line: its name and one cell for each column, all aligned to the right.
  void addLine(std::string_view name, std::vector<std::string> cells);
  std::string print() const;

 private:
  struct Line {
    std::string name;
    std::vector<std::string> cells;
  };

  std::size_t widthOf(std::size_t column) const;

  std::vector<std::vector<std::string>> headings_;
  std::vector<Line> lines_;
};

}  // namespace ptecheck

#endif
