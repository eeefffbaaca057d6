// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_BUGS_H
#define PTECHECK_REPORT_BUGS_H

#include <string>
#include <vector>

#include "check/bugs.h"
#include "check/concurrent_bugs.h"
#include "order/verdicts.h"

namespace ptecheck {

// One line a bug, with the id of its smallest example.
std::string bugsText(const std::vector<BugFound>& bugs,
                     const std::vector<ConcurrentBug>& concurrent,
                     const std::vector<order::OrderBug>& order, const std::string& version);

// The tables of docs/bugs-found.md.
std::string bugsMarkdown(const std::vector<BugFound>& bugs,
                         const std::vector<ConcurrentBug>& concurrent,
                         const std::vector<order::OrderBug>& order);

// docs/schema/bugs.json.
std::string bugsJson(const std::vector<BugFound>& bugs,
                     const std::vector<ConcurrentBug>& concurrent,
                     const std::vector<order::OrderBug>& order, const std::string& version);

}  // namespace ptecheck

#endif
