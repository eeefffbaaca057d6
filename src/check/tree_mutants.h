// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_TREE_MUTANTS_H
#define PTECHECK_CHECK_TREE_MUTANTS_H

#include <span>

#include "spec/rules.h"
#include "subject/tree_edit.h"

namespace ptecheck {

// A way to break a kernel tree's try_to_unmap_one(), and the rule that must notice. Made for trees
// that unmap lazyfree folios one entry at a time (6.12); the scripts name places and hold code of
// our own.
struct TreeMutant {
  const char* name;
  const char* mistake;  // what is wrong, in one line
  RuleSet rules;  // that must be broken; none: this tree is right, and nothing but costs may show
  const char* scenario;  // text form (scenario/text.h): a small situation that shows it
  void (*apply)(TreeEdit& edit);
};

std::span<const TreeMutant> treeMutants();

}  // namespace ptecheck

#endif
