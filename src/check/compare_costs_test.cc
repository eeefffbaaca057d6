// SPDX-License-Identifier: GPL-2.0-only
//
// Costs of single scenarios. Numbers of visited entries and atomic operations are counted by hand,
// as compare_work.h says what counts.
#include "check/compare_costs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "check/model_check.h"

namespace ptecheck {
namespace {

constexpr unsigned kRead = ENTRY_PRESENT | ENTRY_EXCLUSIVE, kWrite = kRead | ENTRY_WRITE;
constexpr unsigned kSwapFolio = FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
constexpr const char* kBatchAll = "batch-all";
constexpr const char* kSingle = "unbatched";

// A process that maps a folio by these entries.
Scenario unmapping(const std::vector<unsigned>& entries, unsigned folio_flags = 0,
                   unsigned vma_flags = VMA_WRITE) {
  Scenario s{};
  s.pages = static_cast<unsigned short>(entries.size());
  s.processes = 1;
  s.folio_flags = static_cast<unsigned short>(folio_flags | FOLIO_UPTODATE | FOLIO_LOCKED);
  s.vma[0][0].flags = static_cast<unsigned short>(vma_flags);
  std::copy(entries.begin(), entries.end(), s.entry);
  return s;
}

Scenario migrating(const std::vector<unsigned>& entries) {
  Scenario s = unmapping(entries, kSwapFolio);
  s.operation = OPERATION_TRY_TO_MIGRATE;
  return s;
}

Scenario with(Scenario s, unsigned char action, unsigned short page = ALL_PAGES) {
  s.step[s.steps++] = {action, 0, page};
  return s;
}

CompareCosts costsOf(const Scenario& s, const char* name, bool runs_steps = true) {
  const Policy policy = policyByName(name);
  OperationAlone alone(kX86);
  Outcome outcome = runOnModel(s, policy).outcome;
  if (!runs_steps) outcome.steps_done = 0;
  CompareCosts costs;
  CostMeter(kX86).add(s, outcome, &alone.run(s, policy),
                      runOnModel(s, policyByName(kSingle)).outcome, costs);
  return costs;
}

TEST(CompareWork, OfAFolioThatIsDropped) {
  const Scenario s = unmapping({kWrite, kWrite, kWrite, kWrite});
  const CompareCosts batched = costsOf(s, "v6.16"), single = costsOf(s, kSingle);
  EXPECT_EQ(batched.batches().batches, 1U);
  EXPECT_EQ(batched.visited, 8U);          // four found or scanned, four cleared
  EXPECT_EQ(batched.atomics, 4U + 4 + 2);  // exchanges, _mapcount; _large_mapcount, _refcount
  EXPECT_EQ(single.batches().batches, 4U);
  EXPECT_EQ(single.visited, 8U);
  EXPECT_EQ(single.atomics, 4U + 4 + 4 * 2);
  EXPECT_EQ(batched.kept + single.kept, 0U);
  EXPECT_EQ(batched.left, Needless{});
}

TEST(CompareWork, OfEntriesThatAreEmptyWhenTheWalkComesBy) {
  const CompareCosts costs = costsOf(unmapping({kWrite, kWrite, kWrite, kRead}), "respect-write");
  EXPECT_EQ(costs.batches(), (BatchCount{2, 4}));
  EXPECT_EQ(costs.visited, 8U + 2);  // of the batch of three, two are passed over
  EXPECT_EQ(costs.atomics, 4U + 4 + 2 * 2);
}

TEST(CompareWork, OfWhatIsPutBack) {
  // The second is dirty: one at a time the first is dropped, in a batch both stay.
  const Scenario s = unmapping({kWrite, kWrite | ENTRY_DIRTY});
  const CompareCosts batched = costsOf(s, "v6.16"), single = costsOf(s, kSingle);
  EXPECT_EQ(batched.kept, 1U);
  EXPECT_EQ(batched.visited, 2U * 2 + 2);  // and both are written back
  EXPECT_EQ(batched.atomics, 2U);          // exchanges alone
  EXPECT_EQ(single.kept, 0U);
  EXPECT_EQ(single.visited, 2U * 2 + 1);
  EXPECT_EQ(single.atomics, 2U + 1 + 2);
}

TEST(CompareWork, OfASmallFolio) {
  // An exchange, _mapcount, _refcount.
  EXPECT_EQ(costsOf(unmapping({kWrite}), "v6.16").atomics, 3U);
}

TEST(CompareWork, OfSwapEntries) {
  const Scenario s = unmapping({kWrite, kWrite, kRead, ENTRY_PRESENT}, kSwapFolio);
  const CompareCosts single = costsOf(s, kSingle);
  EXPECT_EQ(single.visited, 4U + 4 + 4);               // found, cleared, swap entries written
  EXPECT_EQ(single.atomics, 4U + 4 + 4 * 2 + 3);       // three pages stop being exclusive
  const CompareCosts batched = costsOf(s, kBatchAll);  // three, and one that is not exclusive
  EXPECT_EQ(batched.batches(), (BatchCount{2, 4}));
  EXPECT_EQ(batched.visited, 4U + 4 + 4 + 2);  // two are passed over
  EXPECT_EQ(batched.atomics, 4U + 4 + 2 * 2 + 3);
}

TEST(CompareWork, OfPinnedPages) {
  Scenario s = unmapping({kWrite, kWrite}, kSwapFolio);
  s.pins = 1;
  const CompareCosts single = costsOf(s, kSingle);  // gives up at the first
  EXPECT_EQ(single.visited, 1U + 1 + 1);            // found, cleared, written back
  EXPECT_EQ(single.atomics, 1U);
  const CompareCosts batched = costsOf(s, kBatchAll);
  EXPECT_EQ(batched.visited, 2U + 2 + 2);
  EXPECT_EQ(batched.atomics, 2U);
}

TEST(CompareWork, OfMarkers) {
  const CompareCosts costs =
      costsOf(unmapping({ENTRY_PRESENT | ENTRY_UFFD_WP, ENTRY_PRESENT | ENTRY_UFFD_WP,
                         ENTRY_PRESENT, ENTRY_PRESENT},
                        FOLIO_FILE, VMA_WRITE | VMA_FILE | VMA_SHARED | VMA_UFFD_WP),
              kBatchAll);
  EXPECT_EQ(costs.batches(), (BatchCount{2, 4}));
  EXPECT_EQ(costs.visited, 4U + 4 + 2 + 2);  // two markers; of each batch one is passed over
  EXPECT_EQ(costs.atomics, 4U + 4 + 2 * 2);
}

TEST(CompareWork, OfMigrationThereAndBack) {
  const Scenario there = migrating({kWrite, kWrite, kWrite, kWrite});
  // Found, cleared, migration entries written. Exchanges, _mapcount, two counters a batch, and four
  // pages stop being exclusive.
  EXPECT_EQ(costsOf(there, kSingle).visited, 4U + 4 + 4);
  EXPECT_EQ(costsOf(there, kSingle).atomics, 4U + 4 + 4 * 2 + 4);
  EXPECT_EQ(costsOf(there, kBatchAll).visited, 4U + 4 + 4);
  EXPECT_EQ(costsOf(there, kBatchAll).atomics, 4U + 4 + 2 + 4);
  for (const unsigned char end : {STEP_MIGRATED, STEP_NOT_MIGRATED}) {
    const Scenario back = with(there, end);
    // And back: found, written. _mapcount, two counters a batch, and four become exclusive.
    EXPECT_EQ(costsOf(back, kSingle).visited, 12U + 4 + 4);
    EXPECT_EQ(costsOf(back, kSingle).atomics, 20U + 4 + 4 * 2 + 4);
    EXPECT_EQ(costsOf(back, kBatchAll).visited, 12U + 4 + 4);
    EXPECT_EQ(costsOf(back, kBatchAll).atomics, 14U + 4 + 2 + 4);
  }
}

TEST(CompareWork, OfBatchesThatAreNotTheWholeFolioThereAndBack) {
  const CompareCosts costs =
      costsOf(with(migrating({kWrite, kWrite, kWrite, ENTRY_PRESENT}), STEP_MIGRATED), kBatchAll);
  EXPECT_EQ(costs.batches(), (BatchCount{4, 8}));
  EXPECT_EQ(costs.visited, (4U + 4 + 4 + 2) + (4 + 4 + 2));  // two are passed over, twice
  EXPECT_EQ(costs.atomics, (4U + 4 + 2 * 2 + 3) + (4 + 2 * 2 + 3));
}

TEST(CompareWork, OfASmallFolioThereAndBack) {
  const CompareCosts costs = costsOf(with(migrating({kWrite}), STEP_MIGRATED), kSingle);
  EXPECT_EQ(costs.visited, (1U + 1 + 1) + (1 + 1));
  EXPECT_EQ(costs.atomics, (1U + 1 + 1 + 1) + (1 + 1 + 1));
}

TEST(CompareCosts, WhatTheOperationLeft) {
  const Scenario s = unmapping({kWrite, kWrite | ENTRY_DIRTY});
  EXPECT_EQ(costsOf(s, "v6.16").left, (Needless{0, 2}));  // pte_mkdirty() sets soft-dirty
  EXPECT_EQ(costsOf(s, "wrprotect").left.faults, 2U);
  // Nobody looks at it where soft-dirty is not tracked.
  const Scenario untracked =
      unmapping({kWrite, kWrite | ENTRY_DIRTY}, 0, VMA_WRITE | VMA_SOFTDIRTY);
  EXPECT_EQ(costsOf(untracked, "v6.16").left, Needless{});
  EXPECT_EQ(costsOf(untracked, "v6.16").in_all, Needless{});
}

// Each faults once when it is written: to count that, and what was left as well, would be twice.
TEST(CompareCosts, AFaultIsCountedOnce) {
  const Scenario s = unmapping({kWrite, kWrite | ENTRY_DIRTY});
  EXPECT_EQ(costsOf(s, "wrprotect").in_all.faults, 2U);
  const CompareCosts written = costsOf(with(s, STEP_WRITE), "wrprotect");
  EXPECT_EQ(written.left.faults, 2U);
  // The first's page was dropped by the reference, so that nothing is known of its later faults.
  EXPECT_EQ(written.in_all.faults, 2U);
}

// Swap entries are not present, so that on what the operation left nothing is seen.
TEST(CompareCosts, SoftDirtyThatSwapEntriesBringBack) {
  const Scenario s = unmapping({kRead, kRead | ENTRY_SOFT_DIRTY}, kSwapFolio);
  const char* const marks_all = "swap-backed:soft-dirty=or,exclusive=respect";
  const CompareCosts costs = costsOf(s, marks_all);
  EXPECT_EQ(costs.left, Needless{});
  EXPECT_EQ(costs.in_all, (Needless{0, 1}));
  EXPECT_EQ(costsOf(with(s, STEP_SWAPOFF), marks_all).in_all, (Needless{0, 1}));
  EXPECT_EQ(costsOf(with(s, STEP_READ), marks_all).in_all, (Needless{0, 1}));
  EXPECT_EQ(costsOf(with(s, STEP_SWAPOFF), kBatchAll).in_all, Needless{});
}

// A fault for writing makes an entry soft-dirty; so it should be, as it was written.
TEST(CompareCosts, WhatIsWrittenIsRightlySoftDirty) {
  const Scenario s = with(unmapping({kWrite | ENTRY_DIRTY, kWrite}), STEP_WRITE);
  EXPECT_EQ(costsOf(s, "wrprotect").in_all, (Needless{2, 0}));
}

TEST(CompareCosts, WriteThatMigrationDoesNotBringBack) {
  const Scenario s = migrating({kWrite, kRead});
  const char* const takes_write = "migration:write=and,exclusive=respect";
  EXPECT_EQ(costsOf(s, takes_write).left, Needless{});
  EXPECT_EQ(costsOf(s, takes_write).in_all.faults, 1U) << "its entry says so";
  for (const unsigned char end : {STEP_MIGRATED, STEP_NOT_MIGRATED}) {
    EXPECT_EQ(costsOf(with(s, end), takes_write).in_all.faults, 1U);
    EXPECT_EQ(costsOf(with(with(s, end), STEP_WRITE, 0), takes_write).in_all.faults, 1U);
    EXPECT_EQ(costsOf(with(with(s, end), STEP_WRITE, 1), takes_write).in_all.faults, 1U);
    EXPECT_EQ(costsOf(with(s, end), kBatchAll).in_all, Needless{});
  }
}

// In a batch the failure comes too late to happen; one at a time it comes at the second page,
// which stays. That it faults when it is touched is no mistake.
TEST(CompareCosts, WhatIsGoneForAReasonFaultsRightly) {
  Scenario s = with(unmapping({kWrite, kWrite}, kSwapFolio), STEP_WRITE);
  s.event = EVENT_SWAP_DUPLICATE;
  s.event_at = 2;
  EXPECT_EQ(costsOf(s, kBatchAll).batches(), (BatchCount{1, 2}));
  EXPECT_EQ(costsOf(s, kBatchAll).in_all, Needless{});
}

TEST(CompareCosts, StepsThatWereNotRun) {
  const Scenario s = with(unmapping({kWrite, kWrite | ENTRY_DIRTY}), STEP_WRITE);
  const CompareCosts costs = costsOf(s, "wrprotect", false);
  EXPECT_FALSE(costs.ran_all_steps);
  EXPECT_EQ(costs.left.faults, 2U);
  CompareCosts sum = costsOf(s, "wrprotect");
  EXPECT_TRUE(sum.ran_all_steps);
  sum += costs;
  EXPECT_FALSE(sum.ran_all_steps);
  EXPECT_EQ(sum.left.faults, 4U);
}

}  // namespace
}  // namespace ptecheck
