// SPDX-License-Identifier: GPL-2.0-only
#include "check/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "check/families.h"
#include "check/finding_id.h"
#include "check/model_check.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

CompareOptions small(std::uint64_t samples = 300) {
  CompareOptions options;
  options.search.exhaustive_pages = 2;
  options.search.deviations = {1, 1, 0};
  options.search.random_scenarios = samples;
  return options;
}

Candidate policy(const char* name) { return {name, policyByName(name), std::nullopt}; }

Comparison compared(const std::vector<const char*>& names,
                    const CompareOptions& options = small()) {
  std::vector<Candidate> candidates;
  for (const char* name : names) candidates.push_back(policy(name));
  return compare(candidates, options);
}

constexpr unsigned kRead = ENTRY_PRESENT | ENTRY_EXCLUSIVE, kWrite = kRead | ENTRY_WRITE;

// Costs of unmapping a lazyfree folio with these entries.
CompareCosts costsOf(const std::vector<unsigned>& entries, const char* name) {
  Scenario s{};
  s.pages = static_cast<unsigned short>(entries.size());
  s.processes = 1;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  s.vma[0][0].flags = VMA_WRITE;
  std::copy(entries.begin(), entries.end(), s.entry);
  CompareCosts costs;
  CostMeter(kX86).add(s, runOnModel(s, policyByName(name)).outcome,
                      runOnModel(s, policyByName("unbatched")).outcome, costs);
  return costs;
}

TEST(Compare, BreaksTheSameRulesAsACheck) {
  const Comparison comparison = compared({"v6.16", "unbatched", "wrprotect"}, small(0));
  ASSERT_TRUE(comparison.exhaustive);
  EXPECT_FALSE(comparison.mix);
  SearchOptions search = small(0).search;
  const CheckResult check = checkModel(
      {policyByName("v6.16"), policyByName("unbatched"), policyByName("wrprotect")}, search);
  ASSERT_EQ(comparison.exhaustive->check.rows.size(), 3U);
  EXPECT_EQ(comparison.exhaustive->check.parts[0].scenarios, check.parts[0].scenarios);
  for (std::size_t row = 0; row < 3; ++row) {
    const Row& ours = comparison.exhaustive->check.rows[row];
    EXPECT_EQ(ours.name, check.rows[row].name);
    EXPECT_EQ(ours.broken, check.rows[row].broken);
    EXPECT_EQ(ours.broken_elsewhere, check.rows[row].broken_elsewhere);
    EXPECT_EQ(ours.count, check.rows[row].count);
    const CompareCosts& costs = comparison.exhaustive->costs[row];
    EXPECT_EQ(costs.batches().batches, check.rows[row].price.batches);
    EXPECT_EQ(costs.left.faults, check.rows[row].price.extra_faults);
    EXPECT_EQ(costs.flushes, check.rows[row].price.flushed);
  }
}

// Its counts over several families are those of a check of each.
TEST(Compare, AddsFamiliesUp) {
  CompareOptions options = small(0);
  options.families = familiesOf({policy("batch-all"), policy("v7.0")});
  ASSERT_EQ(options.families, (std::vector<Family>{Family::kReclaim, Family::kSwap, Family::kFile,
                                                   Family::kMigration}));
  const Comparison comparison = compared({"batch-all", "v7.0-rc-file"}, options);
  const CheckResult check = checkFamilies({policyByName("batch-all"), policyByName("v7.0-rc-file")},
                                          options.search, options.families);
  ASSERT_EQ(comparison.exhaustive->check.parts.size(), check.parts.size());
  for (std::size_t i = 0; i < check.parts.size(); ++i) {
    EXPECT_EQ(comparison.exhaustive->check.parts[i].space.family, options.families[i]);
    EXPECT_EQ(comparison.exhaustive->check.parts[i].scenarios, check.parts[i].scenarios);
  }
  for (std::size_t row = 0; row < 2; ++row) {
    EXPECT_EQ(comparison.exhaustive->check.rows[row].count, check.rows[row].count);
    EXPECT_EQ(comparison.exhaustive->costs[row].batches().entries,
              check.rows[row].price.batched_entries);
  }
}

TEST(Compare, FindingsReplay) {
  const Comparison comparison = compared({"v6.16"});
  ASSERT_FALSE(comparison.exhaustive->check.findings.empty());
  for (const Finding& finding : comparison.exhaustive->check.findings) {
    const Scenario scenario = scenarioOf(parseFindingId(finding.id));
    EXPECT_TRUE(contains(runOnModel(scenario, policyByName("v6.16")).broken, finding.rule))
        << finding.id;
  }
  ASSERT_FALSE(comparison.mix->check.findings.empty());
  for (const Finding& finding : comparison.mix->check.findings) {
    EXPECT_EQ(finding.id, "");
    EXPECT_TRUE(contains(runOnModel(finding.scenario, policyByName("v6.16")).broken, finding.rule));
  }
}

