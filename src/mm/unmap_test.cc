// SPDX-License-Identifier: GPL-2.0-only
//
// Stories: one situation each, told in a line, with what the kernel code leaves behind.
#include "mm/unmap.h"

#include <gtest/gtest.h>

#include <string>

#include "mm/story.h"

namespace ptecheck {
namespace {

using F = X86_64<>;
using Word = F::Word;

// ---- lazyfree folios, one entry at a time ----

TEST(Lazyfree, CleanAndUnreferencedIsDiscarded) {
  for (const Policy& policy : policies()) {
    Story story("wx r wx -");
    story.run(policy);
    for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(story.after(i), F::none()) << policy.name;
    EXPECT_TRUE(story.out().unmapped);
    EXPECT_EQ(story.out().mapcount, 0);
    EXPECT_EQ(story.out().refcount, 1);
    EXPECT_EQ(story.out().rss[0][RSS_ANON], -3);
    EXPECT_EQ(story.at(0).seen, SEEN_ZERO);
    EXPECT_EQ(story.out().outside, 0);
  }
}

TEST(Lazyfree, DirtyIsPutBackAndSwapBackedAgain) {
  Story story("wxd");
  story.run("v6.12");
  EXPECT_TRUE(story.unchanged());
  EXPECT_EQ(story.out().folio_flags,
            FOLIO_UPTODATE | FOLIO_LOCKED | FOLIO_DIRTY | FOLIO_SWAPBACKED);
  EXPECT_EQ(story.out().refcount, 2);
  EXPECT_EQ(story.at(0).seen, seenValue(SEEN_ORIGINAL, 0));
}

TEST(Lazyfree, ReferencedIsPutBackAndSwapBackedOnlyUntil614) {
  Story story("wx");
  story.s.references = 1;
  story.run("v6.12");
  EXPECT_TRUE(story.unchanged());
  EXPECT_TRUE(story.out().folio_flags & FOLIO_SWAPBACKED);
  story.run("unbatched");
  EXPECT_TRUE(story.unchanged());
  EXPECT_FALSE(story.out().folio_flags & FOLIO_SWAPBACKED);
}

TEST(Lazyfree, DroppableIsDroppedDirtyButNotReferenced) {
  Story story("wxd", VMA_WRITE | VMA_DROPPABLE);
  story.run("v6.12");
  EXPECT_EQ(story.after(0), F::none());
  story.s.references = 1;
  for (const char* policy : {"v6.12", "unbatched"}) {
    story.run(policy);
    EXPECT_TRUE(story.unchanged());
    EXPECT_FALSE(story.out().folio_flags & FOLIO_SWAPBACKED);
    EXPECT_TRUE(story.out().folio_flags & FOLIO_DIRTY);
  }
}

TEST(Lazyfree, MlockedIsNotTouched) {
  Story story("wx", VMA_WRITE | VMA_LOCKED);
  story.run("unbatched");
  EXPECT_TRUE(story.unchanged());
  EXPECT_TRUE(story.out().folio_flags & FOLIO_MLOCKED) << "a small folio is mlocked again";
  EXPECT_EQ(story.out().flushes, 0U);
  Story large("wx wx", VMA_WRITE | VMA_LOCKED);
  large.run("unbatched");
  EXPECT_TRUE(large.unchanged());
  EXPECT_FALSE(large.out().folio_flags & FOLIO_MLOCKED);
}

TEST(Lazyfree, MlockCanBeIgnored) {
  Story story("wx wx", VMA_WRITE | VMA_LOCKED);
  story.folio(FOLIO_MLOCKED).s.ttu = UNMAP_IGNORE_MLOCK;
  story.run("unbatched");
  EXPECT_TRUE(story.out().unmapped);
  EXPECT_FALSE(story.out().folio_flags & FOLIO_MLOCKED);
}

TEST(Lazyfree, WhatWasDoneBeforeAnAbortStaysDone) {
  Story story("rx rx rxd rx");
  story.run("unbatched");
  EXPECT_EQ(story.after(0), F::none());
  EXPECT_EQ(story.after(1), F::none());
  EXPECT_EQ(story.after(2), story.before(2));
  EXPECT_EQ(story.after(3), story.before(3)) << "never reached";
  EXPECT_EQ(story.out().mapcount, 2);
  EXPECT_EQ(story.out().refcount, 3);
  EXPECT_EQ(story.out().rss[0][RSS_ANON], -2);
  // As one batch, all or nothing.
  story.run("v6.16");
  EXPECT_EQ(story.out().mapcount, 4);
  EXPECT_EQ(story.out().batched_entries, 4U);
}

TEST(Lazyfree, AReferenceBetweenClearAndCountKeepsTheBatch) {
  Story story("wx wx wx wx");
  story.event(EVENT_REFERENCE, 2).run("unbatched");
  EXPECT_TRUE(story.out().event_fired);
  EXPECT_EQ(story.after(0), F::none());
  EXPECT_EQ(story.after(1), story.before(1));
  EXPECT_EQ(story.out().refcount, 1 + 3 + 1);
  story.run("v6.16");
  EXPECT_FALSE(story.out().event_fired) << "one batch is one chance";
  story.event(EVENT_REFERENCE, 1).run("v6.16");
  EXPECT_TRUE(story.out().event_fired);
  EXPECT_TRUE(story.unchanged());
}

// ---- swap-backed folios ----

TEST(SwapBacked, EntriesBecomeSwapEntriesWithTheirBits) {
  Story story("wxds ru wx r", VMA_WRITE | VMA_UFFD_WP);
  story.swapbacked().run("v6.12");
  for (unsigned i = 0; i < 4; ++i) {
    const Word swp = story.after(i);
    EXPECT_EQ(F::swp_type(swp), Word{SWAP_TYPE});
    EXPECT_EQ(F::swp_offset(swp), Word{SWAP_OFFSET} + i);
    EXPECT_EQ(F::pte_swp_soft_dirty(swp), i == 0);
    EXPECT_EQ(F::pte_swp_uffd_wp(swp), i == 1);
    EXPECT_EQ(F::pte_swp_exclusive(swp), i == 0 || i == 2);
    EXPECT_EQ(story.at(i).swap_count, 1);
    EXPECT_EQ(story.at(i).page_flags & PAGE_EXCLUSIVE_AFTER, 0);
    EXPECT_EQ(story.at(i).seen, seenValue(SEEN_ORIGINAL, i)) << "from the swap cache";
  }
  EXPECT_EQ(story.out().rss[0][RSS_ANON], -4);
  EXPECT_EQ(story.out().rss[0][RSS_SWAP], 4);
  EXPECT_TRUE(story.out().folio_flags & FOLIO_DIRTY);
  EXPECT_EQ(story.out().refcount, 1 + 4) << "isolation and swap cache";
}

TEST(SwapBacked, NeverBatched) {
  Story story("wx wx wx wx");
  story.swapbacked().run("v6.16");
  EXPECT_EQ(story.out().batches, 4);
}

TEST(SwapBacked, FailedDuplicationPutsTheEntryBackAsItWas) {
  Story story("wxds wxds wxds wxds");
  story.swapbacked().event(EVENT_SWAP_DUPLICATE, 2).run("unbatched");
  EXPECT_TRUE(story.out().event_fired);
  EXPECT_FALSE(F::pte_present(story.after(0)));
  for (unsigned i : {1U, 2U, 3U}) EXPECT_EQ(story.after(i), story.before(i));
  EXPECT_EQ(story.at(1).swap_count, 0);
  EXPECT_EQ(story.out().rss[0][RSS_ANON], -1);
}

TEST(SwapBacked, PinnedExclusivePagesStay) {
  for (const char* entries : {"wx", "wx wx"}) {
    Story story(entries);
    story.swapbacked().s.pins = 1;
    story.run("v6.12");
    EXPECT_TRUE(story.unchanged()) << entries;
    EXPECT_EQ(story.at(0).swap_count, 0);
    EXPECT_TRUE(story.at(0).page_flags & PAGE_EXCLUSIVE_AFTER);
  }
  Story shared("r");
  shared.swapbacked().s.pins = 1;
  shared.run("v6.12");
  EXPECT_TRUE(shared.out().unmapped) << "a page that is not exclusive is not asked about pins";
}

TEST(SwapBacked, WithoutSwapCacheIsRefused) {
  Story story("wxd");
  story.folio(FOLIO_SWAPBACKED).run("unbatched");
  EXPECT_TRUE(story.unchanged());
  EXPECT_EQ(story.out().warnings, 1);
  EXPECT_STREQ(story.out().message, "WARN swapbacked != swapcache");
  story.run("v6.12");
  EXPECT_EQ(story.after(0), F::none()) << "6.12 to 7.0 give up without putting the entry back";
  EXPECT_EQ(story.out().mapcount, 1);
  EXPECT_EQ(story.out().rss[0][RSS_ANON], 0);
}

TEST(SwapBacked, SwapCacheFlagOfALazyfreeFolioDoesNotCount) {
  Story story("wx");
  story.folio(FOLIO_SWAPCACHE).run("v6.12");
  EXPECT_EQ(story.out().warnings, 0);
  EXPECT_FALSE(story.out().folio_flags_before & FOLIO_SWAPCACHE);
  EXPECT_TRUE(story.out().folio_flags & FOLIO_SWAPCACHE) << "put back: referenced, so swap-backed";
}

// ---- flushing ----

TEST(Flush, IsDeferredIfAskedAndAnotherCpuRunsTheProcess) {
  Story story("wxd wx rxn rx");
  story.s.references = 1;
  story.run("unbatched");
  EXPECT_EQ(story.out().flushes, 1U);
  story.s.ttu = UNMAP_BATCH_FLUSH;
  story.run("unbatched");
  EXPECT_EQ(story.out().flushes, 1U) << "no other CPU: at once";
  story.s.remote_cpu = 1;
  story.run("unbatched");
  EXPECT_EQ(story.out().flushes, 0U);
  EXPECT_TRUE(story.out().flush_pending);
  EXPECT_TRUE(story.out().flush_pending_writable) << "dirty: assumed writable";
  EXPECT_EQ(story.out().flush_batched[0], 1U);
}

TEST(Flush, ReadsTheDirtyBitNotTheWriteBit) {
  Story story("wx wx");
  story.s.ttu = UNMAP_BATCH_FLUSH;
  story.s.remote_cpu = 1;
  story.run("unbatched");
  EXPECT_TRUE(story.out().flush_pending);
  EXPECT_FALSE(story.out().flush_pending_writable);
  EXPECT_EQ(story.out().flush_batched[0], 2U);
  story.run("v6.16");
  EXPECT_EQ(story.out().flush_batched[0], 1U) << "once a batch";
  // Write-protecting early changes nothing, as it keeps dirty.
  Story dirty("rxd wxd");
  dirty.s.ttu = UNMAP_BATCH_FLUSH;
  dirty.s.remote_cpu = 1;
  dirty.run("wrprotect-early");
  EXPECT_TRUE(dirty.out().flush_pending_writable);
}

TEST(Flush, NobodyCachesANumaHint) {
  Story story("rxn");
  story.run("v6.12");
  EXPECT_EQ(story.out().flushes, 0U);
  story.run("unbatched");
  EXPECT_EQ(story.out().flushes, 1U) << "flush_tlb_range() does not ask";
  story.s.ttu = UNMAP_BATCH_FLUSH;
  story.s.remote_cpu = 1;
  story.run("unbatched");
  EXPECT_FALSE(story.out().flush_pending);
}

// ---- the walk ----

TEST(Walk, PassesOverHolesAndForeignEntries) {
  Story story("- r o z r - - r");
  story.run("unbatched");
  EXPECT_EQ(story.out().batches, 3);
  EXPECT_EQ(story.after(2), story.before(2));
  EXPECT_EQ(story.after(3), story.before(3));
  EXPECT_TRUE(story.out().unmapped);
}

TEST(Walk, GoesOnAcrossTheEndOfAPageTable) {
  for (const char* policy : {"unbatched", "v6.16"}) {
    Story story("r r r r");
    story.s.table_end = 3;
    story.run(policy);
    EXPECT_TRUE(story.out().unmapped) << policy;
    EXPECT_EQ(story.out().outside, 0) << policy;
  }
  Story story("r r r r");
  story.s.table_end = 3;
  story.run("v6.16");
  EXPECT_EQ(story.out().batches, 2);
}

TEST(Walk, VisitsVmasByStartThenProcessAndStopsAtTheFirstRefusal) {
  // The second VMA of A comes after the first one of B.
  Story story("r r");
  story.process("r r", VMA_WRITE | VMA_LOCKED).split(1, VMA_WRITE, 0).run("unbatched");
  EXPECT_EQ(story.after(0, 0), F::none());
  EXPECT_EQ(story.after(1, 0), story.before(1, 0)) << "B's VMA, mlocked, came first";
  EXPECT_EQ(story.after(0, 1), story.before(0, 1));
  EXPECT_EQ(story.out().rss[0][RSS_ANON], -1);
  EXPECT_EQ(story.out().rss[1][RSS_ANON], 0);
  // Among second VMAs the one that starts first.
  Story seconds("- - - r");
  seconds.process("- - r -").split(3, VMA_WRITE, 0).split(2, VMA_WRITE | VMA_LOCKED, 1);
  seconds.run("unbatched");
  EXPECT_TRUE(seconds.unchanged()) << "B's second VMA starts before A's";
}

TEST(Walk, StopsWhenNothingIsMappedAnyMore) {
  Story story("r r");
  story.process("- -", VMA_LOCKED).run("unbatched");
  EXPECT_TRUE(story.out().unmapped);
}

}  // namespace
}  // namespace ptecheck
