// SPDX-License-Identifier: GPL-2.0-only
//
// Interleavings of the model of several processors: states a second, of all sets of three actors.
#include <benchmark/benchmark.h>

#include "check/concurrent.h"

namespace ptecheck {
namespace {

void Concurrent_ThreeActors(benchmark::State& state) {
  ConcurrentOptions options;
  options.policy = *findPolicy("v6.12");
  options.jobs = static_cast<unsigned>(state.range(0));
  const std::vector<SmpSetup> setups = setupsOf(options, 3, 1);
  std::uint64_t states = 0;
  for (auto _ : state) states += checkSetups(options, setups).states;
  state.SetItemsProcessed(static_cast<std::int64_t>(states));
}
BENCHMARK(Concurrent_ThreeActors)
    ->Name("Concurrent/three_actors")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ptecheck
