// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_CONCURRENT_JSON_H
#define PTECHECK_REPORT_CONCURRENT_JSON_H

#include <nlohmann/json.hpp>
#include <vector>

#include "report/concurrent.h"

namespace ptecheck {

// One object a result: docs/schema/concurrent.json, `results`.
nlohmann::ordered_json concurrentResults(const std::vector<ConcurrentResult>& results,
                                         const ReportOptions& options);

}  // namespace ptecheck

#endif
