// SPDX-License-Identifier: GPL-2.0-only
//
// The search of all interleavings against searches that are too simple to be wrong
// (explore/reference_search.h), on models made by chance. Every shortcut has its twin here: keeping
// states, working in lots, threads, reduction. The seed of a model that fails is printed.
#include <gtest/gtest.h>

#include <string>

#include "explore/ample_check.h"
#include "explore/interleaving.h"
#include "explore/random_model.h"
#include "explore/reference_search.h"
#include "explore/three_walkers.h"

namespace ptecheck {
namespace {

constexpr unsigned kModels = 150;

// Takes the steps of a counterexample one by one, and looks whether they break its rule.
template <class Model>
void replays(const Model& model, const Counterexample<typename Model::State>& example) {
  using State = typename Model::State;
  bool starts = false;
  model.initial([&](const State& state) { starts |= sameState(state, example.initial); });
  EXPECT_TRUE(starts);
  State at = example.initial;
  BrokenRules by_last = 0;
  for (const auto& step : example.steps) {
    bool found = false;
    model.steps(at, step.actor, [&](const State& after, unsigned label) {
      found |= label == step.label && sameState(after, step.after);
    });
    EXPECT_TRUE(found);
    by_last = rulesBrokenBy(model, at, step.actor, step.label, step.after);
    at = step.after;
  }
  EXPECT_NE((rulesBrokenIn(model, at) | by_last) >> example.rule & 1, 0U);
}

// The same rules, by traces that are real and as short as can be.
template <class Model>
void findsTheShortest(const Model& model, const InterleavingResult<typename Model::State>& result,
                      const ReferenceResult& judge) {
  EXPECT_EQ(result.broken, judge.broken());
  ASSERT_EQ(result.counterexamples.size(), judge.shortest.size());
  for (const auto& [rule, steps] : judge.shortest) {
    const auto* example = result.counterexample(rule);
    ASSERT_NE(example, nullptr);
    EXPECT_EQ(example->steps.size(), steps);
    EXPECT_TRUE(example->shortest);
    replays(model, *example);
  }
}

template <class State>
std::string traces(const InterleavingResult<State>& result) {
  std::string text;
  for (const auto& example : result.counterexamples) {
    text += std::to_string(example.rule) + ':';
    for (const auto& step : example.steps) {
      text += ' ' + std::to_string(step.actor) + '.' + std::to_string(step.label) + '=';
      for (unsigned char byte : bytesOf(step.after)) text += std::to_string(byte) + ',';
    }
    text += '\n';
  }
  return text;
}

template <class State>
void isTheSame(const InterleavingResult<State>& a, const InterleavingResult<State>& b) {
  EXPECT_EQ(a.end, b.end);
  EXPECT_EQ(a.states, b.states);
  EXPECT_EQ(a.transitions, b.transitions);
  EXPECT_EQ(a.terminal, b.terminal);
  EXPECT_EQ(a.deepest_level, b.deepest_level);
  EXPECT_EQ(a.expanded_levels, b.expanded_levels);
  EXPECT_EQ(a.broken, b.broken);
  EXPECT_EQ(traces(a), traces(b));
}

InterleavingOptions with(unsigned threads, bool reduce, bool lots) {
  InterleavingOptions options;
  options.threads = threads;
  options.reduce = reduce;
  if (lots) options.alone_below = 0;
  return options;
}

template <class Model>
void agreesWithAMap(const Model& model) {
  const ReferenceResult judge = searchWithAMap(model);
  const auto result = searchInterleavings(model, with(1, false, false));
  EXPECT_EQ(result.end, SearchEnd::kComplete);
  EXPECT_FALSE(result.reduced);
  EXPECT_EQ(result.states, judge.states);
  EXPECT_EQ(result.transitions, judge.transitions);
  EXPECT_EQ(result.terminal, judge.terminal);
  EXPECT_EQ(result.deepest_level + 1, judge.levels.size());
  EXPECT_EQ(result.expanded_levels, judge.levels.size());
  findsTheShortest(model, result, judge);
}

TEST(InterleavingTwin, KeepsWhatAMapKeeps) {
  for (unsigned seed = 0; seed < kModels; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    agreesWithAMap(RandomModel<true>(seed, 6));
    agreesWithAMap(RandomModel<false>(seed, 6));
  }
}

template <class Model>
void isTheSameInLots(const Model& model, bool reduce, unsigned threads) {
  isTheSame(searchInterleavings(model, with(threads, reduce, true)),
            searchInterleavings(model, with(1, reduce, false)));
}

TEST(InterleavingTwin, IsTheSameInLotsAndAtAnyNumberOfThreads) {
  for (unsigned seed = 0; seed < kModels; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    // On a busy machine threads wait for each other: not all models on many.
    const unsigned threads = seed % 10 == 0 ? 5 : seed % 5 == 0 ? 2 : 1;
    for (bool reduce : {false, true}) {
      isTheSameInLots(RandomModel<true>(seed, 6), reduce, threads);
      isTheSameInLots(RandomModel<false>(seed, 6), reduce, threads);
    }
  }
}

// Complete interleavings, nothing kept: the judge of keeping states at all.
TEST(InterleavingTwin, FindsWhatEveryInterleavingFinds) {
  std::uint64_t interleavings = 0;
  for (unsigned seed = 0; seed < kModels; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomModel<true> model(seed, 3);
    const ReferenceResult judge = tryEveryInterleaving(model, ~0U);
    interleavings += judge.interleavings;
    for (bool reduce : {false, true}) {
      const auto result = searchInterleavings(model, with(1, reduce, false));
      EXPECT_EQ(result.terminal, judge.terminal);
      if (!result.reduced) {
        EXPECT_EQ(result.states, judge.states);
      }
      findsTheShortest(model, result, judge);
    }
  }
  EXPECT_GT(interleavings, 10000U);
}

// A bound on steps is exact, too. A reduced search that is complete within the bound has seen what
// lies beyond it as well: nothing that breaks another rule.
TEST(InterleavingTwin, IsExactWithinABoundOnSteps) {
  unsigned cut = 0, whole = 0, reduced = 0;
  for (unsigned seed = 0; seed < kModels; ++seed)
    for (unsigned steps : {0U, 1U, 2U, 5U}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", steps " + std::to_string(steps));
      const RandomModel<false> model(seed, 3);
      const ReferenceResult judge = tryEveryInterleaving(model, steps);
      const bool more = searchWithAMap(model, steps).cut;
      ++(more ? cut : whole);
      for (bool reduce : {false, true}) {
        InterleavingOptions options = with(1, reduce, seed % 2 == 0);
        options.steps = steps;
        const auto result = searchInterleavings(model, options);
        if (result.reduced) {
          ++reduced;
          EXPECT_EQ(result.end, SearchEnd::kComplete);
        } else {
          EXPECT_EQ(result.end, more ? SearchEnd::kBound : SearchEnd::kComplete);
          EXPECT_EQ(result.states, judge.states);
        }
        if (result.end == SearchEnd::kBound) {
          EXPECT_EQ(result.expanded_levels, steps);
        }
        EXPECT_EQ(result.terminal, judge.terminal);
        findsTheShortest(model, result, judge);
      }
    }
  EXPECT_GT(cut, 50U);
  EXPECT_GT(whole, 50U);
  EXPECT_GT(reduced, 50U);
}

template <class Model>
void reducesSoundly(const Model& model, std::uint64_t& full_states, std::uint64_t& states) {
  AmpleCheck<Model> check(model);
  EXPECT_EQ(check.run(), "");
  const ReferenceResult judge = searchWithAMap(model);
  const auto result = searchInterleavings(model, with(1, true, false));
  EXPECT_EQ(result.end, SearchEnd::kComplete);
  EXPECT_TRUE(result.reduced);
  EXPECT_EQ(result.terminal, judge.terminal);
  EXPECT_LE(result.states, judge.states);
  findsTheShortest(model, result, judge);
  full_states += judge.states;
  states += result.states;
}

TEST(InterleavingTwin, ReducesWithoutLosingARule) {
  std::uint64_t full_states = 0, states = 0;
  for (unsigned seed = 0; seed < kModels; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    reducesSoundly(RandomModel<true>(seed, 6), full_states, states);
    reducesSoundly(RandomModel<false>(seed, 6), full_states, states);
  }
  // Programs this short and this entangled leave little to reduce; but some.
  EXPECT_LT(states, full_states * 3 / 4);
}

template <unsigned N>
void walkersAgreeWithAMap(std::uint64_t states, std::uint64_t transitions) {
  const ReferenceResult judge = searchWithAMap(ThreeWalkers<N>());
  EXPECT_EQ(judge.states, states);
  EXPECT_EQ(judge.transitions, transitions);
  for (unsigned threads : {1U, 2U, 5U}) {
    const auto result = searchInterleavings(ThreeWalkers<N>(), with(threads, true, threads != 1));
    EXPECT_TRUE(result.provenGood());
    EXPECT_EQ(result.states, states);
    EXPECT_EQ(result.transitions, transitions);
    EXPECT_EQ(result.expanded_levels, judge.levels.size());
    EXPECT_EQ(result.terminal, 0U);
  }
}

TEST(InterleavingTwin, PinsTheCountsOfTheThreeWalkers) {
  walkersAgreeWithAMap<1>(4, 17);
  walkersAgreeWithAMap<2>(128, 544);
  walkersAgreeWithAMap<3>(1728, 7344);
  walkersAgreeWithAMap<4>(16384, 69632);
}

}  // namespace
}  // namespace ptecheck
