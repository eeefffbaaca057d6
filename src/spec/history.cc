// SPDX-License-Identifier: GPL-2.0-only
#include "spec/history.h"

#include "spec/history_verdict.h"

namespace ptecheck {

namespace {

using spec_detail::contentsSetText;
using spec_detail::contentsText;
using spec_detail::locationText;
using spec_detail::Verdict;

enum PinBit : std::uint8_t {  // of History::pins
  kHeld = 1,
  kSurely = 2,
  kPerhaps = 4,
  kPinSpace = 8,
  kPinFrameShift = 4,
  kForWriting = 128
};
enum CallBit : std::uint8_t {  // of History::calls
  kCallMask = 15,
  kCallSpace = 16,
  kCallRangeShift = 5,
  kPromisesNothing = 128
};

using CallSet = unsigned;
constexpr CallSet oneCall(SystemCall call) { return 1U << static_cast<unsigned>(call); }
constexpr CallSet kThrowAway = oneCall(SystemCall::kDontneed) | oneCall(SystemCall::kFree);

constexpr unsigned indexOf(unsigned space, unsigned range) { return space * kMaxRanges + range; }

class Judging {
 public:
  Judging(const HistorySetup& setup, History& history, const Event& event, Verdict& verdict)
      : setup_(setup), h_(history), e_(event), verdict_(verdict) {}

  void run() {
    switch (e_.kind) {
      case EventKind::kLoad:
        if (reaches()) load(here());
        break;
      case EventKind::kStore:
        if (reaches() && here().is(History::kReadOnly))
          verdict_.breaks(Rule::kStaleTlb, [&] {
            return who() + " stores to " + where() + ", although mprotect(PROT_READ) has returned";
          });
        store();
        noteStore();
        break;
      case EventKind::kPin:
        pin();
        break;
      case EventKind::kDeviceLoad:
        followPin();
        reachesPinned();
        if (pinned() & kSurely) load(here());
        break;
      case EventKind::kDeviceStore:
        followPin();
        reachesPinned();
        deviceStore();
        break;
      case EventKind::kUnpin:
        pinned() = 0;
        break;
      case EventKind::kBegins:
        begin();
        break;
      case EventKind::kReturns:
        returned();
        break;
      case EventKind::kFrees:
        freed();
        break;
      case EventKind::kStuck:
        verdict_.breaks(Rule::kProgress, [&] {
          return who() + " faults again on " + where() +
                 ", although the access is allowed, its fault was handled, and nothing happened " +
                 "in between";
        });
        break;
      case EventKind::kInStorage:
        inStorage();
        break;
    }
    inherit();
  }

 private:
  // ---- who and where

  History::Location& here() { return h_.at[indexOf(e_.space, e_.range)]; }
  std::uint8_t& pinned() { return h_.pins[e_.actor][e_.range]; }
  bool isFreed(unsigned frame) const { return frame < kMaxFrames && (h_.freed >> frame & 1); }
  std::string who() const { return "actor " + std::to_string(e_.actor); }
  std::string where() const { return locationText(e_.space, e_.range); }
  std::string frameText() const { return "page frame " + std::to_string(e_.frame); }

  // Is one of the calls in flight, for this location? A call that may have found its range moved
  // counts for both places.
  bool inFlight(CallSet calls, unsigned space, unsigned range) const {
    for (const std::uint8_t call : h_.calls)
      if (call != 0 && calls >> ((call & kCallMask) - 1U) & 1 &&
          call >> (kCallRangeShift + range) & 1 &&
          (call & kPromisesNothing || ((call & kCallSpace) != 0) == (space == 1)))
        return true;
    return false;
  }
  bool mremapInFlight(unsigned range) const {
    return inFlight(oneCall(SystemCall::kMremap), 0, range);
  }
  // Do all spaces have the same contents?
  bool together(unsigned range) const { return setup_.shared_mapping || mremapInFlight(range); }
  template <class Function>
  void forAllTogether(Function function) {
    if (!together(e_.range)) {
      if (!here().is(History::kGone)) function(here());
      return;
    }
    for (unsigned space = 0; space < kMaxSpaces; ++space) {
      History::Location& location = h_.at[indexOf(space, e_.range)];
      if (location.may != 0) function(location);
    }
  }
  bool inFlightHere(CallSet calls) const {
    return inFlight(calls, e_.space, e_.range) ||
           (mremapInFlight(e_.range) && inFlight(calls, 1U - e_.space, e_.range));
  }
  // Calls that throw contents away do so only where nobody else has them.
  bool throwsAway() const { return !setup_.shared_mapping; }
  // Old page and new page may be in use at the same time.
  bool loose() const { return throwsAway() && inFlightHere(kThrowAway); }
  // What is there after MADV_DONTNEED.
  ContentsSet afterDontneed() const {
    return contentsBit(setup_.anonymous ? kZeroes : originalContents(e_.range));
  }

