// SPDX-License-Identifier: GPL-2.0-only
//
// A schedule: what several actors do, one column each, in time order.
#ifndef PTECHECK_REPORT_SCHEDULE_H
#define PTECHECK_REPORT_SCHEDULE_H

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ptecheck {

struct ScheduleLine {
  std::size_t column;
  bool numbered;  // a step; else it happens along with the step above
  std::string text;
  std::string below;  // whole lines, below the step: what it changed
};

// `left` blanks stand before each line. Text is broken inside its column: at a space; a word that
// does not fit into a line at a '(' or '_' or anywhere.
std::string scheduleTable(const std::vector<std::string_view>& columns,
                          const std::vector<ScheduleLine>& lines, std::size_t left = 0);

}  // namespace ptecheck

#endif
