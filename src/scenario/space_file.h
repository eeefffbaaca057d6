// SPDX-License-Identifier: GPL-2.0-only
//
// Family file: try_to_unmap() of folios of files and of shmem. The plain situation: a clean folio
// of a file in one process, one writable and shared VMA, immediate flushes. Nothing can fail here,
// and nothing comes back but by a fault that finds the page cache; so no steps follow.
#ifndef PTECHECK_SCENARIO_SPACE_FILE_H
#define PTECHECK_SCENARIO_SPACE_FILE_H

#include "scenario/mixed_states.h"
#include "scenario/space_parts.h"

namespace ptecheck::space_detail {

inline VmaKinds fileVmas(const Abilities& abilities) {
  VmaKinds kinds;
  kinds.add(VMA_FILE | VMA_SHARED | VMA_WRITE);
  kinds.add(VMA_FILE | VMA_SHARED);
  kinds.add(VMA_FILE | VMA_WRITE);
  kinds.add(VMA_FILE | VMA_SHARED | VMA_WRITE | VMA_SOFTDIRTY, abilities);
  kinds.add(VMA_FILE | VMA_SHARED | VMA_WRITE | VMA_LOCKED);
  kinds.add(VMA_FILE | VMA_SHARED | VMA_WRITE | VMA_UFFD_WP, abilities);
  kinds.add(VMA_FILE | VMA_WRITE | VMA_UFFD_WP, abilities);
  return kinds;
}

inline StateRequest fileStates(const Scenario& s, unsigned vma_flags, const Abilities& abilities) {
  StateRequest states;
  states.vma_flags = vma_flags & (VMA_WRITE | VMA_UFFD_WP | VMA_SHARED);
  states.file = true;
  states.shmem = (s.folio_flags & FOLIO_SWAPBACKED) != 0;
  states.pair = s.processes > 1;
  states.soft_dirty = abilities.soft_dirty;
  states.young = true;
  return states;
}

template <Chooser C>
EntryStates chooseFile(C& chooser, const Space& space, Scenario& s) {
  Situation<C> situation = chooseSize(chooser, space, s);
  s.folio_flags |= FOLIO_FILE;
  if (situation.choose(2) == 1) s.folio_flags |= FOLIO_SWAPBACKED;  // shmem
  if (situation.deviate(2) == 1) s.folio_flags |= FOLIO_DIRTY;
  s.processes = static_cast<unsigned char>(1 + situation.deviate(2));
  const unsigned short vma_flags = fileVmas(space.abilities).choose(situation);
  if ((vma_flags & VMA_LOCKED) && situation.deviate(2) == 1) s.ttu |= UNMAP_IGNORE_MLOCK;
  chooseHolder(situation, s);
  chooseGeometry(situation, s, vma_flags);
  chooseFlush(situation, s);
  StateRequest states = fileStates(s, vma_flags, space.abilities);
  states.all = chooseForm(situation, space.abilities, s);
  situation.boundary();
  return mixedStates(states);
}

}  // namespace ptecheck::space_detail

#endif
