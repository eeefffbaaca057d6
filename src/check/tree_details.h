// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_TREE_DETAILS_H
#define PTECHECK_CHECK_TREE_DETAILS_H

#include <string>
#include <vector>

#include "check/result.h"
#include "spec/explain.h"
#include "subject/tree.h"

namespace ptecheck {

// Names, for each finding of `row`, the lines of the user's files that ran in its scenario.
// `recording`: a build with coverage of the code in which the findings were made.
void nameLines(const TreeBuild& recording, const std::string& row, CheckResult& result);

// One line for each bit that differs: "write: gained 12, lost 3".
std::vector<std::string> describeBits(const BitDifferences& bits);

}  // namespace ptecheck

#endif
