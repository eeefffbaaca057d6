// SPDX-License-Identifier: GPL-2.0-only
//
// One check on several architectures: the same rows (policies) in each result, in the same order.
#ifndef PTECHECK_REPORT_ARCH_VERDICTS_H
#define PTECHECK_REPORT_ARCH_VERDICTS_H

#include <string>
#include <vector>

#include "check/result.h"
#include "report/report.h"

namespace ptecheck {

// "x86_64, s390, powerpc".
std::string archNames(const std::vector<Arch>& archs);

// Architectures on which every row breaks the same rules, and comes to the same verdict, as
// indices into `results`; those of the first result first.
std::vector<std::vector<std::size_t>> alikeArchs(const std::vector<CheckResult>& results,
                                                 const ReportOptions& options);

// Rows against architectures: one verdict where all agree; where not, a column for each kind of
// architecture, and in words who differs by which rules.
std::string archVerdicts(const std::vector<CheckResult>& results, const ReportOptions& options);

// How many rows are broken on all, how many on some, and which are good on all.
std::string archSummary(const std::vector<CheckResult>& results, bool strict);

}  // namespace ptecheck

#endif
