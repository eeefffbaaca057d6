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

const BatchLengths& lengthsOf(const ComparedPart& part, std::size_t row, Case which) {
  return part.costs[row].lengths[static_cast<unsigned>(which)];
}

// Cases add up to what a check counts of the family that is made for them, and a migration's end is
// told from its start, which is not batched here.
TEST(Compare, TellsCasesApart) {
  CompareOptions options = small(0);
  options.families = {Family::kSwap, Family::kMigration};
  const char* const batches_back = "migration-back:restore=each";
  const Comparison comparison = compared({"batch-all", batches_back}, options);
  const ComparedPart& part = *comparison.exhaustive;
  const std::vector<Policy> policies = {policyByName("batch-all"), policyByName(batches_back)};
  SearchOptions search = options.search;
  search.family = Family::kSwap;
  const CheckResult swap = checkModel(policies, search);
  search.family = Family::kMigration;
  const CheckResult migration = checkModel(policies, search);
  for (std::size_t row = 0; row < 2; ++row) {
    const BatchCount swapped = lengthsOf(part, row, Case::kSwapBacked).sum,
                     there = lengthsOf(part, row, Case::kMigration).sum,
                     back = lengthsOf(part, row, Case::kMigrationBack).sum;
    EXPECT_EQ(swapped.batches, swap.rows[row].price.batches);
    EXPECT_EQ(swapped.entries, swap.rows[row].price.batched_entries);
    EXPECT_EQ(there.batches + back.batches, migration.rows[row].price.batches);
    EXPECT_EQ(there.entries + back.entries, migration.rows[row].price.batched_entries);
    EXPECT_GT(back.entries, back.batches);
    EXPECT_EQ(lengthsOf(part, row, Case::kLazyfree), BatchLengths{});
    EXPECT_EQ(lengthsOf(part, row, Case::kFile), BatchLengths{});
  }
  EXPECT_FALSE(lengthsOf(part, 0, Case::kMigration).oneByOne());
  EXPECT_TRUE(lengthsOf(part, 1, Case::kMigration).oneByOne());
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
  EXPECT_EQ(comparison.mix->costs[1].batches(), (BatchCount{200, 3200}));
  EXPECT_EQ(lengthsOf(*comparison.mix, 1, Case::kLazyfree).shortest, (BatchCount{1, 16}));
  EXPECT_EQ(lengthsOf(*comparison.mix, 0, Case::kLazyfree).most.batches, 16U);
  EXPECT_EQ(comparison.mix->costs[0].kept, 0U);
  EXPECT_GT(comparison.mix->freed, 1000U);
}

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
    EXPECT_EQ(compared.costs[1].left, compared.costs[0].left);
    EXPECT_EQ(compared.costs[1].batches().batches, 0U);
    EXPECT_GT(compared.costs[0].batches().batches, 0U);
    EXPECT_TRUE(compared.costs[0].ran_all_steps);
    EXPECT_FALSE(compared.costs[1].ran_all_steps) << "an agent handles no fault of a write";
  }
}

}  // namespace
}  // namespace ptecheck
