// SPDX-License-Identifier: GPL-2.0-only
//
// `after` against `end`: what the steps made of what the operation left. Judged only if all of them
// were run.
//
// What may be follows from each place's history (case_history.h):
//
//   - A swap entry comes back by an access or by swapoff, and only so: as the same page, with
//     uffd-wp and soft-dirty of the swap bits, exclusive if the marker said so. An access may make
//     it writable if the VMA is, the page is exclusive, and neither userfaultfd nor soft-dirty
//     tracking has to see the first write; swapoff makes nothing writable.
//   - A migration entry comes back when migration ends, where the page is then: with exactly the
//     write it had, but read-only if a private mapping was forked in between.
//   - A present entry is not changed but by fork and by accesses. This is not the judge of fault
//     handlers: of a place that was written to, only what must hold of any entry is asked.
//   - A child is not registered for userfaultfd. It has no uffd-wp, and no marker; in a mapping of
//     a file alone it may have nothing at all, and fault the file's pages in later.
//   - Where userfaultfd has let go, nothing has uffd-wp any more, nor is there a marker. Protection
//     is given anew then, so that a present entry may become writable as by an access, and nothing
//     is owed write.
//   - After a fork nothing is exclusive any more, unless it is pinned (then the child has a copy).
#include <array>
#include <cstddef>

#include "spec/case_history.h"
#include "spec/cases.h"

namespace ptecheck::spec_detail {

namespace {

class End {
 public:
  End(const Scenario& s, const Outcome& o, const FormatFacts& format, Records& records)
      : s_(s),
        o_(o),
        format_(format),
        records_(records),
        file_((o.folio_flags_before & FOLIO_FILE) != 0),
        swapbacked_((o.folio_flags_before & FOLIO_SWAPBACKED) != 0),
        dirty_((o.folio_flags & FOLIO_DIRTY) != 0),
        histories_(s, o, format),
        ended_(histories_.migrationEnded()),
        moved_(histories_.moved()) {}

  void inspect() {
    if (processCount() != o_.processes) return;
    for (unsigned p = 0; p < processCount(); ++p)
      for (unsigned page = 0; page < s_.pages; ++page) inspectPlace(p, page);
    for (unsigned page = 0; page < s_.pages; ++page) inspectExclusive(page);
    inspectCounters();
  }

 private:
  unsigned processCount() const { return histories_.processes(); }
  const EntryResult& result(unsigned p, unsigned page) const {
    return o_.entry[std::size_t{p} * s_.pages + page];
  }
  void report(Rule rule, Reason reason, unsigned process, unsigned page, unsigned detail = 0) {
    records_.push_back({rule, reason, process, page, detail});
  }

  unsigned frame(unsigned page) const { return (moved_ ? MOVED_PFN : FOLIO_PFN) + page; }
  bool ofFolio(std::uint64_t pfn) const {
    // (Below the first frame the difference wraps round.)
    return pfn - FOLIO_PFN < s_.pages || pfn - MOVED_PFN < s_.pages;
  }
  bool exclusiveNow(unsigned page) const {
    return (result(0, page).page_flags & PAGE_EXCLUSIVE_END) != 0;
  }

  void inspectPlace(unsigned p, unsigned page) {
    const History& h = histories_.of(p, page);
    const Reading was = format_.read(result(h.origin, page).after),
                  is = format_.read(result(p, page).end);
    if (h.child && file_ && is.form == EntryForm::kNone) return;
    if (h.copied) return;
    const unsigned vma = histories_.vmaOf(h, page);
    inspectBits(p, page, h, vma, was, is);
    switch (was.form) {
      case EntryForm::kNone:
      case EntryForm::kMarker:
        if (!h.touched && is.form != EntryForm::kNone && is.form != EntryForm::kMarker)
          report(Rule::kEntryLost, Reason::kEndForm, p, page);
        return;
      case EntryForm::kHwpoison:
        expectSame(p, page, was, is);
        return;
      case EntryForm::kSwap:
        inspectSwap(p, page, h, vma, was, is);
        return;
      case EntryForm::kMigration:
        if (was.number == FOLIO_PFN + page) inspectMigration(p, page, h, vma, was, is);
        return;
      case EntryForm::kPresent:
        inspectPresent(p, page, h, vma, was, is);
        return;
      case EntryForm::kDeviceExclusive:
      case EntryForm::kDevicePrivate:
        inspectDevice(p, page, h, was, is);
        return;
    }
  }

