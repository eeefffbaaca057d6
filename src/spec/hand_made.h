// SPDX-License-Identifier: GPL-2.0-only
//
// For tests and benchmarks: outcomes made by hand. Starts with an operation that changed nothing
// and offers the legal things that can happen to one entry; a test then adds the one mistake that
// it is about.
#ifndef PTECHECK_SPEC_HAND_MADE_H
#define PTECHECK_SPEC_HAND_MADE_H

#include <cstddef>
#include <memory>
#include <string>

#include "scenario/flat.h"
#include "scenario/text.h"

namespace ptecheck {

// A scenario from the table of its entries ("page A B\n0 wE -\n..."), completed by the same VMA for
// A and B, and by whatever further lines it needs.
inline Scenario tabled(const std::string& entries, const std::string& folio = "2 pages, lazyfree",
                       const std::string& vma = "write", const std::string& more = "") {
  const bool two = entries.rfind("page A B", 0) == 0;
  return parseScenario("folio: " + folio + "\nvma A: " + vma + "\n" +
                           (two ? "vma B: " + vma + "\n" : "") + entries +
                           "\noperation: try_to_unmap\n" + more,
                       "test")
      .scenario;
}

template <class F>
typename F::Word encodeEntry(unsigned entry, unsigned pfn, bool shadow_stack) {
  auto pte = F::pfn_pte(pfn, entry & ENTRY_PROTNONE ? F::page_none() : F::page_readonly());
  pte = F::pte_mkold(pte);
  if (entry & ENTRY_DIRTY) pte = F::pte_clear_soft_dirty(F::pte_mkdirty(pte));
  if (entry & ENTRY_WRITE) pte = F::pte_mkwrite(pte, shadow_stack);
  if (entry & ENTRY_YOUNG) pte = F::pte_mkyoung(pte);
  if (entry & ENTRY_SOFT_DIRTY) pte = F::pte_mksoft_dirty(pte);
  if (entry & ENTRY_UFFD_WP) pte = F::pte_mkuffd_wp(pte);
  return pte;
}

template <class F>
class HandMade {
 public:
  // An operation that left everything as it was; no event fired; steps not run.
  explicit HandMade(const Scenario& scenario)
      : s(scenario), o_(std::make_unique<Outcome>()), o(*o_) {
    o = Outcome{};
    o.folio_flags_before = o.folio_flags = s.folio_flags;
    o.processes = s.processes;
    for (unsigned process = 0; process < s.processes; ++process) {
      for (unsigned side = 0; side < 2; ++side)
        o.neighbour_before[process][side] = o.neighbour_after[process][side] = encodeEntry<F>(
            ENTRY_PRESENT | ENTRY_YOUNG, side == 0 ? FOLIO_PFN - 1 : FOLIO_PFN + s.pages, false);
      for (unsigned page = 0; page < s.pages; ++page) {
        const unsigned asked = s.entry[process * s.pages + page];
        EntryResult& e = entry(process, page);
        e.seen = asked == 0 ? SEEN_ZERO : SEEN_FAULT;
        if (asked & ENTRY_OTHER) e.before = encodeEntry<F>(ENTRY_YOUNG, OTHER_PFN + page, false);
        if (asked & ENTRY_SWAPPED)
          e.before = F::swp_entry(SWAP_TYPE, SWAP_OFFSET + MAX_PAGES + page);
        if (asked & ENTRY_PRESENT) {
          e.before = encodeEntry<F>(asked, FOLIO_PFN + page,
                                    (s.vma[process][0].flags & VMA_SHADOW_STACK) != 0);
          e.seen = seenValue(SEEN_ORIGINAL, page);
          ++o.mapcount_before;
        }
        e.after = e.before;
        if (asked & ENTRY_EXCLUSIVE)
          for (unsigned other = 0; other < s.processes; ++other)
            entry(other, page).page_flags = PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_AFTER;
      }
    }
    o.mapcount = o.mapcount_before;
    o.refcount_before = o.refcount = 1 + o.mapcount + s.references + s.pins;
  }

  EntryResult& entry(unsigned process, unsigned page) {
    return o.entry[std::size_t{process} * s.pages + page];
  }

  // Discards a lazyfree entry, with all counters.
  void drop(unsigned process, unsigned page) {
    EntryResult& e = entry(process, page);
    e.after = F::none();
    e.seen = SEEN_ZERO;
    gone(process);
  }

  // Replaces an entry by a swap entry, with all bits and counters.
  void swapOut(unsigned process, unsigned page) {
    EntryResult& e = entry(process, page);
    e.after = F::swp_entry(SWAP_TYPE, SWAP_OFFSET + page);
    if (F::pte_soft_dirty(e.before)) e.after = F::pte_swp_mksoft_dirty(e.after);
    if (F::pte_uffd_wp(e.before)) e.after = F::pte_swp_mkuffd_wp(e.after);
    if (e.page_flags & PAGE_EXCLUSIVE_BEFORE) e.after = F::pte_swp_mkexclusive(e.after);
    if (F::pte_dirty(e.before)) o.folio_flags |= FOLIO_DIRTY;
    gone(process);
    ++o.rss[process][RSS_SWAP];
    for (unsigned other = 0; other < s.processes; ++other) {
      ++entry(other, page).swap_count;
      entry(other, page).page_flags &= PAGE_EXCLUSIVE_BEFORE;
    }
  }

  const Scenario& s;

 private:
  void gone(unsigned process) {
    --o.mapcount;
    --o.refcount;
    --o.rss[process][RSS_ANON];
  }

  std::unique_ptr<Outcome> o_;

 public:
  Outcome& o;
};

}  // namespace ptecheck

#endif
