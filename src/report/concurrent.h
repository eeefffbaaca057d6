// SPDX-License-Identifier: GPL-2.0-only
//
// What became of all interleavings.
#ifndef PTECHECK_REPORT_CONCURRENT_H
#define PTECHECK_REPORT_CONCURRENT_H

#include <string>
#include <vector>

#include "check/concurrent.h"
#include "report/report.h"
#include "report/verdict.h"

namespace ptecheck {

std::string concurrentText(const std::vector<ConcurrentResult>& results,
                           const ReportOptions& options);
// What the report of a check that has other things to say tells of it.
std::string concurrentSection(const std::vector<ConcurrentResult>& results,
                              const ReportOptions& options);
std::string concurrentJson(const std::vector<ConcurrentResult>& results,
                           const ReportOptions& options);

// What the model does better than kernels do.
std::string candidatesSentence();

// Not checked if a search met its bound or had no more memory, and nothing was found.
Verdict verdictOf(const std::vector<ConcurrentResult>& results, bool strict);

}  // namespace ptecheck

#endif
