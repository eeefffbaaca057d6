// SPDX-License-Identifier: GPL-2.0-only
//
// Accesses by programs, and by devices through pins.
#include "spec/history_judging.h"

namespace ptecheck::spec_detail {

// False: the rest of the access is not judged.
bool Judging::reaches() {
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

void Judging::reachesPinned() {
  if (isFreed(e_.frame))
    verdict_.breaks(Rule::kAccounting, [&] {
      return "a device reaches " + frameText() + " through the pin of " + who() +
             ", although it was freed";
    });
}

void Judging::load(const History::Location& from) {
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

void Judging::store() {
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
bool Judging::remembersStores(std::uint8_t call) const {
  if (call == 0 || !(call >> (kCallRangeShift + e_.range) & 1)) return false;
  const CallSet kind = 1U << ((call & kCallMask) - 1U);
  if (kind == oneCall(SystemCall::kWriteback)) return true;
  return kind == oneCall(SystemCall::kDontneed) && throwsAway() &&
         (call & kPromisesNothing || ((call & kCallSpace) != 0) == (e_.space == 1));
}

// What a program's store owes to calls that have returned.
void Judging::noteStore() {
  const bool soft = throwsAway() && !inFlightHere(oneCall(SystemCall::kClearRefs) | kThrowAway |
                                                  oneCall(SystemCall::kMunmap));
  const bool wp = !inFlightHere(oneCall(SystemCall::kWriteProtect));
  forOwnEntries([&](History::Location& l) {
    if (soft && l.is(History::kSoftWatched)) l.set(History::kSoftDue);
    if (wp && l.is(History::kWpWatched)) l.set(History::kWpDue);
  });
}

void Judging::pin() {
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
void Judging::followPin() { e_.space = (pinned() & kPinSpace) != 0; }
void Judging::deviceStore() {
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

void Judging::freed() {
  if (e_.frame >= kMaxFrames) return;
  if (isFreed(e_.frame))
    verdict_.breaks(Rule::kAccounting, [&] { return frameText() + " is freed a second time"; });
  for (unsigned a = 0; a < kMaxActors; ++a)
    for (const std::uint8_t p : h_.pins[a])
      if (p & kHeld && (p >> kPinFrameShift & 7U) == e_.frame)
        verdict_.breaks(Rule::kAccounting, [&] {
          return frameText() + " is freed, although actor " + std::to_string(a) + " has it pinned";
        });
  h_.freed = static_cast<std::uint8_t>(h_.freed | 1U << e_.frame);
}

}  // namespace ptecheck::spec_detail
