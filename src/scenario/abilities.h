// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SCENARIO_ABILITIES_H
#define PTECHECK_SCENARIO_ABILITIES_H

#include <string>

#include "scenario/flat.h"

namespace ptecheck {

// What an entry format can express, as far as the space of scenarios depends on it: states and VMAs
// that need something a format lacks do not exist there. Scenarios themselves name no architecture.
// The default has everything, and is x86-64.
struct Abilities {
  bool soft_dirty = true;    // else VM_SOFTDIRTY does not exist either
  bool uffd_wp = true;       // else VM_UFFD_WP
  bool shadow_stack = true;  // else VM_SHADOW_STACK
  // Entries of a page table, at most TABLE_SLOTS. No anonymous folio is larger (HPAGE_PMD_ORDER).
  unsigned short table_slots = TABLE_SLOTS;
  unsigned short contiguous = 1;  // entries that hardware may take as one; 1: none
  bool unused = false;            // pte_unused(): s390 alone
  bool hwpoison = true;           // CONFIG_MEMORY_FAILURE, else no page is found broken
  bool device = true;             // CONFIG_DEVICE_PRIVATE, else no entry is a device's

  bool operator==(const Abilities&) const = default;
};

// "" if a format with these abilities can express the scenario; else what it lacks, and where it is
// asked for: "soft-dirty (A page 1)". Reads a legal scenario.
std::string whatIsMissing(const Scenario& scenario, const Abilities& abilities);

}  // namespace ptecheck

#endif
