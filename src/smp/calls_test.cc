// SPDX-License-Identifier: GPL-2.0-only
//
// Programs of system calls that change protections and places, run alone, on all architectures:
// what they leave.
#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "smp/drive_test.h"
#include "smp/tlb.h"

namespace ptecheck {
namespace {

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
