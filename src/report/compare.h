// SPDX-License-Identifier: GPL-2.0-only
//
// Candidates side by side, and the smallest repairs of a policy; for people and for programs.
#ifndef PTECHECK_REPORT_COMPARE_H
#define PTECHECK_REPORT_COMPARE_H

#include <string>
#include <vector>

#include "check/backport.h"
#include "check/compare.h"
#include "report/report.h"
#include "report/verdict.h"

namespace ptecheck {

struct CompareReport {
  ReportOptions options;
  std::string mix;  // its file; empty: the built-in one
};

// Of one candidate: the worst of both kinds of scenarios.
Verdict verdictOf(const Comparison& comparison, std::size_t row, bool strict);
// Of all candidates but those that a patch is laid over; on all architectures that a tree can be
// run on.
Verdict verdictOf(const Comparison& comparison, bool strict);
Verdict verdictOf(const std::vector<ArchComparison>& comparisons, bool strict);

// One plain sentence for each candidate, against the first.
std::vector<std::string> compareSentences(const Comparison& comparison, bool strict);

std::string compareText(const std::vector<ArchComparison>& comparisons,
                        const CompareReport& report);
// ptecheck-compare-1
std::string compareJson(const std::vector<ArchComparison>& comparisons,
                        const CompareReport& report);

// Good: there is an answer on each architecture.
Verdict verdictOf(const std::vector<BackportResult>& results);
// The smallest answer, and the smallest of bits alone.
std::string backportSentence(const BackportResult& result, bool strict);
std::string backportText(const std::vector<BackportResult>& results, const ReportOptions& options);
// ptecheck-backport-1
std::string backportJson(const std::vector<BackportResult>& results, const ReportOptions& options);

}  // namespace ptecheck

#endif