TEST(Compare, IsTheSameAtAnyNumberOfThreads) {
  CompareOptions options = small(3000);
  const Comparison one = compared({"v6.16", "wrprotect"}, options);
  options.search.jobs = 3;
  const Comparison three = compared({"v6.16", "wrprotect"}, options);
  for (auto part : {&Comparison::exhaustive, &Comparison::mix}) {
    EXPECT_EQ((one.*part)->costs, (three.*part)->costs);
    EXPECT_EQ((one.*part)->freed, (three.*part)->freed);
    const std::vector<Finding>& a = (one.*part)->check.findings;
    const std::vector<Finding>& b = (three.*part)->check.findings;
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].id, b[i].id);
      EXPECT_EQ(std::memcmp(&a[i].scenario, &b[i].scenario, sizeof(Scenario)), 0);
    }
  }
}

TEST(Compare, TheMixDecidesWhatIsDrawn) {
  CompareOptions options = small(200);
  options.search.exhaustive_pages = 0;
  options.mix = parseMix(
      "pages 16 = 1\nmapped all = 1\nrun 16 = 1\nprocesses one = 1\nfolio lazyfree = 1\n"
      "vma untracked = 1\nwork unmap = 1",
      "test");
  const Comparison comparison = compared({"unbatched", "respect-write-softdirty"}, options);
  EXPECT_FALSE(comparison.exhaustive);
  EXPECT_EQ(comparison.mix->check.parts[0].scenarios, 200U);
  EXPECT_EQ(comparison.mix->costs[1].batches, 200U);
  EXPECT_EQ(comparison.mix->costs[1].batched_entries, 3200U);
  EXPECT_EQ(comparison.mix->costs[1].most_batches, 1U);
  EXPECT_EQ(comparison.mix->costs[0].kept, 0U);
  EXPECT_GT(comparison.mix->freed, 1000U);
}

TEST(CompareCosts, OfAFolioThatIsDropped) {
  const std::vector<unsigned> clean(4, kWrite);
  const CompareCosts batched = costsOf(clean, "v6.16"), single = costsOf(clean, "unbatched");
  EXPECT_EQ(batched.batches, 1U);
  EXPECT_EQ(batched.visited, 8U);          // four found or scanned, four cleared
  EXPECT_EQ(batched.atomics, 4U + 4 + 2);  // exchanges, _mapcount; _large_mapcount, _refcount
  EXPECT_EQ(single.batches, 4U);
  EXPECT_EQ(single.visited, 8U);
  EXPECT_EQ(single.atomics, 4U + 4 + 4 * 2);
  EXPECT_EQ(batched.kept + single.kept + batched.extra_faults, 0U);
}

TEST(CompareCosts, OfEntriesThatAreEmptyWhenTheWalkComesBy) {
  const CompareCosts costs = costsOf({kWrite, kWrite, kWrite, kRead}, "respect-write");
  EXPECT_EQ(costs.batches, 2U);
  EXPECT_EQ(costs.visited, 8U + 2);  // of the batch of three, two are passed over
  EXPECT_EQ(costs.atomics, 4U + 4 + 2 * 2);
  EXPECT_EQ(costs.most_batches, 2U);
}

TEST(CompareCosts, OfWhatIsPutBack) {
  // The second is dirty: one at a time the first is dropped, in a batch both stay.
  const std::vector<unsigned> dirty = {kWrite, kWrite | ENTRY_DIRTY};
  const CompareCosts batched = costsOf(dirty, "v6.16"), single = costsOf(dirty, "unbatched");
  EXPECT_EQ(batched.kept, 1U);
  EXPECT_EQ(batched.visited, 2U * 2 + 2);  // and both are written back
  EXPECT_EQ(batched.atomics, 2U);          // exchanges alone
  EXPECT_EQ(single.kept, 0U);
  EXPECT_EQ(single.visited, 2U * 2 + 1);
  EXPECT_EQ(single.atomics, 2U + 1 + 2);
  EXPECT_EQ(batched.spurious_soft_dirty, 2U);
  EXPECT_EQ(costsOf(dirty, "wrprotect").extra_faults, 2U);
}

TEST(CompareCosts, OfASmallFolio) { EXPECT_EQ(costsOf({kWrite}, "v6.16").atomics, 3U); }

// The tree's own code of a version, and the policy of that version, cost and break the same; a tree
// does not tell its batches.
TEST(TreeCompare, ATreeAndItsPolicyAreEqual) {
  Candidate tree;
  tree.name = "linux";
  tree.tree.emplace().tree = getKernelSource("6.12", {});
  const Comparison comparison = compare({policy("v6.12"), tree}, small(100));
  EXPECT_EQ(comparison.skipped, 0U);
  for (auto part : {&Comparison::exhaustive, &Comparison::mix}) {
    const ComparedPart& compared = *(comparison.*part);
    EXPECT_GT(compared.check.parts[0].scenarios, 90U);
    EXPECT_EQ(compared.check.rows[1].count, compared.check.rows[0].count);
    EXPECT_EQ(compared.costs[1].flushes, compared.costs[0].flushes);
    EXPECT_EQ(compared.costs[1].kept, compared.costs[0].kept);
    EXPECT_EQ(compared.costs[1].extra_faults, compared.costs[0].extra_faults);
    EXPECT_EQ(compared.costs[1].spurious_soft_dirty, compared.costs[0].spurious_soft_dirty);
    EXPECT_EQ(compared.costs[1].batches, 0U);
    EXPECT_GT(compared.costs[0].batches, 0U);
  }
}

}  // namespace
}  // namespace ptecheck
