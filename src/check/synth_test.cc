// SPDX-License-Identifier: GPL-2.0-only
//
// The reductions of synth, each against doing everything; and what is known to be correct or not.
#include "check/synth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "check/arch_rules.h"
#include "check/family_cases.h"
#include "check/finding_id.h"
#include "check/model_check.h"
#include "check/search.h"
#include "check/sieve.h"
#include "check/synth_space.h"
#include "mm/policy_words.h"
#include "scenario/sanitized.h"
#include "subject/model.h"

namespace ptecheck {
namespace {

Policy policyOfBatching(Case which, const Batching& batching) {
  return *policyOfWords(batchingWords(which, batching));
}

SearchOptions tiny(Family family) {
  SearchOptions options;
  options.family = family;
  options.exhaustive_pages = 2;
  options.deviations = {0, 0, 0};
  options.random_scenarios = 0;
  options.jobs = 2;
  return options;
}

TEST(SynthSpace, ClassesArePinned) {
  const Abilities all = abilitiesOf(kX86);
  EXPECT_EQ(allBatchings().size(), 16384U);
  EXPECT_EQ(representatives(Case::kLazyfree, all).size(), 2432U);
  EXPECT_EQ(representatives(Case::kFile, all).size(), 256U);
  Abilities none;
  none.soft_dirty = none.uffd_wp = false;
  EXPECT_LT(representatives(Case::kLazyfree, none).size(), 400U);
}

TEST(SynthSpace, EveryBatchingHasARepresentative) {
  const Abilities all = abilitiesOf(kX86);
  for (unsigned c = 0; c < kCases; ++c) {
    const Case which = static_cast<Case>(c);
    const std::vector<Batching> classes = representatives(which, all);
    for (const Batching& batching : allBatchings()) {
      const Batching one = representative(which, batching, all);
      EXPECT_EQ(representative(which, one, all), one);
      EXPECT_TRUE(std::binary_search(classes.begin(), classes.end(), one, morePermissive));
    }
  }
}

TEST(SynthSpace, WeakerNeighboursAskForLess) {
  const Abilities all = abilitiesOf(kX86);
  for (const Batching& batching : representatives(Case::kSwapBacked, all))
    for (const Batching& weaker : weakerNeighbours(Case::kSwapBacked, batching, all))
      EXPECT_TRUE(morePermissive(weaker, batching))
          << batchingWords(Case::kSwapBacked, weaker) << " "
          << batchingWords(Case::kSwapBacked, batching);
}

// The members of a class do the same: the same rules are broken in every scenario, and the same is
// paid.
TEST(SynthTwin, MembersOfAClassDoTheSame) {
  for (unsigned c = 0; c < kCases; ++c) {
    const Case which = static_cast<Case>(c);
    const Search search(tiny(familyOf(which)));
    const Abilities abilities = abilitiesOf(kX86);
    const ArchRules& rules = archRules(kX86);
    const std::unique_ptr<Model> model = makeModel(kX86);
    const auto scenario = std::make_unique<Scenario>();
    const auto a = std::make_unique<Outcome>(), b = std::make_unique<Outcome>();
    std::size_t number = 0, compared = 0;
    const std::vector<Batching> all = allBatchings();
    for (std::size_t unit = 0; unit < search.units(); ++unit)
      search.forEach(unit, *scenario, [&](const Scenario& s, auto) {
        if (s.pages != 2) return;
        // Another part of all batchings in each scenario.
        for (std::size_t i = number++ % 61; i < all.size(); i += kSlow ? 6100 : 61) {
          const Batching one = representative(which, all[i], abilities);
          if (one == all[i]) continue;
          model->run(s, policyOfBatching(which, all[i]), *a);
          model->run(s, policyOfBatching(which, one), *b);
          ++compared;
          ASSERT_EQ(rules.judge(s, *a), rules.judge(s, *b)) << batchingWords(which, all[i]);
          ASSERT_EQ(a->batches, b->batches) << batchingWords(which, all[i]);
          for (unsigned e = 0; e < s.pages * s.processes; ++e) {
            ASSERT_EQ(a->entry[e].after, b->entry[e].after) << batchingWords(which, all[i]);
            ASSERT_EQ(a->entry[e].end, b->entry[e].end) << batchingWords(which, all[i]);
          }
        }
      });
    // (Of migration everything is used, so that every class has one member.)
    const bool classes = representatives(which, abilities).size() < all.size();
    EXPECT_EQ(compared > 100, classes) << caseName(which);
  }
}

// No shortcut of the sieve changes anything: who runs on to the end breaks the same rule first,
// nobody who would survive is given up, and who does not run by himself comes to the same price.
void expectShortcutsChangeNothing(Case which, Arch arch, std::size_t every) {
  std::vector<Policy> policies;
  const std::vector<Batching> all = representatives(which, abilitiesOf(arch));
  for (std::size_t i = 0; i < all.size(); i += every)
    policies.push_back(policyOfBatching(which, all[i]));
  policies.push_back(policyOfBatching(which, all.back()));  // respects everything
  SieveOptions options{tiny(familyOf(which))};
  options.search.arch = arch;
  const SieveResult quick = sieve(policies, options);
  options.shortcuts = false;
  const SieveResult whole = sieve(policies, options);
  EXPECT_EQ(quick.scenarios, whole.scenarios);
  std::size_t dead = 0;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const Sieved &a = quick.policies[i], &b = whole.policies[i];
    ASSERT_EQ(a.death.has_value(), b.death.has_value()) << policies[i].name;
    if (a.death) {
      ++dead;
      EXPECT_EQ(a.death->choices, b.death->choices) << policies[i].name;
      EXPECT_EQ(a.death->rule, b.death->rule) << policies[i].name;
    } else {
      EXPECT_EQ(a.price.scenarios, b.price.scenarios) << policies[i].name;
      EXPECT_EQ(a.price.batches, b.price.batches) << policies[i].name;
      EXPECT_EQ(a.price.batched_entries, b.price.batched_entries) << policies[i].name;
      EXPECT_EQ(a.price.extra_faults, b.price.extra_faults) << policies[i].name;
      EXPECT_EQ(a.price.spurious_soft_dirty, b.price.spurious_soft_dirty) << policies[i].name;
      EXPECT_EQ(a.price.flushed, b.price.flushed) << policies[i].name;
    }
  }
  // (Of files, every batch is right where nothing rare happens.)
  EXPECT_EQ(dead > 0, which != Case::kFile);
  EXPECT_LT(dead, policies.size());
}

TEST(SynthTwin, ShortcutsOfTheSieveChangeNothing) {
  for (unsigned c = 0; c < kCases; ++c)
    for (Arch arch = 0; arch < kArchs; ++arch) {
      if (kSlow && (arch != kX86 || c > 1)) continue;
      const Case which = static_cast<Case>(c);
      SCOPED_TRACE(std::string(caseName(which)) + " on " + archId(arch));
      // A prime, so that every treatment of every bit comes up; migration has far more classes.
      const std::size_t every = which == Case::kMigration || which == Case::kMigrationBack ? 37 : 7;
      expectShortcutsChangeNothing(which, arch, kSlow ? every * 11 : every);
    }
}

SynthOptions quick(Case which) {
  SynthOptions options;
  options.which = which;
  options.core_pages = 2;
  options.core_deviations = {0, 0, 0};
  options.confirm = false;
  options.jobs = 2;
  return options;
}

// Every batching by itself, without classes and giving up, over a small core: the same frontier.
TEST(SynthTwin, TheFrontierIsThatOfTryingEverything) {
  const SynthOptions options = quick(Case::kFile);
  const SynthResult result = synthesize(options);
  std::vector<Policy> policies;
  for (const Batching& batching : allBatchings())
    if (batching.restore == Restore::kFirst)  // a file batch is never put back
      policies.push_back(policyOfBatching(Case::kFile, batching));
  if (kSlow) return;  // 4,096 policies to the end
  SieveOptions sieve_options{tiny(Family::kFile)};
  sieve_options.shortcuts = false;
  const SieveResult everything = sieve(policies, sieve_options);
  // Nobody who survives beats what is shown.
  ASSERT_FALSE(result.frontier.empty());
  std::uint64_t survivors = 0;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const Sieved& one = everything.policies[i];
    if (one.death) continue;
    ++survivors;
    const bool matched_or_beaten =
        std::any_of(result.frontier.begin(), result.frontier.end(), [&](const FrontierPoint& p) {
          return p.price.entries * one.price.batches >=
                     one.price.batched_entries * p.price.batches &&
                 p.price.cost() <= one.price.extra_faults + one.price.spurious_soft_dirty;
        });
    EXPECT_TRUE(matched_or_beaten) << policies[i].name;
  }
  EXPECT_GT(survivors, 0U);
}

