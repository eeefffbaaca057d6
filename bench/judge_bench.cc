// SPDX-License-Identifier: GPL-2.0-only
//
// The judge is on the hot path of every check: model, judge and generator together must make ten
// million scenarios a second on one core, so the judge alone has to stay well below 40 ns for four
// entries.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "pte/x86_64.h"
#include "scenario/text.h"
#include "spec/hand_made.h"
#include "spec/judge.h"

namespace ptecheck {
namespace {

using F = X86_64<>;

Scenario scenario(const std::string& text) {
  return parseScenario(text + "\noperation: try_to_unmap\n", "bench").scenario;
}

const char* const kFourEntries =
    "folio: 4 pages, lazyfree\nvma A: write\npage A\n0 wEDY\n1 wE\n2 rES\n3 rD";

// Sixteen outcomes in turn, so that the branch predictor cannot learn one of them by heart: kept,
// merged, dropped and mixed.
std::vector<std::unique_ptr<HandMade<F>>> outcomes(const Scenario& s, bool swap) {
  std::vector<std::unique_ptr<HandMade<F>>> made;
  for (unsigned i = 0; i < 16; ++i) {
    made.push_back(std::make_unique<HandMade<F>>(s));
    HandMade<F>& m = *made.back();
    for (unsigned page = 0; page < s.pages; ++page) {
      EntryResult& e = m.entry(0, page);
      if (!(s.entry[page] & ENTRY_PRESENT)) continue;
      if ((i >> (page % 4)) & 1) {
        if (swap)
          m.swapOut(0, page);
        else if (!F::pte_dirty(e.before))
          m.drop(0, page);
      } else if (i & 8) {
        e.after = F::pte_mkyoung(e.before);
      }
    }
  }
  return made;
}

void judgeAll(benchmark::State& state, const Scenario& s, bool swap) {
  const auto made = outcomes(s, swap);
  RuleSet broken = 0;
  std::size_t i = 0;
  for (auto _ : state) {
    broken |= judge<F>(s, made[i++ % made.size()]->o);
    benchmark::DoNotOptimize(broken);
  }
  if (broken & ~kCostRules) state.SkipWithError(ruleNames(broken).c_str());
  state.SetItemsProcessed(state.iterations());
}

void BM_JudgeFourEntries(benchmark::State& state) {
  judgeAll(state, scenario(kFourEntries), false);
}
BENCHMARK(BM_JudgeFourEntries);

void BM_JudgeFourEntriesInTwoProcesses(benchmark::State& state) {
  judgeAll(
      state,
      scenario("folio: 2 pages, lazyfree\nvma A: write\nvma B: write\npage A B\n0 wED -\n1 r rD"),
      false);
}
BENCHMARK(BM_JudgeFourEntriesInTwoProcesses);

void BM_JudgeFourSwapEntries(benchmark::State& state) {
  judgeAll(
      state,
      scenario(
          "folio: 4 pages, swap-backed, swap-cache\nvma A: write\npage A\n0-1 wEDY\n2 rES\n3 rED"),
      true);
}
BENCHMARK(BM_JudgeFourSwapEntries);

void BM_JudgeLargeFolio(benchmark::State& state) {
  judgeAll(state, scenario("folio: 512 pages, lazyfree\nvma A: write\npage A\n0-511 wE"), false);
}
BENCHMARK(BM_JudgeLargeFolio);

// Steps cost a replay of who wrote what.
void BM_JudgeForkAndWrite(benchmark::State& state) {
  const Scenario s = scenario(std::string(kFourEntries) + "\nthen: A forks\nthen: A writes all");
  HandMade<F> made(s);
  made.o.processes = 2;
  for (unsigned page = 0; page < s.pages; ++page) {
    made.entry(0, page).seen = seenValue(SEEN_WRITER, page);
    made.entry(1, page).seen = seenValue(SEEN_ORIGINAL, page);
  }
  RuleSet broken = 0;
  for (auto _ : state) {
    broken |= judge<F>(s, made.o);
    benchmark::DoNotOptimize(broken);
  }
  if (broken != 0) state.SkipWithError(ruleNames(broken).c_str());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_JudgeForkAndWrite);

void BM_DiffersFourEntries(benchmark::State& state) {
  const Scenario s = scenario(kFourEntries);
  const auto made = outcomes(s, false);
  const HandMade<F> one(s);
  RuleSet broken = 0;
  std::size_t i = 0;
  for (auto _ : state) {
    broken |= differs<F>(s, one.o, made[i++ % made.size()]->o);
    benchmark::DoNotOptimize(broken);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DiffersFourEntries);

}  // namespace
}  // namespace ptecheck
