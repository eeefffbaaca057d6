// SPDX-License-Identifier: GPL-2.0-only
//
// Every system call's program run alone, on all architectures: what it leaves.
#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "smp/drive_test.h"
#include "smp/fork.h"
#include "smp/tlb.h"

namespace ptecheck {
namespace {

template <class Body>
void onAllArchs(Body body) {
  for (Arch arch = 0; arch < kArchs; ++arch) {
    SCOPED_TRACE(archId(arch));
    body(arch);
  }
}

void expectCall(const Drive& d) {
  EXPECT_EQ(d.count(EventKind::kBegins), 2U);
  EXPECT_EQ(d.count(EventKind::kReturns), 2U);
  EXPECT_EQ(d.events.front().kind, EventKind::kBegins);
  d.expectAtRest();
}

TEST(Programs, EveryStepSaysWhatItIs) {
  for (unsigned kind = 0; kind < kActorKinds; ++kind) {
    const Program program = programOf(static_cast<ActorKind>(kind));
    ASSERT_FALSE(program.empty());
    for (const auto& step : program) {
      EXPECT_NE(std::string_view(step.text), "");
      EXPECT_NE(step.run, nullptr);
    }
  }
}

TEST(Mprotect, MakesEntriesReadOnlyAndFlushes) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kMprotect, Mapping::kAnon);
    d.run();
    for (unsigned r = 0; r < 2; ++r) {
      const Entry e = d.s.table[0][r];
      EXPECT_FALSE(d.t.pte_write(e));
      EXPECT_FALSE(d.t.hw_writes(e));
      EXPECT_TRUE(d.t.pte_dirty(e));
      EXPECT_TRUE(d.t.pte_young(e));
      EXPECT_EQ(d.t.pte_soft_dirty(e), d.t.hasSoftDirty());
      EXPECT_EQ(e.frame, r);
      EXPECT_FALSE(d.inTlb(r));
    }
    EXPECT_FALSE(d.s.vma[0] & kVmaWrite);
    EXPECT_EQ(d.functions, (std::vector<std::string>{"change_pte_range", "ptep_modify_prot_commit",
                                                     "ptep_modify_prot_start",
                                                     "ptep_modify_prot_commit", "tlb_finish_mmu"}));
    expectCall(d);
  });
}

TEST(Mprotect, LeavesSwapEntriesAndWhatIsNotInItsRange) {
  Drive d(kX86, ActorKind::kMprotect, Mapping::kAnon);
  d.setup.actors[0].ranges = 1;
  d.s.table[0][0] = d.t.swp_entry(0);
  d.s.frames[0].mapcount = 0;
  const auto before = d.s.table;
  d.run();
  EXPECT_EQ(d.s.table, before);
  EXPECT_TRUE(d.inTlb(1));
  d.expectAtRest();
}

// x86 does not flush for what did not change; generic code does.
TEST(Mprotect, FlushesWhatHasToBe) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kMprotect, Mapping::kAnon, 1);
    d.s.table[0][0] = d.t.change(d.s.table[0][0], Change::kModifyReadonly);
    d.run();
    const std::string_view id = archId(arch);
    EXPECT_EQ(d.inTlb(0), id == "x86_64" || id == "powerpc");
  });
}

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

TEST(Fork, SharesPages) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kFork, Mapping::kAnon);
    d.run();
    for (unsigned r = 0; r < 2; ++r) {
      const Entry parent = d.s.table[0][r], child = d.s.table[1][r];
      EXPECT_EQ(parent, d.t.pte_wrprotect(d.full(r)));
      EXPECT_EQ(child, d.t.pte_mkold(parent));
      EXPECT_FALSE(d.s.frames[r].has(PageFrame::kExclusive));
      EXPECT_FALSE(d.inTlb(r));
    }
    EXPECT_EQ(d.s.vma[1], d.s.vma[0]);
    expectCall(d);
  });
}

