// SPDX-License-Identifier: GPL-2.0-only
#include "check/concurrent_bugs.h"

#include <algorithm>
#include <array>

namespace ptecheck {

namespace {

struct Size {
  unsigned pages, actors;
};
constexpr std::array<Size, 6> kSizes = {{{1, 1}, {1, 2}, {1, 3}, {2, 1}, {2, 2}, {2, 3}}};

ConcurrentBug find(const SmpMutantInfo& info, unsigned jobs) {
  ConcurrentBug bug;
  bug.mutant = &info;
  ConcurrentOptions options;
  options.policy = *findPolicy("v6.12");
  options.mutant = info.mutant;
  options.jobs = jobs;
  std::array<std::uint64_t, kArchs> states{};
  for (const Size& size : kSizes) {
    for (Arch arch = 0; arch < kArchs; ++arch) {
      options.arch = arch;
      const ConcurrentResult result =
          checkSetups(options, setupsOf(options, size.actors, size.pages));
      throwIfStopped("looking for mistakes");
      states[arch] += result.states;
      if (result.broken == 0) continue;
      bug.arch = arch;
      bug.broken = result.broken;
      bug.states = states[arch];
      bug.example = *std::min_element(result.examples.begin(), result.examples.end(),
                                      [](const auto& a, const auto& b) {
                                        return a.schedule.steps.size() < b.schedule.steps.size();
                                      });
      SmpSetup repaired = bug.example->setup;
      repaired.mutant = SmpMutant::kNone;
      options.mutant = SmpMutant::kNone;
      bug.repaired = checkSetups(options, {repaired}).broken;
      return bug;
    }
  }
  return bug;
}

}  // namespace

std::vector<ConcurrentBug> findConcurrentBugs(const std::vector<const SmpMutantInfo*>& mutants,
                                              unsigned jobs, const Progress& progress) {
  std::vector<ConcurrentBug> bugs;
  for (const SmpMutantInfo* info : mutants) {
    bugs.push_back(find(*info, jobs));
    throwIfStopped("looking for mistakes");
    if (progress) progress({bugs.size(), mutants.size(), "mistakes", "several processors"});
  }
  return bugs;
}

}  // namespace ptecheck
