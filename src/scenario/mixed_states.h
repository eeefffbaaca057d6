// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SCENARIO_MIXED_STATES_H
#define PTECHECK_SCENARIO_MIXED_STATES_H

#include "scenario/entry_states.h"

namespace ptecheck {

// Which states of a page are wanted, where entries of several kinds can meet in one folio.
struct StateRequest {
  unsigned vma_flags = 0;  // VMA_WRITE, UFFD_WP, SHADOW_STACK and SHARED count
  bool file = false;       // of a file or shmem; else anonymous
  bool shmem = false;
  bool pair = false;  // process B too
  // Every state; else those that batches can tell apart. Even then not what family reclaim has
  // tried with all its neighbours: NUMA hints, and every dirty bit of B.
  bool all = false;
  bool soft_dirty = false;        // the format has it
  bool young = false;             // the young bit counts; else every present entry is young
  bool swap = false;              // the page's own swap entries
  bool device_exclusive = false;  // device-exclusive entries
  bool device_private = false;    // device-private entries, and no present ones
  bool unused = false;            // pte_unused() entries
  bool markers = false;           // beside anonymous pages too (in a private mapping of a file)
};

// The legal states, simplest first. They live as long as the program.
EntryStates mixedStates(const StateRequest& request);

}  // namespace ptecheck

#endif
