// SPDX-License-Identifier: GPL-2.0-only
//
// A result in one line.
#ifndef PTECHECK_REPORT_SUMMARY_H
#define PTECHECK_REPORT_SUMMARY_H

#include <string>

#include "check/result.h"
#include "check/tree_check.h"

namespace ptecheck {

// "3 of 16 policies BROKEN; good: ...": how many rows are broken, and which are not.
std::string rowSummary(const CheckResult& result, bool strict);

// "BROKEN: write-gained"; or why it was not checked.
std::string treeVerdict(const TreeCheck& check, bool strict);

}  // namespace ptecheck

#endif
