// SPDX-License-Identifier: GPL-2.0-only
//
// The space of policies for one case: every treatment of every bit and every way to restore. Most
// of them are told apart by nothing: how a bit is merged says something only where the merged value
// is used. So the space is divided into classes whose members do the same in every scenario, and
// one member of each is tried.
//
//   - A bit that the format does not have can be treated in any way.
//   - Restore matters only in cases that can put a batch back.
//   - A merged value is used where a batch succeeds (usedOnSuccess()), and where it is restored
//     from the merge. Elsewhere a bit is respected or is not.
//
// synth_test.cc runs all members of all classes on a small space of scenarios.
#ifndef PTECHECK_CHECK_SYNTH_SPACE_H
#define PTECHECK_CHECK_SYNTH_SPACE_H

#include <vector>

#include "mm/policy.h"
#include "scenario/abilities.h"

namespace ptecheck {

// Can a batch of this case be put back?
bool restores(Case which);

// The member that stands for the class of `batching`: bits that say nothing are as by default.
Batching representative(Case which, Batching batching, const Abilities& abilities);

// Every batching there is, as far as entries are equal and inside folio, VMA and page table.
std::vector<Batching> allBatchings();

// The representatives, each once, the most permissive first: by the number of respected bits, then
// by how much a restore has to know, then by how much is merged.
std::vector<Batching> representatives(Case which, const Abilities& abilities);

// The order of representatives().
bool morePermissive(const Batching& a, const Batching& b);

// What differs from `batching` in one component that asks for less: a respected bit that is merged
// or ignored, a merged one that is ignored, a restore that has to know less. Representatives, each
// once, without that of `batching` itself.
std::vector<Batching> weakerNeighbours(Case which, const Batching& batching,
                                       const Abilities& abilities);

}  // namespace ptecheck

#endif
