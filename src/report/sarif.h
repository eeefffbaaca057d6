// SPDX-License-Identifier: GPL-2.0-only
//
// Reports as SARIF 2.1.0 (OASIS), which code hosts and editors show at the lines concerned: one
// result for each finding, with its story as a code flow.
#ifndef PTECHECK_REPORT_SARIF_H
#define PTECHECK_REPORT_SARIF_H

#include <string>
#include <vector>

#include "check/concurrent.h"
#include "check/result.h"
#include "check/tree_check.h"
#include "report/report.h"

namespace ptecheck {

// The model has no lines of the user's: its results name functions of the kernel alone. `results`
// may be empty: a check of interleavings alone.
std::string checkSarif(const std::vector<CheckResult>& results, const ReportOptions& options,
                       const std::vector<ConcurrentResult>& concurrent = {});
std::string treeSarif(const std::vector<ArchTree>& trees, const ReportOptions& options);

// A piece of a file.
struct LineRange {
  std::string file;
  unsigned from = 0, to = 0;

  bool operator==(const LineRange&) const = default;
};
// Of Finding::lines_ran: "/a/rmap.c: 10-12, 15; /a/memory.c: 3". What is no such list gives none.
std::vector<LineRange> rangesOf(const std::string& lines_ran);

}  // namespace ptecheck

#endif
