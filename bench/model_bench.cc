// SPDX-License-Identifier: GPL-2.0-only
//
// How many scenarios a second the model runs: building the state, running, filling the outcome.
// Making scenarios and judging outcomes is not in these figures.
//
//   model_bench --benchmark_filter=Small
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "mm/machine.h"
#include "mm/policy.h"
#include "pte/x86_64.h"
#include "scenario/flat.h"

namespace ptecheck {
namespace {

// Legal entries of a lazyfree folio.
constexpr unsigned kKinds[] = {ENTRY_PRESENT,
                               ENTRY_PRESENT | ENTRY_EXCLUSIVE,
                               ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_WRITE,
                               ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_WRITE | ENTRY_SOFT_DIRTY,
                               ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_WRITE | ENTRY_DIRTY,
                               0};

std::vector<Scenario> scenarios(unsigned pages, unsigned processes, unsigned steps) {
  std::mt19937 random(1);
  std::vector<Scenario> result(256);
  for (Scenario& s : result) {
    s = {};
    s.pages = static_cast<unsigned short>(pages);
    s.processes = static_cast<unsigned char>(processes);
    s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
    s.references = random() % 4 == 0 ? 1 : 0;
    s.ttu = random() % 2 ? UNMAP_BATCH_FLUSH : 0;
    s.remote_cpu = random() % 2;
    for (unsigned p = 0; p < processes; ++p) s.vma[p][0].flags = VMA_WRITE;
    // Runs of equal entries, as batches want them, with a change now and then.
    unsigned kind = kKinds[random() % std::size(kKinds)];
    for (unsigned i = 0; i < processes * pages; ++i) {
      if (random() % 4 == 0) kind = kKinds[random() % std::size(kKinds)];
      s.entry[i] = static_cast<unsigned short>(kind);
    }
    for (unsigned i = 0; i < steps; ++i)
      s.step[i] = {static_cast<unsigned char>(i == 0 ? STEP_FORK : STEP_WRITE), 0, ALL_PAGES};
    s.steps = static_cast<unsigned char>(steps);
  }
  return result;
}

void run(benchmark::State& state, const char* policy, unsigned pages, unsigned processes,
         unsigned steps) {
  const std::vector<Scenario> all = scenarios(pages, processes, steps);
  auto machine = std::make_unique<Machine<X86_64<>>>();
  auto out = std::make_unique<Outcome>();
  const Policy& p = *findPolicy(policy);
  std::size_t i = 0;
  for (auto _ : state) {
    machine->run(all[i++ % all.size()], p, *out);
    benchmark::DoNotOptimize(out->entry[0].after);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

void registerAll() {
  for (const char* policy : {"unbatched", "v6.16", "respect-write-softdirty", "restore-each"}) {
    const std::string name(policy);
    const auto add = [&](const char* what, unsigned pages, unsigned processes, unsigned steps) {
      benchmark::RegisterBenchmark((std::string(what) + "/" + name).c_str(), run, policy, pages,
                                   processes, steps);
    };
    add("Small_4pages_1process", 4, 1, 0);
    add("Small_2pages_1process", 2, 1, 0);
    add("Small_4pages_2processes", 4, 2, 0);
    add("Steps_4pages_fork_write", 4, 1, 2);
    add("Large_512pages_1process", 512, 1, 0);
  }
}

}  // namespace
}  // namespace ptecheck

int main(int argc, char** argv) {
  ptecheck::registerAll();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
