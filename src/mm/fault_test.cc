// SPDX-License-Identifier: GPL-2.0-only
//
// What processes do afterwards, and what they then read.
#include "mm/fault.h"

#include <gtest/gtest.h>

#include <memory>

#include "mm/fork.h"
#include "mm/story.h"

namespace ptecheck {
namespace {

unsigned original(unsigned page) { return seenValue(SEEN_ORIGINAL, page); }
unsigned written(unsigned process, unsigned page) { return seenValue(SEEN_WRITER + process, page); }

// Nothing is unmapped (a reference holds the folio), so steps start from the entries as told.
Story held(std::string_view entries, unsigned flags = VMA_WRITE | VMA_SOFTDIRTY) {
  Story story(entries, flags);
  story.s.references = 1;
  return story;
}

TEST(Fault, WritableEntriesNeedNone) {
  Story story = held("wx r");
  story.step(STEP_WRITE, 0, 0).step(STEP_READ, 0, 1).run("unbatched");
  EXPECT_EQ(story.at(0).seen, written(0, 0));
  EXPECT_EQ(story.at(0).faults, 0);
  EXPECT_EQ(story.at(1).seen, original(1));
  EXPECT_EQ(story.at(1).faults, 0);
}

TEST(Fault, ExclusivePagesAreReused) {
  Story story = held("rx rx");
  story.s.references = 7;  // whatever references there are
  story.step(STEP_WRITE, 0).step(STEP_WRITE, 0).run("unbatched");
  for (unsigned i : {0U, 1U}) {
    EXPECT_EQ(story.at(i).seen, written(0, i));
    EXPECT_EQ(story.at(i).faults, 1) << "then it is writable";
  }
}

TEST(Fault, SharedPagesAreCopied) {
  Story story = held("r r");
  story.process("r r").step(STEP_WRITE, 0, 1).run("unbatched");
  EXPECT_EQ(story.at(1, 0).seen, written(0, 1));
  EXPECT_EQ(story.at(1, 1).seen, original(1));
  EXPECT_EQ(story.at(1, 0).faults, 1);
}

TEST(Fault, SmallFoliosWithOneReferenceAreReused) {
  Story story("r", VMA_WRITE | VMA_LOCKED);  // mlocked: nothing is unmapped
  story.step(STEP_WRITE, 0).step(STEP_FORK, 0).step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.at(0, 0).seen, written(0, 0));
  EXPECT_EQ(story.at(0, 0).faults, 2);
  EXPECT_EQ(story.at(0, 1).seen, written(0, 0));
}

// Whether a page is reused or copied shows in nothing a process reads, but in the entry.
TEST(Fault, LargeFoliosAreReusedIfAllReferencesAreMappingsOfOneProcess) {
  using F = Story::F;
  const auto reused = [](const char* policy, const Story& story) {
    auto world = std::make_unique<World<F>>();
    auto frames = std::make_unique<Frames>();
    auto out = std::make_unique<Outcome>();
    Building<F>().build(story.s, *world, *out);
    --world->folio.refcount;  // reclaim has let go
    frames->reset(story.s.pages, 0);
    Fault<F> fault(*world, *frames, *findPolicy(policy));
    EXPECT_EQ(fault.access(0, 1, true), 1U);
    EXPECT_EQ(fault.peek(world->mm[0], 1), written(0, 1));
    return world->pageOf(world->mm[0].pte[world->first + 1]) == 1;
  };
  Story mine("r r");
  EXPECT_TRUE(reused("unbatched", mine));
  EXPECT_FALSE(reused("v6.12", mine)) << "since 6.15 only";
  Story referenced("r r");
  referenced.s.references = 1;
  EXPECT_FALSE(reused("unbatched", referenced));
  Story shared("r r");
  shared.process("r -");
  EXPECT_FALSE(reused("unbatched", shared)) << "even though page 1 itself is not shared";
  Story cached("r r");
  cached.swapbacked();
  EXPECT_TRUE(reused("unbatched", cached)) << "the swap cache is left first";
  EXPECT_TRUE(reused("unbatched", Story("- r")));
  EXPECT_TRUE(reused("v6.12", Story("rx rx"))) << "exclusive: always";
}

TEST(Fault, DroppedPagesReadAsZero) {
  Story story("wx wx");
  story.step(STEP_READ, 0, 0).step(STEP_WRITE, 0, 1).step(STEP_WRITE, 0, 0).run("unbatched");
  EXPECT_EQ(story.at(0).seen, written(0, 0));
  EXPECT_EQ(story.at(0).faults, 2) << "zero page, then a page of its own";
  EXPECT_EQ(story.at(1).faults, 1);
  Story read("wx");
  read.step(STEP_READ, 0).run("unbatched");
  EXPECT_EQ(read.at(0).seen, SEEN_ZERO);
}

TEST(Fault, SwapEntriesBringTheirPageBack) {
  Story story("wxds rs", VMA_WRITE);
  story.swapbacked().step(STEP_READ, 0).step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.at(0).seen, written(0, 0));
  EXPECT_EQ(story.at(0).faults, 1) << "exclusive: mapped writable at once, being soft-dirty";
  EXPECT_EQ(story.at(1).seen, written(0, 1));
  EXPECT_EQ(story.at(1).faults, 2) << "mapped read-only, then copied or reused";
}