// All that synth says, in a line.
std::string told(const SynthResult& result) {
  std::string all = std::to_string(result.scenarios) + " " + std::to_string(result.correct);
  for (const FrontierPoint& point : result.frontier) {
    all += "\n" + batchingWords(result.options.which, point.batching);
    for (std::uint64_t number : {point.price.batches, point.price.entries, point.price.extra_faults,
                                 point.price.spurious_soft_dirty, point.others})
      all += " " + std::to_string(number);
    for (const WeakerNeighbour& weaker : point.weaker)
      all += "\n  " + batchingWords(result.options.which, weaker.batching) + " " +
             (weaker.killed_by ? weaker.killed_by->id : std::to_string(weaker.price.batches));
  }
  return all;
}

// The sample that kills most batchings first changes nothing either, down to the counterexamples.
TEST(SynthTwin, ShortcutsOfTheSearchChangeNothing) {
  for (Case which : {Case::kLazyfree, Case::kSwapBacked, Case::kFile})
    for (Arch arch : {Arch{kX86}, archOf("s390")}) {
      if (kSlow && (which != Case::kFile || arch != kX86)) continue;
      SynthOptions options = quick(which);
      options.arch = arch;
      const std::string with = told(synthesize(options));
      options.shortcuts = false;
      EXPECT_EQ(with, told(synthesize(options))) << caseName(which) << " on " << archId(arch);
    }
}

