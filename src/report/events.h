// SPDX-License-Identifier: GPL-2.0-only
//
// What comes of a kernel tree whose code other processors disturb (check/tree_events.h).
#ifndef PTECHECK_REPORT_EVENTS_H
#define PTECHECK_REPORT_EVENTS_H

#include <string>

#include "check/tree_events.h"
#include "report/report.h"
#include "report/verdict.h"

namespace ptecheck {

// `events`: how many there were at most; `kernel`: the tree (and patches), as it was named: what
// follows --kernel on a command line.
std::string eventsText(const TreeEvents& result, unsigned events, const std::string& kernel,
                       const ReportOptions& options);
std::string eventRunText(const EventRun& run, const std::string& id, const std::string& at,
                         const std::string& kernel, bool strict);

// Not checked if nothing was run.
Verdict verdictOf(const TreeEvents& result, bool strict);

}  // namespace ptecheck

#endif
