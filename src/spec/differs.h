// SPDX-License-Identifier: GPL-2.0-only
//
// The rule `differs`: the same code, once with its batches and once one entry at a time, must leave
// the same behind. "The same" has some freedom, and this is all of it. Below, B is the batched run
// and S the single one.
//
//   1. Young gained. get_and_clear_ptes() ORs the young bits of a batch into its first entry, from
//      which the batch is put back. Costs a longer stay in memory. Only if an entry of that
//      process was young.
//   2. Dirty gained, for the same reason; costs a needless write to swap. Only if an entry of that
//      process was dirty.
//   3. Soft-dirty gained together with dirty, where the format's pte_mkdirty() sets it (x86: yes).
//      Costs a needless copy in a checkpoint; soft-dirty-gained counts it. In a swap entry the
//      merged dirty bit has gone to the folio, so there it is the folio that must be dirty. Under
//      VM_SOFTDIRTY the bit means nothing.
//   4. Write lost. Costs a fault, which write-lost counts. S may have stopped before it reached an
//      entry that B, having it in a batch with the one at which S stopped, cleared and put back
//      write-protected.
//   5. Kept by B, replaced in S. S drops (or swaps out) entries until it meets one that cannot go;
//      B meets it inside a batch and puts the whole batch back. Entries of that batch are compared
//      with what they were before, with freedoms 1 to 4. S must have kept *something*, else
//      nothing was there to stop B. The converse, replaced by B but kept in S, is no freedom:
//      batches only ever stop earlier.
//   6. What follows from 5: mapcount, refcount, rss, swap counts and PageAnonExclusive of those
//      pages (B: as before), and what is read in pages that B kept. The rules accounting,
//      exclusive-broken and contents judge B by itself there.
//   7. Folio flags: dirty gained if any entry was dirty (B cleared entries that S never reached,
//      and collected their dirty bits), swap-backed gained with it (a lazyfree folio found dirty
//      is put back).
//   8. More or larger flushes, a pending flush, or one that is noted as writable: B clears what S
//      clears, and more. Fewer is no freedom.
//   9. Batch counts, and how often flushes were deferred: that is what batching is for. Warnings:
//      own-checks reports each of them anyway.
//  10. Where entries form contiguous blocks (blocks.h): S takes the first entry out of a block,
//      which has to be unfolded, and flushed, for that; B takes out the whole block and flushes
//      once. So S may have flushed each block that was there before once more. The blocks
//      themselves are compared gathered: whether entries are folded afterwards is no difference.
//  11. With an event at a later than the first chance everything but bits of entries that both
//      kept: chances are counted in batches, so the event hits another place.
#ifndef PTECHECK_SPEC_DIFFERS_H
#define PTECHECK_SPEC_DIFFERS_H

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "scenario/flat.h"
#include "spec/blocks.h"
#include "spec/cases.h"
#include "spec/contents.h"
#include "spec/identity.h"
#include "spec/reasons.h"
#include "spec/rules.h"

