// SPDX-License-Identifier: GPL-2.0-only
//
// A schedule: who did what, in time order, one column an actor; below a step what it changed in
// entries, TLBs, storage and flags. 75 columns wide.
#ifndef PTECHECK_REPORT_CONCURRENT_SCHEDULE_H
#define PTECHECK_REPORT_CONCURRENT_SCHEDULE_H

#include <string>
#include <vector>

#include "check/concurrent.h"

namespace ptecheck {

// One step, in words: for text and JSON.
struct ScheduleStep {
  unsigned actor;
  std::string what;                  // "takes an entry out"
  std::string function;              // of the kernel, or "" (hardware, a program)
  std::vector<std::string> changes;  // "entry 0: wED.S. -> none"
};

// The steps; `start`: what is not obvious of the beginning; `why`: how the last step breaks the
// rule.
struct Schedule {
  std::vector<std::string> start;
  std::vector<ScheduleStep> steps;
  std::string why;
};
Schedule scheduleOf(const ConcurrentExample& example);

std::string scheduleText(const ConcurrentExample& example);

}  // namespace ptecheck

#endif
