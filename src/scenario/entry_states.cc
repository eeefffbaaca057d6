// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/entry_states.h"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "scenario/flat.h"

namespace ptecheck {

namespace {

// What a process may do with the page, and whose the page is.
constexpr unsigned short kReadShared = ENTRY_PRESENT;
constexpr unsigned short kReadExclusive = ENTRY_PRESENT | ENTRY_EXCLUSIVE;
constexpr unsigned short kWrite = ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_WRITE;

using States = std::vector<EntryState>;

unsigned weight(EntryState s) {
  return static_cast<unsigned>(std::popcount(s.first) + std::popcount(s.second));
}

void add(States& states, unsigned first, unsigned second = 0) {
  states.push_back({static_cast<unsigned short>(first), static_cast<unsigned short>(second)});
}

// All states of entries in VMAs of this kind. Legal ones only (legal.cc says why): a writable
// entry's page is exclusive, an exclusive page has one mapping, uffd-wp and NUMA hints exclude
// write, a writable shadow-stack entry is dirty.
States build(unsigned vma_flags, bool pair, bool all, bool has_soft_dirty) {
  const bool shadow_stack = (vma_flags & VMA_SHADOW_STACK) != 0;
  const unsigned young_of_core = all ? 0 : ENTRY_YOUNG;
  States states;
  add(states, 0);  // a hole
  if (all) {
    add(states, ENTRY_OTHER);
    add(states, ENTRY_SWAPPED);
  }
  // Of a pair, what a process has alone and cannot write is tried in small folios only: B has no
  // part in it.
  std::vector<unsigned> kinds = {kReadShared};
  if (all || !pair) kinds.push_back(kReadExclusive);
  if (vma_flags & VMA_WRITE) kinds.push_back(kWrite);
  if (vma_flags & VMA_UFFD_WP) {
    kinds.push_back(kReadShared | ENTRY_UFFD_WP);
    if (all || !pair) kinds.push_back(kReadExclusive | ENTRY_UFFD_WP);
  }
  if (all) {
    kinds.push_back(kReadShared | ENTRY_PROTNONE);
    kinds.push_back(kReadExclusive | ENTRY_PROTNONE);
  }
  for (unsigned kind : kinds)
    for (unsigned dirty : {0U, unsigned{ENTRY_DIRTY}})
      for (unsigned soft_dirty : {0U, unsigned{ENTRY_SOFT_DIRTY}})
        for (unsigned young : {0U, unsigned{ENTRY_YOUNG}}) {
          if (young != 0 && !all) continue;
          if (soft_dirty != 0 && !has_soft_dirty) continue;
          if (shadow_stack && (kind & ENTRY_WRITE) && dirty == 0) continue;
          const unsigned first = kind | dirty | soft_dirty | young | young_of_core;
          const bool shared_by_both = pair && !(kind & ENTRY_EXCLUSIVE);
          if (all || !shared_by_both) add(states, first);
          if (!shared_by_both) continue;
          // Shared with B: each has its own dirty bit (and the same soft-dirty bit, as fork copies
          // it).
          for (unsigned other_dirty : {0U, unsigned{ENTRY_DIRTY}})
            add(states, first, kReadShared | other_dirty | soft_dirty | young | young_of_core);
        }
  if (pair) {  // A has given the page up: it is B's alone
    const unsigned young = ENTRY_YOUNG;
    add(states, 0, kReadShared | young);
    if (all) add(states, 0, kReadShared | young | ENTRY_DIRTY);
    if (all && (vma_flags & VMA_WRITE)) add(states, 0, kWrite | young | ENTRY_DIRTY);
  }
  std::stable_sort(states.begin(), states.end(),
                   [](EntryState a, EntryState b) { return weight(a) < weight(b); });
  return states;
}

}  // namespace

EntryStates entryStates(unsigned vma_flags, bool pair, bool all, bool soft_dirty) {
  // Built once: what is legal depends on three flags of the VMA only.
  constexpr unsigned kKinds = 8, kForms = 8;
  static const std::array<States, kKinds* kForms> tables = [] {
    std::array<States, kKinds * kForms> result;
    for (unsigned kind = 0; kind < kKinds; ++kind)
      for (unsigned form = 0; form < kForms; ++form) {
        const unsigned flags = (kind & 1 ? unsigned{VMA_WRITE} : 0U) |
                               (kind & 2 ? unsigned{VMA_UFFD_WP} : 0U) |
                               (kind & 4 ? unsigned{VMA_SHADOW_STACK} : 0U);
        result[kind * kForms + form] =
            build(flags, (form & 1) != 0, (form & 2) != 0, (form & 4) != 0);
      }
    return result;
  }();
  const unsigned kind = (vma_flags & VMA_WRITE ? 1U : 0U) | (vma_flags & VMA_UFFD_WP ? 2U : 0U) |
                        (vma_flags & VMA_SHADOW_STACK ? 4U : 0U);
  return tables[kind * kForms + (pair ? 1U : 0U) + (all ? 2U : 0U) + (soft_dirty ? 4U : 0U)];
}

}  // namespace ptecheck
