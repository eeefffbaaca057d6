// SPDX-License-Identifier: GPL-2.0-only
//
// What a search says about itself: how it ended, how far it came, what it took. That it finds what
// there is to find is the business of interleaving_twin_test.cc.
#include "explore/interleaving.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "explore/reference_search.h"
#include "explore/three_walkers.h"

namespace ptecheck {
namespace {

// Two processors count up their own byte; rule 0: both are 3; rule 1: a step from 5 to 6.
struct TwoCounters {
  struct State {
    std::uint8_t count[2];
  };
  unsigned last = 9;

  static unsigned actors() { return 2; }
  template <class Visit>
  static void initial(Visit visit) {
    visit(State{{0, 0}});
  }
  template <class Visit>
  void steps(State state, unsigned actor, Visit visit) const {
    if (state.count[actor] == last) return;
    ++state.count[actor];
    visit(state, state.count[actor]);
  }
  static BrokenRules brokenIn(State s) { return s.count[0] == 3 && s.count[1] == 3 ? 1 : 0; }
  static BrokenRules brokenBy(State, unsigned, unsigned label, State) { return label == 6 ? 2 : 0; }
};

TEST(Interleaving, SearchesOnAfterABrokenRule) {
  const auto result = searchInterleavings(TwoCounters());
  EXPECT_EQ(result.end, SearchEnd::kComplete);
  EXPECT_FALSE(result.provenGood());
  EXPECT_EQ(result.states, 100U);
  EXPECT_EQ(result.transitions, 180U);
  EXPECT_EQ(result.terminal, 1U);
  EXPECT_EQ(result.broken, 3U);
  ASSERT_EQ(result.counterexamples.size(), 2U);
  EXPECT_EQ(result.counterexample(0)->steps.size(), 6U);
  EXPECT_EQ(result.counterexample(1)->steps.size(), 6U);
  EXPECT_EQ(result.counterexample(1)->steps.back().label, 6U);
  EXPECT_EQ(result.counterexample(2), nullptr);
}

TEST(Interleaving, EndsAtTheFirstBrokenRuleIfAsked) {
  InterleavingOptions options;
  options.first_only = true;
  for (unsigned threads : {1U, 2U})
    for (std::uint64_t alone_below : {0U, 1000U}) {
      options.threads = threads;
      options.alone_below = alone_below;
      const auto result = searchInterleavings(TwoCounters(), options);
      EXPECT_EQ(result.end, SearchEnd::kFirst);
      // Both are broken after six steps, and the round is finished.
      EXPECT_EQ(result.broken, 3U);
      EXPECT_EQ(result.states, 28U);
      EXPECT_EQ(result.expanded_levels, 5U);
      EXPECT_EQ(result.counterexample(0)->steps.size(), 6U);
    }
}

// A state that breaks a rule at once, and one that is given twice.
struct ManyBeginnings : TwoCounters {
  template <class Visit>
  static void initial(Visit visit) {
    for (std::uint8_t i : {1, 3, 1}) visit(State{{i, 3}});
  }
};

TEST(Interleaving, LooksAtTheFirstStates) {
  const auto result = searchInterleavings(ManyBeginnings());
  EXPECT_EQ(result.states, searchWithAMap(ManyBeginnings()).states);
  EXPECT_TRUE(result.counterexample(0)->steps.empty());
  EXPECT_EQ(result.counterexample(0)->initial.count[0], 3);
  InterleavingOptions options;
  options.first_only = true;
  EXPECT_EQ(searchInterleavings(ManyBeginnings(), options).states, 2U);
}

struct Nothing : TwoCounters {
  template <class Visit>
  static void initial(Visit) {}
};

TEST(Interleaving, IsCompleteWhereThereIsNothing) {
  const auto result = searchInterleavings(Nothing());
  EXPECT_TRUE(result.provenGood());
  EXPECT_EQ(result.states, 0U);
  EXPECT_EQ(result.bytesPerState(), 0);
}

TEST(Interleaving, IsCompleteIfTheBoundIsJustEnough) {
  InterleavingOptions options;
  options.steps = 18;
  EXPECT_EQ(searchInterleavings(TwoCounters(), options).end, SearchEnd::kComplete);
  EXPECT_EQ(searchInterleavings(TwoCounters(), options).terminal, 1U);
  options.steps = 17;
  const auto result = searchInterleavings(TwoCounters(), options);
  EXPECT_EQ(result.end, SearchEnd::kBound);
  EXPECT_EQ(result.expanded_levels, 17U);
  EXPECT_EQ(result.deepest_level, 17U);
  EXPECT_EQ(result.terminal, 0U);
}

TEST(Interleaving, EndsAtABoundOnStates) {
  InterleavingOptions options;
  options.states = 1000;
  const auto result = searchInterleavings(ThreeWalkers<4>(), options);
  EXPECT_EQ(result.end, SearchEnd::kBound);
  EXPECT_FALSE(result.provenGood());
  EXPECT_GT(result.states, 1000U);
  EXPECT_LT(result.states, 4000U);
}

TEST(Interleaving, StopsWhenAskedAndTellsHowFarItIs) {
  std::atomic<bool> stop = false;
  std::vector<InterleavingProgress> seen;
  InterleavingOptions options;
  options.stop = &stop;
  options.progress = [&](const InterleavingProgress& progress) {
    seen.push_back(progress);
    stop = progress.level >= 5;
  };
  const auto result = searchInterleavings(ThreeWalkers<4>(), options);
  EXPECT_EQ(result.end, SearchEnd::kStopped);
  EXPECT_FALSE(result.provenGood());
  // One round a level here. The flag that is raised in a round is seen after the next.
  EXPECT_EQ(result.expanded_levels, 6U);
  ASSERT_GT(seen.size(), 5U);
  for (std::size_t i = 1; i < seen.size(); ++i) {
    EXPECT_GE(seen[i].level, seen[i - 1].level);
    EXPECT_GT(seen[i].states, seen[i - 1].states);
    EXPECT_GT(seen[i].transitions, seen[i - 1].transitions);
  }
  EXPECT_EQ(seen.back().states, result.states);
}

// Not 64 times a first table, and nothing for a memory that nobody needs.
TEST(Interleaving, TakesNoMoreMemoryThanItNeeds) {
  InterleavingOptions options;
  options.memory = std::uint64_t{1} << 40;
  EXPECT_LT(searchInterleavings(ThreeWalkers<1>(), options).peak_bytes, 40000U);
  EXPECT_LT(searchInterleavings(ThreeWalkers<5>(), options).bytesPerState(), 50);
}

// At the same state, however many threads there are; and never more than was given.
void runsOutTheSameWay(InterleavingOptions options, std::uint64_t& states) {
  const auto first = searchInterleavings(ThreeWalkers<4>(), options);
  EXPECT_EQ(first.end, SearchEnd::kOutOfMemory);
  EXPECT_FALSE(first.provenGood());
  EXPECT_LT(first.states, 16384U);
  EXPECT_GE(first.states, states);
  states = first.states;
  for (unsigned threads : {1U, 2U, 5U}) {
    options.threads = threads;
    const auto result = searchInterleavings(ThreeWalkers<4>(), options);
    EXPECT_EQ(result.end, first.end);
    EXPECT_EQ(result.states, first.states);
    EXPECT_EQ(result.transitions, first.transitions);
    EXPECT_EQ(result.expanded_levels, first.expanded_levels);
    EXPECT_EQ(result.peak_bytes, first.peak_bytes);
    EXPECT_LE(result.peak_bytes, std::max(options.memory, std::uint64_t{30000}));
  }
}

TEST(Interleaving, SaysWhenMemoryIsShort) {
  for (std::uint64_t alone_below : {0U, 2048U}) {
    InterleavingOptions options;
    options.alone_below = alone_below;
    const auto whole = searchInterleavings(ThreeWalkers<4>(), options);
    EXPECT_TRUE(whole.provenGood());
    std::uint64_t states = 0;
    for (std::uint64_t memory : {0U, 30000U, 100000U, 200000U, 300000U}) {
      options.memory = memory;
      runsOutTheSameWay(options, states);
    }
    EXPECT_GT(states, 100U);
    // Shards take a little more and a little less than their equal parts.
    options.memory = whole.peak_bytes * 3 / 2;
    EXPECT_TRUE(searchInterleavings(ThreeWalkers<4>(), options).provenGood());
  }
}

// What was found before memory ran out is still found, and still the shortest.
TEST(Interleaving, KeepsWhatItFoundBeforeMemoryRanOut) {
  TwoCounters model;
  model.last = 255;
  InterleavingOptions options;
  options.memory = 200000;
  const auto result = searchInterleavings(model, options);
  EXPECT_EQ(result.end, SearchEnd::kOutOfMemory);
  EXPECT_EQ(result.broken, 3U);
  EXPECT_EQ(result.counterexample(0)->steps.size(), 6U);
  EXPECT_TRUE(result.counterexample(0)->shortest);
}

struct Throwing : ThreeWalkers<4> {
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    if (position(state, 2) == 2) throw std::runtime_error("no such step");
    ThreeWalkers<4>::steps(state, actor, visit);
  }
};

TEST(Interleaving, LetsAModelsExceptionsThrough) {
  InterleavingOptions options;
  options.alone_below = 0;
  for (unsigned threads : {1U, 2U, 5U}) {
    options.threads = threads;
    EXPECT_THROW(searchInterleavings(Throwing(), options), std::runtime_error);
  }
}

// Four actors that count to 20 unseen; then the first one raises the flag that breaks rule 0.
struct PrivateCounters {
  struct State {
    std::uint8_t count[4];
    std::uint8_t flag;
  };
  static constexpr bool kAcyclic = true;
  static unsigned actors() { return 4; }
  template <class Visit>
  static void initial(Visit visit) {
    visit(State{});
  }
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    if (state.count[actor] < 20) {
      ++state.count[actor];
      visit(state, 0);
    } else if (actor == 0 && state.flag == 0) {
      state.flag = 1;
      visit(state, 1);
    }
  }
  static BrokenRules brokenIn(const State& state) { return state.flag; }
  // Any that still counts; the first comes last, so that the reduced way is the longest.
  static unsigned ample(const State& state) {
    for (unsigned a : {3U, 2U, 1U, 0U})
      if (state.count[a] < 20) return a;
    return 4;
  }
};