// Another thread's store, after the entry was read and before it is read-only.
TEST(Fork, GivesTheChildTheDirtyBitOfALateStore) {
  for (const SmpMutant mutant :
       {SmpMutant::kNone, SmpMutant::kForkCopiesStale, SmpMutant::kForkNotAtomic}) {
    Drive d(kX86, ActorKind::kFork, Mapping::kAnon, 1);
    d.setup.mutant = mutant;
    d.s.table[0][0] = d.t.pte_mkclean(d.full(0));
    ASSERT_TRUE(d.step());
    d.s.table[0][0] = d.t.change(d.s.table[0][0], Change::kHwStore);
    d.run();
    EXPECT_EQ(d.t.pte_dirty(d.s.table[0][0]), mutant != SmpMutant::kForkNotAtomic);
    EXPECT_EQ(d.t.pte_dirty(d.s.table[1][0]), mutant == SmpMutant::kNone);
  }
}

TEST(Fork, CopiesPinnedPages) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kFork, Mapping::kAnon);
    d.machine().pin(0);
    d.run();
    for (unsigned r = 0; r < 2; ++r) {
      EXPECT_EQ(d.s.table[0][r], d.full(r));
      EXPECT_TRUE(d.s.frames[r].has(PageFrame::kExclusive));
      const Entry child = d.s.table[1][r];
      EXPECT_EQ(child.frame, 2 + r);
      EXPECT_EQ(d.s.frames[child.frame].contents, originalContents(r));
      EXPECT_TRUE(d.s.frames[child.frame].has(PageFrame::kExclusive));
      EXPECT_TRUE(d.t.pte_write(child));
      EXPECT_TRUE(d.t.pte_dirty(child));
    }
    expectCall(d);
  });
}

TEST(Fork, CopiesSwapEntriesAndNoUffdWp) {
  Drive d(kX86, ActorKind::kFork, Mapping::kAnon);
  Entry swp = d.t.swp_entry(0);
  for (const Change change :
       {Change::kSwpMkexclusive, Change::kSwpMksoftDirty, Change::kSwpMkuffdWp})
    swp = d.t.change(swp, change);
  d.s.table[0] = {swp, d.t.pte_mkuffd_wp(d.full(1))};
  d.s.frames[0].mapcount = 0;
  d.s.vma[0] |= kVmaUffdWp;
  d.run();
  EXPECT_FALSE(d.t.is(d.s.table[0][0], Fact::kSwpExclusive));
  EXPECT_TRUE(d.t.is(d.s.table[0][0], Fact::kSwpSoftDirty));
  EXPECT_TRUE(d.t.is(d.s.table[0][0], Fact::kSwpUffdWp));
  EXPECT_TRUE(d.t.is(d.s.table[1][0], Fact::kSwpSoftDirty));
  EXPECT_FALSE(d.t.is(d.s.table[1][0], Fact::kSwpUffdWp));
  EXPECT_TRUE(d.t.pte_uffd_wp(d.s.table[0][1]));
  EXPECT_FALSE(d.t.pte_uffd_wp(d.s.table[1][1]));
  EXPECT_FALSE(d.s.vma[1] & kVmaUffdWp);
  expectCall(d);
}

TEST(Fork, LeavesFilesToFaults) {
  Drive d(kX86, ActorKind::kFork, Mapping::kFile);
  const auto before = d.s.table;
  d.run();
  EXPECT_EQ(d.s.table, before);
  expectCall(d);
}

TEST(Fork, KeepsGupFastOutWhileItWrites) {
  Drive d(kX86, ActorKind::kFork, Mapping::kAnon);
  EXPECT_EQ(write_protect_seq(d.s, d.setup), 0U);
  std::string odd;
  d.run([&] { odd += write_protect_seq(d.s, d.setup) % 2 ? '1' : '0'; });
  EXPECT_EQ(odd, "111100");
  EXPECT_EQ(write_protect_seq(d.s, d.setup), 2U);
}

