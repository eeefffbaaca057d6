// SPDX-License-Identifier: GPL-2.0-only
//
// munmap(), MADV_DONTNEED and MADV_FREE, and the flushes that others have put off.
#include <gtest/gtest.h>

#include "smp/drive_test.h"
#include "smp/tlb.h"

namespace ptecheck {
namespace {

TEST(Munmap, TakesAllAway) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kMunmap, Mapping::kAnon);
    d.s.frames[0].set(PageFrame::kSwapCache);
    bool freed_early = false;
    d.run([&] { freed_early |= d.count(EventKind::kFrees) != 0 && d.inTlb(0); });
    EXPECT_FALSE(freed_early);
    for (unsigned r = 0; r < 2; ++r) {
      EXPECT_TRUE(d.t.none(d.s.table[0][r]));
      EXPECT_FALSE(d.inTlb(r));
      EXPECT_FALSE(d.s.frames[r].has(PageFrame::kInUse));
    }
    EXPECT_FALSE(d.s.vma[0] & kVmaMapped);
    EXPECT_EQ(d.count(EventKind::kFrees), 2U);
    EXPECT_EQ(d.functions,
              (std::vector<std::string>{"vms_complete_munmap_vmas", "get_and_clear_full_ptes",
                                        "zap_present_folio_ptes", "tlb_finish_mmu"}));
    expectCall(d);
  });
}

TEST(Dontneed, LeavesTheVmaAndPinnedPages) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kDontneed, Mapping::kAnon);
    d.machine().pin(0);
    d.run();
    EXPECT_TRUE(d.t.none(d.s.table[0][0]));
    EXPECT_TRUE(d.s.vma[0] & kVmaMapped);
    EXPECT_EQ(d.count(EventKind::kFrees), 0U);
    EXPECT_EQ(d.s.frames[0].pins(), 1U);
    expectCall(d);
  });
}

// Small folios are no batch.
TEST(Dontneed, TakesFoliosOneByOne) {
  Drive d(kX86, ActorKind::kDontneed, Mapping::kAnon);
  const unsigned copy = d.machine().allocate(5, true);
  d.s.frames[copy].counts = 0;
  d.s.frames[copy].mapcount = 1;
  d.s.frames[1].mapcount = 0;
  d.s.table[0][1] = d.full(copy);
  d.run();
  EXPECT_EQ(d.functions, (std::vector<std::string>{"zap_pte_range", "zap_present_folio_ptes",
                                                   "get_and_clear_full_ptes",
                                                   "zap_present_folio_ptes", "tlb_finish_mmu"}));
  EXPECT_FALSE(d.s.frames[copy].has(PageFrame::kInUse));
  expectCall(d);
}

TEST(Dontneed, TakesZeroesAndSwapEntries) {
  Drive d(kX86, ActorKind::kDontneed, Mapping::kAnon);
  d.s.table[0][0] = d.t.zeroPage();
  d.s.table[0][1] = d.t.swp_entry(1);
  d.s.frames[0].mapcount = d.s.frames[1].mapcount = 0;
  d.run();
  EXPECT_TRUE(d.t.none(d.s.table[0][0]));
  EXPECT_TRUE(d.t.none(d.s.table[0][1]));
  expectCall(d);
}

TEST(Zap, OfDirtyFilePagesFlushesUnderTheLock) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kMunmap, Mapping::kFile);
    bool late = false;
    d.run([&] { late |= d.s.ptl == 0 && d.inTlb(0); });
    EXPECT_FALSE(late);
    EXPECT_TRUE(d.s.frames[0].has(PageFrame::kDirty));
    EXPECT_TRUE(d.s.frames[0].has(PageFrame::kSwapCache)) << "stays in the page cache";
    expectCall(d);
  });
}

TEST(Zap, OfCleanFilePagesFlushesLater) {
  Drive d(kX86, ActorKind::kMunmap, Mapping::kFile, 1);
  d.s.table[0][0] = d.t.pte_mkclean(d.s.table[0][0]);
  bool late = false;
  d.run([&] { late |= d.s.ptl == 0 && d.inTlb(0); });
  EXPECT_TRUE(late);
  EXPECT_FALSE(d.s.frames[0].has(PageFrame::kDirty));
  d.expectAtRest();
}

TEST(Gather, FlushesAllIfAnotherOneGathers) {
  Drive d(kX86, ActorKind::kDontneed, Mapping::kAnon);
  d.s.table[0] = {};
  d.s.frames[0].mapcount = d.s.frames[1].mapcount = 0;
  d.s.flush_pending = 1;
  d.run();
  EXPECT_FALSE(d.inTlb(0));
  EXPECT_EQ(d.s.flush_pending, 1);
}

TEST(Drain, FlushesWhatReclaimHasPutOff) {
  for (const ActorKind kind : {ActorKind::kMprotect, ActorKind::kMunmap, ActorKind::kDontneed,
                               ActorKind::kFree, ActorKind::kMremap}) {
    Drive d(kX86, kind, Mapping::kAnon);
    d.s.table[0] = {d.t.swp_entry(0), d.t.swp_entry(1)};
    d.s.frames[0].mapcount = d.s.frames[1].mapcount = 0;
    d.s.batched_pending = 1;
    ASSERT_TRUE(d.step());
    EXPECT_FALSE(d.inTlb(0));
    EXPECT_EQ(d.s.batched_pending, 0);
    d.run();
    expectCall(d);
  }
}

