// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_TREE_BUILD_H
#define PTECHECK_CHECK_TREE_BUILD_H

#include <string>

#include "check/tree_check.h"
#include "scenario/flat.h"
#include "subject/tree.h"

namespace ptecheck {

// How to build the tree for the architecture of the search. Throws Error(kCannotTest) if there is
// only a model of it.
TreeOptions treeOptions(const TreeCheckOptions& options);

// Builds options.tree, or what options.view makes of it.
TreeBuild buildFor(const TreeCheckOptions& options, const TreeOptions& how);

// Throws Error(kCannotTest) if this outcome of the scenario `id` means that the tree cannot be
// tested: something that the environment does not model, a crash, a hang.
void requireRan(const TreeBuild& build, const Outcome& outcome, const std::string& id);

}  // namespace ptecheck

#endif
