// SPDX-License-Identifier: GPL-2.0-only
#include "spec/explain.h"

namespace ptecheck {

namespace spec_detail {

namespace {

struct Words {
  const char* bit;
  std::string text;
};

std::string signedNumber(int number) { return (number > 0 ? "+" : "") + std::to_string(number); }

std::string change(const std::string& what, int before, int after, int right) {
  return what + " went from " + std::to_string(before) + " to " + std::to_string(after) +
         ", should be " + std::to_string(right);
}

std::string pagesUnmapped(unsigned n) {
  return std::to_string(n) + (n == 1 ? " entry was unmapped" : " entries were unmapped");
}

std::string seenExpected(unsigned expected, unsigned page) {
  return expected == SEEN_FAULT ? "a page of another folio" : describeSeen(expected, page);
}

unsigned rssKindOf(const Outcome& o) {
  if (!(o.folio_flags_before & FOLIO_FILE)) return RSS_ANON;
  return o.folio_flags_before & FOLIO_SWAPBACKED ? RSS_SHMEM : RSS_FILE;
}

std::string rssEndOf(const Outcome& o, unsigned process) {
  std::string text;
  for (int change : o.rss_end[process]) text += (text.empty() ? "" : ", ") + signedNumber(change);
  return text;
}

Words entryWords(const Record& r, const Sides& sides) {
  const std::string moved = " (" + sides.before + " -> " + sides.after + ")";
  const std::string also =
      sides.others.empty()
          ? ""
          : ", and " + sides.others +
                (sides.others.size() > 1 ? " map the same page" : " maps the same page");
  switch (r.reason) {
    case Reason::kWrongForm:
      return {"mapping", "this operation does not make such an entry of it" + moved};
    case Reason::kWrongFrame:
      return {"mapping", "the entry in its place is of another page" + moved};
    case Reason::kWriteInEntry:
      return {"write", (r.rule == Rule::kWriteGained
                            ? "read-only, but the entry in its place is writable" + also
                            : std::string("writable, but the entry in its place is not")) +
                           moved};
    case Reason::kMigratedClean:
      return {"dirty", "dirty, but neither its migration entry nor the folio is" + moved};
    case Reason::kDroppedClean:
      return {"dirty", "dirty, and gone, and the folio is not dirty" + moved};
    case Reason::kMarkerMissing:
      return {"uffd-wp", "uffd-wp, but no marker says so" + moved};
    case Reason::kMarkerUnasked:
      return {"uffd-wp", "a uffd-wp marker where nothing was write-protected" + moved};
    case Reason::kWrite:
      if (r.rule == Rule::kWriteGained)
        return {"write", "read-only before, writable after" + also + moved};
      return {"write", "writable before, read-only after" + moved};
    case Reason::kShadowStack:
      return {"write", "ordinary and shadow-stack writes were exchanged" + also + moved};
    case Reason::kUffdWp:
    case Reason::kUffdWpInSwap:
      return {"uffd-wp",
              (sides.before.find('U') != std::string::npos ? "uffd-wp before, not after"
                                                           : "not uffd-wp before, uffd-wp after") +
                  moved};
    case Reason::kSoftDirty:
    case Reason::kSoftDirtyInSwap:
      if (r.rule == Rule::kSoftDirtyLost)
        return {"soft-dirty", "soft-dirty before, not after" + moved};
      return {"soft-dirty", "not soft-dirty before, soft-dirty after" + moved};
    case Reason::kCleaned:
      return {"dirty", "dirty before, clean after, and the folio is not dirty either" + moved};
    case Reason::kWrongPage:
      return {"mapping", "maps another page afterwards" + moved};
    case Reason::kOtherProtection:
      return {"protection", "other bits changed than an unmap may change" + moved};
    case Reason::kHoleChanged:
      return {"mapping", "no entry of this folio, but changed" + moved};
    case Reason::kLockedChanged:
      return {"mapping", "in a VM_LOCKED VMA, but changed" + moved};
    case Reason::kBlock:
      return {"contiguous",
              "marked contiguous afterwards, but its block is not whole, aligned and alike"};
    case Reason::kDroppedSwapBacked:
      return {"mapping", "dropped without a swap entry, though the folio is swap-backed" + moved};
    case Reason::kDroppedDirty:
      return {"dirty", "dropped although written since MADV_FREE" + moved};
    case Reason::kDroppedDirtyFolio:
      return {"dirty", "dropped although the folio is dirty" + moved};
    case Reason::kDroppedHeld:
      return {"dirty", "dropped although somebody holds a reference and may write" + moved};
    case Reason::kWrongSlot:
      return {"mapping", "replaced by a swap entry that is not this page's" + moved};
    case Reason::kSwappedClean:
      return {"dirty", "dirty, swapped out, and the folio is not dirty" + moved};
    case Reason::kMarkerLost:
      return {"exclusive", "exclusive, but the swap entry does not say so" + moved};
    case Reason::kMarkerInvented:
      return {"exclusive", "not exclusive, but the swap entry says so" + also + moved};
    case Reason::kExclusiveCopied:
      return {"exclusive", "swapped out, but the page is still exclusive" + moved};
    case Reason::kPinnedUnmapped:
      return {"exclusive", "exclusive and pinned, but swapped out" + moved};
    case Reason::kExclusiveInvented:
      return {"exclusive", "not exclusive before, exclusive after" + also + moved};
    case Reason::kExclusiveLostWritable:
      return {"exclusive", "no longer exclusive, but still writable" + also + moved};
    case Reason::kExclusiveLostPinned:
      return {"exclusive", "pinned, but no longer exclusive" + moved};
    default:
      return {"", ""};
  }
}

// What the steps made of an entry.
Words endWords(const Record& r, const Sides& sides) {
  const std::string moved = sides.before.empty()
                                ? " (" + sides.after + ")"
                                : " (" + sides.before + ", after the steps " + sides.after + ")";
  switch (r.reason) {
    case Reason::kEndForm:
      return {"mapping", "none of the steps makes such an entry of it" + moved};
    case Reason::kEndNotBack:
      return {"mapping", "did not come back" + moved};
    case Reason::kEndWrongPage:
      return {"mapping", "maps another page after the steps" + moved};
    case Reason::kEndWrite:
      if (r.rule == Rule::kWriteGained)
        return {"write", "writable after the steps, and must not be" + moved};
      return {"write", "read-only after the steps, and need not be" + moved};
    case Reason::kEndUffdWp:
      return {"uffd-wp",
              std::string(sides.after.find('U') != std::string::npos || sides.after == "marker"
                              ? "uffd-wp only after the steps"
                              : "no longer uffd-wp after the steps") +
                  moved};
    case Reason::kEndSoftDirty:
      return {"soft-dirty",
              std::string(r.rule == Rule::kSoftDirtyLost ? "no longer soft-dirty after the steps"
                                                         : "soft-dirty only after the steps") +
                  moved};
    case Reason::kEndClean:
      return {"dirty", "clean after the steps, and the folio is not dirty either" + moved};
    case Reason::kEndExclusiveLost:
      return {"exclusive", "was exclusive, and is not after the steps" + moved};
    case Reason::kEndExclusive:
      if (r.process == kNoProcess) return {"exclusive", "exclusive after the steps, for no reason"};
      return {"exclusive", "exclusive after the steps, and must not be" + moved};
    case Reason::kEndShared:
      return {"exclusive", "exclusive after the steps, but " + std::to_string(r.detail) +
                               " entries stand for it"};
    default:
      return {"", ""};
  }
}

Words counterWords(const Scenario& s, const Outcome& o, const Record& r) {
  const int right = static_cast<int>(r.detail);
  const int* rss = o.rss[r.process < MAX_PROCESSES ? r.process : 0];
  switch (r.reason) {
    case Reason::kMapcountBefore:
      return {"mapcount", "mapcount was " + std::to_string(o.mapcount_before) + " before, but " +
                              std::to_string(r.detail) + " entries map the folio"};
    case Reason::kMapcount:
      return {"mapcount",
              change("mapcount", o.mapcount_before, o.mapcount, o.mapcount_before - right) + ": " +
                  pagesUnmapped(r.detail)};
    case Reason::kRefcount: {
      const bool event = o.event_fired && s.event == EVENT_REFERENCE;
      return {"refcount",
              change("refcount", o.refcount_before, o.refcount, o.refcount_before - right + event) +
                  ": " + pagesUnmapped(r.detail) + (event ? ", one reference was taken" : "")};
    }
    case Reason::kRssAnon:
      return {"rss", "anonymous rss changed by " + signedNumber(rss[RSS_ANON]) + ", should be " +
                         signedNumber(-right)};
    case Reason::kRssSwap:
      return {"rss", "swap rss changed by " + signedNumber(rss[RSS_SWAP]) + ", should be " +
                         signedNumber(right)};
    case Reason::kRssFolio:
      return {"rss", "rss changed by " + signedNumber(rss[rssKindOf(o)]) + ", should be " +
                         signedNumber(-right)};
    case Reason::kMapcountEnd:
      return {"mapcount", "mapcount is " + std::to_string(o.mapcount_end) +
                              " after the steps, should be " + std::to_string(right)};
    case Reason::kRssEnd:
      return {"rss", "rss (anonymous, file, shmem, swap) changed by " + rssEndOf(o, r.process) +
                         " up to the end of the steps, which does not fit the entries"};
    case Reason::kRssOther:
      if (o.folio_flags_before & FOLIO_FILE)
        return {"rss", "rss of a kind changed that is not the folio's"};
      return {"rss", "file or shmem rss changed by " + signedNumber(rss[RSS_FILE]) + " and " +
                         signedNumber(rss[RSS_SHMEM]) + ", but the folio is anonymous"};
    case Reason::kSwapCount:
      return {"swap-count", "swap count changed by " + signedNumber(o.entry[r.page].swap_count) +
                                ", should be " + signedNumber(right)};
    case Reason::kUnacknowledged:
      return {"mapping", std::to_string(r.detail) + (r.detail == 1 ? " entry" : " entries") +
                             " vanished, and no counter knows (mapcount, refcount and rss agree)"};
    default:
      return {"", ""};
  }
}

Words folioWords(const Outcome& o, const Record& r, const Sides& sides) {
  switch (r.reason) {
    case Reason::kWarned:
      return {
          "own checks",
          (o.warnings == 1 ? "one warning" : std::to_string(o.warnings) + " warnings, the first") +
              std::string(": ") + o.message};
    case Reason::kStopped:
      return {"own checks", std::string("stopped: ") + o.message};
    case Reason::kFolioFlag:
      return {"dirty", "the folio was dirty before, and is not afterwards"};
    case Reason::kDroppedHeldLate:
      return {"dirty", "everything was dropped although somebody took a reference meanwhile"};
    case Reason::kOutside:
      return {"bounds",
              std::to_string(o.outside) + " access(es) outside folio, VMA and page table"};
    case Reason::kNeighbourBefore:
      return {"bounds",
              "the entry before the folio changed (" + sides.before + " -> " + sides.after + ")"};
    case Reason::kNeighbourAfter:
      return {"bounds",
              "the entry behind the folio changed (" + sides.before + " -> " + sides.after + ")"};
    default:
      return {"", ""};
  }
}

Words differsWords(const Outcome& o, const Outcome& one, const Record& r, const Sides& sides) {
  const std::string pair = sides.after + " batched, " + sides.before + " one by one";
  switch (r.reason) {
    case Reason::kDiffersForm:
      if (r.page == kNoPage)
        return {"mapping", "entries were kept by the batched run alone, for no reason"};
      return {"mapping", "unmapped by the batched run alone: " + pair};
    case Reason::kDiffersBits:
      return {"entry", pair};
    case Reason::kDiffersEnd:
      return {"entry", "after the steps " + pair};
    case Reason::kDiffersPage:
      return {"exclusive", "PageAnonExclusive differs: " + pair};
    case Reason::kDiffersNeighbour:
      return {"bounds", "an entry beside the folio differs"};
    case Reason::kDiffersFolio:
      return {"folio", "folio flags differ: " + std::to_string(o.folio_flags) + " batched, " +
                           std::to_string(one.folio_flags) + " one by one"};
    case Reason::kDiffersCounters:
      return {"counters", "same entries, but the counters differ: mapcount " +
                              std::to_string(o.mapcount) + " batched, " +
                              std::to_string(one.mapcount) + " one by one; refcount " +
                              std::to_string(o.refcount) + ", " + std::to_string(one.refcount)};
    case Reason::kDiffersSeen: {
      const auto i = std::size_t{r.process} * r.detail + r.page;
      return {"contents", "reads " + describeSeen(o.entry[i].seen, r.page) + " batched, " +
                              describeSeen(one.entry[i].seen, r.page) + " one by one"};
    }
    case Reason::kDiffersFlush:
      return {"tlb", "fewer TLB flushes: " + std::to_string(o.flushed_pages) + " pages and " +
                         (o.flush_pending ? "one" : "none") + " pending batched, " +
                         std::to_string(one.flushed_pages) + " and " +
                         (one.flush_pending ? "one" : "none") + " one by one"};
    default:
      return {"", ""};
  }
}

Words words(const Scenario& s, const Outcome& o, const Outcome* one, const Record& r,
            const Sides& sides) {
  if (one != nullptr) return differsWords(o, *one, r, sides);
  if (r.reason == Reason::kSeen) {
    const unsigned seen = o.entry[std::size_t{r.process} * s.pages + r.page].seen;
    return {"contents", "reads " + describeSeen(seen, r.page) + ", should read " +
                            seenExpected(r.detail, r.page)};
  }
  Words found = entryWords(r, sides);
  if (found.text.empty()) found = endWords(r, sides);
  if (found.text.empty()) found = counterWords(s, o, r);
  if (found.text.empty()) found = folioWords(o, r, sides);
  return found;
}

}  // namespace

std::string othersMapping(const Scenario& s, unsigned process, unsigned page) {
  std::string names;
  for (unsigned p = 0; p < s.processes; ++p) {
    if (p == process || !entryMaps(s.entry[std::size_t{p} * s.pages + page])) continue;
    if (!names.empty()) names += " and ";
    names += processName(p);
  }
  return names;
}

Violation explainRecord(const Scenario& s, const Outcome& o, const Outcome* one_by_one,
                        const Record& record, const Sides& sides) {
  const Words found = words(s, o, one_by_one, record, sides);
  std::string where;
  if (record.process != kNoProcess) where += processName(record.process);
  if (record.page != kNoPage)
    where += (where.empty() ? "page " : " page ") + std::to_string(record.page);
  if (!where.empty()) where += ": ";
  return {record.rule, record.process, record.page, found.bit, where + found.text};
}

}  // namespace spec_detail

void BitDifferences::add(const BitDifferences& other) {
  auto sum = [](Count& to, const Count& from) {
    to.gained += from.gained;
    to.lost += from.lost;
  };
  sum(mapped, other.mapped);
  sum(write, other.write);
  sum(dirty, other.dirty);
  sum(young, other.young);
  sum(soft_dirty, other.soft_dirty);
  sum(uffd_wp, other.uffd_wp);
  sum(exclusive, other.exclusive);
}

}  // namespace ptecheck
