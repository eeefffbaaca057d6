// SPDX-License-Identifier: GPL-2.0-only
//
// Reports for programs. docs/json.md explains the documents, docs/output-schema.json is their JSON
// Schema; a change that removes or redefines a key needs a new name in "schema". All end with a
// newline.
#ifndef PTECHECK_REPORT_JSON_H
#define PTECHECK_REPORT_JSON_H

#include <string>

#include "check/concurrent.h"
#include "check/result.h"
#include "check/tree_check.h"
#include "report/report.h"

namespace ptecheck {

// ptecheck-check-2, one result for each architecture
// `concurrent`: what was checked beside it; may be empty.
std::string checkJson(const std::vector<CheckResult>& results, const ReportOptions& options,
                      const std::vector<ConcurrentResult>& concurrent = {});
std::string treeJson(const std::vector<ArchTree>& trees, const ReportOptions& options);
// ptecheck-run-1
std::string runJson(const std::vector<RunReport>& reports);

}  // namespace ptecheck

#endif
