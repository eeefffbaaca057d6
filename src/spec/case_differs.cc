// SPDX-License-Identifier: GPL-2.0-only
//
// The rule `differs` in every case but plain reclaim. The freedoms are those of differs.h, by the
// same numbers; what they mean here, with B the batched run and S the single one:
//
//   1, 2. Young and dirty gained, in present and in migration entries, if an entry of that process
//         was young or dirty.
//   3.    Soft-dirty gained with dirty, in present and in migration entries; in a swap entry, or
//         where a migration entry has no room for dirty, if the folio is dirty.
//   4.    Write lost, also in the type of a migration entry (which then still says exclusive).
//   5, 6. Kept by B and replaced in S, only if S kept something too.
//   7-9, 11. As there. 10 does not arise: what S flushes to unfold blocks is granted as there.
//   12.   After the steps: the same freedoms for entries that were alike, up to them, when the
//         operation was over; nothing for those that 5 set apart.
//   13.   After the steps, where entries form contiguous blocks: young or dirty that S alone has,
//         if an entry was. S sets entries one by one, and the last one folds a block whose bits are
//         ORed; B sets only part of it at once, which folds nothing (contpte_try_fold(), 6.12).
//   14.   After userfaultfd has let go, write in B alone, where B alone is soft-dirty (freedom 3):
//         nobody has to see the first write then (can_change_pte_writable(), 6.12).
//
// Everything else is compared exactly: the form of an entry, the page or slot it stands for,
// uffd-wp, PageAnonExclusive and its marker, markers, broken memory, device entries, holes.
#include <algorithm>
#include <cstddef>

#include "spec/cases.h"
#include "spec/differs.h"

namespace ptecheck::spec_detail {

namespace {

class Differences {
 public:
  Differences(const Scenario& s, const Outcome& b, const Outcome& one, const FormatFacts& format,
              unsigned block_flushes, Records& records)
      : s_(s),
        b_(b),
        one_(one),
        format_(format),
        block_flushes_(block_flushes),
        records_(records),
        moved_event_(s.event != EVENT_NONE && s.event_at > 1) {
    for (unsigned i = 0; i < s.steps; ++i)
      released_ = released_ || s.step[i].action == STEP_UNREGISTER;
    for (unsigned p = 0; p < s.processes; ++p)
      for (unsigned page = 0; page < s.pages; ++page) {
        const Reading before = format.read(b.entry[std::size_t{p} * s.pages + page].before);
        if (!before.maps()) continue;
        any_young_[p] = any_young_[p] || before.young;
        any_dirty_[p] = any_dirty_[p] || before.dirty;
      }
  }

  void inspect() {
    for (unsigned p = 0; p < s_.processes; ++p)
      for (unsigned page = 0; page < s_.pages; ++page) compareAfter(p, page);
    for (unsigned p = 0; p < s_.processes; ++p)
      for (unsigned side = 0; side < 2; ++side)
        if (b_.neighbour_after[p][side] != one_.neighbour_after[p][side])
          report(Reason::kDiffersNeighbour, p, kNoPage);
    if (moved_event_) return;  // freedom 11
    if (kept_more_ && kept_in_s_ == 0) report(Reason::kDiffersForm, kNoProcess, kNoPage);
    if (!kept_more_ && !sameCounters(s_, b_, one_))
      report(Reason::kDiffersCounters, kNoProcess, kNoPage);
    compareFolio();
    if (b_.flush_pending < one_.flush_pending ||
        b_.flush_pending_writable < one_.flush_pending_writable ||
        b_.flushed_pages + block_flushes_ < one_.flushed_pages)
      report(Reason::kDiffersFlush, kNoProcess, kNoPage);
    if (kept_more_) return;
    compareSteps();
  }

 private:
  void report(Reason reason, unsigned process, unsigned page, unsigned detail = 0) {
    records_.push_back({Rule::kDiffers, reason, process, page, detail});
  }

  void compareAfter(unsigned p, unsigned page) {
    const std::size_t i = std::size_t{p} * s_.pages + page;
    const EntryResult &in_b = b_.entry[i], &in_s = one_.entry[i];
    if (!entryMaps(s_.entry[i])) {
      if (in_b.after != in_s.after) report(Reason::kDiffersBits, p, page);
      return;
    }
    const Reading b = format_.read(in_b.after), single = format_.read(in_s.after);
    constexpr unsigned kAfter = PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_AFTER;
    const unsigned flags_b = in_b.page_flags & kAfter, flags_s = in_s.page_flags & kAfter;
    kept_in_s_ += single.maps();
    if (b.maps() == single.maps()) {
      const bool lost = b.form == EntryForm::kNone || single.form == EntryForm::kNone;
      if (!within(p, page, single, b) && !(lost && moved_event_))
        report(Reason::kDiffersBits, p, page);
      if (flags_b != flags_s && b.form != EntryForm::kNone && !moved_event_)
        report(Reason::kDiffersPage, p, page);
    } else if (b.maps()) {  // freedom 5
      kept_more_ = true;
      if (!within(p, page, format_.read(in_b.before), b)) report(Reason::kDiffersBits, p, page);
      if (flags_b != 0 && flags_b != kAfter) report(Reason::kDiffersPage, p, page);
    } else if (!moved_event_) {
      report(Reason::kDiffersForm, p, page);
    }
  }

