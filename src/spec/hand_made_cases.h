// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: outcomes made by hand of every case but plain reclaim (hand_made.h has that one).
// Starts with an operation that changed nothing; a test replaces entries, runs steps, and then adds
// the one mistake that it is about.
#ifndef PTECHECK_SPEC_HAND_MADE_CASES_H
#define PTECHECK_SPEC_HAND_MADE_CASES_H

#include <cstddef>
#include <initializer_list>
#include <memory>

#include "pte/swap_entries.h"
#include "scenario/flat.h"
#include "spec/hand_made.h"
#include "spec/reading.h"

namespace ptecheck {

inline Scenario unmapping(unsigned pages, unsigned folio_flags,
                          std::initializer_list<unsigned> entries, unsigned vma_flags = VMA_WRITE,
                          unsigned operation = OPERATION_TRY_TO_UNMAP) {
  Scenario s{};
  s.pages = static_cast<unsigned short>(pages);
  s.processes = static_cast<unsigned char>(entries.size() / pages);
  s.operation = static_cast<unsigned char>(operation);
  s.folio_flags = static_cast<unsigned short>(folio_flags | FOLIO_UPTODATE | FOLIO_LOCKED);
  for (unsigned p = 0; p < s.processes; ++p)
    s.vma[p][0].flags = static_cast<unsigned short>(vma_flags);
  std::size_t i = 0;
  for (unsigned entry : entries) s.entry[i++] = static_cast<unsigned short>(entry);
  return s;
}

inline Scenario migrating(unsigned pages, unsigned folio_flags,
                          std::initializer_list<unsigned> entries, unsigned vma_flags = VMA_WRITE) {
  return unmapping(pages, folio_flags, entries, vma_flags, OPERATION_TRY_TO_MIGRATE);
}

inline void addStep(Scenario& s, unsigned action, unsigned process = 0) {
  s.step[s.steps++] = {static_cast<unsigned char>(action), static_cast<unsigned char>(process),
                       ALL_PAGES};
}

template <class F>
class HandMadeCase {
 public:
  using Word = typename F::Word;

  explicit HandMadeCase(const Scenario& scenario)
      : s(scenario), o_(std::make_unique<Outcome>()), o(*o_) {
    o = Outcome{};
    o.folio_flags_before = o.folio_flags = s.folio_flags;
    o.processes = s.processes;
    for (unsigned p = 0; p < s.processes; ++p)
      for (unsigned page = 0; page < s.pages; ++page) {
        const unsigned asked = s.entry[p * s.pages + page];
        EntryResult& e = entry(p, page);
        e.before = e.after = e.end = encode(asked, page);
        e.seen = asked == 0 ? SEEN_ZERO : SEEN_FAULT;
        if (entryMaps(asked) || (asked & ENTRY_SWAP) || (s.folio_flags & FOLIO_FILE))
          e.seen = seenValue(SEEN_ORIGINAL, page);
        if (entryMaps(asked)) ++o.mapcount_before;
        if (entryMaps(asked) && (asked & ENTRY_EXCLUSIVE)) flagPage(page, 7);
      }
    o.mapcount = o.mapcount_end = o.mapcount_before;
    o.refcount_before = o.refcount = 1 + o.mapcount + s.references + s.pins;
  }

  EntryResult& entry(unsigned p, unsigned page) { return o.entry[std::size_t{p} * s.pages + page]; }

  static Word swapForm(SwapKind kind, unsigned pfn, unsigned bits) {
    const SwapEntries<F> entries = swapEntries<F>();
    return flagged(entries.make(kind, pfn), bits & ~unsigned{ENTRY_EXCLUSIVE});
  }
  // A migration entry of what `bits` say.
  static Word migration(unsigned bits, unsigned page) {
    const SwapEntries<F> entries = swapEntries<F>();
    Word pte = entries.make(bits & ENTRY_WRITE       ? SwapKind::kMigrationWrite
                            : bits & ENTRY_EXCLUSIVE ? SwapKind::kMigrationReadExclusive
                                                     : SwapKind::kMigrationRead,
                            FOLIO_PFN + page);
    if (bits & ENTRY_DIRTY) pte = entries.make_migration_entry_dirty(pte);
    if (bits & ENTRY_YOUNG) pte = entries.make_migration_entry_young(pte);
    return flagged(pte, bits & ~unsigned{ENTRY_EXCLUSIVE});
  }
  static Word swap(unsigned bits, unsigned page) {
    return flagged(F::swp_entry(SWAP_TYPE, SWAP_OFFSET + page), bits);
  }
  static Word present(unsigned bits, unsigned pfn) { return encodeEntry<F>(bits, pfn, false); }
  static Word marker() { return swapEntries<F>().make_pte_marker(SwapEntries<F>::kMarkerUffdWp); }

