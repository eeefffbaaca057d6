// SPDX-License-Identifier: GPL-2.0-only
#include "check/backport.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "check/finding_id.h"
#include "check/model_check.h"
#include "scenario/sanitized.h"

namespace ptecheck {
namespace {

BackportOptions small() {
  BackportOptions options;
  options.search.rules = kAllRules & ~kCostRules;
  options.search.exhaustive_pages = 2;
  options.search.deviations = {1, 1, 0};
  options.search.random_scenarios = 0;
  return options;
}

std::string words(const BackportResult& result, const ChangeSet& set) {
  std::string text;
  for (std::size_t i : set) text += (text.empty() ? "" : " + ") + result.changes[i].words;
  return text;
}

// Answers, "!" in front of those that do not hold on shadow stacks.
std::vector<std::string> answers(const BackportResult& result) {
  std::vector<std::string> list;
  for (const BackportAnswer& answer : result.answers)
    list.push_back((answer.on_shadow_stacks ? "" : "!") + words(result, answer.changes));
  return list;
}

BackportResult backport(const char* base, const BackportOptions& options = small()) {
  return findBackport(policyByName(base), options);
}

// Several tests look at it.
const BackportResult& ofV6_16() {
  static const BackportResult result = backport("v6.16");
  return result;
}

TEST(Backport, NamesTheSmallestRepairsOfV6_16) {
  EXPECT_EQ(
      answers(ofV6_16()),
      (std::vector<std::string>{
          "lazyfree: put back every entry as it was", "lazyfree: one entry at a time",
          "!lazyfree: respect write + lazyfree: respect soft-dirty",
          "lazyfree: respect soft-dirty + lazyfree: put back write-protected",
          "lazyfree: respect soft-dirty + write-protect right after clearing",
          "lazyfree: respect write + lazyfree: respect dirty + lazyfree: respect soft-dirty"}));
}

// Where there is neither soft-dirty nor a shadow stack, a bit is enough.
TEST(Backport, DependsOnTheFormat) {
  BackportOptions options = small();
  options.search.arch = archOf("loongarch");
  const BackportResult result = backport("v6.16", options);
  const std::vector<std::string> list = answers(result);
  EXPECT_NE(std::find(list.begin(), list.end(), "lazyfree: respect write"), list.end());
  for (const PolicyChange& change : result.changes)
    EXPECT_EQ(change.words.find("soft-dirty"), std::string::npos) << "there is no such bit";
}

// Each case is searched in the scenarios made for it.
TEST(Backport, OfOtherCases) {
  BackportOptions options = small();
  options.most_changes = 1;
  const BackportResult result = backport("swap-backed:soft-dirty=respect", options);
  EXPECT_NE(result.base_row.broken & ~kCostRules, 0U);
  const std::vector<std::string> list = answers(result);
  EXPECT_NE(std::find(list.begin(), list.end(), "swap-backed: one entry at a time"), list.end());
  ASSERT_FALSE(result.killed.empty());
  for (const KilledSet& killed : result.killed)
    EXPECT_EQ(parseFindingId(killed.kill.id).space.family, Family::kSwap) << killed.kill.id;
}

TEST(Backport, NothingIsToBeChangedInWhatIsGood) {
  const BackportResult result = backport("restore-each");
  EXPECT_EQ(answers(result), (std::vector<std::string>{""}));
  EXPECT_TRUE(result.killed.empty());
}

// Each set that lacks some changes of an answer has a counterexample, which kills it.
TEST(Backport, SmallerSetsHaveCounterexamples) {
  const BackportResult& result = ofV6_16();
  std::map<ChangeSet, const KilledSet*> killed;
  for (const KilledSet& one : result.killed) {
    killed[one.changes] = &one;
    const Policy policy = withChanges(result.base, result.changes, one.changes);
    const Scenario& scenario = result.examples[one.kill.example];
    EXPECT_TRUE(contains(runOnModel(scenario, policy).broken, one.kill.rule)) << policy.name;
    EXPECT_EQ((scenario.vma[0][0].flags & VMA_SHADOW_STACK) != 0, one.on_shadow_stack);
    EXPECT_FALSE(one.kill.text.empty());
    // The id names the scenario, and a policy that breaks the rule too, if it can be spelled.
    const FindingId id = parseFindingId(one.kill.id);
    if (id.row == "v6.16") continue;
    EXPECT_TRUE(contains(runOnModel(scenarioOf(id), policyByName(id.row)).broken, one.kill.rule));
  }
  std::size_t smaller = 0;
  for (const BackportAnswer& answer : result.answers)
    for (unsigned mask = 0; mask + 1 < 1U << answer.changes.size(); ++mask) {
      ChangeSet part;
      for (std::size_t i = 0; i < answer.changes.size(); ++i)
        if (mask >> i & 1) part.push_back(answer.changes[i]);
      const auto found = killed.find(part);
      const bool holds_but_there =
          answer.on_shadow_stacks && std::any_of(result.answers.begin(), result.answers.end(),
                                                 [&](const BackportAnswer& other) {
                                                   return !other.on_shadow_stacks &&
                                                          other.changes == part;
                                                 });
      ASSERT_NE(found, killed.end()) << words(result, part);
      EXPECT_TRUE(holds_but_there == found->second->on_shadow_stack) << words(result, part);
      ++smaller;
    }
  EXPECT_EQ(smaller, 1U + 1 + 3 * 3 + 7);
}

// A case is put back in one way, and of single entries nothing is respected or put back otherwise.
TEST(Backport, ChangesOfASetMakeSenseTogether) {
  const BackportResult& result = ofV6_16();
  std::size_t pairs = 0;
  for (const KilledSet& killed : result.killed) {
    std::size_t restores = 0, single = 0, of_case = 0;
    for (std::size_t i : killed.changes) {
      const PolicyChange::Kind kind = result.changes[i].kind;
      restores += kind == PolicyChange::Kind::kRestore;
      single += kind == PolicyChange::Kind::kOneEntry;
      of_case += kind != PolicyChange::Kind::kWrprotectEarly;
    }
    EXPECT_LE(restores, 1U) << words(result, killed.changes);
    EXPECT_TRUE(single == 0 || of_case == 1) << words(result, killed.changes);
    pairs += killed.changes.size() == 2;
  }
  EXPECT_GT(pairs, 10U);
}

// Trying first what killed others decides nothing.
TEST(Backport, IsExact) {
  BackportOptions options = small();
  options.most_changes = kSlow ? 2 : 3;
  const BackportResult quick = backport("v6.16", options);
  options.killers_first = false;
  const BackportResult slow = backport("v6.16", options);
  EXPECT_EQ(answers(quick), answers(slow));
  ASSERT_EQ(quick.killed.size(), slow.killed.size());
  for (std::size_t i = 0; i < quick.killed.size(); ++i)
    EXPECT_EQ(quick.killed[i].changes, slow.killed[i].changes);
  EXPECT_LT(quick.examples.size(), slow.examples.size());
}

TEST(Backport, IsTheSameAtAnyNumberOfThreads) {
  BackportOptions options = small();
  const BackportResult one = backport("v6.15", options);
  options.search.jobs = 3;
  const BackportResult three = backport("v6.15", options);
  EXPECT_EQ(answers(one), answers(three));
  ASSERT_EQ(one.killed.size(), three.killed.size());
  for (std::size_t i = 0; i < one.killed.size(); ++i)
    EXPECT_EQ(one.killed[i].kill.id, three.killed[i].kill.id);
}

TEST(Backport, TriesSetsUpToTheSizeAskedFor) {
  BackportOptions options = small();
  options.most_changes = 1;
  const BackportResult result = backport("v6.16", options);
  EXPECT_EQ(answers(result).size(), 2U);
  EXPECT_EQ(result.tried, 1 + result.changes.size());
}

// Costs count if they are asked for.
TEST(Backport, OfAllRules) {
  BackportOptions options = small();
  options.search.rules = kAllRules;
  options.most_changes = 2;
  EXPECT_EQ(answers(backport("v6.16", options)),
            (std::vector<std::string>{"lazyfree: put back every entry as it was",
                                      "lazyfree: one entry at a time"}));
}

}  // namespace
}  // namespace ptecheck
