// SPDX-License-Identifier: GPL-2.0-only
//
// From a Scenario to the modelled system. Entries are made by the steps a kernel would take: the
// read-only protection of the VMA, then young, write, dirty, soft-dirty, uffd-wp and PROT_NONE, so
// that what a format cannot express, or expresses by moving bits, comes out as in the kernel.
#ifndef PTECHECK_MM_BUILD_H
#define PTECHECK_MM_BUILD_H

#include <algorithm>
#include <array>

#include "mm/world.h"
#include "pte/format.h"
#include "scenario/flat.h"

namespace ptecheck {

// The entry that ENTRY_* `bits` (with ENTRY_PRESENT) ask for, mapping page frame `pfn`. In a
// shadow-stack VMA ENTRY_WRITE makes a shadow-stack entry: after dirty, which would undo it, and
// before uffd-wp, which must.
template <EntryFormat F>
typename F::Word presentEntry(typename F::Word pfn, unsigned bits, bool shadow_stack) {
  typename F::Word pte = F::pfn_pte(pfn, F::page_readonly());
  pte = bits & ENTRY_YOUNG ? F::pte_mkyoung(pte) : F::pte_mkold(pte);
  if ((bits & ENTRY_WRITE) && !shadow_stack) pte = F::pte_mkwrite_novma(pte);
  pte = bits & ENTRY_DIRTY ? F::pte_mkdirty(pte) : F::pte_mkclean(pte);
  pte = bits & ENTRY_SOFT_DIRTY ? F::pte_mksoft_dirty(pte) : F::pte_clear_soft_dirty(pte);
  if ((bits & ENTRY_WRITE) && shadow_stack) pte = F::pte_mkwrite(pte, true);
  if (bits & ENTRY_UFFD_WP) pte = F::pte_mkuffd_wp(pte);
  if (bits & ENTRY_PROTNONE) pte = F::pte_modify(pte, F::page_none());
  return pte;
}

// All entries of the folio, made once: building a scenario is then a matter of looking up.
template <EntryFormat F>
class EntryTable {
 public:
  using Word = typename F::Word;

  EntryTable() {
    for (unsigned shadow_stack = 0; shadow_stack < 2; ++shadow_stack)
      for (unsigned bits = 0; bits < kCombinations; ++bits) {
        const Word pte = presentEntry<F>(FOLIO_PFN, bits | ENTRY_PRESENT, shadow_stack != 0);
        made_[shadow_stack][bits] = {pte, F::pte_advance_pfn(pte, Word(1)) - pte};
      }
  }

  // Of the folio's page `page`; -1 and folio.pages are its neighbours'.
  Word make(unsigned bits, bool shadow_stack, unsigned page) const {
    const Made& made = made_[shadow_stack ? 1 : 0][bits % kCombinations];
    return made.first + made.step * Word(static_cast<long>(static_cast<int>(page)));
  }

 private:
  static constexpr unsigned kCombinations = 1U << 8;  // up to ENTRY_PROTNONE
  struct Made {
    Word first;  // maps the folio's page 0
    Word step;   // from one page to the next
  };
  std::array<std::array<Made, kCombinations>, 2> made_;
};

// Empties what the last scenario left behind, if the next one does not overwrite it.
template <EntryFormat F>
class Building {
 public:
  // Also fills in what the outcome says about the state before: entries, neighbours, counters.
  void build(const Scenario& s, World<F>& w, Outcome& out) {
    const unsigned first = scenarioFirstSlot(&s);
    clean(w, first, s.pages, s.processes);
    w.first = first;
    w.processes = s.processes;
    w.tlb = {};
    w.ttu = s.ttu;
    w.remote_cpu = s.remote_cpu != 0;
    w.event = s.event;
    w.event_at = s.event_at;
    w.event_chances = 0;
    w.event_fired = false;
    w.batches = w.batched_entries = w.outside = w.warnings = 0;
    w.folio.pages = s.pages;
    w.folio.flags = s.folio_flags;
    for (unsigned i = 0; i < s.pages + 2U; ++i) w.page_storage[i] = {};
    int mapped = 0;
    for (unsigned p = 0; p < s.processes; ++p) mapped += buildProcess(s, w, p, out);
    w.folio.mapcount = mapped;
    w.folio.refcount = 1 + mapped + s.references;
    if (w.folio.has(FOLIO_SWAPCACHE)) w.folio.refcount += s.pages;
    // A pin is a reference and is counted; in a small folio it is 1024 references instead.
    w.folio.refcount += w.folio.large() ? s.pins : s.pins * kPinBias;
    w.folio.pincount = w.folio.large() ? s.pins : 0;
  }