  // ---- accesses

  // False: the rest of the access is not judged.
  bool reaches() {
    if (isFreed(e_.frame)) {
      verdict_.breaks(Rule::kStaleTlb, [&] {
        return who() + " reaches " + frameText() + " by " + where() + ", although it was freed";
      });
      return false;
    }
    if (here().is(History::kGone)) {
      verdict_.breaks(Rule::kStaleTlb, [&] {
        return who() + " reaches " + frameText() + " by " + where() +
               ", although the call that unmapped or moved it has returned";
      });
      return false;
    }
    return true;
  }
  void reachesPinned() {
    if (isFreed(e_.frame))
      verdict_.breaks(Rule::kAccounting, [&] {
        return "a device reaches " + frameText() + " through the pin of " + who() +
               ", although it was freed";
      });
  }

  void load(const History::Location& from) {
    const ContentsSet seen = contentsBit(e_.contents);
    if (!(from.may & seen)) {
      const bool device = e_.kind == EventKind::kDeviceLoad;
      if (device || !(from.left & seen))
        verdict_.breaks(Rule::kContents, [&] {
          return (device ? "the device of " : "") + who() + " reads " + contentsText(e_.contents) +
                 " in " + where() + " where " + contentsSetText(from.may) + " must be";
        });
      return;
    }
    if (loose() || from.is(History::kLazy)) return;
    forAllTogether([&](History::Location& l) { l.may = seen; });
  }

  void store() {
    const ContentsSet stored = contentsBit(e_.contents);
    for (unsigned a = 0; a < kMaxActors; ++a)
      if (remembersStores(h_.calls[a])) h_.since[a][e_.range] |= stored;
    const bool stays_lazy = inFlightHere(oneCall(SystemCall::kFree)), is_loose = loose();
    forAllTogether([&](History::Location& l) {
      if (l.is(History::kLazy) && !stays_lazy) {
        l.left = static_cast<ContentsSet>((l.left | l.may) & ~stored & ~contentsBit(kZeroes));
        l.set(History::kLazy, false);
      }
      l.may = static_cast<ContentsSet>(is_loose ? l.may | stored : stored);
    });
  }
  // Does the call want to know what is stored here while it is in flight?
  bool remembersStores(std::uint8_t call) const {
    if (call == 0 || !(call >> (kCallRangeShift + e_.range) & 1)) return false;
    const CallSet kind = 1U << ((call & kCallMask) - 1U);
    if (kind == oneCall(SystemCall::kWriteback)) return true;
    return kind == oneCall(SystemCall::kDontneed) && throwsAway() &&
           (call & kPromisesNothing || ((call & kCallSpace) != 0) == (e_.space == 1));
  }

  // What a program's store owes to calls that have returned.
  void noteStore() {
    const bool soft = throwsAway() && !inFlightHere(oneCall(SystemCall::kClearRefs) | kThrowAway |
                                                    oneCall(SystemCall::kMunmap));
    const bool wp = !inFlightHere(oneCall(SystemCall::kWriteProtect));
    forAllTogether([&](History::Location& l) {
      if (&l != &here() && !mremapInFlight(e_.range)) return;  // each space has its own entry
      if (soft && l.is(History::kSoftWatched)) l.set(History::kSoftDue);
      if (wp && l.is(History::kWpWatched)) l.set(History::kWpDue);
    });
  }

  // ---- pins

