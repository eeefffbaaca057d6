// SPDX-License-Identifier: GPL-2.0-only
#include "prove/model_formats.h"

namespace ptecheck {
namespace {

template <class F>
const Helpers<typename F::Word>* helpersOf() {
  static const FormatHelpers<F> helpers;
  return &helpers;
}

template <class F>
constexpr const HistoryNote* historyOf() {
  if constexpr (requires { F::kHistory; })
    return &F::kHistory;
  else
    return nullptr;
}

template <class... F, class... S>
void add(FormatList<F...>, FormatList<S...>, std::vector<ModelFormat>* all) {
  (all->push_back({archOf(F::kId), historyOf<F>(), helpersOf<F>(), helpersOf<S>()}), ...);
}

}  // namespace

const std::vector<ModelFormat>& modelFormats() {
  static const std::vector<ModelFormat> all = [] {
    std::vector<ModelFormat> list;
    add(AllFormats<>(), AllFormats<SolverWord>(), &list);
    add(HistoryFormats<>(), HistoryFormats<SolverWord>(), &list);
    return list;
  }();
  return all;
}

}  // namespace ptecheck