  // Freedoms 1 to 4: `b` in B; `single` in S, or before.
  bool within(unsigned p, unsigned page, const Reading& single, const Reading& b) const {
    if (b.form != single.form || b.number != single.number || b.type != typeIn(single, b) ||
        b.identity != single.identity || b.uffd_wp != single.uffd_wp ||
        b.exclusive != single.exclusive)
      return false;
    if (b.write && (!single.write || b.shadow_stack != single.shadow_stack)) return false;
    const bool has_access = b.form == EntryForm::kPresent || b.form == EntryForm::kMigration;
    // Of devices, write is no bit that a batch could merge.
    if (!has_access && b.write != single.write) return false;
    if (b.young != single.young && !(b.young && any_young_[p])) return false;
    if (b.dirty != single.dirty && !(b.dirty && any_dirty_[p])) return false;
    if (b.soft_dirty == single.soft_dirty || (vmaFlagsAt(s_, p, page) & VMA_SOFTDIRTY)) return true;
    return b.soft_dirty && format_.mkdirty_sets_soft_dirty &&
           (b.form == EntryForm::kPresent ? b.dirty : b.dirty || (b_.folio_flags & FOLIO_DIRTY));
  }

  // A migration entry that lost write has another type, which freedom 4 allows.
  static std::uint64_t typeIn(const Reading& single, const Reading& b) {
    return b.form == EntryForm::kMigration ? b.type : single.type;
  }

  void compareFolio() {
    if (b_.folio_flags == one_.folio_flags) return;
    const unsigned gained = b_.folio_flags & ~unsigned{one_.folio_flags};
    unsigned permitted = 0;
    for (unsigned p = 0; p < s_.processes; ++p)
      if (any_dirty_[p]) permitted = FOLIO_DIRTY;
    if (b_.folio_flags & FOLIO_DIRTY) permitted |= FOLIO_SWAPBACKED;
    if ((gained & ~permitted) || (one_.folio_flags & ~unsigned{b_.folio_flags}))
      report(Reason::kDiffersFolio, kNoProcess, kNoPage);
  }

  // Entries at the end, and what is read.
  void compareSteps() {
    const unsigned processes = std::min<unsigned>(b_.processes, one_.processes);
    const bool ended = s_.steps != 0 && b_.steps_done == s_.steps && one_.steps_done == s_.steps;
    for (unsigned p = 0; p < processes; ++p)
      for (unsigned page = 0; page < s_.pages; ++page) {
        const std::size_t i = std::size_t{p} * s_.pages + page;
        const EntryResult &in_b = b_.entry[i], &in_s = one_.entry[i];
        if (ended && in_b.end != in_s.end && !withinAtEnd(page, in_s.end, in_b.end))
          report(Reason::kDiffersEnd, p, page);
        if (in_b.seen != in_s.seen && in_b.seen != SEEN_FAULT && in_s.seen != SEEN_FAULT)
          report(Reason::kDiffersSeen, p, page, s_.pages);
      }
  }

  // Whose bits were merged is not traced through forks: of any process.
  bool withinAtEnd(unsigned page, unsigned long long raw_s, unsigned long long raw_b) const {
    const Reading single = format_.read(raw_s);
    Reading b = format_.read(raw_b);
    if (released_ && b.soft_dirty && !single.soft_dirty && !b.shadow_stack)
      b.write = b.write && single.write;
    for (unsigned p = 0; p < s_.processes; ++p) {
      if (format_.has_blocks) {
        b.young = b.young || (single.young && any_young_[p]);
        b.dirty = b.dirty || (single.dirty && any_dirty_[p]);
      }
      if (within(p, page, single, b)) return true;
    }
    return false;
  }

  const Scenario& s_;
  const Outcome &b_, &one_;
  const FormatFacts& format_;
  const unsigned block_flushes_;
  Records& records_;
  const bool moved_event_;
  bool released_ = false;
  bool any_young_[MAX_PROCESSES] = {}, any_dirty_[MAX_PROCESSES] = {};
  bool kept_more_ = false;  // freedom 5 was used
  unsigned kept_in_s_ = 0;
};

}  // namespace

void inspectCaseDifferences(const Scenario& s, const Outcome& b, const Outcome& one,
                            const FormatFacts& format, unsigned block_flushes, Records& records) {
  Differences(s, b, one, format, block_flushes, records).inspect();
}

}  // namespace ptecheck::spec_detail
