// SPDX-License-Identifier: GPL-2.0-only
//
// All findings, as an index lists them.
#ifndef PTECHECK_REPORT_INDEX_FINDINGS_H
#define PTECHECK_REPORT_INDEX_FINDINGS_H

#include <string>
#include <vector>

#include "report/index_html.h"

namespace ptecheck {

// By rule: what must hold, what a user gets if it does not, and the smallest example of each row;
// rows that break it in the same scenario stand together. "" if there are none.
std::string findingsList(const CheckResult& result, const IndexOptions& options);

// Of several actors: by search and rule. "" if there are none.
std::string schedulesList(const std::vector<ConcurrentResult>& results,
                          const IndexOptions& options);

}  // namespace ptecheck

#endif
