// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_ORDER_SCHEDULE_H
#define PTECHECK_ORDER_SCHEDULE_H

#include <string>
#include <vector>

#include "explore/interleaving_result.h"
#include "order/machine.h"
#include "order/verdicts.h"

namespace ptecheck::order {

// A way through the states of a machine, in words.
std::vector<ScheduleRow> scheduleOf(const Program& program, const Machine& machine,
                                    const Counterexample<State>& example);

// Memory, and the TLBs that are not empty: "entry 1, ptl 0, TLB of user 1".
std::string describe(const Program& program, const State& state);

}  // namespace ptecheck::order

#endif
