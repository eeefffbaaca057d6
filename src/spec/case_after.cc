// SPDX-License-Identifier: GPL-2.0-only
//
// `before` against `after`, in every case but plain reclaim; cases.h states the borders.
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "spec/cases.h"

namespace ptecheck::spec_detail {

namespace {

class After {
 public:
  After(const Scenario& s, const Outcome& o, const FormatFacts& format, Records& records)
      : s_(s),
        o_(o),
        format_(format),
        records_(records),
        migrating_(s.operation == OPERATION_TRY_TO_MIGRATE),
        file_((o.folio_flags_before & FOLIO_FILE) != 0),
        swapbacked_((o.folio_flags_before & FOLIO_SWAPBACKED) != 0),
        swapcache_((o.folio_flags_before & FOLIO_SWAPCACHE) != 0),
        // Migration always answers PageHWPoison so, unmapping if it is told to.
        poisoned_((o.folio_flags_before & FOLIO_HWPOISON) &&
                  (migrating_ || (s.ttu & UNMAP_HWPOISON))),
        dirty_before_((o.folio_flags_before & FOLIO_DIRTY) != 0),
        dirty_after_((o.folio_flags & FOLIO_DIRTY) != 0),
        held_(s.references != 0 || s.pins != 0 ||
              (o.event_fired && s.event == EVENT_REFERENCE && s.event_at == 1)) {}

  void inspect() {
    // try_to_unmap_one() warns of an anonymous folio that is swap-backed and not in the swap cache,
    // or the other way round, and is right.
    const bool mismatch = !migrating_ && !file_ && swapbacked_ != swapcache_;
    if (o_.warnings != 0 && !mismatch)
      report(Rule::kOwnChecks, Reason::kWarned, kNoProcess, kNoPage);
    for (unsigned p = 0; p < s_.processes; ++p)
      for (unsigned page = 0; page < s_.pages; ++page) inspectEntry(p, page);
    if (o_.outside != 0) report(Rule::kBatchBounds, Reason::kOutside, kNoProcess, kNoPage);
    if (dirty_before_ && !dirty_after_)
      report(Rule::kDirtyLost, Reason::kFolioFlag, kNoProcess, kNoPage);
    inspectNeighbours();
    inspectSwapCounts();
    inspectCounters();
    if (!file_ && !migrating_ && !poisoned_ && !swapbacked_) inspectDropped();
  }

 private:
  struct Tally {
    int gone = 0;     // mapped before, and no longer
    int counted = 0;  // of those: no longer in the process's rss of the folio's kind
    int swapped = 0;  // of those: replaced by a swap entry
    int none = 0;     // of those: replaced by nothing
  };

  void report(Rule rule, Reason reason, unsigned process, unsigned page, unsigned detail = 0) {
    records_.push_back({rule, reason, process, page, detail});
  }

  void inspectEntry(unsigned p, unsigned page) {
    const std::size_t i = std::size_t{p} * s_.pages + page;
    const EntryResult& e = o_.entry[i];
    const unsigned asked = s_.entry[i], vma = vmaFlagsAt(s_, p, page);
    locked_ = locked_ || (vma & VMA_LOCKED);
    if (e.page_flags & PAGE_EXCLUSIVE_AFTER && !(e.page_flags & PAGE_EXCLUSIVE_BEFORE))
      report(Rule::kExclusiveBroken, Reason::kExclusiveInvented, p, page);
    const bool changed = e.before != e.after;
    if (!entryMaps(asked)) {
      if (changed) {
        report(Rule::kBatchBounds, Reason::kHoleChanged, p, page);
        if (format_.read(e.before).maps() && !format_.read(e.after).maps()) {
          ++tally_[p].gone;
          ++tally_[p].counted;
        }
      }
      return;
    }
    ++mapped_;
    const Reading before = format_.read(e.before), after = format_.read(e.after);
    if (changed) {
      // mlock_vma_folio() and the like; migration does not care.
      if (!migrating_ && (vma & VMA_LOCKED) && !(s_.ttu & UNMAP_IGNORE_MLOCK))
        report(Rule::kBatchBounds, Reason::kLockedChanged, p, page);
      if (!after.maps()) {
        ++tally_[p].gone;
        if (after.form != EntryForm::kMigration) ++tally_[p].counted;
        inspectReplaced(p, page, vma, e, before, after);
        return;
      }
      if (!inspectRewritten(p, page, vma, before, after)) return;
    }
    if ((e.page_flags & PAGE_EXCLUSIVE_BEFORE) && !(e.page_flags & PAGE_EXCLUSIVE_AFTER)) {
      if (before.write && after.write)
        report(Rule::kExclusiveBroken, Reason::kExclusiveLostWritable, p, page);
      if (s_.pins != 0) report(Rule::kExclusiveBroken, Reason::kExclusiveLostPinned, p, page);
    }
  }

