// SPDX-License-Identifier: GPL-2.0-only
//
// Family rare: folios that try_to_unmap() and try_to_migrate() have a branch for, though few will
// ever meet it. Memory that is broken, and entries that a guest has given up (pte_unused(), s390).
//
// Family mismatch: a swap-backed folio that nobody put into the swap cache, which makes
// try_to_unmap_one() warn and give up. No caller is known to bring one about, so it is a family of
// its own: what goes wrong there says little about a kernel.
#ifndef PTECHECK_SCENARIO_SPACE_RARE_H
#define PTECHECK_SCENARIO_SPACE_RARE_H

#include "scenario/mixed_states.h"
#include "scenario/space_file.h"
#include "scenario/space_migration.h"
#include "scenario/space_parts.h"

namespace ptecheck::space_detail {

// What is rare: folio, operation and its flags, and whether entries are unused.
struct Rarity {
  unsigned short folio_flags;
  unsigned char operation, ttu;
  bool unused;
};
constexpr std::array kRarities = {
    // Unused entries, of any size.
    Rarity{0, OPERATION_TRY_TO_UNMAP, 0, true},
    Rarity{FOLIO_SWAPBACKED | FOLIO_SWAPCACHE, OPERATION_TRY_TO_UNMAP, 0, true},
    Rarity{FOLIO_FILE | FOLIO_SWAPBACKED, OPERATION_TRY_TO_UNMAP, 0, true},
    Rarity{FOLIO_SWAPBACKED, OPERATION_TRY_TO_MIGRATE, 0, true},
    // Broken memory: one page. In the swap cache it is unmapped without the flag.
    Rarity{FOLIO_HWPOISON | FOLIO_SWAPBACKED, OPERATION_TRY_TO_UNMAP, UNMAP_HWPOISON, false},
    Rarity{FOLIO_HWPOISON, OPERATION_TRY_TO_UNMAP, UNMAP_HWPOISON, false},
    Rarity{FOLIO_HWPOISON | FOLIO_SWAPBACKED | FOLIO_SWAPCACHE, OPERATION_TRY_TO_UNMAP, 0, false},
    Rarity{FOLIO_HWPOISON | FOLIO_FILE, OPERATION_TRY_TO_UNMAP, UNMAP_HWPOISON, false},
    Rarity{FOLIO_HWPOISON | FOLIO_FILE, OPERATION_TRY_TO_UNMAP, 0, false},
    Rarity{FOLIO_HWPOISON | FOLIO_SWAPBACKED, OPERATION_TRY_TO_MIGRATE, 0, false},
    Rarity{FOLIO_HWPOISON | FOLIO_FILE | FOLIO_SWAPBACKED, OPERATION_TRY_TO_MIGRATE, 0, false},
};

constexpr Rarity kMismatch = {FOLIO_SWAPBACKED, OPERATION_TRY_TO_UNMAP, 0, false};

inline bool exists(const Rarity& rarity, const Abilities& abilities, unsigned pages) {
  if (rarity.folio_flags & FOLIO_HWPOISON) return abilities.hwpoison && pages == 1;
  return !rarity.unused || abilities.unused;
}

template <Chooser C>
EntryStates chooseRare(C& chooser, const Space& space, Scenario& s) {
  Situation<C> situation = chooseSize(chooser, space, s);
  const Abilities& abilities = space.abilities;
  std::array<Rarity, kRarities.size()> possible{};
  unsigned count = 0;
  for (const Rarity& rarity : kRarities)
    if (exists(rarity, abilities, s.pages)) possible[count++] = rarity;
  if (space.family == Family::kMismatch) {
    possible[0] = kMismatch;
    count = 1;
  }
  if (count == 0) {  // nothing that this format has: no entry at all, which is no scenario
    static constexpr EntryState kNothing = {0, 0};
    s.processes = 1;
    situation.boundary();
    return {&kNothing, 1};
  }
  const Rarity rarity = possible[situation.choose(count)];
  s.folio_flags |= rarity.folio_flags;
  s.operation = rarity.operation;
  s.ttu = rarity.ttu;
  const bool file = (s.folio_flags & FOLIO_FILE) != 0;
  const bool migrates = s.operation == OPERATION_TRY_TO_MIGRATE;

  if (situation.deviate(2) == 1) s.folio_flags |= FOLIO_DIRTY;
  s.processes = static_cast<unsigned char>(1 + situation.deviate(2));
  const VmaKinds kinds = file ? fileVmas(abilities) : anonymousVmas(s, abilities);
  const unsigned short vma_flags = kinds.choose(situation);
  if (!migrates && (vma_flags & VMA_LOCKED) && situation.deviate(2) == 1)
    s.ttu |= UNMAP_IGNORE_MLOCK;
  chooseHolder(situation, s);
  if (migrates)
    chooseEvent(situation, s, {EVENT_ARCH_UNMAP});
  else if (s.folio_flags & FOLIO_SWAPCACHE)
    chooseEvent(situation, s, {EVENT_SWAP_DUPLICATE});
  else if (!file && !(s.folio_flags & FOLIO_SWAPBACKED))
    chooseEvent(situation, s, {EVENT_REFERENCE});
  chooseGeometry(situation, s, vma_flags);
  chooseFlush(situation, s);
  if (migrates) chooseEnd(situation, s, vma_flags);

  StateRequest states = fileStates(s, vma_flags, abilities);
  states.young = migrates;
  if (!file) {
    states.vma_flags = vma_flags & (VMA_WRITE | VMA_UFFD_WP);
    states.file = states.shmem = false;
  }
  states.unused = rarity.unused;
  states.all = chooseForm(situation, abilities, s);
  situation.boundary();
  return mixedStates(states);
}

}  // namespace ptecheck::space_detail

#endif
