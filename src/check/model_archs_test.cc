// SPDX-License-Identifier: GPL-2.0-only
//
// The model with the entries of every architecture: what is right one entry at a time is right
// everywhere, and large folios of arm64 come as contiguous blocks.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

#include "check/model_check.h"
#include "scenario/sanitized.h"

namespace ptecheck {
namespace {

class ModelArchs : public testing::TestWithParam<Arch> {};

// Pinned: a change of these numbers is a change of what "exhaustive" means.
TEST_P(ModelArchs, OneEntryAtATimeIsGood) {
  const std::map<std::string, std::uint64_t> scenarios = {
      {"x86_64", 1549476},     {"arm64", 397000},        {"arm64-sw", 397000},
      {"s390", 1254696},       {"powerpc", 1254696},     {"riscv", 338150},
      {"riscv-svade", 338150}, {"riscv-svrsw", 1457250}, {"loongarch", 338150}};
  SearchOptions options;
  options.arch = GetParam();
  options.exhaustive_pages = 2;
  options.random_scenarios = kSlow ? 500 : 5000;
  options.jobs = 2;
  if (kSlow) options.share = {3, 40};
  const CheckResult result =
      checkModel({policyByName("unbatched"), policyByName("v6.12")}, options);
  for (const Finding& finding : result.findings)
    ADD_FAILURE() << finding.id << ": " << finding.violations.at(0).text;
  if (!kSlow) {
    EXPECT_EQ(result.parts[0].scenarios, scenarios.at(archId(options.arch)));
  }
}

INSTANTIATE_TEST_SUITE_P(All, ModelArchs, testing::Range(Arch{0}, static_cast<Arch>(kArchs)),
                         [](const testing::TestParamInfo<Arch>& arch) {
                           std::string name = archId(arch.param);
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

// Folded and unfolded on the way, entries of arm64 keep what they had under every policy that is
// right on single entries.
TEST(ModelContiguous, BlocksBreakNoRule) {
  for (const char* arch : {"arm64", "arm64-sw"}) {
    SearchOptions options;
    options.arch = archOf(arch);
    options.exhaustive_pages = 0;
    options.random_scenarios = kSlow ? 1000 : 30000;
    options.random_pages = 128;
    options.jobs = 2;
    const CheckResult result =
        checkModel({policyByName("unbatched"), policyByName("v6.12"), policyByName("restore-each"),
                    policyByName("respect-write-softdirty")},
                   options);
    for (const Finding& finding : result.findings)
      ADD_FAILURE() << finding.id << ": " << finding.violations.at(0).text;
  }
}

// A forks and writes: what the child got is folded, and nothing of A's ever was.
TEST(ModelBlocks, BlocksOfAChildAloneAreSeenAsBlocks) {
  Scenario s{};
  s.pages = 16;
  s.processes = 1;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  s.references = 1;
  s.vma[0][0].flags = VMA_WRITE;
  for (unsigned page = 0; page < s.pages; ++page)
    s.entry[page] = ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_YOUNG;
  s.entry[4] = ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE;
  s.steps = 2;
  s.step[0] = {STEP_FORK, 0, ALL_PAGES};
  s.step[1] = {STEP_WRITE, 0, ALL_PAGES};
  const ModelRun run = runOnModel(s, policyByName("unbatched"), archOf("arm64"));
  EXPECT_EQ(run.outcome.status, STATUS_DONE);
  EXPECT_NE(run.outcome.entry[16].end & std::uint64_t{1} << 52, 0U) << "not folded";
  EXPECT_EQ(ruleNames(run.broken & ~kCostRules), "");
}

// One by one, the last of 16 entries that come back folds their block and makes the first, which a
// device had, young; a batch of the other 15 folds nothing. Neither is a mistake.
TEST(ModelBlocks, FoldingAtTheEndOfAMigrationIsNoDifference) {
  Scenario s{};
  s.pages = 16;
  s.processes = 1;
  s.operation = OPERATION_TRY_TO_MIGRATE;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED | FOLIO_SWAPBACKED;
  s.vma[0][0].flags = VMA_WRITE;
  for (unsigned page = 0; page < s.pages; ++page)
    s.entry[page] = ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_WRITE | ENTRY_YOUNG;
  s.entry[0] = ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE | ENTRY_WRITE;
  s.steps = 1;
  s.step[0] = {STEP_MIGRATED, 0, ALL_PAGES};
  const Arch arm64 = archOf("arm64");
  const ModelRun batched = runOnModel(s, policyByName("batch-all"), arm64);
  const ModelRun single = runOnModel(s, policyByName("unbatched"), arm64);
  EXPECT_NE(batched.outcome.entry[0].end, single.outcome.entry[0].end) << "nothing was folded";
  EXPECT_EQ(ruleNames(batched.broken & ~kCostRules), "");
}

}  // namespace
}  // namespace ptecheck