  // Replaces an entry, with the counters that follow. What it may not be is up to the test.
  void replace(unsigned p, unsigned page, Word with) {
    EntryResult& e = entry(p, page);
    e.after = e.end = with;
    --o.mapcount, --o.mapcount_end, --o.refcount;
    const Reading now = spec_detail::readEntry<F>(with);
    if (now.form != spec_detail::EntryForm::kMigration) countRss(p, folioKind(), -1);
    if (now.form == spec_detail::EntryForm::kSwap) {
      countRss(p, RSS_SWAP, 1);
      for (unsigned other = 0; other < s.processes; ++other) ++entry(other, page).swap_count;
    }
    if (now.form == spec_detail::EntryForm::kSwap || now.form == spec_detail::EntryForm::kMigration)
      flagPage(page, entry(p, page).page_flags & PAGE_EXCLUSIVE_BEFORE);
  }

  // After the steps: what an entry became, in a place that has `mapped` mappings of the folio more.
  void end(unsigned p, unsigned page, Word now, int mapped, int swap_rss = 0) {
    entry(p, page).end = now;
    o.mapcount_end += mapped;
    o.rss_end[p][RSS_SWAP] += swap_rss;
    if (swap_rss != 0) o.rss_end[p][folioKind()] -= swap_rss;
  }
  // The next process, of which nothing is known yet.
  void forkedChild() {
    const unsigned child = o.processes++;
    for (unsigned page = 0; page < s.pages; ++page) {
      entry(child, page) = EntryResult{};
      entry(child, page).seen = seenValue(SEEN_ORIGINAL, page);
      entry(child, page).page_flags = entry(0, page).page_flags;
    }
  }
  void childHas(unsigned p, unsigned page, Word now, bool mapped, unsigned kind) {
    entry(p, page).end = now;
    o.mapcount_end += mapped;
    ++o.rss_end[p][kind];
  }
  void allStepsDone() { o.steps_done = s.steps; }

  // PAGE_* of a page, in the records of all processes.
  void flagPage(unsigned page, unsigned flags) {
    for (unsigned p = 0; p < o.processes; ++p)
      entry(p, page).page_flags = static_cast<unsigned char>(flags);
  }

  Scenario s;

 private:
  using Reading = spec_detail::Reading;

  unsigned folioKind() const {
    if (!(s.folio_flags & FOLIO_FILE)) return RSS_ANON;
    return s.folio_flags & FOLIO_SWAPBACKED ? RSS_SHMEM : RSS_FILE;
  }
  void countRss(unsigned p, unsigned kind, int change) {
    o.rss[p][kind] += change;
    o.rss_end[p][kind] += change;
  }
  static Word flagged(Word pte, unsigned bits) {
    if (bits & ENTRY_SOFT_DIRTY) pte = F::pte_swp_mksoft_dirty(pte);
    if (bits & ENTRY_UFFD_WP) pte = F::pte_swp_mkuffd_wp(pte);
    if (bits & ENTRY_EXCLUSIVE) pte = F::pte_swp_mkexclusive(pte);
    return pte;
  }
  static Word encode(unsigned asked, unsigned page) {
    const bool write = (asked & ENTRY_WRITE) != 0;
    if (asked & ENTRY_PRESENT) return present(asked, FOLIO_PFN + page);
    if (asked & ENTRY_OTHER) return present(ENTRY_YOUNG, OTHER_PFN + page);
    if (asked & ENTRY_SWAP) return swap(asked, page);
    if (asked & ENTRY_MARKER) return marker();
    if (asked & ENTRY_DEVICE_EXCLUSIVE)
      return swapForm(write ? SwapKind::kDeviceExclusiveWrite : SwapKind::kDeviceExclusiveRead,
                      FOLIO_PFN + page, asked);
    if (asked & ENTRY_DEVICE_PRIVATE)
      return swapForm(write ? SwapKind::kDevicePrivateWrite : SwapKind::kDevicePrivateRead,
                      FOLIO_PFN + page, asked);
    return F::none();
  }

  std::unique_ptr<Outcome> o_;

 public:
  Outcome& o;
};

}  // namespace ptecheck

#endif