TEST(Fault, SwapInKeepsSoftDirtyTracking) {
  Story story("wxd", VMA_WRITE);
  story.swapbacked().step(STEP_READ, 0).step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.at(0).faults, 2) << "not soft-dirty: the write has to fault";
}

// An mlocked VMA leaves the swap cache at once; the one reference that is left is the mapping's.
TEST(Fault, SwapInOfTheOnlyReferenceIsExclusive) {
  Story story("r", VMA_WRITE | VMA_LOCKED | VMA_SOFTDIRTY);
  story.swapbacked().s.ttu = UNMAP_IGNORE_MLOCK;
  story.step(STEP_READ, 0).step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.at(0).faults, 1) << "mapped writable by the read already";
  EXPECT_EQ(story.at(0).seen, written(0, 0));
}

TEST(Fault, SharedSwapEntriesDoNotShareWrites) {
  Story story("r", VMA_WRITE);
  story.process("r").swapbacked();
  story.step(STEP_WRITE, 0).step(STEP_READ, 1).step(STEP_WRITE, 1).run("unbatched");
  EXPECT_EQ(story.at(0, 0).seen, written(0, 0));
  EXPECT_EQ(story.at(0, 1).seen, written(1, 0));
}

TEST(Fault, NumaHintsBecomeAccessibleAndWritableIfNothingForbids) {
  Story story = held("rxn rn");
  story.process("- r").step(STEP_READ, 0).step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.at(0).faults, 1) << "exclusive: writable after the hint";
  EXPECT_EQ(story.at(1).faults, 2) << "shared: copied";
  EXPECT_EQ(story.at(1, 1).seen, original(1));
  Story tracked = held("rxn", VMA_WRITE);
  tracked.step(STEP_READ, 0).step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(tracked.at(0).faults, 2) << "soft-dirty is tracked, and the entry is not soft-dirty";
}

TEST(Fault, UffdWpWritesFaultOnceForTheMonitorAndOnceForThePage) {
  Story story = held("rxu", VMA_WRITE | VMA_UFFD_WP);
  story.step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.at(0).faults, 2);
  EXPECT_EQ(story.at(0).seen, written(0, 0));
}

TEST(Fault, ReadOnlyMemoryRefusesWrites) {
  Story story = held("rx -", 0);
  story.step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.at(0).seen, original(0));
  EXPECT_EQ(story.at(0).faults, 1);
  EXPECT_EQ(story.at(1).seen, SEEN_ZERO);
}

TEST(Fault, HardwareDoesNotAskTheVma) {
  // The entry is writable although its page is shared: the store goes through, and the other
  // process sees it. That is what the bug of 6.16 amounts to.
  Story story("wxd r");
  story.process("- r").step(STEP_WRITE, 0, 1).run("v6.16");
  EXPECT_EQ(story.at(1, 0).faults, 0);
  EXPECT_EQ(story.at(1, 1).seen, written(0, 1));
  story.run("respect-write-softdirty");
  EXPECT_EQ(story.at(1, 0).faults, 1);
  EXPECT_EQ(story.at(1, 1).seen, original(1));
}

TEST(Fault, ShadowStackWritesNeedAShadowStackEntry) {
  Story story = held("wxd rx", VMA_WRITE | VMA_SHADOW_STACK | VMA_SOFTDIRTY);
  story.step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.at(0).faults, 0);
  EXPECT_EQ(story.at(1).faults, 1);
  for (unsigned i : {0U, 1U}) EXPECT_EQ(story.at(i).seen, written(0, i));
}