  // What holds of any entry.
  void inspectBits(unsigned p, unsigned page, const History& h, unsigned vma, const Reading& was,
                   const Reading& is) {
    const bool want_uffd = was.uffd_wp && !h.child && !h.released;
    const bool empty = is.form == EntryForm::kNone;
    const bool had_page = was.form != EntryForm::kNone && was.form != EntryForm::kMarker;
    // An empty place that had a page is lost, not unprotected.
    if (is.uffd_wp ? !want_uffd : want_uffd && !h.written && !(empty && had_page))
      report(Rule::kUffdWpChanged, Reason::kEndUffdWp, p, page);
    if ((vma & VMA_SOFTDIRTY) || empty || !had_page || is.form == EntryForm::kHwpoison) return;
    if (was.soft_dirty && !is.soft_dirty)
      report(Rule::kSoftDirtyLost, Reason::kEndSoftDirty, p, page);
    // restore_exclusive_pte() makes a writable entry dirty, which on x86 is soft-dirty as well.
    const bool from_device = was.form == EntryForm::kDeviceExclusive && was.write &&
                             is.form == EntryForm::kPresent && format_.mkdirty_sets_soft_dirty;
    if (is.soft_dirty && !was.soft_dirty && !h.written && !from_device)
      report(Rule::kSoftDirtyGained, Reason::kEndSoftDirty, p, page);
  }

  bool expectSame(unsigned p, unsigned page, const Reading& was, const Reading& is) {
    if (was.form == is.form && was.number == is.number &&
        (was.form != EntryForm::kSwap || was.type == is.type))
      return true;
    report(Rule::kEntryLost, Reason::kEndForm, p, page);
    return false;
  }

  // Present, and of the right page: of the folio's, or (written to) a copy.
  bool expectBack(unsigned p, unsigned page, const History& h, const Reading& is) {
    if (is.form != EntryForm::kPresent) {
      report(Rule::kEntryLost, Reason::kEndNotBack, p, page);
      return false;
    }
    if (is.number == frame(page) || (h.written && !ofFolio(is.number))) return true;
    report(Rule::kEntryLost, Reason::kEndWrongPage, p, page);
    return false;
  }

  // The marker of an entry that is still in swap form.
  void inspectMarker(unsigned p, unsigned page, const History& h, const Reading& was,
                     const Reading& is) {
    const bool want = was.exclusive && !h.forked;
    if (want && !is.exclusive) report(Rule::kExclusiveBroken, Reason::kEndExclusiveLost, p, page);
    // (As a writable type that must not be, it is write-gained's.)
    if (!want && is.exclusive && !is.write)
      report(Rule::kExclusiveBroken, Reason::kEndExclusive, p, page);
  }

  // PageAnonExclusive of an entry that came back; false if it is missing.
  bool expectExclusive(unsigned p, unsigned page, const History& h, const Reading& was,
                       const Reading& is) {
    if (file_ || !was.exclusive || h.forked || is.number != frame(page) || exclusiveNow(page))
      return true;
    report(Rule::kExclusiveBroken, Reason::kEndExclusiveLost, p, page);
    return false;
  }

  // May an access, or userfaultfd's letting go, have made this entry writable?
  bool mayHaveBecomeWritable(unsigned page, const History& h, unsigned vma,
                             const Reading& is) const {
    const bool tracked = format_.has_soft_dirty && !(vma & VMA_SOFTDIRTY);
    return (h.touched || h.released) && (vma & VMA_WRITE) && !is.uffd_wp &&
           (is.soft_dirty || !tracked) && (file_ || is.number != frame(page) || exclusiveNow(page));
  }

  void inspectSwap(unsigned p, unsigned page, const History& h, unsigned vma, const Reading& was,
                   const Reading& is) {
    if (!was.isSwapOf(page)) {  // of another folio
      if (!h.touched) expectSame(p, page, was, is);
      return;
    }
    if (!h.swapped_in) {
      if (expectSame(p, page, was, is)) inspectMarker(p, page, h, was, is);
      return;
    }
    if (!expectBack(p, page, h, is) || !expectExclusive(p, page, h, was, is)) return;
    if (is.write && !mayHaveBecomeWritable(page, h, vma, is))
      report(Rule::kWriteGained, Reason::kEndWrite, p, page);
  }