namespace ptecheck::spec_detail {

// Did any entry of the folio in this process satisfy `is` before?
template <class Predicate>
bool anyBefore(const Scenario& s, const Outcome& o, unsigned process, Predicate is) {
  for (unsigned page = 0, i = process * s.pages; page < s.pages; ++page, ++i)
    if ((s.entry[i] & ENTRY_PRESENT) && is(o.entry[i].before)) return true;
  return false;
}

// Freedoms 1 to 4 for a present entry: `b` in B; `s_entry` in S, or before.
template <class F>
bool withinFreedom(const Scenario& s, const Outcome& batched, unsigned process, unsigned vma_flags,
                   typename F::Word s_entry, typename F::Word b) {
  if (identity<F>(s_entry) != identity<F>(b)) return false;
  if (F::pte_write(b) && (!F::pte_write(s_entry) || F::pte_shstk(b) != F::pte_shstk(s_entry)))
    return false;
  if (F::pte_uffd_wp(b) != F::pte_uffd_wp(s_entry)) return false;
  const bool young = F::pte_young(b), dirty = F::pte_dirty(b);
  if (young != F::pte_young(s_entry) && !(young && anyBefore(s, batched, process, F::pte_young)))
    return false;
  if (dirty != F::pte_dirty(s_entry) && !(dirty && anyBefore(s, batched, process, F::pte_dirty)))
    return false;
  const bool soft = F::pte_soft_dirty(b);
  return soft == F::pte_soft_dirty(s_entry) || (vma_flags & VMA_SOFTDIRTY) ||
         (soft && dirty && F::kMkdirtySetsSoftDirty);
}

// Freedom 3 for two swap entries.
template <class F>
bool withinSwapFreedom(const Outcome& batched, unsigned vma_flags, typename F::Word s_entry,
                       typename F::Word b) {
  if (F::swp_type(s_entry) != F::swp_type(b) || F::swp_offset(s_entry) != F::swp_offset(b))
    return false;
  if (F::pte_swp_uffd_wp(s_entry) != F::pte_swp_uffd_wp(b)) return false;
  if (F::pte_swp_exclusive(s_entry) != F::pte_swp_exclusive(b)) return false;
  const bool soft = F::pte_swp_soft_dirty(b);
  return soft == F::pte_swp_soft_dirty(s_entry) || (vma_flags & VMA_SOFTDIRTY) ||
         (soft && F::kMkdirtySetsSoftDirty && (batched.folio_flags & FOLIO_DIRTY));
}

inline bool sameCounters(const Scenario& s, const Outcome& a, const Outcome& b) {
  bool same = a.mapcount == b.mapcount && a.refcount == b.refcount;
  for (unsigned process = 0; process < s.processes; ++process)
    same = same && std::equal(a.rss[process], a.rss[process] + RSS_KINDS, b.rss[process]);
  for (unsigned page = 0; page < s.pages; ++page)
    same = same && a.entry[page].swap_count == b.entry[page].swap_count;
  return same;
}

// On gathered outcomes. `block_flushes`: pages that S may have flushed to unfold blocks.
template <class F, class Sink>
void inspectGatheredDifferences(const Scenario& s, const Outcome& b, const Outcome& one,
                                unsigned block_flushes, Sink& sink) {
  if (!isPlainReclaim(s)) [[unlikely]] {
    Records records;
    inspectCaseDifferences(s, b, one, kFormatFacts<F>, block_flushes, records);
    for (const Record& record : records) sink(record);
    return;
  }
  const unsigned entries = unsigned{s.processes} * s.pages;
  const bool moved_event = s.event != EVENT_NONE && s.event_at > 1;  // freedom 11
  bool kept_more = false;                                            // freedom 5 was used
  unsigned kept_in_s = 0;
  for (unsigned process = 0, i = 0; process < s.processes; ++process)
    for (unsigned page = 0; page < s.pages; ++page, ++i) {
      const auto before = b.entry[i].before, in_b = b.entry[i].after, in_s = one.entry[i].after;
      if (!(s.entry[i] & ENTRY_PRESENT)) {
        if (in_b != in_s) sink(Rule::kDiffers, Reason::kDiffersBits, process, page);
        continue;
      }
      const unsigned vma_flags = vmaFlagsOf(s, process, page);
      const bool present_b = F::pte_present(in_b), present_s = F::pte_present(in_s);
      kept_in_s += present_s;
      const unsigned exclusive_b = b.entry[i].page_flags, exclusive_s = one.entry[i].page_flags;
      if (in_b == in_s && exclusive_b == exclusive_s) [[likely]]
        continue;
      if (present_b == present_s) {
        const bool fine =
            in_b == in_s || (present_b ? withinFreedom<F>(s, b, process, vma_flags, in_s, in_b)
                             : F::pte_none(in_b) || F::pte_none(in_s)
                                 ? moved_event
                                 : withinSwapFreedom<F>(b, vma_flags, in_s, in_b));
        if (!fine) sink(Rule::kDiffers, Reason::kDiffersBits, process, page);
        if (exclusive_b != exclusive_s && !F::pte_none(in_b) && !moved_event)
          sink(Rule::kDiffers, Reason::kDiffersPage, process, page);
      } else if (present_b) {
        kept_more = true;
        if (!withinFreedom<F>(s, b, process, vma_flags, before, in_b))
          sink(Rule::kDiffers, Reason::kDiffersBits, process, page);
        if (exclusive_b == PAGE_EXCLUSIVE_BEFORE || exclusive_b == PAGE_EXCLUSIVE_AFTER)
          sink(Rule::kDiffers, Reason::kDiffersPage, process, page);
      } else if (!moved_event) {
        sink(Rule::kDiffers, Reason::kDiffersForm, process, page);
      }
    }
  for (unsigned process = 0; process < s.processes; ++process)
    for (unsigned side = 0; side < 2; ++side)
      if (b.neighbour_after[process][side] != one.neighbour_after[process][side])
        sink(Rule::kDiffers, Reason::kDiffersNeighbour, process, kNoPage);
  if (moved_event) return;

  if (kept_more && kept_in_s == 0) sink(Rule::kDiffers, Reason::kDiffersForm, kNoProcess, kNoPage);
  if (!kept_more && !sameCounters(s, b, one))
    sink(Rule::kDiffers, Reason::kDiffersCounters, kNoProcess, kNoPage);
  if (b.folio_flags != one.folio_flags) {
    const unsigned gained = b.folio_flags & ~unsigned{one.folio_flags};
    unsigned permitted = 0;
    for (unsigned process = 0; process < s.processes; ++process)
      if (anyBefore(s, b, process, F::pte_dirty)) permitted = FOLIO_DIRTY;
    if (b.folio_flags & FOLIO_DIRTY) permitted |= FOLIO_SWAPBACKED;
    if ((gained & ~permitted) || (one.folio_flags & ~unsigned{b.folio_flags}))
      sink(Rule::kDiffers, Reason::kDiffersFolio, kNoProcess, kNoPage);
  }
  if (b.flush_pending < one.flush_pending ||
      b.flush_pending_writable < one.flush_pending_writable ||
      b.flushed_pages + block_flushes < one.flushed_pages)
    sink(Rule::kDiffers, Reason::kDiffersFlush, kNoProcess, kNoPage);

  // What is read, in pages that no process kept in one run alone.
  const unsigned processes = std::min<unsigned>(b.processes, one.processes);
  for (unsigned page = 0; page < s.pages; ++page) {
    bool comparable = true;
    if (kept_more)
      for (unsigned i = page; i < entries; i += s.pages)
        comparable =
            comparable && F::pte_present(b.entry[i].after) == F::pte_present(one.entry[i].after);
    if (!comparable) continue;
    for (unsigned process = 0; process < processes; ++process) {
      const unsigned seen_b = b.entry[process * s.pages + page].seen;
      const unsigned seen_s = one.entry[process * s.pages + page].seen;
      if (seen_b != seen_s && seen_b != SEEN_FAULT && seen_s != SEEN_FAULT)
        sink(Rule::kDiffers, Reason::kDiffersSeen, process, page, s.pages);
    }
  }
}

template <class F, class Sink>
void inspectDifferences(const Scenario& s, const Outcome& b, const Outcome& one, Sink& sink) {
  if (b.status != STATUS_DONE || one.status != STATUS_DONE) return;
  inspectGatheredDifferences<F>(s, *Gathered<F>(s, b), *Gathered<F>(s, one), markedBefore<F>(s, b),
                                sink);
}

}  // namespace ptecheck::spec_detail

#endif
