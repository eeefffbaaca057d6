// SPDX-License-Identifier: GPL-2.0-only
//
// Family migration: try_to_migrate() of every kind of folio, and how it ends. The plain situation:
// a swap-backed anonymous folio without swap slots in one process, one writable VMA, that either
// stays under migration (what was left is what counts) or is migrated. Whoever cannot be migrated -
// pins, references, an entry that could not be replaced - ends up where it was.
#ifndef PTECHECK_SCENARIO_SPACE_MIGRATION_H
#define PTECHECK_SCENARIO_SPACE_MIGRATION_H

#include "scenario/mixed_states.h"
#include "scenario/space_file.h"
#include "scenario/space_parts.h"

namespace ptecheck::space_detail {

inline VmaKinds anonymousVmas(const Scenario& s, const Abilities& abilities) {
  VmaKinds kinds;
  kinds.add(VMA_WRITE);
  kinds.add(VMA_WRITE | VMA_SOFTDIRTY, abilities);
  kinds.add(VMA_WRITE | VMA_LOCKED);
  kinds.add(VMA_WRITE | VMA_UFFD_WP, abilities);
  if (s.folio_flags & FOLIO_SWAPBACKED) kinds.add(VMA_WRITE | VMA_FILE);
  kinds.add(0);
  return kinds;
}

// Steps: a fork while the folio migrates, the end of the migration, a write. Last, since whether it
// can succeed depends on all else.
template <Chooser C>
void chooseEnd(Situation<C>& situation, Scenario& s, unsigned vma_flags) {
  const bool file = (s.folio_flags & FOLIO_FILE) != 0;
  const bool device = (s.folio_flags & FOLIO_DEVICE_PRIVATE) != 0;
  const bool possible = s.references == 0 && s.pins == 0 && s.event != EVENT_ARCH_UNMAP &&
                        !(s.folio_flags & FOLIO_HWPOISON);
  if (!file && situation.deviate(2) == 1) addStep(s, STEP_FORK);
  if (situation.choose(2) == 0) return;  // not ended
  const bool moved = possible && situation.deviate(2) == 0;
  addStep(s, moved ? STEP_MIGRATED : STEP_NOT_MIGRATED);
  if (!file && !device && (vma_flags & VMA_WRITE) && situation.deviate(2) == 1)
    addStep(s, STEP_WRITE);
}

// Of folios that a migration finds.
constexpr std::array<unsigned short, 5> kMigrating = {FOLIO_SWAPBACKED, 0,
                                                      FOLIO_SWAPBACKED | FOLIO_SWAPCACHE,
                                                      FOLIO_FILE, FOLIO_FILE | FOLIO_SWAPBACKED};

template <Chooser C>
EntryStates chooseMigration(C& chooser, const Space& space, Scenario& s) {
  Situation<C> situation = chooseSize(chooser, space, s);
  const Abilities& abilities = space.abilities;
  s.operation = OPERATION_TRY_TO_MIGRATE;
  s.folio_flags |= kMigrating[situation.deviate(kMigrating.size())];
  const bool file = (s.folio_flags & FOLIO_FILE) != 0;
  // Dirty migration entries make dirty entries only where the folio is dirty.
  if (situation.deviate(2) == 1) s.folio_flags |= FOLIO_DIRTY;
  s.processes = static_cast<unsigned char>(1 + situation.deviate(2));
  VmaKinds kinds = file ? fileVmas(abilities) : anonymousVmas(s, abilities);
  if (!file) kinds.add(VMA_WRITE | VMA_SHADOW_STACK, abilities);
  const unsigned short vma_flags = kinds.choose(situation);
  chooseHolder(situation, s);
  chooseEvent(situation, s, {EVENT_ARCH_UNMAP});
  chooseGeometry(situation, s, vma_flags);
  chooseFlush(situation, s);
  chooseEnd(situation, s, vma_flags);

  StateRequest states = fileStates(s, vma_flags, abilities);
  if (!file) {
    states.vma_flags = vma_flags & (VMA_WRITE | VMA_UFFD_WP | VMA_SHADOW_STACK);
    states.file = states.shmem = false;
    states.swap = (s.folio_flags & FOLIO_SWAPCACHE) != 0;
    states.device_exclusive = abilities.device;
  }
  states.all = chooseForm(situation, abilities, s);
  situation.boundary();
  return mixedStates(states);
}

}  // namespace ptecheck::space_detail

#endif
