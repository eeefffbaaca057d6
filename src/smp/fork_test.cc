// SPDX-License-Identifier: GPL-2.0-only
//
// fork(), run alone.
#include "smp/fork.h"

#include <gtest/gtest.h>

#include "smp/drive_test.h"

namespace ptecheck {
namespace {

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

}  // namespace
}  // namespace ptecheck
