// SPDX-License-Identifier: GPL-2.0-only
//
// What a tree's code does to entries in one scenario, store by store, with the line that does it:
// for people who want to see it happen. Uses the agent for events (scenario/events.h), with or
// without any.
#ifndef PTECHECK_CHECK_TREE_STORES_H
#define PTECHECK_CHECK_TREE_STORES_H

#include <string>
#include <vector>

#include "check/tree_check.h"
#include "scenario/events.h"
#include "scenario/flat.h"

namespace ptecheck {

// Stores to neighbouring entries of a process, one after the other, by the same line.
struct TreeStores {
  unsigned process, page, count;
  std::string place;     // "mm/rmap.c:1985"
  std::string function;  // "try_to_unmap_one, get_and_clear_ptes"
  EventState then;       // as it is just before the next store elsewhere, or at the end
};

// None if that cannot be told: only x86_64 has such an agent, only folios with up to
// MOST_EVENT_ENTRIES entries and runs of up to MOST_MOMENTS moments are watched, and only if that
// agent leaves what `outcome` says. `plan`: what other processors do meanwhile.
std::vector<TreeStores> storesOnTree(const Scenario& scenario, const Outcome& outcome,
                                     const TreeCheckOptions& options, EventPlan plan = {});

}  // namespace ptecheck

#endif