TEST(Drain, OnArm64MustNotBeABarrierOnly) {
  const Arch arm64 = archOf("arm64");
  for (const SmpMutant mutant : {SmpMutant::kNone, SmpMutant::kDrainOnlyBarrier}) {
    Drive d(arm64, ActorKind::kMprotect, Mapping::kAnon);
    d.setup.mutant = mutant;
    Machine reclaim(d.s, d.t, d.setup, 1);
    set_tlb_ubc_flush_pending(reclaim, d.full(0), 1);
    EXPECT_EQ(d.s.tlbi[1], 1);
    EXPECT_EQ(d.s.batched_pending, 1);
    EXPECT_EQ(d.s.ubc[1], kUbcRequired | kUbcWritable);
    d.s.table[0] = {};
    d.s.frames[0].mapcount = d.s.frames[1].mapcount = 0;
    d.run();
    EXPECT_EQ(d.inTlb(0), mutant != SmpMutant::kNone);
    try_to_unmap_flush_dirty(reclaim);
    EXPECT_FALSE(d.inTlb(0));
    EXPECT_EQ(d.s.ubc[1], 0);
    EXPECT_EQ(d.s.tlbi[1], 0);
  }
}

TEST(Defer, WaitsWithCleanEntriesUntilPagesAreFree) {
  Drive d(kX86, ActorKind::kReclaim, Mapping::kAnon);
  Machine m = d.machine();
  EXPECT_TRUE(should_defer_flush(m));
  set_tlb_ubc_flush_pending(m, d.t.pte_mkclean(d.full(0)), 1);
  try_to_unmap_flush_dirty(m);
  EXPECT_TRUE(d.inTlb(0));
  try_to_unmap_flush(m);
  EXPECT_FALSE(d.inTlb(0));
  set_tlb_ubc_flush_pending(m, kNoEntry, 1);
  EXPECT_EQ(d.s.ubc[0], 0) << "nothing that a TLB could have";
}

TEST(MadviseFree, MakesPagesDroppable) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kFree, Mapping::kAnon);
    d.s.frames[0].set(PageFrame::kSwapCache);
    d.s.frames[0].set(PageFrame::kDirty);
    d.run();
    for (unsigned r = 0; r < 2; ++r) {
      const Entry e = d.s.table[0][r];
      EXPECT_TRUE(d.t.pte_write(e));
      EXPECT_FALSE(d.t.pte_dirty(e));
      EXPECT_FALSE(d.t.pte_young(e));
      EXPECT_FALSE(d.inTlb(r));
    }
    EXPECT_FALSE(d.s.frames[0].has(PageFrame::kSwapBacked));
    EXPECT_FALSE(d.s.frames[0].has(PageFrame::kSwapCache));
    EXPECT_FALSE(d.s.frames[0].has(PageFrame::kDirty));
    expectCall(d);
  });
}

TEST(MadviseFree, LeavesLockedFoliosAlone) {
  Drive d(kX86, ActorKind::kFree, Mapping::kAnon);
  d.s.frames[0].set(PageFrame::kSwapCache);
  d.s.folio_lock = 2;
  const auto before = d.s.table;
  d.run();
  EXPECT_EQ(d.s.table, before);
  EXPECT_TRUE(d.s.frames[0].has(PageFrame::kSwapBacked));
}

TEST(MadviseFree, LeavesSharedFoliosInTheSwapCacheAlone) {
  Drive d(kX86, ActorKind::kFree, Mapping::kAnon);
  d.s.frames[0].set(PageFrame::kSwapCache);
  d.s.table[1][0] = d.t.pte_wrprotect(d.full(0));
  d.s.frames[0].mapcount = 2;
  d.run();
  EXPECT_TRUE(d.s.frames[0].has(PageFrame::kSwapBacked));
  expectCall(d);
}

// Reclaim may have taken the entry out when the lock is taken again.
TEST(MadviseFree, DrainsAgainAfterASplit) {
  for (const SmpMutant mutant : {SmpMutant::kNone, SmpMutant::kFreeNoDrainAfterRelock}) {
    Drive d(kX86, ActorKind::kFree, Mapping::kAnon);
    d.setup.mutant = mutant;
    d.setup.actors[0].ranges = 1;
    ASSERT_TRUE(d.step());
    EXPECT_EQ(d.s.ptl, 0);
    Machine reclaim(d.s, d.t, d.setup, 1);
    const Entry old = reclaim.ptep_get_and_clear(0, 0);
    set_tlb_ubc_flush_pending(reclaim, old, 1);
    d.s.table[0][0] = d.t.swp_entry(0);
    d.s.frames[0].mapcount = 0;
    d.run();
    EXPECT_TRUE(d.t.none(d.s.table[0][0]));
    EXPECT_EQ(d.inTlb(0), mutant != SmpMutant::kNone);
    EXPECT_TRUE(d.s.frames[0].has(PageFrame::kSwapBacked));
    d.expectAtRest();
  }
}

TEST(MadviseFree, LeavesWhatCannotBeSplit) {
  Drive d(kX86, ActorKind::kFree, Mapping::kAnon);
  d.setup.actors[0].ranges = 1;
  const auto before = d.s.table;
  d.run();
  EXPECT_EQ(d.s.table, before);
  EXPECT_TRUE(d.s.frames[0].has(PageFrame::kSwapBacked));
  d.expectAtRest();
}

}  // namespace
}  // namespace ptecheck
