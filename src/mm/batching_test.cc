// SPDX-License-Identifier: GPL-2.0-only
//
// Stories of batches: what each policy does to a run of entries that it treats as one.
#include <gtest/gtest.h>

#include "mm/story.h"
#include "mm/unmap.h"

namespace ptecheck {
namespace {

using F = X86_64<>;

// The bug that was repaired in 7.0 (CVE-2026-31398, fix 29f40594a281): page 0 writable and dirty,
// page 1 shared with a child and read-only.
TEST(Batch, V616MakesASharedEntryWritable) {
  for (const char* policy : {"v6.15", "v6.16", "merge-write"}) {
    Story story("wxd r");
    story.process("- r").run(policy);
    EXPECT_FALSE(F::pte_write(story.before(1))) << policy;
    EXPECT_TRUE(F::pte_write(story.after(1))) << policy;
    EXPECT_FALSE(story.at(1).page_flags & PAGE_EXCLUSIVE_AFTER);
  }
  for (const char* policy :
       {"unbatched", "v6.12", "respect-write", "respect-write-softdirty", "restore-each",
        "wrprotect", "wrprotect-early", "merge-write-safe-restore"}) {
    Story story("wxd r");
    story.process("- r").run(policy);
    EXPECT_FALSE(F::pte_write(story.after(1))) << policy;
    EXPECT_TRUE(story.out().folio_flags & FOLIO_SWAPBACKED) << policy;
  }
}

TEST(Batch, MergedWriteReachesEntriesBeforeTheWritableOne) {
  Story story("r wxd");
  story.run("v6.16");
  EXPECT_FALSE(F::pte_write(story.after(0)));
  EXPECT_FALSE(F::pte_write(story.after(1))) << "lost: restored from the first";
  story.run("merge-write");
  EXPECT_TRUE(F::pte_write(story.after(0))) << "gained: restored from the merged copy";
  story.run("merge-write-safe-restore");
  EXPECT_FALSE(F::pte_write(story.after(0)));
}

TEST(Batch, SafeRestoreKeepsWriteIfAllEntriesHadIt) {
  Story story("wx wxd wx wx");
  story.run("merge-write-safe-restore");
  for (unsigned i = 0; i < 4; ++i) EXPECT_TRUE(F::pte_write(story.after(i)));
  EXPECT_EQ(story.out().batches, 1);
  story.run("wrprotect");
  for (unsigned i = 0; i < 4; ++i) EXPECT_FALSE(F::pte_write(story.after(i)));
}

// Write-protecting does not bring back the soft-dirty bits of later entries; respecting them does.
TEST(Batch, SoftDirtyOfLaterEntriesIsLostUnlessRespected) {
  for (const char* policy : {"v6.15", "v6.16", "wrprotect", "wrprotect-early", "respect-write",
                             "merge-write", "merge-write-safe-restore"}) {
    Story story("wx wxs");
    story.s.references = 1;
    story.run(policy);
    EXPECT_FALSE(F::pte_soft_dirty(story.after(1))) << policy;
  }
  for (const char* policy : {"respect-write-softdirty", "restore-each"}) {
    Story story("wx wxs");
    story.s.references = 1;
    story.run(policy);
    EXPECT_TRUE(F::pte_soft_dirty(story.after(1))) << policy;
  }
}

TEST(Batch, DirtyAfterTheFirstMakesTheWholeBatchSoftDirty) {
  Story story("wx wxd");
  story.run("respect-write-softdirty");
  EXPECT_FALSE(F::pte_soft_dirty(story.before(0)));
  for (unsigned i : {0U, 1U}) {
    EXPECT_TRUE(F::pte_dirty(story.after(i)));
    EXPECT_TRUE(F::pte_soft_dirty(story.after(i))) << "invented by pte_mkdirty()";
  }
  story.run("restore-each");
  EXPECT_TRUE(story.unchanged());
}

// Normalising takes the dirty bit that makes write=0 a shadow stack, so FPB_RESPECT_WRITE does not
// tell a writable shadow-stack entry from a read-only one. FPB_RESPECT_DIRTY does.
TEST(Batch, RespectWriteDoesNotSeeShadowStacks) {
  Story story("wx r", VMA_WRITE | VMA_SHADOW_STACK);
  story.process("- r", VMA_WRITE | VMA_SHADOW_STACK).s.references = 1;
  story.run("respect-write-softdirty");
  EXPECT_FALSE(F::pte_write(story.before(1)));
  EXPECT_TRUE(F::pte_write(story.after(1))) << "a shared page, on a shadow stack";
  Policy policy = *findPolicy("respect-write-softdirty");
  policy.of(Case::kLazyfree).dirty = Treat::kRespect;
  story.run(policy);
  EXPECT_TRUE(story.unchanged());
  EXPECT_EQ(story.out().batches, 1);
  EXPECT_EQ(story.out().batched_entries, 1U);
}

TEST(Batch, WholeFolioOrOneEntryIn615) {
  Story story("r r r -");
  story.run("v6.15");
  EXPECT_EQ(story.out().batches, 3);
  EXPECT_EQ(story.out().outside, 0);
  story.run("v6.16");
  EXPECT_EQ(story.out().batches, 1);
  EXPECT_EQ(story.out().batched_entries, 3U);
}

TEST(Batch, V615RunsOverTheEndsOfTableAndVma) {
  Story table("r r r r");
  table.s.table_end = 2;
  table.run("v6.15");
  EXPECT_GT(table.out().outside, 0);
  table.run("v6.16");
  EXPECT_EQ(table.out().outside, 0);
  EXPECT_EQ(table.out().batches, 2);

  Story vma("r r r r");
  vma.split(2, VMA_WRITE | VMA_LOCKED).run("v6.15");
  EXPECT_GT(vma.out().outside, 0);
  EXPECT_EQ(vma.after(3), F::none()) << "unmapped although mlocked";
  vma.run("v6.16");
  EXPECT_EQ(vma.out().outside, 0);
  EXPECT_EQ(vma.after(1), F::none());
  EXPECT_EQ(vma.after(2), vma.before(2));
}

TEST(Batch, EndsWithTheVmaEvenIfTheFolioEndsThereToo) {
  Story story("r r");
  story.split(2, VMA_WRITE).run("v6.16");
  EXPECT_TRUE(story.out().unmapped);
  EXPECT_EQ(story.out().neighbour_after[0][1], story.out().neighbour_before[0][1]);
  EXPECT_EQ(story.out().outside, 0);
}

TEST(Batch, FlushesItsPagesAtOnce) {
  Story story("r r r r");
  story.run("v6.16");
  EXPECT_EQ(story.out().flushes, 1U);
  EXPECT_EQ(story.out().flushed_pages, 4U);
  story.run("unbatched");
  EXPECT_EQ(story.out().flushes, 4U);
  EXPECT_EQ(story.out().flushed_pages, 4U);
}

}  // namespace
}  // namespace ptecheck
