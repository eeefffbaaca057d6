// SPDX-License-Identifier: GPL-2.0-only
//
// The check of the model, whole: pinned counts, equality at any number of threads, verdicts on
// every policy, and a mutant for every rule.
#include "check/model_check.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "check/families.h"
#include "check/finding_id.h"
#include "check/search.h"
#include "mm/machine.h"
#include "mm/mutant.h"
#include "pte/x86_64.h"
#include "scenario/error.h"
#include "scenario/legal.h"
#include "scenario/sanitized.h"
#include "spec/judge.h"

namespace ptecheck {
namespace {

// Up to two pages; under a sanitizer every 40th situation of it.
SearchOptions smallSearch() {
  SearchOptions options;
  options.exhaustive_pages = 2;
  options.random_scenarios = 0;
  options.jobs = 2;
  if (kSlow) options.share = {3, 40};
  return options;
}

std::vector<Policy> allPolicies() { return {policies().begin(), policies().end()}; }

RuleSet serious(RuleSet rules) { return rules & ~kCostRules; }

RuleSet rulesNamed(std::initializer_list<Rule> rules) {
  RuleSet set = 0;
  for (Rule rule : rules) set |= ruleBit(rule);
  return set;
}

// Every case is batched, and no rule is broken, not even one of cost: x86-64, where pte_mkdirty()
// marks soft-dirty and a shadow stack is write=0, dirty=1; arm64, which has blocks.
TEST(ModelCheck, OurBatchingOfEveryCaseBreaksNothing) {
  for (Arch arch : {kX86, archOf("arm64")}) {
    SearchOptions options = smallSearch();
    options.arch = arch;
    options.deviations = {1, 1, 0};
    options.random_scenarios = kSlow ? 200 : 2000;
    const CheckResult result = checkFamilies({policyByName("batch-all")}, options, allFamilies());
    EXPECT_EQ(ruleNames(result.rows[0].broken), "") << archName(arch);
    EXPECT_GT(result.rows[0].price.batched_entries, result.rows[0].price.batches);
  }
}

// What respect-write-softdirty breaks, it breaks on shadow stacks alone.
TEST(ModelCheck, TheMergedRepairFailsOnShadowStacksOnly) {
  const CheckResult result =
      checkModel({policyByName("respect-write-softdirty"), policyByName("v6.16")}, smallSearch());
  EXPECT_EQ(ruleNames(serious(result.rows[0].broken_elsewhere)), "");
  if (kSlow) return;  // a share of the space need not hold an example
  EXPECT_NE(serious(result.rows[0].broken), 0U);
  EXPECT_TRUE(contains(result.rows[1].broken_elsewhere, Rule::kWriteGained));
}

// What the whole search must find for each policy, cost aside. The shadow-stack entries that
// FPB_RESPECT_WRITE does not see (write=0, dirty=1, and the dirty bit is normalised away) are why
// the two respect-write policies are not empty.
const std::map<std::string, RuleSet>& expectedVerdicts() {
  using enum Rule;
  static const std::map<std::string, RuleSet> verdicts = {
      {"unbatched", 0},
      {"v6.12", 0},
      {"v6.15", rulesNamed({kWriteGained, kBatchBounds, kDiffers, kSoftDirtyLost, kContents})},
      {"v6.16", rulesNamed({kWriteGained, kDiffers, kSoftDirtyLost, kContents})},
      {"wrprotect", rulesNamed({kDiffers, kSoftDirtyLost})},
      {"wrprotect-early", rulesNamed({kDiffers, kSoftDirtyLost})},
      {"respect-write", rulesNamed({kWriteGained, kDiffers, kSoftDirtyLost, kContents})},
      {"respect-write-softdirty", rulesNamed({kWriteGained, kDiffers, kContents})},
      {"merge-write", rulesNamed({kWriteGained, kDiffers, kSoftDirtyLost, kContents})},
      {"merge-write-safe-restore", rulesNamed({kDiffers, kSoftDirtyLost})},
      {"restore-each", 0},
      // These do more than the others in families beside reclaim; here, only with swap-backed
      // folios.
      {"v7.0", rulesNamed({kWriteGained, kDiffers, kContents})},
      {"v7.0-rc-file", rulesNamed({kWriteGained, kDiffers, kContents})},
      {"anon-rfc", rulesNamed({kWriteGained, kDiffers, kSoftDirtyLost, kContents})},
      {"anon-2026", rulesNamed({kWriteGained, kDiffers, kContents})},
      {"batch-all", 0},
  };
  return verdicts;
}

std::string fingerprint(const CheckResult& result) {
  std::string text;
  for (const Part& part : result.parts) text += std::to_string(part.scenarios) + "\n";
  for (const Row& row : result.rows) {
    text += row.name;
    for (std::uint64_t count : row.count) text += " " + std::to_string(count);
    text += " " + std::to_string(row.price.batched_entries) + " " +
            std::to_string(row.price.extra_faults) + "\n";
  }
  for (const Finding& finding : result.findings) text += finding.id + "\n";
  return text;
}

// Pinned: a change of this number is a change of what "exhaustive" means.
TEST(ModelCheck, TheWholeSpaceUpToFourPages) {
  SearchOptions options;
  options.random_scenarios = 0;
  options.jobs = 2;
  if (kSlow) options.share = {0, 50};
  const CheckResult result = checkModel({policyByName("unbatched")}, options);
  ASSERT_EQ(result.parts.size(), 1U);
  if (!kSlow) {
    EXPECT_EQ(result.parts[0].scenarios, 3809438U);
  }
  EXPECT_EQ(result.parts[0].situations, 2286U);
  EXPECT_TRUE(result.findings.empty());
}

// Exactly the expected rules; of a share of the space (under a sanitizer), no others.
void expectVerdicts(const CheckResult& result) {
  for (const Row& row : result.rows) {
    const RuleSet expected = expectedVerdicts().at(row.name);
    if (kSlow)
      EXPECT_EQ(serious(row.broken) & ~expected, 0U) << row.name << ": " << ruleNames(row.broken);
    else
      EXPECT_EQ(ruleNames(serious(row.broken)), ruleNames(expected)) << row.name;
  }
}

TEST(ModelCheck, VerdictsOfAllPolicies) {
  const CheckResult result = checkModel(allPolicies(), smallSearch());
  ASSERT_EQ(result.rows.size(), expectedVerdicts().size());
  expectVerdicts(result);
}

TEST(ModelCheck, SeededSearchFindsWhatTheExhaustiveOneFinds) {
  SearchOptions options;
  options.exhaustive_pages = 0;
  options.random_scenarios = kSlow ? 2000 : 1500000;
  options.random_pages = 8;
  options.jobs = 2;
  const CheckResult result = checkModel(allPolicies(), options);
  expectVerdicts(result);
}

TEST(ModelCheck, SameResultAtAnyNumberOfThreads) {
  SearchOptions options = smallSearch();
  options.random_scenarios = 1000;
  options.share = {1, 30};
  std::set<std::string> results;
  for (unsigned jobs : {1U, 2U, 3U}) {
    options.jobs = jobs;
    results.insert(fingerprint(checkModel(allPolicies(), options)));
  }
  EXPECT_EQ(results.size(), 1U);
}

TEST(ModelCheck, SharesAddUpToTheWhole) {
  SearchOptions options = smallSearch();
  options.exhaustive_pages = 1;
  options.random_scenarios = 2000;
  options.share = {};
  const std::vector<Policy> policy = {policyByName("v6.16")};
  const CheckResult whole = checkModel(policy, options);
  std::array<std::uint64_t, kRules> count{};
  std::vector<std::uint64_t> scenarios(2);
  for (std::size_t index = 0; index < 3; ++index) {
    options.share = {index, 3};
    const CheckResult part = checkModel(policy, options);
    for (std::size_t rule = 0; rule < kRules; ++rule) count[rule] += part.rows[0].count[rule];
    for (std::size_t i = 0; i < 2; ++i) scenarios[i] += part.parts[i].scenarios;
  }
  EXPECT_EQ(count, whole.rows[0].count);
  EXPECT_EQ(scenarios[0], whole.parts[0].scenarios);
  EXPECT_EQ(scenarios[1], whole.parts[1].scenarios);
}

TEST(ModelCheck, FindingsReplayAndAreShrunk) {
  SearchOptions options = smallSearch();
  options.random_scenarios = 500;
  if (kSlow) options.share = {0, 20};
  const CheckResult result =
      checkModel({policyByName("v6.15"), policyByName("wrprotect")}, options);
  ASSERT_FALSE(result.findings.empty());
  for (const Finding& finding : result.findings) {
    const FindingId id = parseFindingId(finding.id);
    EXPECT_EQ(formatFindingId(id), finding.id);
    const Scenario scenario = scenarioOf(id);
    EXPECT_EQ(whyIllegal(scenario), "");
    const ModelRun run = runOnModel(scenario, policyByName(id.row));
    EXPECT_TRUE(contains(run.broken, finding.rule)) << finding.id;
    ASSERT_FALSE(finding.violations.empty());
    EXPECT_EQ(finding.violations[0].rule, finding.rule) << finding.id;
    EXPECT_LE(scenario.pages, 2) << finding.id << " is not the smallest";
  }
}

// The reduction that shares references between policies, against the references as they are.
TEST(ModelCheck, SharedReferencesGiveTheSameVerdict) {
  using Format = X86_64<>;
  SearchOptions options = smallSearch();
  options.random_scenarios = 2000;
  options.random_pages = 32;
  options.share = {1, kSlow ? 200U : 20U};
  auto machine = std::make_unique<Machine<Format>>();
  auto batched = std::make_unique<Outcome>();
  auto one_by_one = std::make_unique<Outcome>();
  Scenario scenario;
  for (const Policy& policy : policies()) {
    const Search search(options);
    std::uint64_t differing = 0;
    for (std::size_t unit = options.share.index; unit < search.units(); unit += options.share.count)
      search.forEach(unit, scenario, [&](const Scenario& s, auto) {
        machine->run(s, policy, *batched);
        machine->run(s, policy.reference(), *one_by_one);
        differing += differs<Format>(s, *batched, *one_by_one) != 0;
      });
    const CheckResult result = checkModel({policy}, options);
    EXPECT_EQ(result.rows[0].count[static_cast<std::size_t>(Rule::kDiffers)], differing)
        << policy.name;
  }
}

TEST(Mutants, EachRuleHasOneThatOnlyItCatches) {
  RuleSet covered = 0;
  for (const MutantInfo& info : mutants())
    if (info.alone) covered |= ruleBit(*findRule(info.rule));
  EXPECT_EQ(ruleNames(kScenarioRules & ~covered), "");
}

#if !defined(PTECHECK_SANITIZED)
// Everything up to two pages, and samples up to eight; one mutant, one test.
class MutantTest : public testing::TestWithParam<MutantInfo> {};

// Of family reclaim; case_mutants_test.cc has the others.
std::vector<MutantInfo> reclaimMutants() {
  std::vector<MutantInfo> infos;
  for (const MutantInfo& info : mutants())
    if (info.family == Family::kReclaim) infos.push_back(info);
  return infos;
}

TEST_P(MutantTest, IsFoundByItsRule) {
  const MutantInfo& info = GetParam();
  SearchOptions options = smallSearch();
  options.random_scenarios = 20000;  // some need a second batch
  options.random_pages = 8;
  if (info.needs_blocks) {
    options.arch = archOf("arm64");
    options.random_pages = 64;
  }
  const CheckResult result = checkModel({*findPolicy(info.base), policyOf(info)}, options);
  const RuleSet added = result.rows[1].broken & ~result.rows[0].broken;
  const Rule rule = *findRule(info.rule);
  EXPECT_TRUE(contains(result.rows[1].broken, rule)) << ruleNames(result.rows[1].broken);
  const auto count = [&](std::size_t row) {
    return result.rows[row].count[static_cast<std::size_t>(rule)];
  };
  EXPECT_GT(count(1), count(0));
  if (info.alone) {
    EXPECT_EQ(ruleNames(serious(added) & ~ruleBit(rule)), "");
  }
}

INSTANTIATE_TEST_SUITE_P(All, MutantTest, testing::ValuesIn(reclaimMutants()),
                         [](const testing::TestParamInfo<MutantInfo>& mutant) {
                           std::string name(mutant.param.name);
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });
#endif

TEST(FindingId, RejectsWhatItCannotMean) {
  for (const char* bad : {"", "e1", "e1/v6.16", "x1/v6.16/0", "e/v6.16/0", "e9/v6.16/0",
                          "e1.1/v6.16/0", "e1.1.2.99/v6.16/0", "r1.1.1.1/v6.16/0", "e1//0",
                          "e1/v6.16/", "e1/v6.16/1z", "e1/v6.16/A", "e1/v6.16/9"}) {
    EXPECT_THROW(scenarioOf(parseFindingId(bad)), Error) << bad;
  }
  // Right in form, and no scenario: nothing is mapped.
  EXPECT_THROW(scenarioOf(parseFindingId("e1/v6.16/0")), Error);
  EXPECT_THROW(policyByName("v6.17"), Error);
  EXPECT_EQ(policyByName("v6.16+pin-ignored").name, "v6.16+pin-ignored");
}

}  // namespace
}  // namespace ptecheck
