// SPDX-License-Identifier: GPL-2.0-only
//
// The rules themselves, as one walk over an outcome that reports each broken rule to a sink.
// judge() uses it with a sink that only collects bits, and compiles to straight code; explain()
// with one that remembers where and why. So the fast verdict and its explanation cannot drift
// apart.
//
// Everything is judged from the raw entries as the subject built them (`before`) against the raw
// entries it left (`after`), never from the entry asked for: an architecture without soft-dirty
// cannot lose it. Only *which* entries belong to the folio is taken from the scenario.
//
// One mistake should break one rule, so that the name of the rule leads to the mistake. The
// borders:
//
//   - A writable entry on a page that lost PageAnonExclusive is exclusive-broken if the entry
//     could be written before, write-gained if it could not.
//   - An entry that is gone is entry-lost if its folio does not allow that (swap-backed: it needs
//     a swap entry) or no counter acknowledges it; dirty-lost if it was discarded although written
//     (see below); legal otherwise. Counters that contradict each other, or count more than is
//     gone, are accounting.
//   - What happens to entries that are none of the operation's business (the neighbouring folio,
//     holes, mlocked entries) is batch-bounds; the counters are expected to follow even there.
//   - contents looks at what processes read, at nothing else. It is the net under all other rules,
//     and the only rule that sees mistakes of the fault handler.
//   - An entry wrongly marked contiguous is block-broken, and for all other rules not marked at
//     all.
//
// What is dirty-lost: lazyfree reclaim may drop a page if nobody wrote to it since MADV_FREE, and
// nobody can be writing to it. The first shows in the entry's own dirty bit or in the folio's flag.
// (The dirty bit of *another* process that shares the page protects that process only: MADV_FREE is
// a promise of the one who called it.) The second shows in the references: an extra one may be a
// get_user_pages() user that will write and dirty the folio later (commit 6c8e2a256915 names the
// data loss). VM_DROPPABLE memory may be dropped dirty, but not under a reference
// (try_to_unmap_one, 6.12).
#ifndef PTECHECK_SPEC_INSPECT_H
#define PTECHECK_SPEC_INSPECT_H

#include <array>
#include <cstddef>

#include "scenario/flat.h"
#include "spec/blocks.h"
#include "spec/cases.h"
#include "spec/contents.h"
#include "spec/identity.h"
#include "spec/reasons.h"
#include "spec/rules.h"

