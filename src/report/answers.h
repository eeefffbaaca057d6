// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_ANSWERS_H
#define PTECHECK_REPORT_ANSWERS_H

#include <span>
#include <string>
#include <vector>

#include "check/result.h"
#include "report/report.h"

namespace ptecheck {

struct Answer {
  std::string question;
  std::string text;
};

// The questions that were asked when CVE-2026-31398 was repaired - what does the affected code do
// wrong, and which of the proposed repairs is enough - with the answers that this result gives, in
// numbers. The questions are fixed; every answer is worked out from the counts. Empty if the
// affected form is not among the rows, and only for rows that are. Of several architectures the
// first is answered for, and it is said where the answer is another one.
std::vector<Answer> answers(std::span<const CheckResult> results, const ReportOptions& options);

}  // namespace ptecheck

#endif