TEST(Synth, LazyfreeBatchesMustKeepWriteAndSoftDirtyApart) {
  const SynthResult result = synthesize(quick(Case::kLazyfree));
  ASSERT_GE(result.frontier.size(), 2U);
  // Who remembers every entry need respect nothing.
  const FrontierPoint& widest = result.frontier.front();
  EXPECT_EQ(widest.batching.restore, Restore::kEach);
  EXPECT_EQ(widest.batching.write, Treat::kFirst);
  EXPECT_EQ(widest.batching.soft_dirty, Treat::kFirst);
  // Who does not must respect soft-dirty, and keep write from spreading.
  for (const FrontierPoint& point : result.frontier) {
    if (point.price.remembers) continue;
    EXPECT_EQ(point.batching.soft_dirty, Treat::kRespect);
    EXPECT_NE(point.batching.write, Treat::kOr);
  }
}

// Each neighbour's counterexample, replayed, breaks the rule it is said to break.
TEST(Synth, CounterexamplesCanBeReplayed) {
  const SynthResult result = synthesize(quick(Case::kLazyfree));
  std::size_t replayed = 0;
  for (const FrontierPoint& point : result.frontier)
    for (const WeakerNeighbour& weaker : point.weaker) {
      if (!weaker.killed_by) continue;
      const FindingId id = parseFindingId(weaker.killed_by->id);
      const ModelRun run = runOnModel(scenarioOf(id), policyByName(id.row), id.arch);
      EXPECT_TRUE(contains(run.broken, weaker.killed_by->rule)) << weaker.killed_by->id;
      ++replayed;
    }
  EXPECT_GT(replayed, 3U);
}

TEST(Synth, IsTheSameAtAnyNumberOfThreads) {
  std::set<std::string> words;
  for (unsigned jobs : {1U, 2U, 3U}) {
    SynthOptions options = quick(Case::kLazyfree);
    options.jobs = jobs;
    words.insert(told(synthesize(options)));
  }
  EXPECT_EQ(words.size(), 1U);
}

}  // namespace
}  // namespace ptecheck