  // Still maps something; false if not what it did.
  bool inspectRewritten(unsigned p, unsigned page, unsigned vma, const Reading& before,
                        const Reading& after) {
    if (before.form != after.form) {
      report(Rule::kEntryLost, Reason::kWrongForm, p, page);
      return false;
    }
    const bool present = before.form == EntryForm::kPresent;
    if (before.number != after.number || before.identity != after.identity) {
      report(Rule::kEntryLost,
             before.number == after.number ? Reason::kOtherProtection
             : present                     ? Reason::kWrongPage
                                           : Reason::kWrongFrame,
             p, page);
      return false;
    }
    const Reason write = present ? Reason::kWrite : Reason::kWriteInEntry;
    if (after.write && !before.write) report(Rule::kWriteGained, write, p, page);
    if (before.write && !after.write) report(Rule::kWriteLost, write, p, page);
    if (before.write && after.write && before.shadow_stack != after.shadow_stack)
      report(Rule::kWriteGained, Reason::kShadowStack, p, page);
    if (before.uffd_wp != after.uffd_wp) report(Rule::kUffdWpChanged, Reason::kUffdWp, p, page);
    if (before.dirty && !after.dirty && !dirty_after_ && !(vma & VMA_DROPPABLE))
      report(Rule::kDirtyLost, Reason::kCleaned, p, page);
    compareSoftDirty(p, page, vma, before, after, Reason::kSoftDirty);
    return true;
  }

  void compareSoftDirty(unsigned p, unsigned page, unsigned vma, const Reading& before,
                        const Reading& after, Reason reason) {
    if (vma & VMA_SOFTDIRTY) return;
    if (before.soft_dirty && !after.soft_dirty) report(Rule::kSoftDirtyLost, reason, p, page);
    if (after.soft_dirty && !before.soft_dirty) report(Rule::kSoftDirtyGained, reason, p, page);
  }

  void inspectReplaced(unsigned p, unsigned page, unsigned vma, const EntryResult& e,
                       const Reading& before, const Reading& after) {
    switch (after.form) {
      case EntryForm::kNone:
        ++tally_[p].none;
        inspectNone(p, page, vma, before);
        return;
      case EntryForm::kMarker:
        if (!file_ || migrating_ || poisoned_ || !after.uffd_wp) break;
        if (!before.uffd_wp || (vma & (VMA_FILE | VMA_UFFD_WP)) != (VMA_FILE | VMA_UFFD_WP))
          report(Rule::kUffdWpChanged, Reason::kMarkerUnasked, p, page);
        dirtyGoesToFolio(p, page, before);
        return;
      case EntryForm::kSwap:
        ++tally_[p].swapped;
        if (file_ || migrating_ || poisoned_ || !swapbacked_) break;
        inspectSwap(p, page, vma, e, before, after);
        return;
      case EntryForm::kHwpoison:
        if (!poisoned_) break;
        if (after.number != FOLIO_PFN + page)
          report(Rule::kEntryLost, Reason::kWrongFrame, p, page);
        else
          dirtyGoesToFolio(p, page, before);
        return;
      case EntryForm::kMigration:
        if (!migrating_ || poisoned_) break;
        inspectMigration(p, page, vma, e, before, after);
        return;
      default:
        break;
    }
    report(Rule::kEntryLost, Reason::kWrongForm, p, page);
  }

  void dirtyGoesToFolio(unsigned p, unsigned page, const Reading& before) {
    if (before.dirty && !dirty_after_) report(Rule::kDirtyLost, Reason::kDroppedClean, p, page);
  }

  // A guest does not need it any more, and nobody has to be told.
  bool mayGoUnused(const Reading& before, unsigned vma) const {
    return before.unused && !(vma & VMA_UFFD_WP);
  }

  void inspectNone(unsigned p, unsigned page, unsigned vma, const Reading& before) {
    if (!poisoned_ && mayGoUnused(before, vma)) return;
    if (migrating_ || poisoned_) {
      report(Rule::kEntryLost, Reason::kWrongForm, p, page);
    } else if (file_) {
      if (before.uffd_wp && (vma & VMA_FILE) && (vma & VMA_UFFD_WP))
        report(Rule::kUffdWpChanged, Reason::kMarkerMissing, p, page);
      dirtyGoesToFolio(p, page, before);
    } else if (swapbacked_) {
      report(Rule::kEntryLost, Reason::kDroppedSwapBacked, p, page);
    }
    // Lazyfree: see inspectDropped().
  }

  void inspectSwap(unsigned p, unsigned page, unsigned vma, const EntryResult& e,
                   const Reading& before, const Reading& after) {
    if (!swapcache_ || !after.isSwapOf(page)) {
      report(Rule::kEntryLost, Reason::kWrongSlot, p, page);
      return;
    }
    if (before.dirty && !dirty_after_) report(Rule::kDirtyLost, Reason::kSwappedClean, p, page);
    compareSwapBits(p, page, vma, e, before, after);
  }