namespace ptecheck::spec_detail {

// The facts about a scenario that every entry is judged by.
struct Frame {
  unsigned pages;
  bool lazyfree;            // the folio, before
  bool swapcache;           // it has swap slots
  bool folio_dirty_before;  // a write that no entry shows
  bool folio_dirty_after;
  bool pinned;
  bool held;          // nothing may be dropped: somebody else holds a reference
  bool mlock_counts;  // VM_LOCKED entries must not be touched
};

inline Frame frameOf(const Scenario& s, const Outcome& o) {
  Frame f;
  f.pages = s.pages;
  f.lazyfree = !(o.folio_flags_before & FOLIO_SWAPBACKED);
  f.swapcache = (o.folio_flags_before & FOLIO_SWAPCACHE) != 0;
  f.folio_dirty_before = (o.folio_flags_before & FOLIO_DIRTY) != 0;
  f.folio_dirty_after = (o.folio_flags & FOLIO_DIRTY) != 0;
  f.pinned = s.pins != 0;
  f.held = s.references != 0 || s.pins != 0 ||
           (o.event_fired && s.event == EVENT_REFERENCE && s.event_at == 1);
  f.mlock_counts = !(s.ttu & UNMAP_IGNORE_MLOCK);
  return f;
}

// What happened to the entries, to be compared with the counters.
struct Tally {
  int mapped = 0;                          // entries of the folio, before
  std::array<int, MAX_PROCESSES> gone;     // present before and not after, foreign entries included
  std::array<int, MAX_PROCESSES> swapped;  // of those: replaced by a swap entry
  bool dropped_wrongly = false;            // some entry was dropped that must not be
};

// An entry of the folio that is present before and is no longer.
template <class F, class Sink>
inline void inspectReplaced(const Frame& f, unsigned process, unsigned page, unsigned vma_flags,
                            const EntryResult& e, Tally& tally, Sink& sink) {
  const bool droppable = (vma_flags & VMA_DROPPABLE) != 0;
  ++tally.gone[process];
  if (F::pte_none(e.after)) {
    if (!f.lazyfree) {
      sink(Rule::kEntryLost, Reason::kDroppedSwapBacked, process, page);
      return;
    }
    if (f.held || (!droppable && (f.folio_dirty_before || F::pte_dirty(e.before))))
      tally.dropped_wrongly = true;
    return;
  }
  ++tally.swapped[process];
  if (!f.swapcache || F::swp_type(e.after) != SWAP_TYPE ||
      F::swp_offset(e.after) != SWAP_OFFSET + page) {
    sink(Rule::kEntryLost, Reason::kWrongSlot, process, page);
    return;  // another page's entry: its bits mean nothing for this one
  }
  if (!droppable && F::pte_dirty(e.before) && !f.folio_dirty_after)
    sink(Rule::kDirtyLost, Reason::kSwappedClean, process, page);
  if (F::pte_uffd_wp(e.before) != F::pte_swp_uffd_wp(e.after))
    sink(Rule::kUffdWpChanged, Reason::kUffdWpInSwap, process, page);
  if (!(vma_flags & VMA_SOFTDIRTY)) {
    if (F::pte_soft_dirty(e.before) && !F::pte_swp_soft_dirty(e.after))
      sink(Rule::kSoftDirtyLost, Reason::kSoftDirtyInSwap, process, page);
    if (!F::pte_soft_dirty(e.before) && F::pte_swp_soft_dirty(e.after))
      sink(Rule::kSoftDirtyGained, Reason::kSoftDirtyInSwap, process, page);
  }
  const bool exclusive = (e.page_flags & PAGE_EXCLUSIVE_BEFORE) != 0;
  if (exclusive != F::pte_swp_exclusive(e.after))
    sink(Rule::kExclusiveBroken, exclusive ? Reason::kMarkerLost : Reason::kMarkerInvented, process,
         page);
  if (exclusive && (e.page_flags & PAGE_EXCLUSIVE_AFTER))
    sink(Rule::kExclusiveBroken, Reason::kExclusiveCopied, process, page);
  if (exclusive && f.pinned) sink(Rule::kExclusiveBroken, Reason::kPinnedUnmapped, process, page);
}

// An entry of the folio that is present before and after, with another value.
template <class F, class Sink>
inline void inspectRewritten(const Frame& f, unsigned process, unsigned page, unsigned vma_flags,
                             const EntryResult& e, Sink& sink) {
  if (identity<F>(e.before) != identity<F>(e.after)) {
    sink(
        Rule::kEntryLost,
        F::pte_pfn(e.before) != F::pte_pfn(e.after) ? Reason::kWrongPage : Reason::kOtherProtection,
        process, page);
    return;
  }
  const bool write_before = F::pte_write(e.before), write_after = F::pte_write(e.after);
  if (write_after && !write_before) sink(Rule::kWriteGained, Reason::kWrite, process, page);
  if (write_before && !write_after) sink(Rule::kWriteLost, Reason::kWrite, process, page);
  if (F::kHasShadowStack && write_before && write_after &&
      F::pte_shstk(e.before) != F::pte_shstk(e.after))
    sink(Rule::kWriteGained, Reason::kShadowStack, process, page);
  if (F::pte_uffd_wp(e.before) != F::pte_uffd_wp(e.after))
    sink(Rule::kUffdWpChanged, Reason::kUffdWp, process, page);
  if (F::pte_dirty(e.before) && !F::pte_dirty(e.after) && !f.folio_dirty_after &&
      !(vma_flags & VMA_DROPPABLE))
    sink(Rule::kDirtyLost, Reason::kCleaned, process, page);
  if (!(vma_flags & VMA_SOFTDIRTY)) {
    const bool soft_before = F::pte_soft_dirty(e.before), soft_after = F::pte_soft_dirty(e.after);
    if (soft_before && !soft_after) sink(Rule::kSoftDirtyLost, Reason::kSoftDirty, process, page);
    if (soft_after && !soft_before) sink(Rule::kSoftDirtyGained, Reason::kSoftDirty, process, page);
  }
}

template <class F, class Sink>
inline void inspectEntry(const Frame& f, unsigned process, unsigned page, unsigned vma_flags,
                         bool mapped, const EntryResult& e, Tally& tally, Sink& sink) {
  const bool changed = e.before != e.after;
  const unsigned exclusive = e.page_flags & ~unsigned{PAGE_EXCLUSIVE_END};
  if (exclusive == PAGE_EXCLUSIVE_AFTER) [[unlikely]]
    sink(Rule::kExclusiveBroken, Reason::kExclusiveInvented, process, page);
  if (!mapped) {
    if (changed) {
      sink(Rule::kBatchBounds, Reason::kHoleChanged, process, page);
      if (F::pte_present(e.before) && !F::pte_present(e.after)) ++tally.gone[process];
    }
    return;
  }
  ++tally.mapped;
  if (changed) {
    if (f.mlock_counts && (vma_flags & VMA_LOCKED)) [[unlikely]]
      sink(Rule::kBatchBounds, Reason::kLockedChanged, process, page);
    if (!F::pte_present(e.after)) {
      inspectReplaced<F>(f, process, page, vma_flags, e, tally, sink);
      return;
    }
    inspectRewritten<F>(f, process, page, vma_flags, e, sink);
  }
  // PageAnonExclusive taken away from a page that is still mapped here.
  if (exclusive == PAGE_EXCLUSIVE_BEFORE) [[unlikely]] {
    // (An entry that gained write is write-gained's.)
    if (F::pte_write(e.before) && F::pte_write(e.after))
      sink(Rule::kExclusiveBroken, Reason::kExclusiveLostWritable, process, page);
    if (f.pinned) sink(Rule::kExclusiveBroken, Reason::kExclusiveLostPinned, process, page);
  }
}

// Entries that were dropped although they must not be; not those of processes in `vanished`, whose
// entries were lost rather than dropped.
template <class F, class Sink>
void inspectDropped(const Scenario& s, const Outcome& o, const Frame& f, unsigned vanished,
                    Sink& sink) {
  for (unsigned process = 0, i = 0; process < s.processes; ++process)
    for (unsigned page = 0; page < s.pages; ++page, ++i) {
      const EntryResult& e = o.entry[i];
      if ((vanished >> process & 1) || !(s.entry[i] & ENTRY_PRESENT) || !F::pte_none(e.after))
        continue;
      if (!(vmaFlagsOf(s, process, page) & VMA_DROPPABLE)) {
        if (F::pte_dirty(e.before)) sink(Rule::kDirtyLost, Reason::kDroppedDirty, process, page);
        if (f.folio_dirty_before) sink(Rule::kDirtyLost, Reason::kDroppedDirtyFolio, process, page);
      }
      if (f.held) sink(Rule::kDirtyLost, Reason::kDroppedHeld, process, page);
    }
}

template <class F, class Sink>
inline void inspectNeighbours(const Scenario& s, const Outcome& o, Tally& tally, Sink& sink) {
  for (unsigned process = 0; process < s.processes; ++process)
    for (unsigned side = 0; side < 2; ++side) {
      const auto before = o.neighbour_before[process][side],
                 after = o.neighbour_after[process][side];
      if (before == after) continue;
      sink(Rule::kBatchBounds, side == 0 ? Reason::kNeighbourBefore : Reason::kNeighbourAfter,
           process, kNoPage);
      if (F::pte_present(before) && !F::pte_present(after)) ++tally.gone[process];
    }
}

// Each page's swap count must change by the swap entries for it that the operation installed: by
// slot, not by place, so that an entry with a wrong slot, counted where it points to, breaks
// entry-lost alone.
template <class F, class Sink>
void inspectSwapCounts(const Scenario& s, const Outcome& o, Sink& sink) {
  std::array<int, MAX_PAGES> installed;
  for (unsigned page = 0; page < s.pages; ++page) installed[page] = 0;
  for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i) {
    const EntryResult& e = o.entry[i];
    if (e.before == e.after || F::pte_none(e.after) || F::pte_present(e.after)) continue;
    if (F::swp_type(e.after) != SWAP_TYPE) continue;
    const auto slot = F::swp_offset(e.after) - SWAP_OFFSET;
    if (slot < s.pages) ++installed[slot];
  }
  for (unsigned page = 0; page < s.pages; ++page)
    // (Records of process 0 speak for their pages.)
    if (o.entry[page].swap_count != installed[page])
      sink(Rule::kAccounting, Reason::kSwapCount, kNoProcess, page,
           static_cast<unsigned>(installed[page]));
}

