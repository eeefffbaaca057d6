// SPDX-License-Identifier: GPL-2.0-only
//
// Reports for people, in 75 columns, from results alone. All of them end with a newline.
#ifndef PTECHECK_REPORT_TEXT_H
#define PTECHECK_REPORT_TEXT_H

#include <string>
#include <vector>

#include "check/result.h"
#include "check/tree_check.h"
#include "report/report.h"

namespace ptecheck {

// Of the model: what was run; policies against rules; what each costs; the answers that follow; the
// smallest example of each broken rule. Of several architectures (the same policies in each
// result): first policies against architectures, then all that of the first one.
std::string checkText(const std::vector<CheckResult>& results, const ReportOptions& options);

// Of a kernel tree: the verdict first; of several architectures, theirs, then a section for each.
std::string treeText(const std::vector<ArchTree>& trees, const ReportOptions& options);

// Of single scenarios.
std::string runText(const std::vector<RunReport>& reports);

}  // namespace ptecheck

#endif