  // What swap and migration entries have in common.
  void compareSwapBits(unsigned p, unsigned page, unsigned vma, const EntryResult& e,
                       const Reading& before, const Reading& after) {
    if (before.uffd_wp != after.uffd_wp)
      report(Rule::kUffdWpChanged, Reason::kUffdWpInSwap, p, page);
    compareSoftDirty(p, page, vma, before, after, Reason::kSoftDirtyInSwap);
    const bool exclusive = (e.page_flags & PAGE_EXCLUSIVE_BEFORE) != 0;
    if (exclusive && !after.exclusive) report(Rule::kExclusiveBroken, Reason::kMarkerLost, p, page);
    // (A writable type that the entry was not is write-gained's.)
    if (!exclusive && after.exclusive && !after.write)
      report(Rule::kExclusiveBroken, Reason::kMarkerInvented, p, page);
    if (exclusive && (e.page_flags & PAGE_EXCLUSIVE_AFTER))
      report(Rule::kExclusiveBroken, Reason::kExclusiveCopied, p, page);
    if (exclusive && s_.pins != 0) report(Rule::kExclusiveBroken, Reason::kPinnedUnmapped, p, page);
  }

  void inspectMigration(unsigned p, unsigned page, unsigned vma, const EntryResult& e,
                        const Reading& before, const Reading& after) {
    if (after.number != FOLIO_PFN + page) {
      report(Rule::kEntryLost, Reason::kWrongFrame, p, page);
      return;
    }
    if (after.write && !before.write) report(Rule::kWriteGained, Reason::kWriteInEntry, p, page);
    if (before.write && !after.write && (file_ || after.exclusive))
      report(Rule::kWriteLost, Reason::kWriteInEntry, p, page);
    if (before.dirty && !after.dirty && !dirty_after_)
      report(Rule::kDirtyLost, Reason::kMigratedClean, p, page);
    compareSwapBits(p, page, vma, e, before, after);
  }

  // Lazyfree entries that were dropped although they must not be.
  void inspectDropped() {
    int gone = 0;
    for (unsigned p = 0; p < s_.processes; ++p)
      for (unsigned page = 0; page < s_.pages; ++page) {
        const std::size_t i = std::size_t{p} * s_.pages + page;
        const EntryResult& e = o_.entry[i];
        if (!entryMaps(s_.entry[i]) || (vanished_ >> p & 1)) continue;
        const Reading before = format_.read(e.before), after = format_.read(e.after);
        gone += !after.maps();
        const unsigned vma = vmaFlagsAt(s_, p, page);
        if (after.form != EntryForm::kNone || mayGoUnused(before, vma)) continue;
        if (!(vma & VMA_DROPPABLE)) {
          if (before.dirty) report(Rule::kDirtyLost, Reason::kDroppedDirty, p, page);
          if (dirty_before_) report(Rule::kDirtyLost, Reason::kDroppedDirtyFolio, p, page);
        }
        if (held_) report(Rule::kDirtyLost, Reason::kDroppedHeld, p, page);
      }
    if (o_.event_fired && s_.event == EVENT_REFERENCE && s_.event_at > 1 && vanished_ == 0 &&
        gone >= mapped_)
      report(Rule::kDirtyLost, Reason::kDroppedHeldLate, kNoProcess, kNoPage);
  }

  void inspectNeighbours() {
    for (unsigned p = 0; p < s_.processes; ++p)
      for (unsigned side = 0; side < 2; ++side) {
        const auto before = o_.neighbour_before[p][side], after = o_.neighbour_after[p][side];
        if (before == after) continue;
        report(Rule::kBatchBounds, side == 0 ? Reason::kNeighbourBefore : Reason::kNeighbourAfter,
               p, kNoPage);
        const Reading now = format_.read(after);
        if (!format_.read(before).maps() || now.maps()) continue;
        ++tally_[p].gone;
        if (now.form != EntryForm::kMigration) ++tally_[p].counted;
      }
  }

  // By slot, as in inspect.h.
  void inspectSwapCounts() {
    std::array<int, MAX_PAGES> installed{};
    for (unsigned i = 0; i < unsigned{s_.processes} * s_.pages; ++i) {
      const EntryResult& e = o_.entry[i];
      if (e.before == e.after) continue;
      for (const auto& [raw, sign] : {std::pair{e.before, -1}, std::pair{e.after, 1}}) {
        const Reading entry = format_.read(raw);
        if (entry.form != EntryForm::kSwap || entry.type != SWAP_TYPE) continue;
        const auto slot = entry.number - SWAP_OFFSET;
        if (slot < s_.pages) installed[slot] += sign;
      }
    }
    for (unsigned page = 0; page < s_.pages; ++page)
      if (o_.entry[page].swap_count != installed[page])
        report(Rule::kAccounting, Reason::kSwapCount, kNoProcess, page,
               static_cast<unsigned>(installed[page]));
  }

