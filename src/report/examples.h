// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_EXAMPLES_H
#define PTECHECK_REPORT_EXAMPLES_H

#include <span>
#include <string>
#include <vector>

#include "check/result.h"
#include "report/report.h"

namespace ptecheck {

// Results: one for each architecture.
//
// The finding to show for each broken rule, in order of the rules: over all results and rows, the
// one with the smallest folio, then the least out of the ordinary, then the first.
std::vector<const Finding*> smallestFindings(std::span<const CheckResult> results);

// One section a broken rule: what must hold, who breaks it, the smallest example.
std::string examplesText(std::span<const CheckResult> results);

// The situation in words, entries before and after, and (if it has one) the subject's message.
// `lines`: at most so many lines of entries.
std::string situationText(Arch arch, const Scenario& scenario, const Outcome& outcome,
                          std::size_t lines);

// One line a sentence, at most `most` of them, each with its rule in front if `name_rules`.
std::string violationsText(const std::vector<Violation>& violations, std::size_t most,
                           bool name_rules);

}  // namespace ptecheck

#endif
