// SPDX-License-Identifier: GPL-2.0-only
//
// Calls that begin and return.
#include "spec/history_judging.h"

namespace ptecheck::spec_detail {

void Judging::begin() {
  std::uint8_t& call = h_.calls[e_.actor];
  unsigned entry = call | (static_cast<unsigned>(e_.call) + 1U) |
                   1U << (kCallRangeShift + e_.range) | (e_.space != 0 ? unsigned{kCallSpace} : 0U);
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
      forOwnEntries([](History::Location& l) { l.set(History::kSoftDue, false); });
      break;
    case SystemCall::kWriteProtect:
      forOwnEntries([](History::Location& l) { l.set(History::kWpDue, false); });
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

void Judging::doubtPins() {
  if (throwsAway())
    forPinsHere([](std::uint8_t& p) {
      if (p & kSurely) p = static_cast<std::uint8_t>((p & ~kSurely) | kPerhaps);
    });
}

void Judging::returned() {
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
void Judging::leave() {
  History::Location& l = here();
  if (throwsAway()) l = {};
  l.flags = History::kGone;
}

void Judging::inStorage() {
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
void Judging::inherit() {
  for (unsigned range = 0; range < setup_.pages; ++range) {
    if (!inFlight(oneCall(SystemCall::kFork), 0, range)) continue;
    const History::Location& parent = h_.at[indexOf(0, range)];
    History::Location& child = h_.at[indexOf(1, range)];
    child.may =
        static_cast<ContentsSet>(setup_.shared_mapping ? parent.may : child.may | parent.may);
    if (parent.is(History::kLazy)) child.set(History::kLazy);
  }
}

}  // namespace ptecheck::spec_detail
