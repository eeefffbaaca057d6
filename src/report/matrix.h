// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_MATRIX_H
#define PTECHECK_REPORT_MATRIX_H

#include <string>

#include "check/result.h"
#include "report/report.h"

namespace ptecheck {

// The verdict on a row, in a word that is short enough for a column: "good", "costs", "candid.",
// "BROKEN".
std::string verdictCell(const Row& row, bool strict);

// Rows against the rules that at least one of them breaks: a verdict, and how many scenarios break
// each.
std::string ruleMatrix(const CheckResult& result, const ReportOptions& options);

// Rows against the families of scenarios that were searched; a verdict each. "" of one family.
std::string familyMatrix(const CheckResult& result, const ReportOptions& options);

// What each row costs: how long its batches are, and what it does too much. A column stays away if
// its rule was not judged, as nothing was counted then.
std::string priceTable(const CheckResult& result, const ReportOptions& options);

}  // namespace ptecheck

#endif
