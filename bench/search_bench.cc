// SPDX-License-Identifier: GPL-2.0-only
//
// How many distinct states a second the search of all interleavings finds. Search/walkers: three
// actors over seven entries, 5,619,712 states (the model of bench/compare_search, which other
// engines search too), on one thread and on two. Search/small: many small searches, one after the
// other.
//
//   ptecheck_bench --benchmark_filter=Search/
#include <benchmark/benchmark.h>

#include <cstdint>

#include "explore/interleaving.h"
#include "explore/three_walkers.h"

namespace ptecheck {
namespace {

template <unsigned N>
void searchWalkers(benchmark::State& state) {
  InterleavingOptions options;
  options.threads = static_cast<unsigned>(state.range(0));
  std::uint64_t states = 0;
  double bytes = 0;
  for (auto _ : state) {
    const auto result = searchInterleavings(ThreeWalkers<N>(), options);
    if (!result.provenGood()) state.SkipWithError("the search is not complete");
    states += result.states;
    bytes = result.bytesPerState();
  }
  state.counters["states/s"] =
      benchmark::Counter(static_cast<double>(states), benchmark::Counter::kIsRate);
  state.counters["bytes/state"] = bytes;
}

BENCHMARK(searchWalkers<7>)
    ->Name("Search/walkers")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(searchWalkers<2>)->Name("Search/small")->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ptecheck
