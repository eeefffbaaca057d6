// SPDX-License-Identifier: GPL-2.0-only
//
// What is left when all actors are done: of each demand one end that meets it and one that does
// not.
#include "spec/history_tale_test.h"

namespace ptecheck {
namespace {

using namespace tale;

// Each range of each space that is asked for has its own frame, exclusive and writable, except of a
// shared mapping; all has `contents`.
AtRest inOrder(const HistorySetup& setup, Contents contents) {
  AtRest rest;
  for (unsigned space = 0; space < kMaxSpaces; ++space)
    for (unsigned range = 0; range < kMaxRanges; ++range) {
      RangeAtRest& r = rest.ranges[space][range];
      r.mapped = r.present = range < setup.pages && space < (setup.child ? 2U : 1U);
      if (!r.mapped) continue;
      r.seen = r.if_reclaimed = contents;
      r.writable = true;
      r.frame = static_cast<std::uint8_t>(setup.shared_mapping ? range : space * 3 + range);
      FrameAtRest& frame = rest.frames[r.frame];
      frame.in_use = true;
      ++frame.mapcount;
      frame.refs = frame.owners = setup.shared_mapping;
      frame.anonymous = frame.exclusive = !setup.shared_mapping;
    }
  return rest;
}

std::string end(const HistorySetup& setup, const std::vector<Told>& events, const AtRest& rest) {
  History history;
  EXPECT_EQ(verdict(setup, events, &history), "");
  const RuleSet broken = judgeAtRest(setup, history, rest);
  for (const RuleInfo& info : ruleTable())
    EXPECT_EQ(explainAtRest(setup, history, rest, info.rule) != "", contains(broken, info.rule))
        << info.name;
  return ruleNames(broken);
}

TEST(HistoryAtRest, ContentsAreThoseOfTheLastStore) {
  for (const HistorySetup& setup : {anonymous(), forked(), sharedFile(), privateFile()}) {
    EXPECT_EQ(end(setup, {}, inOrder(setup, kOld)), "");
    EXPECT_EQ(end(setup, {}, inOrder(setup, kX)), "contents");
  }
  EXPECT_EQ(end(anonymous(), {store(0, kX)}, inOrder(anonymous(), kX)), "");
  EXPECT_EQ(end(anonymous(), {store(0, kX)}, inOrder(anonymous(), kOld)), "contents");
}

TEST(HistoryAtRest, ReclaimChangesNothingThatIsRead) {
  AtRest rest = inOrder(anonymous(), kX);
  rest.ranges[0][0].if_reclaimed = kZero;
  EXPECT_EQ(end(anonymous(), {store(0, kX)}, rest), "dirty-lost");
  // Even if zeroes could have been read, too.
  EXPECT_EQ(end(anonymous(), {begins(0, kDontneed), store(1, kX), returns(0, kDontneed)}, rest),
            "dirty-lost");
  // Except of a lazyfree page.
  AtRest lazy = inOrder(lazyfree(), kOld);
  lazy.ranges[0][0].if_reclaimed = kZero;
  EXPECT_EQ(end(lazyfree(), {}, lazy), "");
  EXPECT_EQ(end(lazyfree(), {store(0, kX)}, rest), "dirty-lost");
  EXPECT_EQ(end(anonymous(), {begins(0, kFree), store(0, kX), returns(0, kFree)}, rest), "");
  lazy.ranges[0][0].if_reclaimed = kY;
  EXPECT_EQ(end(lazyfree(), {}, lazy), "dirty-lost");
}

TEST(HistoryAtRest, AFileKeepsWhatWasWrittenBeforeMunmap) {
  const std::vector<Told> events = {store(0, kX), begins(0, kMunmap), returns(0, kMunmap)};
  AtRest rest = inOrder(sharedFile(), kX);
  RangeAtRest& gone = rest.ranges[0][0];
  gone.mapped = gone.present = gone.writable = false;
  rest.frames[0].mapcount = 1;
  EXPECT_EQ(end(sharedFile(), events, rest), "");
  gone.if_reclaimed = kOld;
  EXPECT_EQ(end(sharedFile(), events, rest), "dirty-lost");
  // Of anonymous memory nothing is left to judge, nor where mremap() came too late.
  AtRest nothing;
  nothing.ranges[0][0].mapped = false;
  EXPECT_EQ(end(anonymous(), events, nothing), "");
  nothing.ranges[1][0].mapped = false;
  EXPECT_EQ(end(anonymous(),
                {begins(0, kMremap), begins(1, kMunmap), returns(1, kMunmap), returns(0, kMremap)},
                nothing),
            "");
}

TEST(HistoryAtRest, PromisesAreKept) {
  const std::vector<Told> read_only = {begins(0, kMprotect), returns(0, kMprotect)};
  AtRest rest = inOrder(anonymous(), kOld);
  EXPECT_EQ(end(anonymous(), read_only, rest), "write-gained");
  rest.ranges[0][0].writable = false;
  EXPECT_EQ(end(anonymous(), read_only, rest), "");
  EXPECT_EQ(end(anonymous(), {begins(0, kMunmap), returns(0, kMunmap)}, rest), "stale-tlb");
}

TEST(HistoryAtRest, StoresAfterClearRefsAreSoftDirty) {
  const Told begin = begins(0, kClearRefs), done = returns(0, kClearRefs);
  const auto ends = [](const std::vector<Told>& events, bool soft_dirty, Contents seen = kX) {
    AtRest rest = inOrder(anonymous(), seen);
    rest.ranges[0][0].soft_dirty = soft_dirty;
    return end(anonymous(), events, rest);
  };
  EXPECT_EQ(ends({begin, done, store(1, kX)}, true), "");
  EXPECT_EQ(ends({begin, done, store(1, kX)}, false), "soft-dirty-lost");
  EXPECT_EQ(ends({begin, store(1, kX), done}, false), "");
  EXPECT_EQ(ends({begin, done, store(1, kX), begin}, false), "");
  EXPECT_EQ(ends({begin, done, begin, store(1, kX), done}, false), "");
  for (const SystemCall call : {kDontneed, kFree})
    for (const bool first : {false, true}) {
      const Told forgets = begins(2, call), forgot = returns(2, call);
      EXPECT_EQ(first ? ends({begin, done, forgets, store(1, kX), forgot}, false)
                      : ends({begin, done, store(1, kX), forgets, forgot}, false, kZero),
                "");
    }
  EXPECT_EQ(ends({begin, done, begins(2, kDontneed), returns(2, kDontneed), store(1, kX)}, false),
            "soft-dirty-lost");
  // clear_refs may come to the new address after mremap().
  AtRest moved;
  moved.ranges[0][0].mapped = false;
  moved.ranges[1][0].seen = moved.ranges[1][0].if_reclaimed = kX;
  EXPECT_EQ(end(anonymous(),
                {begin, done, begins(1, kClearRefs), begins(0, kMremap), returns(0, kMremap),
                 store(2, kX).in(1)},
                moved),
            "");
  EXPECT_EQ(end(anonymous(),
                {begin, done, begins(0, kMremap), returns(0, kMremap), store(2, kX).in(1)}, moved),
            "soft-dirty-lost");
  // A child's entry is its own matter.
  AtRest child = inOrder(forked(), kX);
  child.ranges[0][0].soft_dirty = true;
  EXPECT_EQ(
      end(anonymous(), {begin, done, store(1, kX), begins(0, kFork), returns(0, kFork)}, child),
      "");
  // Not of files, and not of what a device stored.
  EXPECT_EQ(end(sharedFile(), {begin, done, store(1, kX)}, inOrder(sharedFile(), kX)), "");
  EXPECT_EQ(ends({begin, done, pin(1), deviceStore(1, kX), unpin(1)}, false), "");
}

TEST(HistoryAtRest, StoresAfterWriteProtectionTakeUffdWpAway) {
  const Told begin = begins(0, kProtect), done = returns(0, kProtect);
  const auto ends = [](const std::vector<Told>& events, bool uffd_wp) {
    AtRest rest = inOrder(sharedFile(), kX);
    rest.ranges[0][0].uffd_wp = uffd_wp;
    return end(sharedFile(), events, rest);
  };
  EXPECT_EQ(ends({begin, done, store(1, kX)}, false), "");
  EXPECT_EQ(ends({begin, done, store(1, kX)}, true), "uffd-wp-changed");
  EXPECT_EQ(ends({begin, store(1, kX), done}, true), "");
  EXPECT_EQ(ends({begin, done, store(1, kX), begin}, true), "");
  EXPECT_EQ(ends({begin, done, begin, store(1, kX)}, true), "");
  EXPECT_EQ(ends({begin, done, store(1, kX).in(1)}, true), "") << "by another entry";
  EXPECT_EQ(ends({begin, done, store(1, kX), begins(1, kProtect).in(1)}, true), "uffd-wp-changed")
      << "of another entry";
}

TEST(HistoryAtRest, CountsFit) {
  const HistorySetup setup = anonymous(2);
  AtRest rest = inOrder(anonymous(), kOld);
  rest.ranges[0][1] = rest.ranges[0][0];
  rest.ranges[0][1].seen = rest.ranges[0][1].if_reclaimed = originalContents(1);
  rest.ranges[0][1].frame = 1;
  rest.frames[1] = rest.frames[0];
  const auto amended = [&](auto amend) {
    AtRest other = rest;
    amend(other);
    return end(setup, {}, other);
  };
  EXPECT_EQ(amended([](AtRest&) {}), "");
  EXPECT_EQ(amended([](AtRest& r) { r.frames[1].mapcount = 2; }), "accounting");
  EXPECT_EQ(amended([](AtRest& r) { r.frames[1].mapcount = 0; }), "accounting");
  EXPECT_EQ(amended([](AtRest& r) { r.frames[0].refs = 1; }), "accounting");
  EXPECT_EQ(amended([](AtRest& r) { r.frames[0].refs = r.frames[0].owners = 1; }), "");
  EXPECT_EQ(amended([](AtRest& r) { r.frames[1].in_use = false; }), "accounting");
  EXPECT_EQ(amended([](AtRest& r) { r.frames[4].in_use = true; }), "accounting") << "a leak";
  // A page of the folio that is not mapped is no leak while another one is; the page of zeroes is
  // not counted.
  EXPECT_EQ(amended([](AtRest& r) {
              r.ranges[0][1].present = false;
              r.frames[1].mapcount = 0;
            }),
            "");
  EXPECT_EQ(amended([](AtRest& r) {
              r.ranges[0][0].present = false;
              r.frames[0].mapcount = 0;
            }),
            "");
  EXPECT_EQ(amended([](AtRest& r) {
              r.ranges[0][1].frame = kZeroPage;
              r.frames[1].mapcount = 0;
            }),
            "");
}

TEST(HistoryAtRest, WritableAnonymousPagesAreExclusive) {
  AtRest rest = inOrder(anonymous(), kOld);
  rest.frames[0].exclusive = false;
  EXPECT_EQ(end(anonymous(), {}, rest), "exclusive-broken");
  rest.ranges[0][0].writable = false;
  EXPECT_EQ(end(anonymous(), {}, rest), "");
  AtRest shared = inOrder(forked(), kOld);
  shared.frames[3] = {};
  shared.ranges[1][0].frame = 0;
  shared.ranges[0][0].writable = shared.ranges[1][0].writable = false;
  shared.frames[0].mapcount = 2;
  EXPECT_EQ(end(forked(), {}, shared), "exclusive-broken");
  shared.frames[0].exclusive = false;
  EXPECT_EQ(end(forked(), {}, shared), "");
  shared.ranges[1][0].writable = true;
  EXPECT_EQ(end(forked(), {}, shared), "write-gained exclusive-broken");
}

}  // namespace
}  // namespace ptecheck
