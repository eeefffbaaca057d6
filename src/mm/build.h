// SPDX-License-Identifier: GPL-2.0-only
//
// From a Scenario to the modelled system. Entries are made by the steps a kernel would take: the
// read-only protection of the VMA, then young, write, dirty, soft-dirty, uffd-wp and PROT_NONE, so
// that what a format cannot express, or expresses by moving bits, comes out as in the kernel. Where
// a format has contiguous blocks and the scenario wants them, they are folded last.
//
// Nearly all scenarios have nothing but present entries and holes; those are looked up. What else
// there is (kRare) is made one by one.
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
  if (bits & ENTRY_UNUSED) pte = F::pte_mkunused(pte);
  if (bits & ENTRY_PROTNONE) pte = F::pte_modify(pte, F::page_none());
  return pte;
}

// Entries, folios and VMAs that only the code for all cases (unmap_all.h, migrate.h) knows.
inline constexpr unsigned kRareEntries =
    ENTRY_UNUSED | ENTRY_SWAP | ENTRY_DEVICE_EXCLUSIVE | ENTRY_DEVICE_PRIVATE | ENTRY_MARKER;

// An entry in swap form for page `page` of the folio.
template <EntryFormat F>
typename F::Word swapFormEntry(unsigned bits, int page) {
  using Word = typename F::Word;
  constexpr SwapEntries<F> kEntries = swapEntries<F>();
  const Word pfn = Word(FOLIO_PFN) + Word(static_cast<long>(page));
  const bool write = (bits & ENTRY_WRITE) != 0;
  Word pte;
  if (bits & ENTRY_MARKER) {
    return kEntries.make_pte_marker(Word(kEntries.kMarkerUffdWp));
  } else if (bits & ENTRY_SWAP) {
    pte = F::swp_entry(Word(SWAP_TYPE), pfn - Word(FOLIO_PFN) + Word(SWAP_OFFSET));
    if (bits & ENTRY_EXCLUSIVE) pte = F::pte_swp_mkexclusive(pte);
  } else if (bits & ENTRY_DEVICE_EXCLUSIVE) {
    pte = kEntries.make(write ? SwapKind::kDeviceExclusiveWrite : SwapKind::kDeviceExclusiveRead,
                        pfn);
  } else {
    pte = kEntries.make(write ? SwapKind::kDevicePrivateWrite : SwapKind::kDevicePrivateRead, pfn);
  }
  if (bits & ENTRY_SOFT_DIRTY) pte = F::pte_swp_mksoft_dirty(pte);
  if (bits & ENTRY_UFFD_WP) pte = F::pte_swp_mkuffd_wp(pte);
  return pte;
}

// The entry that __split_huge_pmd_locked() makes of a huge one. The NUMA hint is not passed on, and
// pte_mkdirty() may set soft-dirty.
template <EntryFormat F>
typename F::Word splitEntry(unsigned bits, bool shadow_stack, int page) {
  using Word = typename F::Word;
  Word pte = F::pfn_pte(Word(FOLIO_PFN) + Word(static_cast<long>(page)), F::page_readonly());
  if (bits & ENTRY_WRITE) pte = F::pte_mkwrite(pte, shadow_stack);
  if (!(bits & ENTRY_YOUNG)) pte = F::pte_mkold(pte);
  if (bits & ENTRY_DIRTY) pte = F::pte_mkdirty(pte);
  if (bits & ENTRY_SOFT_DIRTY) pte = F::pte_mksoft_dirty(pte);
  if (bits & ENTRY_UFFD_WP) pte = F::pte_mkuffd_wp(pte);
  return pte;
}

// Does a process's PMD become migration entries at once ("freeze"), without present ones in
// between? Unless the page may be pinned, so that it has to stay exclusive.
inline bool freezes(const Scenario& s, unsigned process) {
  const unsigned first = s.entry[unsigned{process} * s.pages];
  return (s.pmd_mapped >> process & 1) && s.operation == OPERATION_TRY_TO_MIGRATE &&
         !(s.pins != 0 && (first & ENTRY_EXCLUSIVE));
}

