// SPDX-License-Identifier: GPL-2.0-only
//
// Reports for programs. docs/json.md explains the documents, docs/output-schema.json is their JSON
// Schema; a change that removes or redefines a key needs a new name in "schema". All end with a
// newline.
#ifndef PTECHECK_REPORT_JSON_H
#define PTECHECK_REPORT_JSON_H

#include <string>

#include "check/result.h"
#include "check/tree_check.h"
#include "report/report.h"

namespace ptecheck {

std::string checkJson(const CheckResult& result, const ReportOptions& options);  // ptecheck-check-1
std::string treeJson(const TreeCheck& check, const ReportOptions& options);      // ptecheck-check-1
std::string runJson(const std::vector<RunReport>& reports);                      // ptecheck-run-1

}  // namespace ptecheck

#endif
