// SPDX-License-Identifier: GPL-2.0-only
//
// Stories of batches beyond lazyfree: what each policy makes of a run of entries.
#include "mm/runs.h"

#include <gtest/gtest.h>

#include "mm/story.h"

namespace ptecheck {
namespace {

using F = Story::F;
constexpr SwapEntries<F> kEntries = swapEntries<F>();

Story swapbacked(std::string_view entries, unsigned vma_flags = VMA_WRITE) {
  Story story(entries, vma_flags);
  story.swapbacked();
  return story;
}

TEST(Runs, SwapEntriesHaveTheirOwnOffsets) {
  for (const char* policy : {"anon-rfc", "anon-2026", "batch-all"}) {
    Story story = swapbacked("wx wx wx wx");
    story.run(policy);
    EXPECT_EQ(story.out().batches, 1) << policy;
    for (unsigned page = 0; page < 4; ++page) {
      EXPECT_EQ(F::swp_offset(story.after(page)), SWAP_OFFSET + page);
      EXPECT_TRUE(F::pte_swp_exclusive(story.after(page)));
      EXPECT_EQ(story.at(page).swap_count, 1);
    }
    EXPECT_EQ(story.out().rss[0][RSS_SWAP], 4);
    EXPECT_EQ(story.out().refcount, 1 + 4);
    EXPECT_EQ(story.out().flushes, 1U);
  }
}

TEST(Runs, EndWhereExclusiveChangesIfItIsRespected) {
  for (const char* policy : {"anon-2026", "batch-all"}) {
    Story story = swapbacked("rx rx r r");
    story.run(policy);
    EXPECT_EQ(story.out().batches, 2) << policy;
    for (unsigned page = 0; page < 4; ++page)
      EXPECT_EQ(F::pte_swp_exclusive(story.after(page)), page < 2);
  }
  Story story = swapbacked("rx rx r r");
  story.run("anon-rfc");
  EXPECT_EQ(story.out().batches, 4) << "not all are exclusive";
}

TEST(Runs, TheDraftLosesSoftDirtyAndTheOthersDoNot) {
  Story story = swapbacked("wx wxs");
  story.run("anon-rfc");
  EXPECT_EQ(story.out().batches, 1);
  EXPECT_FALSE(F::pte_swp_soft_dirty(story.after(1)));
  for (const char* policy : {"anon-2026", "batch-all"}) {
    story.run(policy);
    EXPECT_FALSE(F::pte_swp_soft_dirty(story.after(0)));
    EXPECT_TRUE(F::pte_swp_soft_dirty(story.after(1)));
  }
}

// What fails, fails for the whole run, and nothing of it stays.
TEST(Runs, FailAsAWhole) {
  for (unsigned event : {EVENT_SWAP_DUPLICATE, EVENT_ARCH_UNMAP, EVENT_NONE})
    for (const char* policy : {"anon-2026", "batch-all"}) {
      Story story = swapbacked("wx wx wx wx");
      story.event(event, 1).s.pins = event == EVENT_NONE;
      story.run(policy);
      EXPECT_TRUE(story.unchanged()) << policy;
      for (unsigned page = 0; page < 4; ++page) {
        EXPECT_EQ(story.at(page).swap_count, 0);
        EXPECT_TRUE(story.at(page).page_flags & PAGE_EXCLUSIVE_AFTER);
      }
      EXPECT_EQ(story.out().mapcount, 4);
      EXPECT_EQ(story.out().batches, 1);
    }
}

TEST(Runs, DirtyReachesTheFolioAndNotTheNeighboursSoftDirtyBit) {
  Story story = swapbacked("wx wxd");
  story.run("batch-all");
  EXPECT_EQ(story.out().batches, 1);
  EXPECT_TRUE(story.out().folio_flags & FOLIO_DIRTY);
  EXPECT_FALSE(F::pte_swp_soft_dirty(story.after(0)));
  EXPECT_FALSE(F::pte_swp_soft_dirty(story.after(1)));
  story.run("anon-2026");
  EXPECT_TRUE(F::pte_swp_soft_dirty(story.after(0))) << "invented by pte_mkdirty()";
}

TEST(Runs, OfFilesAndTheirMarkers) {
  const unsigned armed = VMA_WRITE | VMA_FILE | VMA_SHARED | VMA_UFFD_WP;
  Story story("ru ru r r", armed);
  story.folio(FOLIO_FILE);
  const auto markers = [&] {
    unsigned count = 0;
    for (unsigned page = 0; page < 4; ++page)
      count += !F::pte_none(story.after(page)) && kEntries.is_pte_marker(story.after(page));
    return count;
  };
  story.run("v7.0");
  EXPECT_EQ(story.out().batches, 4) << "not batched where armed";
  EXPECT_EQ(markers(), 2U);
  story.run("v7.0-rc-file");
  EXPECT_EQ(story.out().batches, 2);
  EXPECT_EQ(markers(), 1U) << "the second is lost";
  story.run("batch-all");
  EXPECT_EQ(story.out().batches, 2);
  EXPECT_EQ(markers(), 2U);
  Story plain("w r wd r", armed & ~unsigned{VMA_UFFD_WP});
  plain.folio(FOLIO_FILE).run("v7.0");
  EXPECT_EQ(plain.out().batches, 4) << "write is respected, without need";
  plain.run("batch-all");
  EXPECT_EQ(plain.out().batches, 1);
  EXPECT_TRUE(plain.out().folio_flags & FOLIO_DIRTY);
}

TEST(Runs, MigrateThereAndBack) {
  Story story = swapbacked("wxys wxys rx r");
  story.migrate().step(STEP_MIGRATED, 0).run("batch-all");
  EXPECT_EQ(story.out().batches, 6);  // 3 there, 3 back
  EXPECT_TRUE(kEntries.is(story.after(1), SwapKind::kMigrationWrite));
  EXPECT_EQ(kEntries.swp_offset_pfn(story.after(1)), F::Word(FOLIO_PFN + 1));
  Story one = swapbacked("wxys wxys rx r");
  one.migrate().step(STEP_MIGRATED, 0).run("unbatched");
  for (unsigned page = 0; page < 4; ++page) {
    EXPECT_EQ(story.after(page), one.after(page));
    EXPECT_EQ(story.end(page), one.end(page));
    EXPECT_EQ(story.at(page).page_flags, one.at(page).page_flags);
  }
}

TEST(Runs, StayInsideVmaAndTableAndLeaveDevicesAlone) {
  Story table = swapbacked("wx wx wx wx");
  table.s.table_end = 2;
  table.run("batch-all");
  EXPECT_EQ(table.out().batches, 2);
  EXPECT_EQ(table.out().outside, 0);
  Story vma = swapbacked("wx wx wx wx");
  vma.split(1, VMA_WRITE | VMA_LOCKED).run("batch-all");
  EXPECT_EQ(vma.out().batches, 1);
  EXPECT_EQ(vma.after(1), vma.before(1));
  Story device = swapbacked("wx wEx wx wx");
  device.run("batch-all");
  EXPECT_EQ(device.out().batches, 3);
  EXPECT_TRUE(device.out().unmapped);
}

// Lazyfree folios batched in a way that kernels' helpers cannot: everything is put back as it was.
TEST(Runs, LazyfreeOfAnyKindIsPutBackEachAsItWas) {
  Story story("wxs ru rd wxy", VMA_WRITE | VMA_UFFD_WP);
  story.run("batch-all");
  EXPECT_EQ(story.out().batches, 1);
  EXPECT_TRUE(story.unchanged());
  EXPECT_TRUE(story.out().folio_flags & FOLIO_SWAPBACKED);
}

}  // namespace
}  // namespace ptecheck
