// SPDX-License-Identifier: GPL-2.0-only
//
// How many scenarios a second the model runs: building the state, running, filling the outcome.
// Making scenarios and judging outcomes is not in these figures.
//
//   ptecheck_bench --benchmark_filter=Model/4pages_1process
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string>

#include "mm/machine.h"
#include "mm/policy.h"
#include "pte/x86_64.h"
#include "scenario/flat.h"

namespace ptecheck {
namespace {

// Legal entries of a lazyfree folio.
constexpr unsigned short kKinds[] = {
    ENTRY_PRESENT,
    ENTRY_PRESENT | ENTRY_EXCLUSIVE,
    ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_WRITE,
    ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_WRITE | ENTRY_SOFT_DIRTY,
    ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_WRITE | ENTRY_DIRTY,
    0};

// Like the check: all combinations of the last entries, the last page changing fastest, written
// into one scenario.
class Enumeration {
 public:
  Enumeration(unsigned pages, unsigned processes, unsigned steps) : entries_(pages * processes) {
    s_.pages = static_cast<unsigned short>(pages);
    s_.processes = static_cast<unsigned char>(processes);
    s_.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
    for (unsigned p = 0; p < processes; ++p) s_.vma[p][0].flags = VMA_WRITE;
    for (unsigned i = 0; i < entries_; ++i) s_.entry[i] = kKinds[0];
    for (unsigned i = 0; i < steps; ++i)
      s_.step[i] = {static_cast<unsigned char>(i == 0 ? STEP_FORK : STEP_WRITE), 0, ALL_PAGES};
    s_.steps = static_cast<unsigned char>(steps);
  }

  const Scenario& next() {
    for (unsigned i = entries_; i-- > 0;) {
      unsigned& kind = kind_[(entries_ - 1 - i) % kind_.size()];
      kind = kind + 1 == std::size(kKinds) ? 0 : kind + 1;
      s_.entry[i] = kKinds[kind];
      if (kind != 0 || entries_ - i == kind_.size()) break;
    }
    return s_;
  }

 private:
  Scenario s_{};
  unsigned entries_;
  std::array<unsigned, 8> kind_{};
};

void run(benchmark::State& state, const char* policy, unsigned pages, unsigned processes,
         unsigned steps) {
  Enumeration scenarios(pages, processes, steps);
  auto machine = std::make_unique<Machine<X86_64<>>>();
  auto out = std::make_unique<Outcome>();
  const Policy& p = *findPolicy(policy);
  for (auto _ : state) {
    machine->run(scenarios.next(), p, *out);
    benchmark::DoNotOptimize(out->entry[0].after);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

int registerAll() {
  for (const char* policy : {"unbatched", "v6.16", "respect-write-softdirty", "restore-each"}) {
    const auto add = [&](const std::string& what, unsigned pages, unsigned processes,
                         unsigned steps) {
      benchmark::RegisterBenchmark(("Model/" + what + "/" + policy).c_str(), run, policy, pages,
                                   processes, steps);
    };
    add("2pages_1process", 2, 1, 0);
    add("4pages_1process", 4, 1, 0);
    add("4pages_2processes", 4, 2, 0);
    add("4pages_fork_write", 4, 1, 2);
    add("512pages_1process", 512, 1, 0);
  }
  return 0;
}

[[maybe_unused]] const int registered = registerAll();

}  // namespace
}  // namespace ptecheck
