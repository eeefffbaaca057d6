// SPDX-License-Identifier: GPL-2.0-only
//
// The judge of complete histories: what programs and devices may see while several processors work
// on the same page tables, worked out from the events alone (scenario/history.h), as if memory had
// no page tables and no TLBs. It shares nothing with the model that it judges.
//
// For each location - a range of a space - there is a set of contents that a load may return.
// Usually it has one member, what was stored last. System calls that throw contents away make it
// larger while they are in flight, as nobody knows when exactly they do it, and a load that tells
// what happened makes it smaller again. Locations that are one and the same change together: all
// spaces of a shared mapping; old and new place while mremap() is in flight. A child's set takes in
// all that its parent's has while fork() is in flight.
//
// A correct kernel must never be flagged. So what is not known passes, and these things pass by
// intention:
//
//   contents      While MADV_DONTNEED or MADV_FREE is in flight, a processor may still use the old
//                 page and another one the new page: stores add to the set, loads tell nothing.
//                 A lazyfree page that reclaim has taken out of the page table but whose flush is
//                 deferred can be read by a processor with an old translation, although others
//                 have written to the new page by then (History::Location::left). So a stale read
//                 of what was stored before is noticed in a lazyfree page only once the old page is
//                 freed.
//                 A pin taken while MADV_DONTNEED or munmap() is in flight may or may not be of
//                 the page that stays: what a device stores through it may be seen, what it loads
//                 is not judged.
//                 A device's access through a pin of what was thrown away later is nobody's matter;
//                 neither is what it reads in the page of zeroes, or in a file's page that a
//                 private mapping shows: only FOLL_LONGTERM keeps those from being replaced by a
//                 store.
//   stale-tlb     A device may go on writing after mprotect(), as it has the page, not the address.
//                 So may a pin be told about after mprotect() has returned: GUP-fast takes no lock.
//                 A call promises nothing if mremap() or another call that moves or removes the
//                 range overlaps it: it may have found nothing.
//   dirty-lost    fsync() promises nothing about what a device stored through a pin that it still
//                 had when the call began: the page is marked dirty when it is unpinned.
//   soft-dirty-lost   Stores while clear_refs, MADV_DONTNEED, MADV_FREE or munmap() is in flight.
//                 Files: reclaim takes their entries out, and soft-dirty goes with them.
//                 A child's entries, until it calls clear_refs itself.
//   uffd-wp-changed   Whether a bit is set that no store has taken away. After mremap(), stores by
//                 the new address: it depends on how userfaultfd was registered.
//   accounting    Counts are looked at when everything is at rest, except that a pinned frame is
//                 never freed, no frame is freed twice, and nobody maps a folio any more when the
//                 kernel relies on that.
//   progress      Whatever the model does not call stuck.
#ifndef PTECHECK_SPEC_HISTORY_H
#define PTECHECK_SPEC_HISTORY_H

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>

#include "scenario/history.h"
#include "spec/rules.h"

namespace ptecheck {

inline constexpr unsigned kLocations = kMaxSpaces * kMaxRanges;

// What the judge has to remember: a part of every state of a search. Value-initialised: nothing
// happened yet, not even a beginning (historyOf() makes that).
struct History {
  enum Flag : std::uint8_t {  // of a location
    kGone = 1,                // munmap() or mremap() has returned: no access
    kReadOnly = 2,            // mprotect(PROT_READ) has returned: no store
    kLazy = 4,                // since MADV_FREE it may become zeroes whenever reclaim likes
    kSoftWatched = 8,         // clear_refs has returned
    kSoftDue = 16,            // ... and something was stored since: must be soft-dirty
    kWpWatched = 32,          // write protection (userfaultfd, PAGEMAP_SCAN) has returned
    kWpDue = 64               // ... and something was stored since: uffd-wp must be off
  };
  struct Location {
    ContentsSet may = 0;   // what a load may return; empty: there is no such range
    ContentsSet left = 0;  // also this, through an old translation of a lazyfree page
    std::uint8_t flags = 0;

    bool operator==(const Location&) const = default;
    bool is(Flag flag) const { return (flags & flag) != 0; }
    void set(Flag flag, bool on = true) {
      flags = static_cast<std::uint8_t>(on ? flags | flag : flags & ~flag);
    }
  };
  std::array<Location, kLocations> at{};  // [space * kMaxRanges + range]

  // Of every actor: the call in flight (its number + 1 in bits 0-3; 0: none), the space (bit 4),
  // the ranges (bits 5, 6), and whether it promises nothing, as another call moves the range (bit
  // 7).
  std::array<std::uint8_t, kMaxActors> calls{};
  // Of every actor and range: what was stored since its call began; for writeback: or before.
  std::array<std::array<ContentsSet, kMaxRanges>, kMaxActors> since{};
  // Of every actor and range, its pin: 0 none; bit 0 there is one; bits 1, 2 what is stored through
  // it is a store of the location (1: surely, 2: perhaps); bit 3 the space; bits 4-6 the frame;
  // bit 7 for writing.
  std::array<std::array<std::uint8_t, kMaxRanges>, kMaxActors> pins{};
  std::uint8_t freed = 0;  // frames, one bit each

  bool operator==(const History&) const = default;
};
static_assert(std::has_unique_object_representations_v<History> && sizeof(History) == 28);

struct HistorySetup {
  unsigned pages = 1;           // ranges of a space, and of the folio that frames 0 .. are
  bool shared_mapping = false;  // MAP_SHARED: all spaces see the same
  bool anonymous = true;
  bool lazyfree = false;  // MADV_FREE was called before: zeroes are allowed, too, until a write
  bool child = false;     // space 1 has been forked, and shares the pages from the beginning
};

// At the beginning: every range of a space that exists has its original contents.
History historyOf(const HistorySetup& setup);

// Which rules the event breaks. The history then knows of it.
RuleSet judge(const HistorySetup& setup, History& history, const Event& event);

// When all actors are done.
RuleSet judgeAtRest(const HistorySetup& setup, const History& history, const AtRest& rest);

// One sentence: why the event, at which the history was `before`, breaks the rule; "" if it does
// not. Likewise of the end.
std::string explain(const HistorySetup& setup, const History& before, const Event& event,
                    Rule rule);
std::string explainAtRest(const HistorySetup& setup, const History& history, const AtRest& rest,
                          Rule rule);

}  // namespace ptecheck

#endif