TEST(ClearRefs, TakesSoftDirtyAndWriteAway) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kClearRefs, Mapping::kAnon);
    d.run();
    for (unsigned r = 0; r < 2; ++r) {
      const Entry e = d.s.table[0][r];
      if (d.t.hasSoftDirty()) {
        EXPECT_FALSE(d.t.pte_write(e));
        EXPECT_FALSE(d.t.pte_soft_dirty(e));
        EXPECT_TRUE(d.t.pte_dirty(e));
      } else {
        EXPECT_EQ(e, d.full(r));
      }
      EXPECT_FALSE(d.inTlb(r));
    }
    EXPECT_FALSE(d.s.vma[0] & kVmaSoftDirty);
    expectCall(d);
  });
}

TEST(ClearRefs, LeavesPinnedPagesOfPrivateMappings) {
  for (const Mapping mapping : {Mapping::kAnon, Mapping::kFile}) {
    Drive d(kX86, ActorKind::kClearRefs, mapping);
    d.machine().pin(0);
    d.s.table[0][0] = d.t.pte_clear_soft_dirty(d.s.table[0][0]);
    d.run();
    EXPECT_EQ(d.t.pte_write(d.s.table[0][0]), mapping == Mapping::kAnon);
    EXPECT_EQ(d.t.pte_soft_dirty(d.s.table[0][0]), mapping == Mapping::kAnon);
    expectCall(d);
  }
}

TEST(ClearRefs, TakesSoftDirtyFromSwapEntries) {
  Drive d(kX86, ActorKind::kClearRefs, Mapping::kAnon, 1);
  d.s.table[0][0] =
      d.t.change(d.t.change(d.t.swp_entry(0), Change::kSwpMksoftDirty), Change::kSwpMkexclusive);
  d.s.frames[0].mapcount = 0;
  d.run();
  EXPECT_EQ(d.s.table[0][0], d.t.change(d.t.swp_entry(0), Change::kSwpMkexclusive));
}

TEST(PagemapScan, SetsUffdWp) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kPagemapScan, Mapping::kAnon);
    d.s.vma[0] |= kVmaUffdWp;
    bool late = false;
    d.run([&] { late |= d.s.ptl == 0 && d.inTlb(0); });
    if (!d.t.hasUffdWp()) {
      EXPECT_EQ(d.count(EventKind::kBegins), 0U) << "an error";
      return;
    }
    EXPECT_FALSE(late);
    for (unsigned r = 0; r < 2; ++r) {
      EXPECT_TRUE(d.t.pte_uffd_wp(d.s.table[0][r]));
      EXPECT_FALSE(d.t.pte_write(d.s.table[0][r]));
      EXPECT_TRUE(d.t.pte_dirty(d.s.table[0][r]));
    }
    expectCall(d);
  });
}

TEST(PagemapScan, LeavesWhatHasItAndTheUnregistered) {
  Drive d(kX86, ActorKind::kPagemapScan, Mapping::kAnon);
  const auto before = d.s.table;
  d.run();
  EXPECT_EQ(d.s.table, before);
  EXPECT_TRUE(d.events.empty());
  Drive again(kX86, ActorKind::kPagemapScan, Mapping::kAnon);
  again.s.vma[0] |= kVmaUffdWp;
  for (Entry& e : again.s.table[0]) e = again.t.pte_mkuffd_wp(e);
  again.run();
  EXPECT_TRUE(again.inTlb(0)) << "nothing to flush";
  expectCall(again);
}

TEST(Mremap, MovesEntries) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kMremap, Mapping::kAnon);
    d.s.table[0][0] = d.t.pte_clear_soft_dirty(d.s.table[0][0]);
    bool late = false;
    d.run([&] { late |= d.s.ptl == 0 && d.inTlb(0); });
    EXPECT_FALSE(late);
    for (unsigned r = 0; r < 2; ++r) {
      EXPECT_TRUE(d.t.none(d.s.table[0][r]));
      EXPECT_EQ(d.s.table[1][r], d.full(r));
      EXPECT_FALSE(d.inTlb(r));
    }
    EXPECT_EQ(d.s.vma[0], 0);
    EXPECT_TRUE(d.s.vma[1] & kVmaMapped);
    expectCall(d);
  });
}