  // Neither more nor less writable than it was, unless a fork or a write came in between.
  void compareWrite(unsigned p, unsigned page, const History& h, unsigned vma, const Reading& was,
                    const Reading& is) {
    if (h.written) {
      if (is.write && (!(vma & VMA_WRITE) || is.uffd_wp))
        report(Rule::kWriteGained, Reason::kEndWrite, p, page);
      return;
    }
    const bool want = was.write && (!h.forked || (vma & VMA_SHARED));
    if (is.write && !want &&
        !((was.protnone || h.released) && mayHaveBecomeWritable(page, h, vma, is)))
      report(Rule::kWriteGained, Reason::kEndWrite, p, page);
    if (want && !is.write && !h.released) report(Rule::kWriteLost, Reason::kEndWrite, p, page);
  }

  void inspectMigration(unsigned p, unsigned page, const History& h, unsigned vma,
                        const Reading& was, const Reading& is) {
    if (!ended_) {
      if (!expectSame(p, page, was, is)) return;
      if (!file_) inspectMarker(p, page, h, was, is);
      // A type that lost both is exclusive-broken alone.
      if (file_ || is.exclusive || !was.exclusive || h.forked)
        compareWrite(p, page, h, vma, was, is);
      if (was.dirty && !is.dirty && !dirty_) report(Rule::kDirtyLost, Reason::kEndClean, p, page);
      return;
    }
    const bool stays_in_device =
        (o_.folio_flags_before & FOLIO_DEVICE_PRIVATE) && !moved_ && !h.touched;
    if (stays_in_device) {
      if (is.form != EntryForm::kDevicePrivate || is.number != FOLIO_PFN + page) {
        report(Rule::kEntryLost, Reason::kEndNotBack, p, page);
        return;
      }
    } else if (!expectBack(p, page, h, is)) {
      return;
    }
    if (expectExclusive(p, page, h, was, is)) compareWrite(p, page, h, vma, was, is);
    if (was.dirty && !is.dirty && !dirty_ && !h.written && !stays_in_device)
      report(Rule::kDirtyLost, Reason::kEndClean, p, page);
  }

  void inspectPresent(unsigned p, unsigned page, const History& h, unsigned vma, const Reading& was,
                      const Reading& is) {
    if (is.form != EntryForm::kPresent) {
      report(Rule::kEntryLost, Reason::kEndForm, p, page);
      return;
    }
    if (moved_ && is.number == FOLIO_PFN + page) {  // a mapping that migration overlooked
      report(Rule::kEntryLost, Reason::kEndWrongPage, p, page);
      return;
    }
    if (!h.written || ofFolio(is.number)) {
      if (is.number != was.number) {
        report(Rule::kEntryLost, Reason::kEndWrongPage, p, page);
        return;
      }
      if (!h.touched && !h.released && is.identity != was.identity) {
        report(Rule::kEntryLost, Reason::kEndForm, p, page);
        return;
      }
    }
    compareWrite(p, page, h, vma, was, is);
    if (was.dirty && !is.dirty && !dirty_ && !h.written && !(h.child && (vma & VMA_SHARED)) &&
        !(vma & VMA_DROPPABLE))
      report(Rule::kDirtyLost, Reason::kEndClean, p, page);
  }

  // Fork, an access and the end of a migration take a page back from a device.
  void inspectDevice(unsigned p, unsigned page, const History& h, const Reading& was,
                     const Reading& is) {
    if (is.form != EntryForm::kPresent || !(h.touched || h.met_fork || ended_)) {
      if (expectSame(p, page, was, is) && is.write && !was.write)
        report(Rule::kWriteGained, Reason::kEndWrite, p, page);
      return;
    }
    if (!h.written && is.number != was.number && is.number != frame(page))
      report(Rule::kEntryLost, Reason::kEndWrongPage, p, page);
    else if (is.write && !was.write && !h.touched)
      report(Rule::kWriteGained, Reason::kEndWrite, p, page);
  }