// All entries that a scenario can ask for, holes included, made once: building is then looking up.
template <EntryFormat F>
class EntryTable {
 public:
  using Word = typename F::Word;

  EntryTable() {
    for (unsigned shadow_stack = 0; shadow_stack < 2; ++shadow_stack)
      for (unsigned bits = 0; bits < kCombinations; ++bits)
        for (unsigned page = 0; page < 2; ++page) {
          const Word pte = entry(bits, shadow_stack != 0, Word(page));
          Made& made = made_[shadow_stack][bits];
          (page == 0 ? made.first : made.step) = page == 0 ? pte : pte - made.first;
          if (bits & ENTRY_PRESENT) {
            made.page.mapcount = 1;
            if (bits & ENTRY_EXCLUSIVE) made.page.flags = Page::kBuiltExclusive;
          }
        }
  }

  struct Made {
    Word first;  // for page 0
    Word step;  // from one page to the next: page frames and swap offsets are linear in all formats
    Page page;  // as this entry alone makes it

    // Where the folio's page `page` belongs; -1 and folio.pages are its neighbours' places.
    Word at(int place) const { return first + step * Word(static_cast<long>(place)); }
  };
  // Of entries in one kind of VMA, by their ENTRY_* modulo kCombinations.
  const Made* in(bool shadow_stack) const { return made_[shadow_stack ? 1 : 0].data(); }

  Word make(unsigned bits, bool shadow_stack, int place) const {
    return in(shadow_stack)[bits % kCombinations].at(place);
  }

  static constexpr unsigned kCombinations = 2 * ENTRY_SWAPPED;

 private:
  static Word entry(unsigned bits, bool shadow_stack, Word page) {
    if (bits & ENTRY_PRESENT) return presentEntry<F>(Word(FOLIO_PFN) + page, bits, shadow_stack);
    if (bits & ENTRY_OTHER) return presentEntry<F>(Word(OTHER_PFN) + page, ENTRY_YOUNG, false);
    if (bits & ENTRY_SWAPPED)
      return F::swp_entry(Word(SWAP_TYPE), Word(SWAP_OFFSET + MAX_PAGES) + page);
    return F::none();
  }

