// SPDX-License-Identifier: GPL-2.0-only
//
// What no model has to offer, but may; explore/interleaving.h says what each means.
#ifndef PTECHECK_EXPLORE_INTERLEAVING_MODEL_H
#define PTECHECK_EXPLORE_INTERLEAVING_MODEL_H

#include <concepts>

#include "explore/independence.h"
#include "explore/interleaving_result.h"

namespace ptecheck {

template <class Model>
concept ChecksStates = requires(const Model& model, const typename Model::State& state) {
  { model.brokenIn(state) } -> std::convertible_to<BrokenRules>;
};
template <class Model>
concept ChecksSteps = requires(const Model& model, const typename Model::State& state) {
  { model.brokenBy(state, 0U, 0U, state) } -> std::convertible_to<BrokenRules>;
};
template <class Model>
concept ChoosesAmple = requires(const Model& model, const typename Model::State& state) {
  { model.ample(state) } -> std::convertible_to<unsigned>;
};
template <class Model>
concept OffersAmple = ChoosesAmple<Model> || TellsFootprints<Model>;

// The actor that alone is to be expanded, or a number from actors() on.
template <OffersAmple Model>
unsigned ampleActor(const Model& model, const typename Model::State& state) {
  if constexpr (ChoosesAmple<Model>)
    return model.ample(state);
  else
    return ampleByFootprints(model, state);
}

template <class Model>
constexpr bool isAcyclic() {
  if constexpr (requires { Model::kAcyclic; })
    return Model::kAcyclic;
  else
    return false;
}

}  // namespace ptecheck

#endif
