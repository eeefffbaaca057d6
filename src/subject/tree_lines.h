// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_LINES_H
#define PTECHECK_SUBJECT_TREE_LINES_H

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "subject/tree.h"
#include "subject/tree_arch.h"

namespace ptecheck {

// From addresses of an agent to lines of the user's files. Starts addr2line and objdump; keep one.
class TreeLines {
 public:
  explicit TreeLines(const TreeBuild& build) : build_(build) {}

  // "/home/me/linux/mm/rmap.c:1856"; "0x401234" if the executable does not know. `pc` is the
  // address of an instruction; of a return address pass one less.
  std::string place(uint64_t pc);

  // The same, of the place in a file of the tree's mm/ that the instruction was inlined into: the
  // first such, from the inside. If there is none, place().
  std::string placeInMm(uint64_t pc);

  // Of the same place, what a reader looks for in the tree: "mm/rmap.c:1856"; the function it is
  // in, and the inlined one that is called there, if any. All empty if there is none.
  struct Spot {
    std::string place, function, called;
  };
  Spot spotInMm(uint64_t pc);

  // A message that starts with "mm/rmap.c:1856", with the tree's path in front.
  std::string userPath(const std::string& file) const;

  // Lines of which some instruction ran, given the addresses that a coverage build reported: each
  // is where a basic block starts, and stands for all of it.
  SourceLines linesThatRan(const std::vector<uint64_t>& reported);

  // Lines that the compiler made any code of, used or not; comments and declarations have none.
  SourceLines linesWithCode() const;

  // Changed lines that have code and did not run, and changed statements that were not even
  // compiled: their file is none of ours, or the configuration leaves them out. A verdict must not
  // say "ok" to them.
  SourceLines changedButNeverRan(const std::vector<uint64_t>& reported);

 private:
  const TreeBuild& build_;
  std::map<uint64_t, std::string> places_;
};

struct LineRow {
  std::string file;  // relative to the tree: "mm/rmap.c"
  unsigned line;
  uint64_t address;
};

// Rows of `objdump --dwarf=decodedline`.
std::vector<LineRow> parseDecodedLines(const std::string& text);

// The file and line that define `name` among the tree's sources ("mm/swapfile.c:3521"), by the
// kernel's own habit of starting definitions in the first column; empty if none is found.
std::string findDefinition(const std::filesystem::path& tree, const TreeArch& arch,
                           const std::string& name, bool function);

// "mm/rmap.c: 1856-1858, 1870"
std::string describeLines(const SourceLines& lines);

}  // namespace ptecheck

#endif
