// SPDX-License-Identifier: GPL-2.0-only
//
// Stories of what unmap.h leaves out: files, devices, broken and unused pages, and huge mappings.
#include "mm/unmap_all.h"

#include <gtest/gtest.h>

#include "mm/story.h"
#include "pte/arm64.h"
#include "pte/s390.h"

namespace ptecheck {
namespace {

using F = Story::F;
constexpr SwapEntries<F> kEntries = swapEntries<F>();
constexpr unsigned kShared = VMA_WRITE | VMA_FILE | VMA_SHARED;
constexpr unsigned kPrivate = VMA_WRITE | VMA_FILE;

TEST(SwapBacked, OwnSwapEntriesAndDevicesAmongPresentOnes) {
  Story mixed("wxs wExsu Sxs -", VMA_WRITE | VMA_UFFD_WP);
  mixed.swapbacked().run("unbatched");
  EXPECT_EQ(mixed.out().mapcount_before, 2) << "the device's counts, the swap entry does not";
  EXPECT_EQ(mixed.out().mapcount, 0);
  for (unsigned page : {0U, 1U}) {
    EXPECT_EQ(F::swp_offset(mixed.after(page)), SWAP_OFFSET + page);
    EXPECT_TRUE(F::pte_swp_soft_dirty(mixed.after(page)));
    EXPECT_TRUE(F::pte_swp_exclusive(mixed.after(page)));
    EXPECT_EQ(mixed.at(page).swap_count, 1);
  }
  EXPECT_TRUE(F::pte_swp_uffd_wp(mixed.after(1)));
  EXPECT_EQ(mixed.after(2), mixed.before(2));
  EXPECT_EQ(mixed.at(2).swap_count, 0);
  EXPECT_EQ(mixed.out().rss[0][RSS_SWAP], 2);
  EXPECT_EQ(mixed.out().flushes, 1U) << "no TLB holds a device's entry";
  EXPECT_EQ(mixed.at(1).seen, seenValue(SEEN_ORIGINAL, 1));
}

TEST(SwapBacked, FailuresPutBackWhatWasThere) {
  for (unsigned event : {EVENT_SWAP_DUPLICATE, EVENT_ARCH_UNMAP}) {
    Story story("wxsd wExu", VMA_WRITE | VMA_UFFD_WP);
    story.swapbacked().event(event, 2).run("unbatched");
    EXPECT_TRUE(story.out().event_fired);
    EXPECT_FALSE(F::pte_present(story.after(0)));
    EXPECT_EQ(story.after(1), story.before(1));
    EXPECT_EQ(story.at(1).swap_count, 0);
    EXPECT_EQ(story.out().mapcount, 1);
    EXPECT_TRUE(story.at(1).page_flags & PAGE_EXCLUSIVE_AFTER);
  }
  Story pinned("wEx");
  pinned.swapbacked().s.pins = 1;
  pinned.run("unbatched");
  EXPECT_TRUE(pinned.unchanged());
}

TEST(SwapBacked, WithoutSwapCacheWarnsAndIsPutBackUnless612) {
  Story story("wx", VMA_WRITE | VMA_FILE);
  story.folio(FOLIO_SWAPBACKED).run("unbatched");
  EXPECT_EQ(story.out().warnings, 1);
  EXPECT_TRUE(story.unchanged());
  story.run("v6.12");
  EXPECT_EQ(story.after(0), F::none());
}

TEST(SwapBacked, InAPrivateFileMappingReplacesItsMarker) {
  Story story("ru", kPrivate | VMA_UFFD_WP);
  story.swapbacked().run("unbatched");
  EXPECT_EQ(F::swp_type(story.after(0)), F::Word(SWAP_TYPE));
  EXPECT_TRUE(F::pte_swp_uffd_wp(story.after(0)));
  story.event(EVENT_SWAP_DUPLICATE, 1).run("unbatched");
  EXPECT_TRUE(story.unchanged());
}

TEST(File, DropsOrLeavesAMarker) {
  Story story("wd ru r -", kShared | VMA_UFFD_WP);
  story.folio(FOLIO_FILE).run("unbatched");
  EXPECT_EQ(story.after(0), F::none());
  EXPECT_TRUE(kEntries.is_pte_marker(story.after(1)));
  EXPECT_EQ(kEntries.pte_marker_get(story.after(1)), kEntries.kMarkerUffdWp);
  EXPECT_EQ(story.after(2), F::none());
  EXPECT_TRUE(story.out().folio_flags & FOLIO_DIRTY);
  EXPECT_EQ(story.out().rss[0][RSS_FILE], -3);
  EXPECT_EQ(story.out().refcount, 1 + 4) << "isolated, and in the page cache";
  for (unsigned page = 0; page < 4; ++page)
    EXPECT_EQ(story.at(page).seen, seenValue(SEEN_ORIGINAL, page));
  Story shmem("r", kShared);
  shmem.folio(FOLIO_FILE | FOLIO_SWAPBACKED).run("unbatched");
  EXPECT_EQ(shmem.out().rss[0][RSS_SHMEM], -1);
  Story unarmed("ru", kShared);
  unarmed.folio(FOLIO_FILE).run("unbatched");
  EXPECT_EQ(unarmed.after(0), F::none());
}

TEST(File, FaultsBringPagesBack) {
  Story shared("wd ru", kShared | VMA_UFFD_WP);
  shared.process("r r", kPrivate).folio(FOLIO_FILE);
  shared.step(STEP_WRITE, 0).step(STEP_WRITE, 1, 0).step(STEP_FORK, 1).run("unbatched");
  EXPECT_EQ(shared.at(0, 0).seen, seenValue(SEEN_WRITER, 0));
  EXPECT_EQ(shared.at(1, 0).seen, seenValue(SEEN_WRITER, 1));
  EXPECT_EQ(shared.at(0, 1).seen, seenValue(SEEN_WRITER + 1, 0)) << "a copy";
  EXPECT_EQ(shared.at(1, 1).seen, seenValue(SEEN_WRITER, 1)) << "the page cache's";
  EXPECT_EQ(shared.out().rss_end[0][RSS_FILE], 0);
  EXPECT_EQ(shared.out().rss_end[1][RSS_ANON], 1);
  EXPECT_EQ(shared.out().mapcount_end, 2);
  EXPECT_EQ(shared.out().mapcount, 0);
  Story dropped("r", kPrivate);
  dropped.step(STEP_READ, 0).run("unbatched");
  EXPECT_EQ(dropped.at(0).seen, SEEN_FAULT) << "what the file has, nobody knows";
}

TEST(Rare, PoisonedAndUnused) {
  Story story("wx");
  story.swapbacked().folio(FOLIO_HWPOISON).s.ttu = UNMAP_HWPOISON;
  story.run("unbatched");
  EXPECT_TRUE(kEntries.is(story.after(0), SwapKind::kHwpoison));
  EXPECT_EQ(story.out().rss[0][RSS_ANON], -1);
  EXPECT_EQ(story.out().rss[0][RSS_SWAP], 0);
  EXPECT_EQ(story.at(0).seen, SEEN_FAULT);
  story.s.ttu = 0;
  story.run("unbatched");
  EXPECT_EQ(F::swp_type(story.after(0)), F::Word(SWAP_TYPE));

  using Z = S390<>;
  StoryOf<Z> unused("wxX wx");
  unused.swapbacked().run("unbatched");
  EXPECT_TRUE(Z::pte_unused(unused.before(0)));
  EXPECT_EQ(unused.after(0), Z::none());
  EXPECT_EQ(unused.at(0).swap_count, 0);
  EXPECT_FALSE(Z::pte_none(unused.after(1)));
  unused.migrate().run("unbatched");
  EXPECT_EQ(unused.after(0), Z::none());
  EXPECT_EQ(unused.out().rss[0][RSS_ANON], -1);
  StoryOf<Z> device("wEx");
  device.swapbacked().run("unbatched");
  EXPECT_EQ(device.out().status, STATUS_UNSUPPORTED);
  Story x86("wxX");
  x86.run("unbatched");
  EXPECT_EQ(x86.out().status, STATUS_UNSUPPORTED);
}

TEST(Huge, IsSplitBeforeAndItsDirtyBitReachesTheFolio) {
  Story story("512*wxd");
  story.swapbacked().s.pmd_mapped = 1;
  story.run("unbatched");
  EXPECT_TRUE(F::pte_soft_dirty(story.before(7))) << "as pte_mkdirty() has it";
  EXPECT_TRUE(story.out().folio_flags & FOLIO_DIRTY);
  EXPECT_EQ(story.out().rss[0][RSS_SWAP], 512);
  Story locked("512*wxd", VMA_WRITE | VMA_LOCKED);
  locked.swapbacked().s.pmd_mapped = 1;
  locked.run("unbatched");
  EXPECT_TRUE(locked.unchanged());
  EXPECT_FALSE(locked.out().folio_flags & FOLIO_DIRTY);
  StoryOf<Arm64<>> block("512*wx");
  block.swapbacked().s.pmd_mapped = 1;
  block.run("unbatched");
  EXPECT_TRUE(Arm64<>::pte_cont(block.before(0)));
}

// The PMD is flushed at once, before any entry, and even if those are deferred.
TEST(Huge, IsFlushedWhenItIsSplit) {
  Story story("512*wx");
  story.swapbacked().s.pmd_mapped = 1;
  story.run("unbatched");
  EXPECT_EQ(story.out().flushes, 513U);
  EXPECT_EQ(story.out().flushed_pages, 1024U);
  story.s.ttu = UNMAP_BATCH_FLUSH, story.s.remote_cpu = 1;
  story.run("unbatched");
  EXPECT_EQ(story.out().flushes, 1U);
  EXPECT_TRUE(story.out().flush_pending);
}

// Before migration, all pages become migration entries at once: nothing is made soft-dirty on the
// way, nothing deferred, no page asked for.
TEST(Huge, FreezesBeforeMigration) {
  Story story("512*wxd");
  story.migrate().folio(FOLIO_SWAPBACKED).event(EVENT_ARCH_UNMAP, 1);
  story.s.pmd_mapped = 1;
  story.s.ttu = UNMAP_BATCH_FLUSH, story.s.remote_cpu = 1;
  story.run("unbatched");
  EXPECT_FALSE(story.out().event_fired);
  EXPECT_EQ(story.out().flushes, 1U);
  EXPECT_FALSE(story.out().flush_pending);
  EXPECT_EQ(story.out().mapcount, 0);
  EXPECT_EQ(story.out().refcount, 1);
  EXPECT_TRUE(story.out().folio_flags & FOLIO_DIRTY);
  for (unsigned page : {0U, 511U}) {
    EXPECT_FALSE(F::pte_soft_dirty(story.before(page)));
    EXPECT_TRUE(kEntries.is(story.after(page), SwapKind::kMigrationWrite));
    EXPECT_TRUE(kEntries.is_migration_entry_dirty(story.after(page)));
    EXPECT_FALSE(F::pte_swp_soft_dirty(story.after(page)));
  }
}

// A page that may be pinned stays exclusive: the PMD is split, and the first entry put back.
TEST(Huge, DoesNotFreezeIfPinned) {
  Story story("512*wxd");
  story.migrate().folio(FOLIO_SWAPBACKED);
  story.s.pmd_mapped = 1;
  story.s.pins = 1;
  story.run("unbatched");
  EXPECT_TRUE(story.unchanged());
  EXPECT_TRUE(F::pte_soft_dirty(story.before(0))) << "as pte_mkdirty() has it";
  EXPECT_EQ(story.out().flushes, 2U);
  EXPECT_EQ(story.out().mapcount, 512);
}

}  // namespace
}  // namespace ptecheck
