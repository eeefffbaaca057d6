// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_TRACE_BACK_H
#define PTECHECK_EXPLORE_TRACE_BACK_H

#include <algorithm>
#include <cstddef>
#include <vector>

#include "explore/interleaving_result.h"
#include "explore/search_shard.h"
#include "explore/state_store.h"

namespace ptecheck {

// A step from `before` to `wanted`: of several, the first of the lowest actor.
template <class Model, class State>
TraceStep<State> stepBetween(const Model& model, const State& before, const State& wanted) {
  TraceStep<State> result{0, 0, wanted};
  bool found = false;
  for (unsigned a = 0; a < model.actors() && !found; ++a)
    model.steps(before, a, [&](const State& after, unsigned label) {
      if (found || !sameState(after, wanted)) return;
      found = true;
      result = {a, label, after};
    });
  return result;
}

// The way to a violation. Of each state the store knows the one it was first reached from; which
// step led from there is not kept, but found again.
template <class Model, class State>
Counterexample<State> traceBack(const Model& model, const SearchShard<State>* shards,
                                const Violation<State>& violation, bool shortest) {
  std::vector<State> path;
  for (StateRef ref = violation.last; ref != kNoState;) {
    const StateShard<State>& store = shards[shardOf(ref)].store;
    path.push_back(store.state(indexOf(ref)));
    ref = store.parent(indexOf(ref));
  }
  std::reverse(path.begin(), path.end());
  Counterexample<State> example{violation.rule, path.front(), {}, shortest};
  for (std::size_t i = 1; i < path.size(); ++i)
    example.steps.push_back(stepBetween(model, path[i - 1], path[i]));
  if (violation.by_step) example.steps.push_back(violation.step);
  return example;
}

}  // namespace ptecheck

#endif
