// SPDX-License-Identifier: GPL-2.0-only
#include "order/verdicts.h"

#include <gtest/gtest.h>

#include <set>

#include "explore/interleaving.h"
#include "order/machine.h"

namespace ptecheck::order {
namespace {

TEST(KernelTests, AllBarriersAreEnoughAndEachIsNeededWhereItShouldBe) {
  for (const KernelTest& test : kernelTests()) {
    const TestVerdicts found = tryWithoutEach(test);
    EXPECT_TRUE(found.good()) << test.name;
    for (std::size_t m = 0; m < kMemoryModels.size(); ++m)
      for (std::size_t b = 0; b < test.barriers.size(); ++b)
        EXPECT_EQ(found.needed(b, kMemoryModels[m]), test.barriers[b].needed[m])
            << test.name << " on " << memoryModelName(kMemoryModels[m]) << " without "
            << test.barriers[b].name;
  }
}

// With all barriers; on sc, tso, weak.
TEST(KernelTests, NumbersOfStatesArePinned) {
  const std::vector<std::pair<std::string_view, std::array<std::uint64_t, 3>>> pinned = {
      {"unmap", {18, 18, 18}},
      {"unmap-xchg", {18, 18, 22}},
      {"refs-before-dirty", {13, 13, 16}},
      {"freeze-before-dirty", {8, 8, 10}},
      {"share-anon", {49, 49, 71}},
      {"share-anon-writable", {39, 39, 59}},
      {"switch-mm-cpumask", {21, 21, 24}},
      {"switch-mm-tlb-gen", {23, 23, 23}},
      {"drain-by-another", {64, 64, 104}},
      {"old-entry", {18, 18, 24}},
      {"flush-pending", {92, 92, 152}},
      {"flush-nested", {198, 252, 618}},
      {"flush-batched", {34, 34, 50}},
      {"flush-batched-other", {249, 249, 309}},
  };
  ASSERT_EQ(pinned.size(), kernelTests().size());
  for (std::size_t i = 0; i < pinned.size(); ++i) {
    const KernelTest& test = kernelTests()[i];
    EXPECT_EQ(test.name, pinned[i].first);
    for (std::size_t m = 0; m < kMemoryModels.size(); ++m)
      EXPECT_EQ(tryTest(test, kMemoryModels[m]).states, pinned[i].second[m])
          << test.name << " on " << memoryModelName(kMemoryModels[m]);
  }
}

// A weaker model can do all that a stronger one can.
TEST(KernelTests, WhatTsoNeedsWeakNeeds) {
  for (const KernelTest& test : kernelTests())
    for (const Barrier& barrier : test.barriers) {
      EXPECT_LE(barrier.needed[0], barrier.needed[1]) << test.name << ' ' << barrier.name;
      EXPECT_LE(barrier.needed[1], barrier.needed[2]) << test.name << ' ' << barrier.name;
    }
}

TEST(KernelTests, EveryBarrierThatAnInstructionNamesIsListedAndTheOtherWayRound) {
  std::set<std::string_view> names;
  for (const KernelTest& test : kernelTests()) {
    EXPECT_TRUE(names.insert(test.name).second) << test.name;
    EXPECT_EQ(findKernelTest(test.name), &test);
    std::set<std::string_view> listed, used;
    for (const Barrier& barrier : test.barriers) listed.insert(barrier.name);
    for (const Thread& thread : test.program.threads)
      for (const Instruction& in : thread.code)
        if (!in.barrier.empty()) used.insert(in.barrier);
    EXPECT_EQ(listed, used) << test.name;
    EXPECT_EQ(listed.size(), test.barriers.size()) << test.name;
    EXPECT_FALSE(test.good.empty()) << test.name;
  }
  EXPECT_EQ(findKernelTest("no such test"), nullptr);
}

// Two barriers that are not needed alone: one of them is.
TEST(KernelTests, AnOldEntryNeedsOneOfTwoDsbs) {
  KernelTest test = *findKernelTest("old-entry");
  for (Instruction& in : test.program.threads[0].code)
    if (in.barrier == "ageing-dsb") in.barrier = "dsb-ishst";
  EXPECT_FALSE(tryTest(test, MemoryModel::kSc, "dsb-ishst").bad);
  EXPECT_TRUE(tryTest(test, MemoryModel::kTso, "dsb-ishst").bad);
  EXPECT_TRUE(tryTest(test, MemoryModel::kWeak, "dsb-ishst").bad);
}

TEST(KernelTests, ThreadsOfTheSearchChangeNothing) {
  const KernelTest& test = *findKernelTest("flush-batched-other");
  const Machine machine(test.program, MemoryModel::kWeak, "add_pending", test.bad);
  InterleavingOptions options;
  options.threads = 3;
  const auto one = searchInterleavings(machine);
  const auto three = searchInterleavings(machine, options);
  EXPECT_EQ(one.states, three.states);
  EXPECT_EQ(one.transitions, three.transitions);
  ASSERT_EQ(one.counterexamples.size(), 1U);
  EXPECT_EQ(one.counterexamples[0].steps.size(), three.counterexamples[0].steps.size());
}

TEST(Verdicts, AScheduleSaysWhatHappens) {
  const Verdict verdict = tryTest(*findKernelTest("unmap"), MemoryModel::kTso, "smp_mb");
  ASSERT_TRUE(verdict.bad);
  EXPECT_EQ(verdict.outcome, "reclaim discards a folio to which GUP-fast keeps a reference");
  std::vector<std::string> words;
  for (const ScheduleRow& row : verdict.schedule)
    words.push_back(std::to_string(row.thread) + " " + row.text);
  EXPECT_EQ(words, (std::vector<std::string>{
                       "0 folio_ref_count(): refs is 0", "1 ptep_get_lockless(): entry is 1",
                       "1 try_get_folio(): refs from 0 to 1", "1 ptep_get(): entry is 1",
                       "0 get_and_clear_ptes(): entry = 0"}));
  EXPECT_EQ(verdict.steps, 5U);
  const Verdict stale = tryTest(*findKernelTest("old-entry"), MemoryModel::kSc, "pte_accessible");
  EXPECT_EQ(stale.at_first, "entry 1, TLB of user 1");
  EXPECT_EQ(stale.in_the_end, "entry 0, TLB of user 1");
}

TEST(Verdicts, BugsOfHistoryAreFoundAndTheirRepairsHold) {
  struct Known {
    std::string_view bug, test, barrier;
    MemoryModel model;
    unsigned steps;
  };
  const std::vector<Known> known = {
      {"BZ-39", "switch-mm-cpumask", "smp_mb", MemoryModel::kTso, 5},
      {"BZ-39", "switch-mm-tlb-gen", "smp_mb", MemoryModel::kTso, 5},
      {"BZ-34", "drain-by-another", "flush_tlb_mm", MemoryModel::kSc, 9},
      {"BZ-40", "old-entry", "pte_accessible", MemoryModel::kSc, 3},
  };
  const std::vector<OrderBug> found = orderBugs();
  ASSERT_EQ(found.size(), known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    EXPECT_EQ(found[i].bug, known[i].bug);
    EXPECT_EQ(found[i].test->name, known[i].test);
    EXPECT_EQ(found[i].barrier->name, known[i].barrier);
    EXPECT_EQ(found[i].model, known[i].model);
    EXPECT_EQ(found[i].steps, known[i].steps);
    EXPECT_TRUE(found[i].repaired);
  }
}

}  // namespace
}  // namespace ptecheck::order
