// SPDX-License-Identifier: GPL-2.0-only
#include "order/verdicts.h"

#include <stdexcept>

#include "explore/interleaving.h"
#include "order/machine.h"
#include "order/schedule.h"

namespace ptecheck::order {

Verdict tryTest(const KernelTest& test, MemoryModel model, std::string_view without) {
  std::vector<Outcome> outcomes = test.bad;
  outcomes.insert(outcomes.end(), test.good.begin(), test.good.end());
  const Machine machine(test.program, model, without, outcomes);
  const auto result = searchInterleavings(machine);
  if (result.end != SearchEnd::kComplete)
    throw std::logic_error("test " + std::string(test.name) + " was not searched to its end");
  Verdict verdict;
  verdict.states = result.states;
  verdict.transitions = result.transitions;
  for (unsigned i = 0; i < outcomes.size(); ++i) {
    const auto* example = result.counterexample(i);
    if (i >= test.bad.size() && example == nullptr && without.empty())
      throw std::logic_error("test " + std::string(test.name) + " cannot end with '" +
                             std::string(outcomes[i].text) + "'");
    if (i >= test.bad.size() || example == nullptr) continue;
    const unsigned steps = static_cast<unsigned>(example->steps.size());
    if (verdict.bad && steps >= verdict.steps) continue;
    verdict.bad = true;
    verdict.outcome = outcomes[i].text;
    verdict.steps = steps;
    verdict.schedule = scheduleOf(test.program, machine, *example);
    verdict.at_first = describe(test.program, example->initial);
    verdict.in_the_end =
        describe(test.program, steps == 0 ? example->initial : example->steps.back().after);
  }
  return verdict;
}

TestVerdicts tryWithoutEach(const KernelTest& test) {
  TestVerdicts result{&test, {}};
  const auto onEachModel = [&](std::string_view without) {
    std::array<Verdict, 3> verdicts;
    for (std::size_t m = 0; m < kMemoryModels.size(); ++m)
      verdicts[m] = tryTest(test, kMemoryModels[m], without);
    result.verdicts.push_back(std::move(verdicts));
  };
  onEachModel({});
  for (const Barrier& barrier : test.barriers) onEachModel(barrier.name);
  return result;
}

std::vector<OrderBug> orderBugs() {
  std::vector<OrderBug> bugs;
  for (const KernelTest& test : kernelTests())
    for (const Barrier& barrier : test.barriers) {
      if (barrier.bug.empty()) continue;
      bool repaired = true;
      for (MemoryModel model : kMemoryModels) repaired = repaired && !tryTest(test, model).bad;
      for (MemoryModel model : kMemoryModels) {
        const Verdict verdict = tryTest(test, model, barrier.name);
        if (!verdict.bad) continue;
        bugs.push_back(
            {barrier.bug, &test, &barrier, model, verdict.states, verdict.steps, repaired});
        break;
      }
    }
  return bugs;
}

}  // namespace ptecheck::order
