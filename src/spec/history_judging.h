// SPDX-License-Identifier: GPL-2.0-only
//
// For history*.cc: what an event does to a history, and which rules it breaks.
#ifndef PTECHECK_SPEC_HISTORY_JUDGING_H
#define PTECHECK_SPEC_HISTORY_JUDGING_H

#include <string>

#include "spec/history.h"
#include "spec/history_verdict.h"

namespace ptecheck::spec_detail {

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

  void run();

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
  // An entry is a space's own, although contents may be everybody's.
  template <class Function>
  void forOwnEntries(Function function) {
    if (mremapInFlight(e_.range)) return forAllTogether(function);
    if (!here().is(History::kGone)) function(here());
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

  template <class Function>
  void forPinsHere(Function function) {
    for (auto& of_actor : h_.pins) {
      std::uint8_t& p = of_actor[e_.range];
      if (p & kHeld && ((p & kPinSpace) != 0) == (e_.space == 1)) function(p);
    }
  }

  // ---- accesses (history_accesses.cc)

  bool reaches();
  void reachesPinned();
  void load(const History::Location& from);
  void store();
  bool remembersStores(std::uint8_t call) const;
  void noteStore();

  // ---- pins (history_accesses.cc)

  void pin();
  void followPin();
  void deviceStore();
  void freed();

  // ---- calls (history_calls.cc)

  void begin();
  void doubtPins();
  void returned();
  void leave();
  void inStorage();
  void inherit();

  const HistorySetup& setup_;
  History& h_;
  Event e_;
  Verdict& verdict_;
};

}  // namespace ptecheck::spec_detail

#endif
