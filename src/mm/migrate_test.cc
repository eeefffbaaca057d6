// SPDX-License-Identifier: GPL-2.0-only
//
// Stories of migration, there and back, of swapoff, and of forks in between.
#include <gtest/gtest.h>

#include "mm/remove_migration.h"
#include "mm/story.h"

namespace ptecheck {
namespace {

using F = Story::F;
constexpr SwapEntries<F> kEntries = swapEntries<F>();

bool exclusiveAtEnd(const Story& s, unsigned page) {
  return (s.at(page).page_flags & PAGE_EXCLUSIVE_END) != 0;
}

TEST(Migrate, EntriesRememberEverything) {
  Story story("wxyds rxu r wExs", VMA_WRITE | VMA_UFFD_WP);
  story.swapbacked().migrate().run("unbatched");
  EXPECT_TRUE(kEntries.is(story.after(0), SwapKind::kMigrationWrite));
  EXPECT_TRUE(kEntries.is_migration_entry_young(story.after(0)));
  EXPECT_TRUE(kEntries.is_migration_entry_dirty(story.after(0)));
  EXPECT_TRUE(F::pte_swp_soft_dirty(story.after(0)));
  EXPECT_TRUE(kEntries.is(story.after(1), SwapKind::kMigrationReadExclusive));
  EXPECT_TRUE(F::pte_swp_uffd_wp(story.after(1)));
  EXPECT_FALSE(kEntries.is_migration_entry_young(story.after(1)));
  EXPECT_TRUE(kEntries.is(story.after(2), SwapKind::kMigrationRead));
  EXPECT_TRUE(kEntries.is(story.after(3), SwapKind::kMigrationWrite));
  EXPECT_TRUE(F::pte_swp_soft_dirty(story.after(3)));
  for (unsigned page = 0; page < 4; ++page)
    EXPECT_EQ(kEntries.swp_offset_pfn(story.after(page)), F::Word(FOLIO_PFN + page));
  EXPECT_EQ(story.out().rss[0][RSS_ANON], 0);
  EXPECT_EQ(story.out().mapcount, 0);
  EXPECT_FALSE(story.at(0).page_flags & PAGE_EXCLUSIVE_AFTER);
  EXPECT_TRUE(story.out().folio_flags & FOLIO_DIRTY);
}

TEST(Migrate, PinnedEndsTheWalkAndMlockDoesNot) {
  Story pinned("r wx", VMA_WRITE | VMA_LOCKED);
  pinned.process("r -").swapbacked().migrate().s.pins = 1;
  pinned.run("unbatched");
  EXPECT_TRUE(kEntries.is_migration_entry(pinned.after(0)));
  EXPECT_EQ(pinned.after(1), pinned.before(1));
  EXPECT_EQ(pinned.after(0, 1), pinned.before(0, 1)) << "never reached";
  EXPECT_EQ(pinned.out().mapcount, 2);
  Story failing("wx wx");
  failing.swapbacked().migrate().event(EVENT_ARCH_UNMAP, 2).run("unbatched");
  EXPECT_TRUE(kEntries.is_migration_entry(failing.after(0)));
  EXPECT_EQ(failing.after(1), failing.before(1));
}

TEST(Migrate, ThereAndBackLosesNothing) {
  Story story("wxyds rxu r -", VMA_WRITE | VMA_UFFD_WP);
  story.swapbacked().migrate().step(STEP_NOT_MIGRATED, 0).run("unbatched");
  for (unsigned page = 0; page < 4; ++page) {
    EXPECT_EQ(story.end(page), story.before(page)) << page;
    EXPECT_EQ(exclusiveAtEnd(story, page), page < 2);
  }
  EXPECT_EQ(story.out().mapcount, 0);
  EXPECT_EQ(story.out().mapcount_end, 3);
}

TEST(Migrate, ElsewhereAndOn) {
  Story story("wxds r");
  story.swapbacked().migrate().step(STEP_MIGRATED, 0).step(STEP_WRITE, 0, 0).run("unbatched");
  EXPECT_EQ(F::pte_pfn(story.end(0)), F::Word(MOVED_PFN));
  EXPECT_EQ(F::pte_pfn(story.end(1)), F::Word(MOVED_PFN + 1));
  EXPECT_TRUE(exclusiveAtEnd(story, 0));
  EXPECT_FALSE(exclusiveAtEnd(story, 1));
  EXPECT_EQ(story.at(0).seen, seenValue(SEEN_WRITER, 0));
  EXPECT_EQ(story.at(0).faults, 0);
  EXPECT_EQ(story.at(1).seen, seenValue(SEEN_ORIGINAL, 1));
  Story file("wd r", VMA_WRITE | VMA_FILE | VMA_SHARED);
  file.folio(FOLIO_FILE).migrate().step(STEP_MIGRATED, 0).run("unbatched");
  EXPECT_TRUE(F::pte_write(file.end(0)));
  EXPECT_FALSE(exclusiveAtEnd(file, 0));
}

TEST(Migrate, ForkInTheMiddleShares) {
  Story story("wxsdu", VMA_WRITE | VMA_UFFD_WP);
  story.s.entry[0] &= static_cast<unsigned short>(~ENTRY_WRITE);
  story.swapbacked().migrate().step(STEP_FORK, 0).step(STEP_MIGRATED, 0).run("unbatched");
  EXPECT_TRUE(F::pte_uffd_wp(story.end(0)));
  EXPECT_TRUE(F::pte_soft_dirty(story.end(0)));
  EXPECT_FALSE(F::pte_uffd_wp(story.end(0, 1))) << "the child is not registered";
  EXPECT_FALSE(exclusiveAtEnd(story, 0));
  EXPECT_EQ(story.out().mapcount_end, 2);
  EXPECT_EQ(story.out().rss_end[1][RSS_ANON], 1);
  Story writable("wxd");
  writable.swapbacked().migrate().step(STEP_FORK, 0).step(STEP_NOT_MIGRATED, 0).run("unbatched");
  EXPECT_FALSE(F::pte_write(writable.end(0)));
  EXPECT_TRUE(F::pte_dirty(writable.end(0))) << "young and dirty survive the change of type";
}

// Until 6.14: what says where a device has the page is read as if it were bits of a present entry,
// and what stayed is mapped again.
TEST(Migrate, EntriesOfDevicesAsPresentOnes) {
  Story device("Px");
  device.swapbacked().folio(FOLIO_DEVICE_PRIVATE).migrate().run("v6.12");
  EXPECT_EQ((device.out().folio_flags & FOLIO_DIRTY) != 0, F::pte_dirty(device.before(0)));
  EXPECT_TRUE(kEntries.is(device.after(0), SwapKind::kMigrationReadExclusive));
  device.run("unbatched");
  EXPECT_FALSE(device.out().folio_flags & FOLIO_DIRTY);
  Story stays("Ex");
  stays.swapbacked().migrate().event(EVENT_ARCH_UNMAP, 1).step(STEP_NOT_MIGRATED, 0).run("v6.12");
  EXPECT_EQ(stays.after(0), stays.before(0));
  EXPECT_TRUE(F::pte_present(stays.end(0)));
  EXPECT_EQ(stays.out().mapcount_end, 2);
  EXPECT_EQ(stays.out().warnings, 1);
  stays.run("unbatched");
  EXPECT_EQ(stays.end(0), stays.before(0));
  EXPECT_EQ(stays.out().mapcount_end, 1);
  EXPECT_EQ(stays.out().warnings, 0);
}

TEST(Migrate, DevicePrivateAndPoisoned) {
  Story device("wPxs");
  device.swapbacked().folio(FOLIO_DEVICE_PRIVATE).migrate().run("unbatched");
  EXPECT_TRUE(kEntries.is(device.after(0), SwapKind::kMigrationWrite));
  EXPECT_TRUE(F::pte_swp_soft_dirty(device.after(0)));
  device.step(STEP_NOT_MIGRATED, 0).run("unbatched");
  EXPECT_EQ(device.end(0), device.before(0));
  device.s.steps = 0;
  device.step(STEP_MIGRATED, 0).run("unbatched");
  EXPECT_TRUE(F::pte_write(device.end(0)));
  Story poisoned("wx");
  poisoned.swapbacked().folio(FOLIO_HWPOISON).migrate().run("unbatched");
  EXPECT_TRUE(kEntries.is(poisoned.after(0), SwapKind::kHwpoison));
  EXPECT_EQ(poisoned.out().rss[0][RSS_ANON], -1);
}

TEST(Migrate, NobodyTouchesAPageOnItsWay) {
  Story story("r");
  story.migrate().step(STEP_READ, 0).run("unbatched");
  EXPECT_EQ(story.out().status, STATUS_UNSUPPORTED);
}

TEST(Swapoff, BringsBackWhatTheSwapEntryKnows) {
  Story story("wxs ru Sxs", VMA_WRITE | VMA_UFFD_WP);
  story.s.entry[3] = 0;
  story.s.pages = 4;
  story.swapbacked().step(STEP_SWAPOFF, 0).run("unbatched");
  EXPECT_TRUE(F::pte_soft_dirty(story.end(0)));
  EXPECT_FALSE(F::pte_write(story.end(0)));
  EXPECT_FALSE(F::pte_young(story.end(0)));
  EXPECT_TRUE(F::pte_uffd_wp(story.end(1)));
  EXPECT_TRUE(F::pte_soft_dirty(story.end(2)));
  for (unsigned page = 0; page < 3; ++page) EXPECT_EQ(exclusiveAtEnd(story, page), page != 1);
  EXPECT_EQ(story.out().rss_end[0][RSS_SWAP], -1) << "one entry more than the operation made";
  EXPECT_EQ(story.out().rss_end[0][RSS_ANON], 1);
  EXPECT_EQ(story.out().mapcount_end, 3);
}

TEST(Fork, OfSwapEntriesAndDevices) {
  Story story("wxsu wEx", VMA_WRITE | VMA_UFFD_WP);
  story.s.entry[0] &= static_cast<unsigned short>(~ENTRY_WRITE);
  story.s.pins = 1;  // nothing is unmapped
  story.swapbacked().step(STEP_FORK, 0).run("unbatched");
  EXPECT_EQ(story.after(1), story.before(1));
  EXPECT_TRUE(F::pte_present(story.end(1))) << "taken back from the device";
  EXPECT_NE(F::pte_pfn(story.end(1, 1)), F::pte_pfn(story.end(1))) << "pinned: copied at once";
  Story swapped("rxsu", VMA_WRITE | VMA_UFFD_WP);
  swapped.swapbacked().step(STEP_FORK, 0).step(STEP_SWAPOFF, 0).run("unbatched");
  EXPECT_TRUE(F::pte_uffd_wp(swapped.end(0)));
  EXPECT_FALSE(F::pte_uffd_wp(swapped.end(0, 1)));
  EXPECT_FALSE(exclusiveAtEnd(swapped, 0));
  Story marker("r m", VMA_WRITE | VMA_FILE | VMA_UFFD_WP);
  marker.swapbacked().step(STEP_FORK, 0).run("unbatched");
  EXPECT_EQ(marker.end(1, 1), F::none());
  EXPECT_EQ(marker.end(1), marker.before(1));
}

}  // namespace
}  // namespace ptecheck
