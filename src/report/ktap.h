// SPDX-License-Identifier: GPL-2.0-only
//
// Reports as KTAP (Documentation/dev-tools/ktap.rst): one test for each rule, inside one for each
// policy or tree, inside one for each architecture. A rule that only costs time or space is ok
// unless the check is strict. What was not checked is skipped, never ok.
#ifndef PTECHECK_REPORT_KTAP_H
#define PTECHECK_REPORT_KTAP_H

#include <string>
#include <vector>

#include "check/concurrent.h"
#include "check/result.h"
#include "check/tree_check.h"
#include "report/report.h"

namespace ptecheck {

// `results` may be empty: a check of interleavings alone.
std::string checkKtap(const std::vector<CheckResult>& results, const ReportOptions& options,
                      const std::vector<ConcurrentResult>& concurrent = {});
std::string treeKtap(const std::vector<ArchTree>& trees, const ReportOptions& options);

}  // namespace ptecheck

#endif
