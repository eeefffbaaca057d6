// SPDX-License-Identifier: GPL-2.0-only
//
// Family reclaim: try_to_unmap() of anonymous folios, lazyfree and swap-backed, whose entries are
// present or holes. The plain situation: a lazyfree folio in one process, one writable VMA, no
// extra reference, no event, immediate flushes.
#ifndef PTECHECK_SCENARIO_SPACE_RECLAIM_H
#define PTECHECK_SCENARIO_SPACE_RECLAIM_H

#include "scenario/entry_states.h"
#include "scenario/space_parts.h"

namespace ptecheck::space_detail {

// What the processes are and what happens after the operation: one choice, since only together do
// they show anything.
enum class Company {
  kAlone,
  kForkThenParentWrites,
  kForkThenChildWrites,
  kWrites,
  kPairFirstWrites,
  kPairSecondWrites,
  kPair,
};
constexpr unsigned kCompanies = 7;

inline void setCompany(Scenario& s, Company company) {
  s.processes = 1;
  switch (company) {
    case Company::kAlone:
      break;
    case Company::kForkThenParentWrites:
      addStep(s, STEP_FORK, 0);
      addStep(s, STEP_WRITE, 0);
      break;
    case Company::kForkThenChildWrites:
      addStep(s, STEP_FORK, 0);
      addStep(s, STEP_WRITE, 1);
      break;
    case Company::kWrites:
      addStep(s, STEP_WRITE, 0);
      break;
    case Company::kPairFirstWrites:
      s.processes = 2;
      addStep(s, STEP_WRITE, 0);
      break;
    case Company::kPairSecondWrites:
      s.processes = 2;
      addStep(s, STEP_WRITE, 1);
      break;
    case Company::kPair:
      s.processes = 2;
      break;
  }
}

template <Chooser C>
EntryStates chooseReclaim(C& chooser, const Space& space, Scenario& s) {
  Situation<C> situation = chooseSize(chooser, space, s);
  if (situation.choose(2) == 1) s.folio_flags |= FOLIO_DIRTY;
  const bool swapbacked = situation.deviate(2) == 1;
  if (swapbacked) s.folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  setCompany(s, static_cast<Company>(situation.deviate(kCompanies)));

  // A droppable VMA holds no swap-backed folios and implies VM_WIPEONFORK, so that only one process
  // maps its folios (6.12 mm/mmap.c: do_mmap()); and nobody writes to a read-only VMA.
  const Abilities& abilities = space.abilities;
  VmaKinds kinds;
  kinds.add(VMA_WRITE);
  kinds.add(VMA_WRITE | VMA_SOFTDIRTY, abilities);
  kinds.add(VMA_WRITE | VMA_LOCKED);
  kinds.add(VMA_WRITE | VMA_UFFD_WP, abilities);
  kinds.add(VMA_WRITE | VMA_SHADOW_STACK, abilities);
  if (!swapbacked && s.processes == 1 && !anyone(s, STEP_FORK))
    kinds.add(VMA_WRITE | VMA_DROPPABLE);
  if (!anyone(s, STEP_WRITE)) kinds.add(0);
  const unsigned short vma_flags = kinds.choose(situation);
  if ((vma_flags & VMA_LOCKED) && situation.deviate(2) == 1) s.ttu |= UNMAP_IGNORE_MLOCK;

  chooseHolder(situation, s);
  chooseEvent(situation, s,
              {swapbacked ? unsigned{EVENT_SWAP_DUPLICATE} : unsigned{EVENT_REFERENCE}});
  chooseGeometry(situation, s, vma_flags);
  chooseFlush(situation, s);
  const bool all_states = chooseForm(situation, abilities, s);
  situation.boundary();
  return entryStates(vma_flags, s.processes > 1, all_states, abilities.soft_dirty);
}

}  // namespace ptecheck::space_detail

#endif