TEST(Mremap, MovesSwapEntriesAndTakesUffdWpOff) {
  Drive d(kX86, ActorKind::kMremap, Mapping::kAnon);
  d.s.table[0] = {d.t.change(d.t.swp_entry(0), Change::kSwpMkuffdWp), d.t.pte_mkuffd_wp(d.full(1))};
  d.s.frames[0].mapcount = 0;
  d.s.vma[0] |= kVmaUffdWp;
  d.run();
  EXPECT_EQ(d.s.table[1][0], d.t.change(d.t.swp_entry(0), Change::kSwpMksoftDirty));
  EXPECT_FALSE(d.t.pte_uffd_wp(d.s.table[1][1]));
  EXPECT_FALSE(d.s.vma[1] & kVmaUffdWp);
  expectCall(d);
}

TEST(Writeback, CleansEntriesAndWritesPages) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kWriteback, Mapping::kFile);
    d.run();
    for (unsigned r = 0; r < 2; ++r) {
      const Entry e = d.s.table[0][r];
      EXPECT_FALSE(d.t.pte_write(e));
      EXPECT_FALSE(d.t.pte_dirty(e));
      EXPECT_FALSE(d.t.hw_writes(e));
      EXPECT_TRUE(d.t.pte_young(e));
      EXPECT_FALSE(d.inTlb(r));
      EXPECT_EQ(d.s.storage[r], originalContents(r));
    }
    EXPECT_FALSE(d.s.frames[0].has(PageFrame::kDirty));
    EXPECT_EQ(d.count(EventKind::kInStorage), 2U);
    expectCall(d);
  });
}

TEST(Writeback, WritesWhatOnlyTheFolioKnowsToBeDirtyAndNothingElse) {
  for (const bool dirty : {true, false}) {
    Drive d(kX86, ActorKind::kWriteback, Mapping::kFile);
    d.s.table[0] = {};
    d.s.frames[0].mapcount = d.s.frames[1].mapcount = 0;
    d.s.frames[0].set(PageFrame::kDirty, dirty);
    d.run();
    EXPECT_EQ(d.s.storage[1], dirty ? originalContents(1) : kZeroes);
    expectCall(d);
  }
}

TEST(Writeback, FindsPagesThatWereReadAgain) {
  Drive d(kX86, ActorKind::kWriteback, Mapping::kFile);
  for (unsigned r = 0; r < 2; ++r) {
    d.s.frames[r] = {};
    const unsigned frame = 2 + r;
    PageFrame& page = d.s.frames[frame];
    page.set(PageFrame::kInUse);
    page.set(PageFrame::kSwapCache);
    page.contents = static_cast<Contents>(5 + r);
    page.mapcount = 1;
    page.place = static_cast<std::uint8_t>(r);
    d.s.table[0][r] = d.full(frame);
  }
  d.run();
  EXPECT_EQ(d.s.storage[0], 5);
  EXPECT_EQ(d.s.storage[1], 6);
  EXPECT_FALSE(d.t.pte_dirty(d.s.table[0][1]));
  expectCall(d);
}

TEST(Ageing, MakesEntriesOld) {
  onAllArchs([](Arch arch) {
    for (const Mapping mapping : {Mapping::kAnon, Mapping::kFile}) {
      Drive d(arch, ActorKind::kAgeing, mapping);
      d.s.table[1][1] = d.t.pte_wrprotect(d.full(1));
      d.s.frames[1].mapcount = 2;
      d.s.vma[1] = d.s.vma[0];
      d.run();
      for (unsigned r = 0; r < 2; ++r) {
        EXPECT_EQ(d.s.table[0][r], d.t.pte_mkold(d.full(r)));
        const std::string_view name = archKernelArch(arch);
        EXPECT_EQ(d.inTlb(r), name != "s390" && name != "loongarch");
      }
      EXPECT_FALSE(d.t.pte_young(d.s.table[1][1]));
      EXPECT_EQ(d.s.tlbi[0], d.t.broadcastsTlbi() ? 0b1011 : 0);
      d.expectAtRest();
    }
  });
}

