// SPDX-License-Identifier: GPL-2.0-only
#include "check/concurrent.h"

#include <gtest/gtest.h>

#include <string>

#include "explore/interleaving.h"
#include "explore/reference_search.h"
#include "scenario/error.h"

namespace ptecheck {
namespace {

ConcurrentOptions options(Arch arch = kX86, unsigned actors = 2) {
  ConcurrentOptions options;
  options.arch = arch;
  options.policy = *findPolicy("v6.12");
  options.actors = actors;
  return options;
}

SmpSetup setupFrom(std::string_view text, SmpMutant mutant = SmpMutant::kNone) {
  SmpSetup setup;
  setup.policy = *findPolicy("v6.12");
  setup.mutant = mutant;
  parse(text, setup);
  return setup;
}

std::string counts(const ConcurrentResult& result) {
  std::string text;
  for (const ConcurrentSize& size : result.sizes)
    text += (text.empty() ? "" : ", ") + std::to_string(size.setups) + " " +
            std::to_string(size.states) + " " + std::to_string(size.transitions);
  return text;
}

TEST(Concurrent, BreaksNothingAndHasPinnedCounts) {
  std::string found;
  for (Arch arch = 0; arch < kArchs; ++arch) {
    const ConcurrentResult result = checkConcurrent(options(arch));
    EXPECT_EQ(result.broken, 0U) << archId(arch);
    EXPECT_EQ(result.unfinished, 0U) << archId(arch);
    found += std::string(archId(arch)) + ": " + counts(result) + "\n";
  }
  EXPECT_EQ(found,
            "x86_64: 86 1541 1559, 779 99934 187558\narm64: 81 1440 1475, 693 89995 171929\n"
            "arm64-sw: 81 1424 1458, 693 87501 167332\ns390: 81 1441 1470, 693 84517 160213\n"
            "powerpc: 81 1464 1494, 693 90413 172221\nriscv: 76 1364 1415, 612 82860 161175\n"
            "riscv-svade: 76 1360 1406, 612 81083 157506\n"
            "riscv-svrsw: 86 1536 1554, 779 99716 187169\n"
            "loongarch: 76 1358 1409, 612 80829 157276\n");
}

TEST(Concurrent, OfThreeActorsAndOfTwoPagesBreaksNothing) {
  const ConcurrentResult three = checkConcurrent(options(kX86, 3));
  EXPECT_EQ(three.broken, 0U);
  EXPECT_EQ(counts(three), "86 1541 1559, 779 99934 187558, 2862 1648795 3979380");
  ConcurrentOptions pages = options();
  pages.pages = 2;
  const ConcurrentResult result = checkConcurrent(pages);
  EXPECT_EQ(result.broken, 0U);
  EXPECT_EQ(counts(result),
            "86 1541 1559, 779 99934 187558, 105 11265 11711, 1151 1002988 1970313");
}

TEST(Concurrent, IsTheSameAtAnyNumberOfJobs) {
  ConcurrentOptions one = options(kX86, 2);
  one.mutant = SmpMutant::kForkNoFlush;
  ConcurrentOptions three = one;
  three.jobs = 3;
  const ConcurrentResult a = checkConcurrent(one), b = checkConcurrent(three);
  EXPECT_EQ(counts(a), counts(b));
  EXPECT_EQ(a.setups_breaking, b.setups_breaking);
  ASSERT_EQ(a.examples.size(), b.examples.size());
  ASSERT_FALSE(a.examples.empty());
  for (std::size_t i = 0; i < a.examples.size(); ++i) {
    EXPECT_EQ(print(a.examples[i].setup), print(b.examples[i].setup));
    EXPECT_EQ(a.examples[i].schedule.steps.size(), b.examples[i].schedule.steps.size());
    EXPECT_EQ(bytesOf(a.examples[i].schedule.steps.back().after),
              bytesOf(b.examples[i].schedule.steps.back().after));
  }
}

// The search against one that keeps states in a map, and one that tries all interleavings.
TEST(Concurrent, AgreesWithSearchesTooSimpleToBeWrong) {
  const EntryTable table(kX86);
  for (const auto& [text, mutant] :
       {std::pair{"lazyfree/1:reclaim,user=S0", SmpMutant::kNone},
        {"anon/1:user=S0L0,fork", SmpMutant::kForkNoFlush},
        {"file/1:user=S0,writeback", SmpMutant::kMkcleanNotAtomic},
        {"anon/1/child:user=S0,gup=L0", SmpMutant::kGupNoExclusiveTest}}) {
    const ConcurrentModel model(setupFrom(text, mutant), table);
    const auto found = searchInterleavings(model);
    const ReferenceResult map = searchWithAMap(model);
    EXPECT_EQ(found.states, map.states) << text;
    EXPECT_EQ(found.transitions, map.transitions) << text;
    EXPECT_EQ(found.terminal, map.terminal) << text;
    EXPECT_EQ(found.broken, map.broken()) << text;
    for (const auto& example : found.counterexamples)
      EXPECT_EQ(example.steps.size(), map.shortest.at(example.rule)) << text;
  }
}

// Nobody waits for ever: where no actor can take a step, all are done.
struct StuckModel : ConcurrentModel {
  using ConcurrentModel::ConcurrentModel;
  BrokenRules brokenIn(const State& state) const { return stuck(state); }
};
TEST(Concurrent, NobodyWaitsForEver) {
  for (const Arch arch : {kX86, archOf("arm64")}) {
    const EntryTable table(arch);
    for (unsigned actors = 1; actors <= 2; ++actors)
      for (const SmpSetup& setup : setupsOf(options(arch), actors, 1)) {
        const auto found = searchInterleavings(StuckModel(setup, table));
        EXPECT_EQ(found.broken, 0U) << print(setup);
      }
  }
  // The check itself: reclaim holds the folio's lock for ever.
  const EntryTable table(kX86);
  const StuckModel model(setupFrom("file/1:user=L0,writeback"), table);
  bool tried = false;
  model.initial([&](ConcurrentState state) {
    state.machine.folio_lock = 3;
    state.machine.local[0].pc = kDone;
    EXPECT_TRUE(model.stuck(state));
    tried = true;
  });
  EXPECT_TRUE(tried);
}

TEST(Concurrent, SaysWhyItDidNotFinish) {
  ConcurrentOptions bounded = options();
  bounded.steps = 3;
  const ConcurrentResult short_ones = checkConcurrent(bounded);
  EXPECT_GT(short_ones.unfinished, 0U);
  EXPECT_EQ(short_ones.worst_end, SearchEnd::kBound);
  ConcurrentOptions small = options();
  small.only = setupFrom("anon/1:user=S0S0,fork");
  small.memory = 1;
  const ConcurrentResult none = checkConcurrent(small);
  EXPECT_EQ(none.unfinished, 1U);
  EXPECT_EQ(none.worst_end, SearchEnd::kOutOfMemory);
}

TEST(Concurrent, TakesTheKindsOfActorsThatAreWanted) {
  ConcurrentOptions some = options();
  some.kinds = {ActorKind::kUser, ActorKind::kReclaim};
  for (const SmpSetup& setup : setupsOf(some, 2, 1))
    for (unsigned a = 0; a < setup.count; ++a)
      EXPECT_TRUE(setup.actors[a].kind == ActorKind::kUser ||
                  setup.actors[a].kind == ActorKind::kReclaim)
          << print(setup);
  EXPECT_FALSE(setupsOf(some, 2, 1).empty());
}

}  // namespace
}  // namespace ptecheck
