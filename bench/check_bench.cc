// SPDX-License-Identifier: GPL-2.0-only
//
// Whole checks, as a user runs them: making scenarios, running, judging and counting. The figure is
// scenarios a second (each on one policy, or on a tree's own code).
//
//   ptecheck_bench --benchmark_filter=Check/
//   ptecheck_bench --benchmark_filter=Tree/      (fetches and compiles Debian's 6.12 the first
//   time)
//
// Check/<policy>/<jobs> uses real time, so that the ratio of the lines for 1 and 2 jobs is the
// speed-up.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <string>

#include "check/model_check.h"
#include "check/search.h"
#include "check/tree_check.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

SearchOptions exhaustive(unsigned jobs, unsigned pages) {
  SearchOptions options;
  options.jobs = jobs;
  options.exhaustive_pages = pages;
  options.random_scenarios = 0;
  return options;
}

void generate(benchmark::State& state) {
  std::int64_t scenarios = 0;
  const Search search(exhaustive(1, 4));
  Scenario scenario;
  for (auto _ : state)
    for (std::size_t unit = 0; unit < search.units(); ++unit)
      search.forEach(unit, scenario, [&](const Scenario& s, auto) {
        benchmark::DoNotOptimize(s.entry[0]);
        ++scenarios;
      });
  state.SetItemsProcessed(scenarios);
}

void check(benchmark::State& state, const std::string& policy, unsigned jobs) {
  std::int64_t scenarios = 0;
  for (auto _ : state) {
    const CheckResult result = checkModel({policyByName(policy)}, exhaustive(jobs, 4));
    scenarios += static_cast<std::int64_t>(result.parts[0].scenarios);
  }
  state.SetItemsProcessed(scenarios);
}

void checkKernelTree(benchmark::State& state, unsigned jobs) {
  TreeCheckOptions options;
  options.tree = getKernelSource("6.12", {});
  options.search = exhaustive(jobs, 1);
  checkTree(options);  // compiles what is not in the cache
  options.search = exhaustive(jobs, 4);
  std::int64_t scenarios = 0;
  for (auto _ : state)
    scenarios += static_cast<std::int64_t>(checkTree(options).result.parts[0].scenarios);
  state.SetItemsProcessed(scenarios);
}

// Memory: the largest resident set after checking 1-page, 2-page and 4-page spaces, in KiB.
void memory(benchmark::State& state) {
  for (auto _ : state)
    for (unsigned pages : {1U, 2U, 4U}) {
      checkModel({policyByName("v6.16")}, exhaustive(1, pages));
      rusage usage{};
      getrusage(RUSAGE_SELF, &usage);
      state.counters["KiB_after_" + std::to_string(pages) + "_pages"] =
          static_cast<double>(usage.ru_maxrss);
    }
}

int registerAll() {
  benchmark::RegisterBenchmark("Check/generate_only", generate)->Unit(benchmark::kMillisecond);
  for (const char* policy : {"unbatched", "respect-write-softdirty"})
    for (unsigned jobs : {1U, 2U})
      benchmark::RegisterBenchmark(
          ("Check/" + std::string(policy) + "/" + std::to_string(jobs)).c_str(), check, policy,
          jobs)
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
  benchmark::RegisterBenchmark("Check/memory", memory)
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
  for (unsigned jobs : {1U, 2U})
    benchmark::RegisterBenchmark(("Tree/6.12/" + std::to_string(jobs)).c_str(), checkKernelTree,
                                 jobs)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  return 0;
}

[[maybe_unused]] const int registered = registerAll();

}  // namespace
}  // namespace ptecheck
