// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_TREE_EVENT_MUTANTS_H
#define PTECHECK_CHECK_TREE_EVENT_MUTANTS_H

#include <span>

#include "spec/rules.h"
#include "subject/tree_edit.h"

namespace ptecheck {

// A way to break 6.12's try_to_unmap_one() that shows only when another processor acts meanwhile
// (check/tree_events.h), or to change it in a way that must not show.
struct TreeEventMutant {
  const char* name;
  const char* mistake;  // what is wrong, in one line
  unsigned events;      // as few in one run show it; 0: this tree is right
  RuleSet rules;        // that are broken then
  void (*apply)(TreeEdit& edit);
};

std::span<const TreeEventMutant> treeEventMutants();

}  // namespace ptecheck

#endif