  void pin() {
    if (isFreed(e_.frame))
      verdict_.breaks(Rule::kAccounting, [&] {
        return who() + " pins " + frameText() + " by " + where() + ", although it was freed";
      });
    const bool perhaps =
        throwsAway() && inFlightHere(oneCall(SystemCall::kDontneed) | oneCall(SystemCall::kMunmap));
    // The page of zeroes, or a file's page for reading: a store gives the program its own page.
    const bool stays =
        e_.frame != kZeroPage && (setup_.anonymous || setup_.shared_mapping || e_.write);
    unsigned p = kHeld;
    if (stays) p |= perhaps ? kPerhaps : kSurely;
    if (e_.space != 0) p |= kPinSpace;
    if (e_.write) p |= kForWriting;
    pinned() = static_cast<std::uint8_t>(p | (e_.frame & 7U) << kPinFrameShift);
  }
  // A device knows the page, not the address, which mremap() may have changed.
  void followPin() { e_.space = (pinned() & kPinSpace) != 0; }
  void deviceStore() {
    const std::uint8_t p = pinned();
    if (p & kSurely) {
      store();
    } else if (p & kPerhaps) {
      const ContentsSet stored = contentsBit(e_.contents);
      for (unsigned a = 0; a < kMaxActors; ++a)
        if (remembersStores(h_.calls[a])) h_.since[a][e_.range] |= stored;
      forAllTogether([&](History::Location& l) { l.may |= stored; });
    }
  }
  template <class Function>
  void forPinsHere(Function function) {
    for (auto& of_actor : h_.pins) {
      std::uint8_t& p = of_actor[e_.range];
      if (p & kHeld && ((p & kPinSpace) != 0) == (e_.space == 1)) function(p);
    }
  }
  void freed() {
    if (e_.frame >= kMaxFrames) return;
    if (isFreed(e_.frame))
      verdict_.breaks(Rule::kAccounting, [&] { return frameText() + " is freed a second time"; });
    for (unsigned a = 0; a < kMaxActors; ++a)
      for (const std::uint8_t p : h_.pins[a])
        if (p & kHeld && (p >> kPinFrameShift & 7U) == e_.frame)
          verdict_.breaks(Rule::kAccounting, [&] {
            return frameText() + " is freed, although actor " + std::to_string(a) +
                   " has it pinned";
          });
    h_.freed = static_cast<std::uint8_t>(h_.freed | 1U << e_.frame);
  }

  // ---- calls

  void begin() {
    std::uint8_t& call = h_.calls[e_.actor];
    unsigned entry = call | (static_cast<unsigned>(e_.call) + 1U) |
                     1U << (kCallRangeShift + e_.range) |
                     (e_.space != 0 ? unsigned{kCallSpace} : 0U);
    if (mremapInFlight(e_.range)) entry |= kPromisesNothing;
    ContentsSet& since = h_.since[e_.actor][e_.range];
    since = 0;
    switch (e_.call) {
      case SystemCall::kDontneed:
        if (throwsAway())
          forAllTogether([&](History::Location& l) {
            l.may |= afterDontneed();
            l.set(History::kSoftDue, false);
          });
        doubtPins();
        break;
      case SystemCall::kFree:
        if (throwsAway() && setup_.anonymous)
          forAllTogether([&](History::Location& l) {
            l.may |= contentsBit(kZeroes);
            l.set(History::kLazy);
            l.set(History::kSoftDue, false);
          });
        break;
      case SystemCall::kMunmap:
        doubtPins();
        break;
      case SystemCall::kClearRefs:
        forAllTogether([](History::Location& l) { l.set(History::kSoftDue, false); });
        break;
      case SystemCall::kWriteProtect:
        forAllTogether([](History::Location& l) { l.set(History::kWpDue, false); });
        break;
      case SystemCall::kFork: {
        History::Location& child = h_.at[indexOf(1, e_.range)];
        child = here();
        child.left = 0;
        child.flags &= History::kReadOnly | History::kLazy;
        break;
      }
      case SystemCall::kMremap:
        for (std::uint8_t& other : h_.calls)
          if (other != 0 && &other != &call && other >> (kCallRangeShift + e_.range) & 1)
            other |= kPromisesNothing;
        h_.at[indexOf(1, e_.range)] = here();
        entry &= ~unsigned{kPromisesNothing};
        break;
      case SystemCall::kWriteback:
        since = here().may;
        for (const auto& of_actor : h_.pins)
          if ((of_actor[e_.range] & (kHeld | kForWriting)) == (kHeld | kForWriting))
            entry |= kPromisesNothing;
        break;
      case SystemCall::kMprotectRead:
      case SystemCall::kUnmapFolio:
        break;
    }
    call = static_cast<std::uint8_t>(entry);
  }
  void doubtPins() {
    if (throwsAway())
      forPinsHere([](std::uint8_t& p) {
        if (p & kSurely) p = static_cast<std::uint8_t>((p & ~kSurely) | kPerhaps);
      });
  }

