// SPDX-License-Identifier: GPL-2.0-only
#include "check/tree_details.h"

#include <set>

#include "check/batch.h"
#include "subject/tree_lines.h"
#include "subject/tree_subject.h"

namespace ptecheck {

namespace {

// The lines that ran, and between two of them those that hold no code: longer ranges, easier to
// read.
std::set<unsigned> bridged(const std::set<unsigned>& ran, const std::set<unsigned>& with_code) {
  std::set<unsigned> result;
  for (unsigned line : ran) {
    if (!result.empty()) {
      const unsigned last = *result.rbegin();
      if (with_code.upper_bound(last) == with_code.find(line))
        for (unsigned between = last + 1; between < line; ++between) result.insert(between);
    }
    result.insert(line);
  }
  return result;
}

}  // namespace

void nameLines(const TreeBuild& build, const std::string& row, CheckResult& result) {
  TreeSubject tree(build);
  TreeLines lines(build);
  SourceLines with_code = lines.linesWithCode();
  for (Finding& finding : result.findings) {
    if (finding.row != row) continue;
    Batch batch;
    batch.add(finding.scenario);
    tree.forgetReported();
    batch.run(tree);
    SourceLines ran;
    for (const auto& [file, numbers] : lines.linesThatRan(tree.reported()))
      if (file == "mm/rmap.c" || build.changed.contains(file))
        ran[lines.userPath(file)] = bridged(numbers, with_code[file]);
    finding.lines_ran = describeLines(ran);
  }
}

std::vector<std::string> describeBits(const BitDifferences& bits) {
  std::vector<std::string> lines;
  auto line = [&](const char* name, const BitDifferences::Count& count) {
    if (count.gained == 0 && count.lost == 0) return;
    lines.push_back(std::string(name) + ": gained " + std::to_string(count.gained) + ", lost " +
                    std::to_string(count.lost));
  };
  line("mapped", bits.mapped);
  line("write", bits.write);
  line("dirty", bits.dirty);
  line("young", bits.young);
  line("soft-dirty", bits.soft_dirty);
  line("uffd-wp", bits.uffd_wp);
  line("PageAnonExclusive", bits.exclusive);
  return lines;
}

}  // namespace ptecheck