// The counters against the tally. Every unmapped entry drops one mapping and one reference of the
// folio and one anonymous page of its process; a swap entry adds one to the process's swap.
inline bool countersAgree(const Scenario& s, const Outcome& o, const Tally& tally, int references) {
  int gone = 0, wrong = 0;
  for (unsigned p = 0; p < s.processes; ++p) {
    gone += tally.gone[p];
    wrong |= (o.rss[p][RSS_ANON] + tally.gone[p]) | (o.rss[p][RSS_SWAP] ^ tally.swapped[p]) |
             o.rss[p][RSS_FILE] | o.rss[p][RSS_SHMEM];
  }
  wrong |= (o.mapcount_before - o.mapcount) ^ gone;
  wrong |= references ^ gone;
  return (wrong | (o.mapcount_before ^ tally.mapped)) == 0;
}

// References of the folio that are gone, without the one that the scenario added.
inline int referencesGone(const Scenario& s, const Outcome& o) {
  return o.refcount_before - o.refcount + (o.event_fired && s.event == EVENT_REFERENCE ? 1 : 0);
}

// What does not agree. Returns the processes (a bit each) of which entries vanished. Out of line:
// hardly an outcome comes here.
template <class Sink>
[[gnu::noinline]] unsigned inspectCounters(const Scenario& s, const Outcome& o, const Tally& tally,
                                           Sink& sink) {
  const int mappings = o.mapcount_before - o.mapcount;
  int references = referencesGone(s, o);
  // mlock_folio() parks a small folio in a per-CPU batch, with a reference (mm/mlock.c, 6.12).
  bool locked = false;
  for (unsigned p = 0; p < s.processes; ++p) locked = locked || (s.vma[p][0].flags & VMA_LOCKED);
  if (locked && s.pages == 1 && references == mappings - 1) {
    ++references;
    if (countersAgree(s, o, tally, references)) return 0;
  }
  int gone = 0, anon = 0;
  bool not_more = true;
  int other = 0;
  for (unsigned p = 0; p < s.processes; ++p) {
    gone += tally.gone[p];
    anon -= o.rss[p][RSS_ANON];
    not_more =
        not_more && -o.rss[p][RSS_ANON] <= tally.gone[p] && o.rss[p][RSS_SWAP] <= tally.swapped[p];
    other |= o.rss[p][RSS_FILE] | o.rss[p][RSS_SHMEM];
  }
  // All counters agree on too small a number: they are right about what was done on purpose, and
  // some entries vanished behind their back.
  if (mappings == references && mappings == anon && mappings < gone && not_more && other == 0) {
    unsigned vanished = 0;
    for (unsigned p = 0; p < s.processes; ++p)
      if (-o.rss[p][RSS_ANON] < tally.gone[p]) {
        vanished |= 1U << p;
        sink(Rule::kEntryLost, Reason::kUnacknowledged, p, kNoPage,
             static_cast<unsigned>(tally.gone[p] + o.rss[p][RSS_ANON]));
      }
    return vanished;
  }
  if (o.mapcount_before != tally.mapped)
    sink(Rule::kAccounting, Reason::kMapcountBefore, kNoProcess, kNoPage,
         static_cast<unsigned>(tally.mapped));
  if (mappings != gone)
    sink(Rule::kAccounting, Reason::kMapcount, kNoProcess, kNoPage, static_cast<unsigned>(gone));
  if (references != gone)
    sink(Rule::kAccounting, Reason::kRefcount, kNoProcess, kNoPage, static_cast<unsigned>(gone));
  for (unsigned p = 0; p < s.processes; ++p) {
    if (-o.rss[p][RSS_ANON] != tally.gone[p])
      sink(Rule::kAccounting, Reason::kRssAnon, p, kNoPage, static_cast<unsigned>(tally.gone[p]));
    if (o.rss[p][RSS_SWAP] != tally.swapped[p])
      sink(Rule::kAccounting, Reason::kRssSwap, p, kNoPage,
           static_cast<unsigned>(tally.swapped[p]));
    if (o.rss[p][RSS_FILE] | o.rss[p][RSS_SHMEM])
      sink(Rule::kAccounting, Reason::kRssOther, p, kNoPage);
  }
  return 0;
}