  // One PMD counts as one mapping and one reference until it is split, which gives it one of each
  // for each entry.
  int unsplit(bool only_untouched) const {
    int more = 0;
    for (unsigned p = 0; p < s_.processes; ++p)
      if ((s_.pmd_mapped >> p & 1) && !(only_untouched && tally_[p].gone != 0))
        more += s_.pages - 1;
    return more;
  }

  void inspectCounters() {
    const unsigned kind = !file_ ? RSS_ANON : swapbacked_ ? RSS_SHMEM : RSS_FILE;
    int gone = 0, none = 0;
    bool exact = true, not_more = true, other = false;
    for (unsigned p = 0; p < s_.processes; ++p) {
      const Tally& tally = tally_[p];
      gone += tally.gone, none += tally.none;
      exact = exact && -o_.rss[p][kind] == tally.counted && o_.rss[p][RSS_SWAP] == tally.swapped;
      not_more =
          not_more && -o_.rss[p][kind] <= tally.counted && o_.rss[p][RSS_SWAP] <= tally.swapped;
      for (unsigned k = 0; k < RSS_SWAP; ++k) other = other || (k != kind && o_.rss[p][k] != 0);
    }
    int before = o_.mapcount_before, mappings = o_.mapcount_before - o_.mapcount;
    int references = o_.refcount_before - o_.refcount;
    if (o_.event_fired && s_.event == EVENT_REFERENCE) ++references;
    if (const int more = unsplit(false); more != 0 && before == mapped_ - more) {
      before += more;
      const int kept = unsplit(true);
      // Either the untouched ones are still mapped by their PMD, or they were split all the same.
      const int split = mappings + more - kept == gone ? more - kept : more;
      mappings += split;
      references += split;
    }
    // mlock_folio() parks a small folio in a per-CPU batch, with a reference (mm/mlock.c, 6.12).
    if (locked_ && s_.pages == 1 && references == mappings - 1) ++references;

    if (exact && !other && mappings == gone && references == gone && before == mapped_) return;
    // All counters agree that fewer went: the others vanished behind their back.
    if (mappings == references && mappings < gone && gone - mappings <= none && not_more &&
        !other && before == mapped_) {
      for (unsigned p = 0; p < s_.processes; ++p) {
        const int missing = tally_[p].counted + o_.rss[p][kind];
        if (missing <= 0) continue;
        vanished_ |= 1U << p;
        report(Rule::kEntryLost, Reason::kUnacknowledged, p, kNoPage,
               static_cast<unsigned>(missing));
      }
      if (vanished_ != 0) return;
    }
    if (before != mapped_)
      report(Rule::kAccounting, Reason::kMapcountBefore, kNoProcess, kNoPage,
             static_cast<unsigned>(mapped_));
    if (mappings != gone)
      report(Rule::kAccounting, Reason::kMapcount, kNoProcess, kNoPage,
             static_cast<unsigned>(gone));
    if (references != gone)
      report(Rule::kAccounting, Reason::kRefcount, kNoProcess, kNoPage,
             static_cast<unsigned>(gone));
    for (unsigned p = 0; p < s_.processes; ++p) {
      const Tally& tally = tally_[p];
      if (-o_.rss[p][kind] != tally.counted)
        report(Rule::kAccounting, Reason::kRssFolio, p, kNoPage,
               static_cast<unsigned>(tally.counted));
      if (o_.rss[p][RSS_SWAP] != tally.swapped)
        report(Rule::kAccounting, Reason::kRssSwap, p, kNoPage,
               static_cast<unsigned>(tally.swapped));
      for (unsigned k = 0; k < RSS_SWAP; ++k)
        if (k != kind && o_.rss[p][k] != 0)
          report(Rule::kAccounting, Reason::kRssOther, p, kNoPage);
    }
  }

  const Scenario& s_;
  const Outcome& o_;
  const FormatFacts& format_;
  Records& records_;
  const bool migrating_, file_, swapbacked_, swapcache_, poisoned_, dirty_before_, dirty_after_,
      held_;
  std::array<Tally, MAX_PROCESSES> tally_{};
  int mapped_ = 0;
  bool locked_ = false;
  unsigned vanished_ = 0;  // processes (a bit each) of which entries vanished
};

}  // namespace

void inspectAfter(const Scenario& s, const Outcome& o, const FormatFacts& format,
                  Records& records) {
  After(s, o, format, records).inspect();
}

}  // namespace ptecheck::spec_detail