TEST(Ageing, LeavesALockedFileAlone) {
  Drive d(kX86, ActorKind::kAgeing, Mapping::kFile);
  d.s.folio_lock = 2;
  d.run();
  EXPECT_EQ(d.s.table[0][0], d.full(0));
}

TEST(UnmapSync, LeavesNothingMapped) {
  onAllArchs([](Arch arch) {
    Drive d(arch, ActorKind::kUnmapSync, Mapping::kFile);
    d.s.table[1][1] = d.full(1);
    d.s.frames[1].mapcount = 2;
    d.s.vma[1] = d.s.vma[0];
    d.run();
    for (unsigned r = 0; r < 2; ++r) {
      EXPECT_TRUE(d.t.none(d.s.table[0][r]));
      EXPECT_TRUE(d.t.none(d.s.table[1][r]));
      EXPECT_FALSE(d.inTlb(r));
    }
    EXPECT_TRUE(d.s.frames[0].has(PageFrame::kDirty));
    EXPECT_EQ(d.events.back().mapcount, 0);
    expectCall(d);
  });
}

// A zap has taken the entries out, holds the lock, and has not taken the mappings off.
TEST(UnmapSync, WaitsForAZap) {
  for (const SmpMutant mutant : {SmpMutant::kNone, SmpMutant::kUnmapSyncSkipsEmpty}) {
    Drive d(kX86, ActorKind::kUnmapSync, Mapping::kFile);
    d.setup.mutant = mutant;
    d.s.table[0] = {};
    d.s.ptl = 2;
    ASSERT_TRUE(d.step());
    EXPECT_EQ(d.step(), mutant != SmpMutant::kNone);
    if (mutant == SmpMutant::kNone) continue;
    d.run();
    EXPECT_EQ(d.events.back().mapcount, 2);
  }
}

// Another thread's store after the first step: nothing can be written, or the dirty bit stays.
TEST(Hardware, LosesNoDirtyBitToACall) {
  struct {
    ActorKind kind;
    SmpMutant mutant;
  } const cases[] = {{ActorKind::kMprotect, SmpMutant::kMprotectNotAtomic},
                     {ActorKind::kPagemapScan, SmpMutant::kPagemapScanStale}};
  for (const auto& [kind, wrong] : cases) {
    for (const SmpMutant mutant : {SmpMutant::kNone, wrong}) {
      Drive d(kX86, kind, Mapping::kAnon, 1);
      d.setup.mutant = mutant;
      d.s.vma[0] |= kVmaUffdWp;
      Entry& entry = d.s.table[0][0];
      entry = d.t.pte_mkclean(d.full(0));
      ASSERT_TRUE(d.step());
      const bool stored = d.t.hw_writes(entry);
      if (stored) entry = d.t.change(entry, Change::kHwStore);
      d.run();
      EXPECT_EQ(stored && !d.t.pte_dirty(entry), mutant != SmpMutant::kNone);
    }
  }
}

// A number that no row has would leave a hole.
TEST(SmpMutants, HaveNamesOfTheirOwn) {
  std::set<unsigned> numbers;
  for (const SmpMutantInfo& info : smpMutants()) {
    numbers.insert(static_cast<unsigned>(info.mutant));
    EXPECT_EQ(findSmpMutant(info.name), &info) << info.name;
    EXPECT_FALSE(info.summary.empty());
  }
  EXPECT_EQ(numbers.size(), smpMutants().size());
  EXPECT_EQ(*numbers.begin(), 1U);
  EXPECT_EQ(*numbers.rbegin(), smpMutants().size());
  EXPECT_EQ(findSmpMutant("none"), nullptr);
}

}  // namespace
}  // namespace ptecheck
