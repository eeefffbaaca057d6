// SPDX-License-Identifier: GPL-2.0-only
//
// The tables of an index.
#ifndef PTECHECK_REPORT_INDEX_TABLES_H
#define PTECHECK_REPORT_INDEX_TABLES_H

#include <span>
#include <string>
#include <vector>

#include "report/index_html.h"

namespace ptecheck {

// Names of places in the index: an architecture's tables, its findings, a row of its table, the
// findings of one rule.
std::string archPlace(Arch arch);
std::string findingsPlace(Arch arch);
std::string rowPlace(Arch arch, const std::string& row);
std::string rulePlace(Arch arch, Rule rule);

// Rows against architectures: verdicts, each leading to that row of that architecture's table.
std::string archTable(std::span<const CheckResult> results, const IndexOptions& options);

// Rows against rules: numbers, each leading to the page of its smallest example. "" if no rule is
// broken.
std::string ruleTable(const CheckResult& result, const IndexOptions& options);

// Rows against families of scenarios; "" of one family.
std::string familyTable(const CheckResult& result, const IndexOptions& options);

// What each row costs.
std::string costTable(const CheckResult& result, const IndexOptions& options);

// Searches of several actors, one row each, against the rules that are broken; and how many sets of
// actors and states there were, by size.
std::string actorsTable(const std::vector<ConcurrentResult>& results, const IndexOptions& options);
std::string sizesTable(const std::vector<ConcurrentResult>& results);

}  // namespace ptecheck

#endif