// All rules but block-broken and differs, on a gathered outcome.
template <class F, class Sink>
inline void inspectGathered(const Scenario& s, const Outcome& o, Sink& sink) {
  if (o.status == STATUS_BUG) sink(Rule::kOwnChecks, Reason::kStopped, kNoProcess, kNoPage);
  if (o.status != STATUS_DONE) return;
  if (o.warnings != 0) sink(Rule::kOwnChecks, Reason::kWarned, kNoProcess, kNoPage);
  const Frame f = frameOf(s, o);
  Tally tally;
  int swapped = 0;  // not 0: some entry was swapped out, or some swap count changed
  for (unsigned process = 0; process < s.processes; ++process) {
    tally.gone[process] = tally.swapped[process] = 0;
    const unsigned split = s.split[process] == 0 ? s.pages : s.split[process];
    const EntryResult* results = o.entry + std::size_t{process} * s.pages;
    const unsigned short* asked = s.entry + std::size_t{process} * s.pages;
    unsigned vma_flags = s.vma[process][0].flags;
    for (unsigned page = 0, end = split;; vma_flags = s.vma[process][1].flags, end = s.pages) {
      for (; page < end; ++page) {
        inspectEntry<F>(f, process, page, vma_flags, (asked[page] & ENTRY_PRESENT) != 0,
                        results[page], tally, sink);
        swapped |= results[page].swap_count;
      }
      if (end == s.pages) break;
    }
    swapped |= tally.swapped[process];
  }
  if (o.outside != 0) sink(Rule::kBatchBounds, Reason::kOutside, kNoProcess, kNoPage);
  if (f.folio_dirty_before && !f.folio_dirty_after)
    sink(Rule::kDirtyLost, Reason::kFolioFlag, kNoProcess, kNoPage);
  inspectNeighbours<F>(s, o, tally, sink);
  if (swapped != 0) inspectSwapCounts<F>(s, o, sink);
  unsigned vanished = 0;
  if (!countersAgree(s, o, tally, referencesGone(s, o))) [[unlikely]]
    vanished = inspectCounters(s, o, tally, sink);
  if (tally.dropped_wrongly) inspectDropped<F>(s, o, f, vanished, sink);
  // A reference that appeared at a later chance: the batch in which it did must have stayed.
  if (o.event_fired && s.event == EVENT_REFERENCE && s.event_at > 1 && f.lazyfree &&
      vanished == 0) {
    int gone = 0;
    for (unsigned process = 0; process < s.processes; ++process) gone += tally.gone[process];
    if (gone >= tally.mapped) sink(Rule::kDirtyLost, Reason::kDroppedHeldLate, kNoProcess, kNoPage);
  }
  inspectContents<F>(s, o, f.lazyfree, sink);
}

// Everything but plain reclaim, out of line.
template <class F, class Sink>
[[gnu::noinline]] void inspectOtherCase(const Scenario& s, const Outcome& o, Sink& sink) {
  if (o.status == STATUS_BUG) sink(Rule::kOwnChecks, Reason::kStopped, kNoProcess, kNoPage);
  if (o.status != STATUS_DONE) return;
  inspectBlocks<F>(s, o, sink);
  inspectCase(s, *Gathered<F>(s, o), kFormatFacts<F>, sink);
}

template <class F, class Sink>
inline void inspect(const Scenario& s, const Outcome& o, Sink& sink) {
  if (!isPlainReclaim(s)) [[unlikely]] {
    inspectOtherCase<F>(s, o, sink);
    return;
  }
  if (o.status == STATUS_DONE) inspectBlocks<F>(s, o, sink);
  inspectGathered<F>(s, *Gathered<F>(s, o), sink);
}

}  // namespace ptecheck::spec_detail

#endif