TEST(Interleaving, ReducesManyOrdersToOneAndStillFindsTheShortest) {
  const auto result = searchInterleavings(PrivateCounters());
  EXPECT_TRUE(result.reduced);
  EXPECT_EQ(result.states, 82U);
  EXPECT_EQ(result.terminal, 1U);
  EXPECT_EQ(result.broken, 1U);
  EXPECT_EQ(result.counterexample(0)->steps.size(), 21U);
  EXPECT_TRUE(result.counterexample(0)->shortest);
}

TEST(Interleaving, SaysIfThereIsNoMemoryToLookForTheShortest) {
  InterleavingOptions options;
  options.memory = 100000;
  const auto result = searchInterleavings(PrivateCounters(), options);
  EXPECT_EQ(result.end, SearchEnd::kComplete);
  EXPECT_EQ(result.broken, 1U);
  ASSERT_NE(result.counterexample(0), nullptr);
  EXPECT_EQ(result.counterexample(0)->steps.size(), 81U);
  EXPECT_FALSE(result.counterexample(0)->shortest);
}

// A reduced interleaving is longer than what it stands for, so within a bound it proves nothing.
TEST(Interleaving, DoesNotTrustAReducedSearchThatReachesTheBound) {
  InterleavingOptions options;
  options.steps = 22;
  const auto result = searchInterleavings(PrivateCounters(), options);
  EXPECT_EQ(result.end, SearchEnd::kBound);
  EXPECT_FALSE(result.reduced);
  EXPECT_EQ(result.expanded_levels, 22U);
  EXPECT_EQ(result.broken, 1U);
}

