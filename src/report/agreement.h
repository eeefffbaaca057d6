// SPDX-License-Identifier: GPL-2.0-only
//
// Reports of how far model and kernel tree agree, for people and for programs.
#ifndef PTECHECK_REPORT_AGREEMENT_H
#define PTECHECK_REPORT_AGREEMENT_H

#include <string>
#include <vector>

#include "check/agreement.h"
#include "report/report.h"
#include "report/verdict.h"

namespace ptecheck {

// Good: they agree. Broken: they differ. Not checked: nothing could be compared.
Verdict verdictOf(const Agreement& agreement);
Verdict verdictOf(const std::vector<ArchAgreement>& agreements);

// The verdict, what was compared on each architecture, and each thing that differs with its
// smallest example.
std::string agreementText(const std::vector<ArchAgreement>& agreements,
                          const ReportOptions& options);

// ptecheck-agreement-1
std::string agreementJson(const std::vector<ArchAgreement>& agreements,
                          const ReportOptions& options);

}  // namespace ptecheck

#endif
