// SPDX-License-Identifier: GPL-2.0-only
//
// Walks over all mappings of a folio, run alone: writeback, ageing, unmapping before a split.
#include <gtest/gtest.h>

#include <string_view>

#include "smp/drive_test.h"

namespace ptecheck {
namespace {

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

}  // namespace
}  // namespace ptecheck