TEST(Interleaving, PromisesNothingOfAReducedSearchThatIsNotComplete) {
  InterleavingOptions options;
  options.states = 50;
  const auto result = searchInterleavings(PrivateCounters(), options);
  EXPECT_EQ(result.end, SearchEnd::kBound);
  EXPECT_TRUE(result.reduced);
  EXPECT_EQ(result.expanded_levels, 0U);
}

// The first actor goes round in circles unseen; the second breaks a rule, and must get its turn.
struct Circle {
  using State = std::uint8_t;  // bit 0 and 1: where the first is; bit 2: what the second did
  static unsigned actors() { return 2; }
  template <class Visit>
  static void initial(Visit visit) {
    visit(State{0});
  }
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    if (actor == 0) visit(static_cast<State>((state & 4) | ((state + 1) & 3)), 0);
    if (actor == 1 && (state & 4) == 0) visit(static_cast<State>(state | 4), 1);
  }
  static BrokenRules brokenIn(State state) { return state >> 2; }
  static unsigned ample(State) { return 0; }
};

TEST(Interleaving, LetsNobodyWaitForEver) {
  for (std::uint64_t alone_below : {0U, 1000U}) {
    InterleavingOptions options;
    options.alone_below = alone_below;
    const auto result = searchInterleavings(Circle(), options);
    EXPECT_TRUE(result.reduced);
    EXPECT_EQ(result.end, SearchEnd::kComplete);
    EXPECT_EQ(result.broken, 1U);
    EXPECT_EQ(result.counterexample(0)->steps.size(), 1U);
  }
}

