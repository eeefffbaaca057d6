// SPDX-License-Identifier: GPL-2.0-only
//
// Whether a model's reduction is sound: for tests of models, on sizes of some thousand states.
#ifndef PTECHECK_EXPLORE_AMPLE_CHECK_H
#define PTECHECK_EXPLORE_AMPLE_CHECK_H

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "explore/interleaving.h"
#include "explore/reference_search.h"

namespace ptecheck {

// Tries what explore/interleaving.h demands ("Reduction") word by word, in every reachable state.
template <OffersAmple Model>
class AmpleCheck {
 public:
  using State = typename Model::State;

  explicit AmpleCheck(const Model& model) : model_(model) {}

  // What is wrong; empty if nothing is.
  std::string run() {
    std::set<StateBytes<State>> seen;
    std::vector<State> states;
    const auto add = [&](const State& state) {
      if (seen.insert(bytesOf(state)).second) states.push_back(state);
    };
    model_.initial(add);
    for (std::size_t i = 0; i < states.size() && wrong_.empty(); ++i) {
      const State state = states[i];
      for (unsigned a = 0; a < model_.actors(); ++a)
        model_.steps(state, a, [&](const State& after, unsigned) { add(after); });
      checkState(state);
    }
    if (wrong_.empty() && isAcyclic<Model>()) checkAcyclic(states);
    if (wrong_.empty()) checkTwin();
    return wrong_;
  }

  // States of those looked at that were reduced: a check of nothing proves nothing.
  std::size_t reducedStates() const { return reduced_; }

 private:
  struct Step {
    unsigned label;
    State after;
  };

  std::vector<Step> stepsOf(const State& state, unsigned actor) const {
    std::vector<Step> steps;
    model_.steps(state, actor, [&](const State& after, unsigned label) {
      steps.push_back({label, after});
    });
    return steps;
  }

  // Everything that the others can do from `start` on, while the ample actor does not move.
  void checkState(const State& start) {
    const unsigned ample = ampleActor(model_, start);
    if (ample >= model_.actors() || stepsOf(start, ample).empty()) return;
    ++reduced_;
    std::set<StateBytes<State>> seen = {bytesOf(start)};
    std::vector<State> states = {start};
    for (std::size_t i = 0; i < states.size() && wrong_.empty(); ++i) {
      const State state = states[i];
      checkSteps(start, state, ample);
      for (unsigned a = 0; a < model_.actors(); ++a)
        if (a != ample)
          for (const Step& step : stepsOf(state, a))
            if (seen.insert(bytesOf(step.after)).second) states.push_back(step.after);
    }
  }

  void checkSteps(const State& start, const State& state, unsigned ample) {
    const auto say = [&](const std::string& what) {
      if (wrong_.empty()) wrong_ = "actor " + std::to_string(ample) + " may not go first: " + what;
    };
    const std::vector<Step> first = stepsOf(start, ample), now = stepsOf(state, ample);
    if (!sameLabels(first, now)) return say("the others change which steps it has");
    for (std::size_t k = 0; k < now.size(); ++k) {
      const State& moved = now[k].after;
      if (rulesBrokenBy(model_, state, ample, now[k].label, moved) != 0)
        return say("its step breaks a rule");
      if (rulesBrokenIn(model_, state) != rulesBrokenIn(model_, moved))
        return say("its step breaks or mends a rule");
      for (unsigned a = 0; a < model_.actors(); ++a) {
        if (a == ample) continue;
        const std::vector<Step> before = stepsOf(state, a), after = stepsOf(moved, a);
        const std::string other = " of actor " + std::to_string(a);
        if (!sameLabels(before, after)) return say("it changes which steps there are" + other);
        for (std::size_t j = 0; j < before.size(); ++j) {
          const std::vector<Step> late = stepsOf(before[j].after, ample);
          if (!sameLabels(first, late)) return say("a step changes its steps," + other);
          if (bytesOf(late[k].after) != bytesOf(after[j].after))
            return say("the order matters to a step" + other);
          if (rulesBrokenBy(model_, state, a, before[j].label, before[j].after) !=
              rulesBrokenBy(model_, moved, a, after[j].label, after[j].after))
            return say("it decides whether a rule is broken by a step" + other);
        }
      }
    }
  }

  static bool sameLabels(const std::vector<Step>& a, const std::vector<Step>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (a[i].label != b[i].label) return false;
    return true;
  }

  // Takes away states that no other leads to until none is left; on a cycle some stay.
  void checkAcyclic(const std::vector<State>& states) {
    std::map<StateBytes<State>, std::size_t> ways;
    const auto forSuccessors = [&](const State& state, auto visit) {
      for (unsigned a = 0; a < model_.actors(); ++a)
        model_.steps(state, a, [&](const State& after, unsigned) { visit(after); });
    };
    for (const State& state : states)
      forSuccessors(state, [&](const State& after) { ++ways[bytesOf(after)]; });
    std::vector<State> free;
    for (const State& state : states)
      if (ways[bytesOf(state)] == 0) free.push_back(state);
    std::size_t taken = 0;
    for (; !free.empty(); ++taken) {
      const State state = free.back();
      free.pop_back();
      forSuccessors(state, [&](const State& after) {
        if (--ways[bytesOf(after)] == 0) free.push_back(after);
      });
    }
    if (taken != states.size()) wrong_ = "kAcyclic, but a state can be come back to";
  }

  void checkTwin() {
    const ReferenceResult full = searchWithAMap(model_);
    const auto reduced = LevelSearch<Model>(model_, InterleavingOptions{}, true, 0).run();
    if (reduced.broken != full.broken()) wrong_ = "the reduced search finds other rules broken";
    if (reduced.terminal != full.terminal)
      wrong_ = "the reduced search finds another number of terminal states";
  }

  const Model& model_;
  std::string wrong_;
  std::size_t reduced_ = 0;
};

}  // namespace ptecheck

#endif