  std::array<std::array<Made, kCombinations>, 2> made_;
};

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
    w.pmd_mapped = s.pmd_mapped;
    w.folio.pages = s.pages;
    w.folio.pfn = FOLIO_PFN;
    w.folio.flags = s.folio_flags;
    w.page(~0U) = w.page(s.pages) = {};
    met_ = vma_flags_ = 0;
    int mapped = buildProcess<true>(s, w, 0, out);
    for (unsigned p = 1; p < s.processes; ++p) mapped += buildProcess<false>(s, w, p, out);
    if ((met_ & kRareEntries) | s.pmd_mapped) [[unlikely]] {
      mapped = buildRare(s, w, out);
    }
    if constexpr (F::kContiguous > 1) {
      if (s.folded || s.pmd_mapped) fold(s, w, out);
    }
    w.folio.mapcount = mapped;
    w.folio.refcount = 1 + mapped + s.references;
    if (w.folio.has(FOLIO_SWAPCACHE)) w.folio.refcount += s.pages;
    if (w.folio.has(FOLIO_FILE)) w.folio.refcount += s.pages;
    // A pin is a reference and is counted; in a small folio it is 1024 references instead.
    w.folio.refcount += w.folio.large() ? s.pins : s.pins * kPinBias;
    w.folio.pincount = w.folio.large() ? s.pins : 0;
  }

  // Of what was built last: ENTRY_* of all the folio's entries, VMA_* of all VMAs, ORed.
  unsigned entriesMet() const { return met_; }
  unsigned vmaFlagsMet() const { return vma_flags_; }

 private:
  using Word = typename F::Word;

  // Empties what the last scenario left behind where this one will not write.
  void clean(World<F>& w, unsigned first, unsigned pages, unsigned processes) {
    if (first == first_ && pages == pages_ && w.processes <= processes) return;
    const unsigned from = first_ == 0 ? 0 : first_ - 1;
    const unsigned to = std::min(first_ + pages_ + 1, kSlots);
    // In the same place, only processes that are no more.
    for (unsigned p = first == first_ && pages == pages_ ? processes : 0; p < w.processes; ++p)
      std::fill(w.mm[p].pte.begin() + from, w.mm[p].pte.begin() + to, F::none());
    first_ = first;
    pages_ = pages;
  }

  // Returns the number of mappings. `kFirst`: nothing is known of the folio's pages yet.
  template <bool kFirst>
  int buildProcess(const Scenario& s, World<F>& w, unsigned p, Outcome& out) {
    Mm<F>& mm = w.mm[p];
    mm.rss = {};
    mm.tlb_flush_batched = 0;
    const unsigned first = w.first, pages = s.pages, split = s.split[p];
    const unsigned border = split != 0 ? first + split : kSlots;
    mm.vmas = split != 0 ? 2 : 1;
    mm.vma[0] = {s.vma[p][0].flags, 0, border};
    mm.vma[1] = {s.vma[p][1].flags, border, kSlots};
    vma_flags_ |= mm.vma[0].flags | mm.vma[1].flags;
    const unsigned first_part = split != 0 ? split : pages;
    const unsigned short* entry = s.entry + p * pages;
    const bool shadow_stack = mm.vma[0].has(VMA_SHADOW_STACK);
    bool last_shadow_stack = shadow_stack;
    Word* ptep = &mm.pte[first];
    EntryResult* result = out.entry + p * pages;
    Page* page = &w.page(0);
    int mapped = buildRange<kFirst>(entry, ptep, result, page, 0, first_part, shadow_stack);
    if (first_part < pages) {
      last_shadow_stack = mm.vma[1].has(VMA_SHADOW_STACK);
      mapped += buildRange<kFirst>(entry, ptep, result, page, first_part, pages, last_shadow_stack);
    }
    out.neighbour_before[p][0] = F::none();
    if (first != 0) ptep[-1] = out.neighbour_before[p][0] = neighbour(entry[0], shadow_stack, -1);
    ptep[pages] = out.neighbour_before[p][1] =
        neighbour(entry[pages - 1], last_shadow_stack, static_cast<int>(pages));
    return mapped;
  }

  // Pages [from, to), which share a VMA.
  template <bool kFirst>
  int buildRange(const unsigned short* entry, Word* ptep, EntryResult* result, Page* page,
                 unsigned from, unsigned to, bool shadow_stack) {
    const auto* table = table_.in(shadow_stack);
    int mapped = 0;
    unsigned met = 0;
    for (unsigned i = from; i < to; ++i) {
      const unsigned bits = entry[i];
      const auto& made = table[bits % EntryTable<F>::kCombinations];
      ptep[i] = result[i].before = made.at(static_cast<int>(i));
      mapped += made.page.mapcount;
      met |= bits;
      if constexpr (kFirst) {
        page[i] = made.page;
      } else {
        page[i].mapcount = static_cast<short>(page[i].mapcount + made.page.mapcount);
        page[i].flags = static_cast<unsigned short>(page[i].flags | made.page.flags);
      }
    }
    met_ |= met;
    return mapped;
  }

  // The folio's entries once more, of all kinds. Returns the number of mappings.
  [[gnu::noinline]] static int buildRare(const Scenario& s, World<F>& w, Outcome& out) {
    int mapped = 0;
    for (unsigned i = 0; i < s.pages; ++i) w.page(i) = {};
    for (unsigned p = 0; p < s.processes; ++p)
      for (unsigned i = 0; i < s.pages; ++i) {
        const unsigned bits = s.entry[p * s.pages + i];
        Word& pte = w.mm[p].pte[w.first + i];
        const bool shadow_stack = w.mm[p].vmaOf(w.first + i).has(VMA_SHADOW_STACK);
        const int page = static_cast<int>(i);
        if (bits & (kRareEntries & ~unsigned{ENTRY_UNUSED})) {
          pte = swapFormEntry<F>(bits, page);
        } else if (freezes(s, p)) {
          pte = presentEntry<F>(Word(FOLIO_PFN) + Word(i), bits & ~unsigned{ENTRY_PROTNONE},
                                shadow_stack);
        } else if (s.pmd_mapped >> p & 1) {
          pte = splitEntry<F>(bits, shadow_stack, page);
        } else if (bits & ENTRY_PRESENT) {
          pte = presentEntry<F>(Word(FOLIO_PFN) + Word(i), bits, shadow_stack);
        }
        out.entry[p * s.pages + i].before = pte;
        if (!entryMaps(bits)) continue;
        ++mapped;
        ++w.page(i).mapcount;
        if (bits & ENTRY_EXCLUSIVE)
          w.page(i).flags = static_cast<unsigned short>(w.page(i).flags | Page::kBuiltExclusive);
      }
    for (unsigned p = 0; p < s.processes; ++p) buildUnusedNeighbours(s, w, p, out);
    return mapped;
  }

  // Neighbours of unused entries are unused, too, which the table of entries has no room for.
  static void buildUnusedNeighbours(const Scenario& s, World<F>& w, unsigned p, Outcome& out) {
    for (unsigned side = 0; side < 2; ++side) {
      const unsigned page = side == 0 ? 0 : s.pages - 1;
      const unsigned bits = s.entry[p * s.pages + page];
      if (!(bits & ENTRY_PRESENT) || !(bits & ENTRY_UNUSED) || (side == 0 && w.first == 0))
        continue;
      const bool shadow_stack = w.mm[p].vmaOf(w.first + page).has(VMA_SHADOW_STACK);
      const Word pfn = side == 0 ? Word(FOLIO_PFN - 1) : Word(FOLIO_PFN + s.pages);
      const unsigned slot = side == 0 ? w.first - 1 : w.first + s.pages;
      w.mm[p].pte[slot] = out.neighbour_before[p][side] = presentEntry<F>(pfn, bits, shadow_stack);
    }
  }

  // Every block that may be one becomes one.
  static void fold(const Scenario& s, World<F>& w, Outcome& out) {
    TlbFlushes not_counted;
    for (unsigned p = 0; p < w.processes; ++p) {
      // A huge mapping is split with set_ptes(), which makes whole blocks.
      if ((!s.folded && !(s.pmd_mapped >> p & 1)) || freezes(s, p)) continue;
      Word* ptep = w.mm[p].pte.data();
      PageTable<F, Folio> table(ptep, w.folio, not_counted);
      for (unsigned slot = w.first; slot < w.first + w.folio.pages; ++slot)
        table.contpte_try_fold(slot, ptep[slot]);
      for (unsigned i = 0; i < w.folio.pages; ++i)
        out.entry[p * w.folio.pages + i].before = ptep[w.first + i];
    }
  }

  // The entry beside the folio, like the nearest of the folio's but for the page frame.
  Word neighbour(unsigned nearest, bool shadow_stack, int page) const {
    const unsigned plain = ENTRY_PRESENT | ENTRY_YOUNG | ENTRY_EXCLUSIVE;
    return table_.make(nearest & ENTRY_PRESENT ? nearest : plain, shadow_stack, page);
  }

  EntryTable<F> table_;
  unsigned first_ = 0, pages_ = 0;
  unsigned met_ = 0, vma_flags_ = 0;
};

}  // namespace ptecheck

#endif