 private:
  using Word = typename F::Word;

  void clean(World<F>& w, unsigned first, unsigned pages, unsigned processes) {
    if (first == first_ && pages == pages_ && w.processes <= processes) return;
    const unsigned from = first_ == 0 ? 0 : first_ - 1;
    const unsigned to = std::min(first_ + pages_ + 1, kSlots);
    for (unsigned p = 0; p < w.processes; ++p)
      std::fill(w.mm[p].pte.begin() + from, w.mm[p].pte.begin() + to, F::none());
    first_ = first;
    pages_ = pages;
  }

  int buildProcess(const Scenario& s, World<F>& w, unsigned p, Outcome& out) {
    Mm<F>& mm = w.mm[p];
    mm.rss = {};
    mm.tlb_flush_batched = 0;
    const unsigned split = s.split[p];
    mm.vmas = split != 0 ? 2 : 1;
    mm.vma[0] = {s.vma[p][0].flags, 0, split != 0 ? w.first + split : kSlots};
    if (split != 0) mm.vma[1] = {s.vma[p][1].flags, w.first + split, kSlots};
    const unsigned first_part = split != 0 ? split : s.pages;
    const unsigned short* entry = s.entry + p * s.pages;
    EntryResult* result = out.entry + p * s.pages;
    const bool shadow_stack = mm.vma[0].has(VMA_SHADOW_STACK);
    const bool last_shadow_stack =
        first_part < s.pages ? mm.vma[1].has(VMA_SHADOW_STACK) : shadow_stack;
    int mapped = buildRange(w, mm, entry, result, 0, first_part, shadow_stack);
    mapped += buildRange(w, mm, entry, result, first_part, s.pages, last_shadow_stack);
    const auto neighbour = [&](unsigned nearest, bool in_shadow_stack, unsigned page) {
      const unsigned bits =
          nearest & ENTRY_PRESENT ? nearest : unsigned{ENTRY_YOUNG | ENTRY_EXCLUSIVE};
      const Word pte = table_.make(bits, in_shadow_stack, page);
      mm.pte[w.first + page] = pte;
      return pte;
    };
    out.neighbour_before[p][0] = w.first == 0 ? F::none() : neighbour(entry[0], shadow_stack, ~0U);
    out.neighbour_before[p][1] = neighbour(entry[s.pages - 1], last_shadow_stack, s.pages);
    return mapped;
  }

  // Pages [from, to), which share a VMA. Returns how many are mapped.
  int buildRange(World<F>& w, Mm<F>& mm, const unsigned short* entry, EntryResult* result,
                 unsigned from, unsigned to, bool shadow_stack) {
    int mapped = 0;
    for (unsigned i = from; i < to; ++i) {
      const unsigned bits = entry[i];
      Word pte = F::none();
      if (bits & ENTRY_PRESENT) {
        pte = table_.make(bits, shadow_stack, i);
        Page& page = w.page(i);
        ++page.mapcount;
        ++mapped;
        page.exclusive = page.exclusive || (bits & ENTRY_EXCLUSIVE);
        page.was_exclusive = page.exclusive;
      } else if (bits & ENTRY_OTHER) {
        pte = presentEntry<F>(Word(OTHER_PFN + i), ENTRY_YOUNG, false);
      } else if (bits & ENTRY_SWAPPED) {
        pte = F::swp_entry(Word(SWAP_TYPE), Word(SWAP_OFFSET + MAX_PAGES + i));
      }
      mm.pte[w.first + i] = pte;
      result[i].before = pte;
    }
    return mapped;
  }

  EntryTable<F> table_;
  unsigned first_ = 0, pages_ = 0;
};

}  // namespace ptecheck

#endif