  // Of one page, over all processes.
  void inspectExclusive(unsigned page) {
    if (!exclusiveNow(page)) return;
    unsigned sharers = 0;
    bool has_reason = (result(0, page).page_flags & PAGE_EXCLUSIVE_AFTER) != 0;
    for (unsigned p = 0; p < processCount(); ++p) {
      const Reading is = format_.read(result(p, page).end);
      sharers += (is.maps() && is.number == frame(page)) || is.isSwapOf(page) ||
                 (is.form == EntryForm::kMigration && is.number == FOLIO_PFN + page);
      has_reason = has_reason || histories_.of(p, page).touched;
      if (p < s_.processes)
        has_reason = has_reason || format_.read(result(p, page).after).exclusive;
    }
    if (sharers > 1)
      report(Rule::kExclusiveBroken, Reason::kEndShared, kNoProcess, page, sharers);
    else if (!has_reason)
      report(Rule::kExclusiveBroken, Reason::kEndExclusive, kNoProcess, page);
  }

  unsigned folioKind() const { return !file_ ? RSS_ANON : swapbacked_ ? RSS_SHMEM : RSS_FILE; }

  // What an entry adds to its process's rss.
  void count(const Reading& entry, int sign, std::array<int, RSS_KINDS>& rss) const {
    if (entry.form == EntryForm::kPresent)
      rss[ofFolio(entry.number) ? folioKind() : unsigned{RSS_ANON}] += sign;
    else if (entry.maps() || entry.form == EntryForm::kMigration)
      rss[folioKind()] += sign;
    else if (entry.form == EntryForm::kSwap)
      rss[RSS_SWAP] += sign;
  }

  void inspectCounters() {
    int mapped_after = 0, mapped_end = 0;
    for (unsigned p = 0; p < processCount(); ++p) {
      std::array<int, RSS_KINDS> change{};
      bool known = true;  // which kind of page every entry maps
      for (unsigned page = 0; page < s_.pages; ++page) {
        const History& h = histories_.of(p, page);
        const Reading is = format_.read(result(p, page).end);
        mapped_end += is.maps() && is.number == frame(page);
        count(is, 1, change);
        if (p < s_.processes) {
          const Reading was = format_.read(result(p, page).after);
          mapped_after += was.maps() && was.number == FOLIO_PFN + page;
          count(was, -1, change);
        }
        const Reading origin = format_.read(result(h.origin, page).after);
        const bool other = origin.form == EntryForm::kPresent && !ofFolio(origin.number);
        if (h.touched &&
            (other || origin.form == EntryForm::kNone || origin.form == EntryForm::kMarker))
          known = false;
        if (p >= s_.processes && other && file_) known = false;
      }
      if (known) inspectRss(p, change);
    }
    if (s_.pmd_mapped) return;  // one PMD counts once, and fork keeps it
    const int right = moved_ ? mapped_end : o_.mapcount + mapped_end - mapped_after;
    if (o_.mapcount_end != right)
      report(Rule::kAccounting, Reason::kMapcountEnd, kNoProcess, kNoPage,
             static_cast<unsigned>(right));
  }

  void inspectRss(unsigned p, const std::array<int, RSS_KINDS>& change) {
    for (unsigned kind = 0; kind < RSS_KINDS; ++kind) {
      const bool child = p >= s_.processes;
      const int right = change[kind] + (child ? 0 : o_.rss[p][kind]);
      // A child has the folio's neighbours, too.
      const int more = child && kind == folioKind() ? 2 : 0;
      if (o_.rss_end[p][kind] < right || o_.rss_end[p][kind] > right + more)
        report(Rule::kAccounting, Reason::kRssEnd, p, kNoPage, static_cast<unsigned>(right));
    }
  }

  const Scenario& s_;
  const Outcome& o_;
  const FormatFacts& format_;
  Records& records_;
  const bool file_, swapbacked_, dirty_;
  const Histories histories_;
  const bool ended_, moved_;  // migration
};

}  // namespace

void inspectEnd(const Scenario& s, const Outcome& o, const FormatFacts& format, Records& records) {
  End(s, o, format, records).inspect();
}

}  // namespace ptecheck::spec_detail
