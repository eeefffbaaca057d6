// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_TREE_CASE_MUTANTS_H
#define PTECHECK_CHECK_TREE_CASE_MUTANTS_H

#include <span>

#include "scenario/flat.h"
#include "spec/rules.h"
#include "subject/tree_edit.h"

namespace ptecheck {

// A way to break what a kernel tree does with swap-backed folios, files, devices and migration, and
// the rule that must notice. Made for 6.12, like tree_mutants.h.
struct TreeCaseMutant {
  const char* name;
  const char* mistake;     // what is wrong, in one line
  RuleSet rules;           // that must be broken
  Scenario (*scenario)();  // a small situation that shows it
  void (*apply)(TreeEdit& edit);
};

std::span<const TreeCaseMutant> treeCaseMutants();

}  // namespace ptecheck

#endif
