// SPDX-License-Identifier: GPL-2.0-only
//
// Two searches of all interleavings that are too simple to be wrong, and too slow for anything but
// to judge the real one (explore/interleaving.h) on small models: one keeps the states it has seen
// in a map, the other keeps nothing and tries one interleaving after the other.
#ifndef PTECHECK_EXPLORE_REFERENCE_SEARCH_H
#define PTECHECK_EXPLORE_REFERENCE_SEARCH_H

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "explore/interleaving_model.h"
#include "explore/interleaving_result.h"

namespace ptecheck {

struct ReferenceResult {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t terminal = 0;
  std::uint64_t interleavings = 0;        // that end, or reach the bound
  std::vector<std::uint64_t> levels;      // states that take so many steps to reach, and no fewer
  std::map<unsigned, unsigned> shortest;  // broken rules: the fewest steps that break one
  bool cut = false;                       // the bound on steps was reached, and there was more

  BrokenRules broken() const {
    BrokenRules rules = 0;
    for (const auto& [rule, steps] : shortest) rules |= BrokenRules{1} << rule;
    return rules;
  }
  void note(BrokenRules rules, unsigned steps) {
    for (unsigned rule = 0; rule < 32; ++rule)
      if ((rules >> rule) & 1) {
        const auto known = shortest.find(rule);
        if (known == shortest.end() || steps < known->second) shortest[rule] = steps;
      }
  }
};

template <class State>
using StateBytes = std::array<unsigned char, sizeof(State)>;
template <class State>
StateBytes<State> bytesOf(const State& state) {
  return std::bit_cast<StateBytes<State>>(state);
}

template <class Model>
BrokenRules rulesBrokenIn(const Model& model, const typename Model::State& state) {
  if constexpr (ChecksStates<Model>) return model.brokenIn(state);
  return 0;
}
template <class Model>
BrokenRules rulesBrokenBy(const Model& model, const typename Model::State& before, unsigned actor,
                          unsigned label, const typename Model::State& after) {
  if constexpr (ChecksSteps<Model>) return model.brokenBy(before, actor, label, after);
  return 0;
}

// Breadth first; states at `bound` steps are not expanded.
template <class Model>
ReferenceResult searchWithAMap(const Model& model, unsigned bound = ~0U) {
  using State = typename Model::State;
  ReferenceResult result;
  std::set<StateBytes<State>> seen;
  std::vector<State> level, next;
  const auto add = [&](const State& state, unsigned steps) {
    if (!seen.insert(bytesOf(state)).second) return;
    next.push_back(state);
    result.note(rulesBrokenIn(model, state), steps);
  };
  model.initial([&](const State& state) { add(state, 0); });
  for (unsigned steps = 0; !next.empty(); ++steps) {
    level.swap(next);
    next.clear();
    result.levels.push_back(level.size());
    for (const State& before : level) {
      bool any = false;
      for (unsigned actor = 0; actor < model.actors(); ++actor)
        model.steps(before, actor, [&](const State& after, unsigned label) {
          any = true;
          if (steps == bound) {
            result.cut = true;
            return;
          }
          ++result.transitions;
          result.note(rulesBrokenBy(model, before, actor, label, after), steps + 1);
          add(after, steps + 1);
        });
      result.terminal += any ? 0 : 1;
    }
  }
  result.states = seen.size();
  return result;
}

// Depth first, from every state all steps, whether the state is known or not: so many steps that
// `bound` has to be small, or the model has to end. Counts states, and terminal ones, once.
template <class Model>
ReferenceResult tryEveryInterleaving(const Model& model, unsigned bound) {
  using State = typename Model::State;
  ReferenceResult result;
  std::set<StateBytes<State>> seen, terminal;
  std::function<void(const State&, unsigned)> walk = [&](const State& before, unsigned steps) {
    seen.insert(bytesOf(before));
    result.note(rulesBrokenIn(model, before), steps);
    bool any = false;
    for (unsigned actor = 0; actor < model.actors(); ++actor)
      model.steps(before, actor, [&](const State& after, unsigned label) {
        any = true;
        if (steps == bound) {
          result.cut = true;
          return;
        }
        ++result.transitions;
        result.note(rulesBrokenBy(model, before, actor, label, after), steps + 1);
        walk(after, steps + 1);
      });
    if (!any) terminal.insert(bytesOf(before));
    if (!any || steps == bound) ++result.interleavings;
  };
  model.initial([&](const State& state) { walk(state, 0); });
  result.states = seen.size();
  result.terminal = terminal.size();
  return result;
}

}  // namespace ptecheck

#endif
