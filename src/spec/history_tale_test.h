// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: histories written down by hand.
#ifndef PTECHECK_SPEC_HISTORY_TALE_TEST_H
#define PTECHECK_SPEC_HISTORY_TALE_TEST_H

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "spec/history.h"

namespace ptecheck::tale {

inline constexpr Contents kZero = kZeroes, kOld = originalContents(0), kX = kFirstWrite,
                          kY = kFirstWrite + 1, kZ = kFirstWrite + 2;
inline constexpr auto kMprotect = SystemCall::kMprotectRead;
inline constexpr auto kMunmap = SystemCall::kMunmap;
inline constexpr auto kDontneed = SystemCall::kDontneed;
inline constexpr auto kFree = SystemCall::kFree;
inline constexpr auto kFork = SystemCall::kFork;
inline constexpr auto kClearRefs = SystemCall::kClearRefs;
inline constexpr auto kProtect = SystemCall::kWriteProtect;
inline constexpr auto kMremap = SystemCall::kMremap;
inline constexpr auto kWriteback = SystemCall::kWriteback;
inline constexpr auto kUnmapFolio = SystemCall::kUnmapFolio;

// An event that is easy to amend: load(0, kOld).in(1).by(2)
struct Told {
  Event event;
  Told in(unsigned space, unsigned range = 0) const {
    Told other = *this;
    other.event.space = static_cast<std::uint8_t>(space);
    other.event.range = static_cast<std::uint8_t>(range);
    return other;
  }
  Told by(unsigned frame) const {
    Told other = *this;
    other.event.frame = static_cast<std::uint8_t>(frame);
    return other;
  }
};
inline Told tell(EventKind kind, unsigned actor, Contents contents = 0) {
  Event event;
  event.kind = kind;
  event.actor = static_cast<std::uint8_t>(actor);
  event.contents = contents;
  return {event};
}
inline Told load(unsigned actor, Contents seen) { return tell(EventKind::kLoad, actor, seen); }
inline Told store(unsigned actor, Contents c) { return tell(EventKind::kStore, actor, c); }
inline Told pin(unsigned actor, bool write = true) {
  Told told = tell(EventKind::kPin, actor);
  told.event.write = write;
  return told;
}
inline Told unpin(unsigned actor) { return tell(EventKind::kUnpin, actor); }
inline Told deviceLoad(unsigned actor, Contents c) {
  return tell(EventKind::kDeviceLoad, actor, c);
}
inline Told deviceStore(unsigned actor, Contents c) {
  return tell(EventKind::kDeviceStore, actor, c);
}
inline Told begins(unsigned actor, SystemCall call) {
  Told told = tell(EventKind::kBegins, actor);
  told.event.call = call;
  return told;
}
inline Told returns(unsigned actor, SystemCall call, unsigned mapcount = 0) {
  Told told = tell(EventKind::kReturns, actor);
  told.event.call = call;
  told.event.mapcount = static_cast<std::uint8_t>(mapcount);
  return told;
}
inline Told frees(unsigned frame) { return tell(EventKind::kFrees, 0).by(frame); }
inline Told inStorage(unsigned actor, Contents c) { return tell(EventKind::kInStorage, actor, c); }
inline Told stuck(unsigned actor) { return tell(EventKind::kStuck, actor); }

inline HistorySetup anonymous(unsigned pages = 1) { return {.pages = pages}; }
inline HistorySetup lazyfree() { return {.lazyfree = true}; }
inline HistorySetup forked() { return {.child = true}; }
inline HistorySetup sharedFile() {
  return {.shared_mapping = true, .anonymous = false, .child = true};
}
inline HistorySetup privateFile() { return {.anonymous = false}; }

// "" if nothing is broken; else "3 stale-tlb": the first event that breaks something, from 0, and
// what it breaks. There is a sentence for what is broken and for nothing else.
inline std::string verdict(const HistorySetup& setup, const std::vector<Told>& events,
                           History* end = nullptr) {
  History history = historyOf(setup);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const History before = history;
    const RuleSet broken = judge(setup, history, events[i].event);
    for (const RuleInfo& info : ruleTable())
      EXPECT_EQ(explain(setup, before, events[i].event, info.rule) != "",
                contains(broken, info.rule))
          << info.name;
    if (broken != 0) return std::to_string(i) + ' ' + ruleNames(broken);
  }
  if (end != nullptr) *end = history;
  return "";
}

}  // namespace ptecheck::tale

#endif
