// SPDX-License-Identifier: GPL-2.0-only
//
// Family huge: a folio as large as a page table, which a PMD maps, so that splitting the PMD comes
// first. Whatever a PMD maps is alike, hence one state for all of a process's entries; a second
// process has a PMD too, or entries, of which one at the end may be missing. Few scenarios, as each
// is large.
#ifndef PTECHECK_SCENARIO_SPACE_HUGE_H
#define PTECHECK_SCENARIO_SPACE_HUGE_H

#include <cstring>

#include "scenario/entry_states.h"
#include "scenario/space_migration.h"
#include "scenario/space_parts.h"

namespace ptecheck::space_detail {

constexpr std::array<unsigned short, 3> kHugeFolios = {0, FOLIO_SWAPBACKED | FOLIO_SWAPCACHE,
                                                       FOLIO_SWAPBACKED};

template <Chooser C>
EntryStates chooseHuge(C& chooser, const Space& space, Scenario& s) {
  std::memset(&s, 0, offsetof(Scenario, entry));
  const Abilities& abilities = space.abilities;
  Situation<C> situation(chooser, space.random, space.random ? 0 : space.deviations[2]);
  s.pages = abilities.table_slots;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;

  // Dropped, swapped out, migrated.
  const unsigned kind = situation.choose(3);
  s.folio_flags |= kHugeFolios[kind];
  const bool migrates = kind == 2, swaps = kind == 1;
  if (migrates) s.operation = OPERATION_TRY_TO_MIGRATE;
  if (situation.deviate(2) == 1) s.folio_flags |= FOLIO_DIRTY;

  // A alone; B with a PMD of its own; B with entries.
  const unsigned company = situation.deviate(3);
  s.processes = company == 0 ? 1 : 2;
  s.pmd_mapped = company == 1 ? 3 : 1;
  const unsigned course = migrates ? 0 : situation.deviate(swaps ? 4 : 3);
  if (course == 2) addStep(s, STEP_FORK);
  if (course == 1 || course == 2) addStep(s, STEP_WRITE);
  if (course == 3) addStep(s, STEP_SWAPOFF);

  VmaKinds kinds;
  kinds.add(VMA_WRITE);
  kinds.add(VMA_WRITE | VMA_SOFTDIRTY, abilities);
  kinds.add(VMA_WRITE | VMA_LOCKED);
  kinds.add(VMA_WRITE | VMA_UFFD_WP, abilities);
  if (!anyone(s, STEP_WRITE)) kinds.add(0);
  const unsigned short vma_flags = kinds.choose(situation);

  chooseHolder(situation, s);
  // At the first chance, the second, or the last that unbatched code has.
  if (const unsigned at = situation.deviate(4); at != 0) {
    s.event = migrates ? EVENT_ARCH_UNMAP : swaps ? EVENT_SWAP_DUPLICATE : EVENT_REFERENCE;
    s.event_at = at == 3 ? s.pages : static_cast<unsigned short>(at);
  }
  // The VMA or the page table ends where the folio does.
  const unsigned geometry = situation.deviate(3);
  for (unsigned process = 0; process < s.processes; ++process) {
    s.vma[process][0].flags = vma_flags;
    if (geometry != 1) continue;
    s.split[process] = s.pages;
    s.vma[process][1].flags = vma_flags;
  }
  if (geometry == 2) s.table_end = s.pages;
  chooseFlush(situation, s);
  if (migrates) chooseEnd(situation, s, vma_flags);
  situation.boundary();
  return entryStates(vma_flags, s.processes > 1, false, abilities.soft_dirty);
}

// One state for all, and which entries B has of its own. False if a PMD would have to be empty.
template <Chooser C>
bool chooseHugeEntries(C& chooser, EntryStates states, Scenario& s) {
  const EntryState state = states[chooser.choose(static_cast<unsigned>(states.size()))];
  const unsigned pages = s.pages;
  for (unsigned process = 0; process < s.processes; ++process) {
    const unsigned short entry = process == 0 ? state.first : state.second;
    const bool by_pmd = (s.pmd_mapped & (1U << process)) != 0;
    if (by_pmd && !(entry & ENTRY_PRESENT)) return false;
    std::fill_n(s.entry + process * pages, pages, entry);
    if (by_pmd || entry == 0) continue;
    // All there, all but the last, or only the last.
    const unsigned form = chooser.choose(3);
    if (form == 1) s.entry[process * pages + pages - 1] = 0;
    if (form == 2)
      std::fill_n(s.entry + process * pages, pages - 1, static_cast<unsigned short>(0));
  }
  return s.pins == 0 || (state.first & ENTRY_EXCLUSIVE);
}

}  // namespace ptecheck::space_detail

#endif
