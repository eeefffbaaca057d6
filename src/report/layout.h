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

// A table with one column of names at the left. If it is too wide, first the gaps between columns
// shrink, then long names are folded at a hyphen; columns that still do not fit continue in further
// blocks below, each with the names again.
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
  // How a table is laid out: what is tried until one fits.
  struct Style {
    std::size_t gap;      // between columns
    std::size_t longest;  // longest name that is not folded
  };

  std::size_t widthOf(std::size_t column) const;
  std::size_t namesWidth(const Style& style) const;
  bool fits(const Style& style) const;
  std::string block(const Style& style, std::size_t begin, std::size_t end) const;

  std::vector<std::vector<std::string>> headings_;
  std::vector<Line> lines_;
};

}  // namespace ptecheck

#endif
