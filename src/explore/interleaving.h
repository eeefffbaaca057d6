// SPDX-License-Identifier: GPL-2.0-only
//
// All interleavings of a few actors' steps, each reachable state once, and for every rule that is
// broken a shortest way there. It does not know what a state, an actor or a rule means.
//
//   struct Model {
//     using State = ...;               // 1 to 256 bytes without padding; compared as bytes
//     unsigned actors() const;
//     void initial(auto visit) const;  // visit(state), once or more often
//     // Every step that `actor` can take: visit(after, label). In an order that depends on the
//     // state alone. No visit: the actor waits, or is done.
//     void steps(const State&, unsigned actor, auto visit) const;
//     // Optional; each bit a rule, 0 if none is broken. A rule that looks at states, or at steps:
//     BrokenRules brokenIn(const State&) const;
//     BrokenRules brokenBy(const State& before, unsigned actor, unsigned label,
//                          const State& after) const;
//     // Optional: see "Reduction". Or, instead, footprints (explore/independence.h).
//     unsigned ample(const State&) const;
//     static constexpr bool kAcyclic = true;
//   };
//   InterleavingResult result = searchInterleavings(model, options);
//
// How it works. States are searched breadth first, by levels: level n holds the states that take n
// steps to reach and no fewer. So the first time that a rule is seen broken is a shortest one.
// States belong to 64 shards by their hash (explore/state_store.h). A level is worked off in
// rounds; in the first phase of a round each shard expands up to 4096 of its states and puts the
// successors into a buffer for each shard, and in the second each shard takes the successors that
// are its own, in the order of the shards that they come from, and keeps those that it does not
// know. Within a phase nothing is shared, so it needs no locks, and successors arrive in large lots
// at a table of a few hundred kilobytes: their memory is asked for ahead of its use. Rounds of a
// few states are not worth that; one thread takes each successor to its shard at once.
//
// Why the result is the same at any number of threads. The shards are 64 whether one thread works
// them off or eight. What a shard does in a phase depends only on its own states and on the buffers
// of the phase before, which it reads in a fixed order; hence numbers, parents, traces, counts, and
// (each shard having its share of the memory) the point where memory runs out. Of several first
// counterexamples, that one is kept which comes first by round, phase, kind (step, state), shard
// and number.
//
// Why it is exact. Whole states are compared; a state that finds no room ends the search, and the
// result says so. Nothing is dropped silently: provenGood() is true for complete searches alone.
//
// Reduction. If in state s an actor's enabled steps are independent of everything that the others
// can do from s on (as long as it does not move, nothing the others do enables, disables or changes
// them, and neither order of two such steps matters), and break or mend no rule (and decide no
// other step's brokenBy), then the others can wait: an interleaving that moves somebody else first
// can be reordered to one that moves this actor first, and breaks the same rules. ample(s) returns
// such an actor, or any number from actors() on for "none"; the search then expands that actor
// alone. On a cycle the others might wait for ever. So a reduced state needs a successor that is
// expanded later than itself, one of the next level; without it, it is expanded fully after all.
// That is enough: take an interleaving from s that breaks a rule. If it contains a step of the
// ample actor, move that to the front, and a shorter one remains to its target. If it contains
// none, put the step to the later successor in front: one of equal length remains from a state that
// is expanded later, of which there are finitely many. (Bošnački and Holzmann, "Improving SPIN's
// Partial-Order Reduction for Breadth-First Search", SPIN 2005, have this for queues.) Models that
// cannot come back to a state say kAcyclic and skip the test.
// Kept are: which rules are broken, whether and how many states are terminal. Not kept is the
// length of an interleaving: a reduced one may be longer than the one it stands for. Hence a second
// search without reduction: if the reduced one finds a rule broken, to the depth of the longest
// trace found, for the shortest; if it reaches the bound on steps, because what it has seen is not
// what can happen within the bound. (What is done before the bound is done: exact again.)
// explore/ample_check.h finds out whether a model's reduction is sound.
#ifndef PTECHECK_EXPLORE_INTERLEAVING_H
#define PTECHECK_EXPLORE_INTERLEAVING_H

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "explore/interleaving_options.h"
#include "explore/interleaving_result.h"
#include "explore/level_search.h"

namespace ptecheck {

// Puts the shortest counterexamples in the place of a reduced search's.
template <class Model>
void shortenCounterexamples(const Model& model, const InterleavingOptions& options,
                            InterleavingResult<typename Model::State>& result) {
  InterleavingOptions bounded = options;
  bounded.steps = 0;
  for (const auto& example : result.counterexamples)
    bounded.steps = std::max(bounded.steps, static_cast<unsigned>(example.steps.size()));
  auto full = LevelSearch<Model>(model, bounded, false, result.broken).run();
  // A rule that only the full search finds: had the reduced one seen everything, it would have
  // found it. Else (first_only) it is as good a first one as the other.
  if (result.end == SearchEnd::kComplete && (full.broken & ~result.broken) != 0)
    throw std::logic_error("a model's ample() hides broken rules: its steps are not independent");
  for (const auto& example : result.counterexamples)
    if (full.counterexample(example.rule) == nullptr && !options.first_only)
      full.counterexamples.push_back(example);
  if (full.counterexamples.empty()) full.counterexamples = std::move(result.counterexamples);
  result.counterexamples = std::move(full.counterexamples);
  std::sort(result.counterexamples.begin(), result.counterexamples.end(),
            [](const auto& a, const auto& b) { return a.rule < b.rule; });
  result.broken = 0;
  for (const auto& example : result.counterexamples)
    result.broken |= BrokenRules{1} << example.rule;
  result.peak_bytes = std::max(result.peak_bytes, full.peak_bytes);
}

template <class Model>
InterleavingResult<typename Model::State> searchInterleavings(
    const Model& model, const InterleavingOptions& options = {}) {
  // The store of the first search is gone before the second begins.
  auto result = LevelSearch<Model>(model, options, options.reduce, 0).run();
  if (result.reduced && result.end == SearchEnd::kBound && options.steps != options.kAnySteps)
    return LevelSearch<Model>(model, options, false, 0).run();
  if (result.reduced && result.broken != 0) shortenCounterexamples(model, options, result);
  return result;
}

}  // namespace ptecheck

#endif