// do_swap_page() calls pte_mkwrite() before pte_mkdirty(), which takes the shadow stack away again.
TEST(Fault, SwapInForAShadowStackWriteTakesTwoFaults) {
  Story story("wxds", VMA_WRITE | VMA_SHADOW_STACK);
  story.swapbacked().step(STEP_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.at(0).faults, 2);
  EXPECT_EQ(story.at(0).seen, written(0, 0));
}

TEST(Fault, ForeignPagesAreCopiedOnWriteIfShared) {
  Story story = held("r o");
  story.process("r o").step(STEP_WRITE, 0, 1).run("unbatched");
  EXPECT_EQ(story.at(1, 0).seen, written(0, 1));
  EXPECT_EQ(story.at(1, 1).seen, SEEN_FAULT)
      << "nobody knows what is in there, but A did not write it";
}

TEST(Fault, RefusedWritesCountEachTime) {
  Story story = held("r", 0);
  for (unsigned i = 0; i < MAX_STEPS; ++i) story.step(STEP_WRITE, 0);
  story.run("unbatched");
  EXPECT_EQ(story.at(0).faults, MAX_STEPS);
}

TEST(Fork, SharesPagesReadOnlyOnBothSides) {
  Story story = held("wxd rx");
  story.step(STEP_FORK, 0).step(STEP_WRITE, 0, 0).step(STEP_WRITE, 1, 1).run("unbatched");
  EXPECT_EQ(story.out().processes, 2);
  EXPECT_EQ(story.at(0, 0).seen, written(0, 0));
  EXPECT_EQ(story.at(0, 1).seen, original(0)) << "what the child inherited";
  EXPECT_EQ(story.at(1, 0).seen, original(1));
  EXPECT_EQ(story.at(1, 1).seen, written(1, 1));
  EXPECT_EQ(story.at(0, 0).faults, 1);
}

TEST(Fork, PinnedPagesStayWithTheParent) {
  Story story("wx r", VMA_WRITE | VMA_SOFTDIRTY);
  story.s.pins = 1;
  story.step(STEP_FORK, 0).step(STEP_WRITE, 0, 0).step(STEP_WRITE, 1, 0).run("unbatched");
  EXPECT_EQ(story.at(0, 0).faults, 0) << "still writable";
  EXPECT_EQ(story.at(0, 1).faults, 0) << "its own copy, writable";
  EXPECT_EQ(story.at(0, 0).seen, written(0, 0));
  EXPECT_EQ(story.at(0, 1).seen, written(1, 0));
}

TEST(Fork, SwapEntriesLoseTheExclusiveMarker) {
  Story story("wxds", VMA_WRITE);
  story.swapbacked().step(STEP_FORK, 0).step(STEP_WRITE, 0).step(STEP_WRITE, 1).run("unbatched");
  EXPECT_EQ(story.at(0, 0).seen, written(0, 0));
  EXPECT_EQ(story.at(0, 1).seen, written(1, 0));
}

TEST(Fork, ChildIsNotMonitoredNorMlockedAndDroppableMemoryIsWiped) {
  Story uffd = held("rxu", VMA_WRITE | VMA_UFFD_WP);
  uffd.step(STEP_FORK, 0).step(STEP_WRITE, 1).run("unbatched");
  EXPECT_EQ(uffd.at(0, 1).faults, 1);
  Story droppable = held("wx", VMA_WRITE | VMA_DROPPABLE);
  droppable.step(STEP_FORK, 0).run("unbatched");
  EXPECT_EQ(droppable.at(0, 0).seen, original(0));
  EXPECT_EQ(droppable.at(0, 1).seen, SEEN_ZERO);
}

TEST(Fork, GrandchildrenInheritWhatTheirParentWrote) {
  Story story = held("wx wx wx wx");
  story.step(STEP_FORK, 0).step(STEP_WRITE, 1).step(STEP_FORK, 1).step(STEP_WRITE, 0);
  story.run("unbatched");
  EXPECT_EQ(story.out().processes, 3);
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(story.at(i, 0).seen, written(0, i));
    EXPECT_EQ(story.at(i, 1).seen, written(1, i));
    EXPECT_EQ(story.at(i, 2).seen, written(1, i));
  }
}

}  // namespace
}  // namespace ptecheck