// The same at the end of a long line, on which every state had a later successor: what is known of
// those must not count for this one.
struct LineThenCircle {
  using State = std::uint16_t;  // where the first is; the top bit: what the second did
  static constexpr unsigned kDone = 0x8000, kEnd = 1000;
  static unsigned actors() { return 2; }
  template <class Visit>
  static void initial(Visit visit) {
    visit(State{0});
  }
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    const bool at_end = (state & ~kDone) == kEnd;
    if (actor == 0) visit(at_end ? state : static_cast<State>(state + 1), 0);
    if (actor == 1 && (state & kDone) == 0) visit(static_cast<State>(state | kDone), 1);
  }
  static BrokenRules brokenIn(State state) { return state >> 15; }
  static unsigned ample(State) { return 0; }
};

TEST(Interleaving, LooksAnewWhetherSomebodyWaitsForEver) {
  for (std::uint64_t alone_below : {0U, 1000U}) {
    InterleavingOptions options;
    options.alone_below = alone_below;
    const auto result = searchInterleavings(LineThenCircle(), options);
    EXPECT_EQ(result.end, SearchEnd::kComplete);
    EXPECT_EQ(result.broken, 1U);
  }
}

// States of any size, and as many as the actors' steps multiply to.
template <std::size_t kBytes>
struct Wide {
  struct State {
    std::uint8_t byte[kBytes];
  };
  static unsigned actors() { return 2; }
  template <class Visit>
  static void initial(Visit visit) {
    visit(State{});
  }
  // The first counts at one end, the second at the other; of one byte both.
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    std::uint8_t& byte = state.byte[actor == 0 ? 0 : kBytes - 1];
    byte = static_cast<std::uint8_t>((byte + 1) % 60);
    visit(state, 0);
  }
};

template <std::size_t kBytes>
void keepsStatesOf(std::uint64_t states) {
  InterleavingOptions options;
  options.threads = 2;
  options.alone_below = 0;
  const auto result = searchInterleavings(Wide<kBytes>(), options);
  EXPECT_EQ(result.states, states);
  EXPECT_EQ(result.transitions, 2 * states);
}

TEST(Interleaving, KeepsStatesOfAnySize) {
  keepsStatesOf<1>(60);
  keepsStatesOf<3>(3600);
  keepsStatesOf<8>(3600);
  keepsStatesOf<13>(3600);
  keepsStatesOf<256>(3600);
}

TEST(Interleaving, DescribesHowItEnded) {
  InterleavingCounts counts;
  counts.states = 12;
  counts.transitions = 20;
  counts.expanded_levels = 7;
  EXPECT_EQ(describe(counts), "all interleavings: 12 states, 20 steps; no rule is broken");
  counts.reduced = true;
  counts.broken = 1;
  EXPECT_EQ(describe(counts), "all interleavings: 12 states, 20 steps (reduced); 1 rule broken");
  counts.reduced = false;
  counts.end = SearchEnd::kBound;
  EXPECT_EQ(describe(counts),
            "not all interleavings, only those of up to 7 steps: 12 states, 20 steps; the bound is "
            "reached; 1 rule broken");
  counts.broken = 0;
  counts.end = SearchEnd::kOutOfMemory;
  counts.expanded_levels = 1;
  EXPECT_EQ(
      describe(counts),
      "not all interleavings, only those of up to 1 step: 12 states, 20 steps; out of memory, "
      "give more or search less deep");
  counts.end = SearchEnd::kFirst;
  counts.broken = 3;
  EXPECT_EQ(describe(counts),
            "not all interleavings, only those of up to 1 step: 12 states, 20 steps; ended at the "
            "first broken rule; 2 rules broken");
  counts.end = SearchEnd::kStopped;
  counts.broken = 0;
  counts.reduced = true;
  EXPECT_EQ(describe(counts), "not all interleavings: 12 states, 20 steps (reduced); stopped");
}

}  // namespace
}  // namespace ptecheck