  void returned() {
    std::uint8_t& call = h_.calls[e_.actor];
    const bool promises = !(call & kPromisesNothing);
    const ContentsSet since = h_.since[e_.actor][e_.range];
    switch (e_.call) {
      case SystemCall::kDontneed:
        if (!throwsAway() || !promises) break;
        here().may &= static_cast<ContentsSet>(afterDontneed() | since);
        here().left &= since;
        break;
      case SystemCall::kMprotectRead:
        if (promises) here().set(History::kReadOnly);
        break;
      case SystemCall::kClearRefs:
        if (promises) here().set(History::kSoftWatched);
        break;
      case SystemCall::kWriteProtect:
        if (promises) here().set(History::kWpWatched);
        break;
      case SystemCall::kMunmap:
        if (promises && throwsAway())
          forPinsHere(
              [](std::uint8_t& p) { p = static_cast<std::uint8_t>(p & ~(kSurely | kPerhaps)); });
        leave();
        break;
      case SystemCall::kMremap:
        h_.at[indexOf(1, e_.range)].set(History::kWpWatched, false);
        forPinsHere([](std::uint8_t& p) { p |= kPinSpace; });
        leave();
        break;
      case SystemCall::kUnmapFolio:
        if (e_.mapcount != 0)
          verdict_.breaks(Rule::kAccounting, [&] {
            return "the kernel relies on the folio not being mapped any more, and still counts " +
                   std::to_string(e_.mapcount) +
                   (e_.mapcount == 1 ? " mapping of it" : " mappings of it");
          });
        break;
      case SystemCall::kFree:
      case SystemCall::kFork:
      case SystemCall::kWriteback:
        break;
    }
    h_.since[e_.actor][e_.range] = 0;
    call = static_cast<std::uint8_t>(call & ~(1U << (kCallRangeShift + e_.range)));
    if (!(call >> kCallRangeShift & 3U)) call = 0;
  }
  // The location exists no more. A shared mapping's contents do.
  void leave() {
    History::Location& l = here();
    if (throwsAway()) l = {};
    l.flags = History::kGone;
  }

  void inStorage() {
    const ContentsSet since = h_.since[e_.actor][e_.range];
    if (setup_.anonymous || !setup_.shared_mapping || h_.calls[e_.actor] & kPromisesNothing ||
        since & contentsBit(e_.contents))
      return;
    verdict_.breaks(Rule::kDirtyLost, [&] {
      return "fsync() of " + who() + " returns and storage has " + contentsText(e_.contents) +
             " of page " + std::to_string(e_.range) + ", although " + contentsSetText(since) +
             " was written before it began or since";
    });
  }

  // While fork() is in flight, the child may get whatever its parent has.
  void inherit() {
    for (unsigned range = 0; range < setup_.pages; ++range) {
      if (!inFlight(oneCall(SystemCall::kFork), 0, range)) continue;
      const History::Location& parent = h_.at[indexOf(0, range)];
      History::Location& child = h_.at[indexOf(1, range)];
      child.may =
          static_cast<ContentsSet>(setup_.shared_mapping ? parent.may : child.may | parent.may);
      if (parent.is(History::kLazy)) child.set(History::kLazy);
    }
  }

  const HistorySetup& setup_;
  History& h_;
  Event e_;
  Verdict& verdict_;
};

}  // namespace

History historyOf(const HistorySetup& setup) {
  History h;
  for (unsigned space = 0; space < (setup.child ? 2U : 1U); ++space)
    for (unsigned range = 0; range < setup.pages; ++range) {
      History::Location& l = h.at[indexOf(space, range)];
      l.may = contentsBit(originalContents(range));
      if (!setup.lazyfree) continue;
      l.may |= contentsBit(kZeroes);
      l.set(History::kLazy);
    }
  return h;
}

RuleSet judge(const HistorySetup& setup, History& history, const Event& event) {
  Verdict verdict;
  Judging(setup, history, event, verdict).run();
  return verdict.broken();
}

std::string explain(const HistorySetup& setup, const History& before, const Event& event,
                    Rule rule) {
  History history = before;
  Verdict verdict(rule);
  Judging(setup, history, event, verdict).run();
  return verdict.sentence();
}

}  // namespace ptecheck
