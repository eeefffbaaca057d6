// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_MODEL_CHECK_H
#define PTECHECK_CHECK_MODEL_CHECK_H

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "check/finding_id.h"
#include "check/result.h"
#include "explore/parallel.h"
#include "mm/policy.h"
#include "scenario/space.h"
#include "spec/rules.h"

namespace ptecheck {

// Called now and then by one thread at a time: units of work done, and all.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

// What to search, on whatever subject.
struct SearchOptions {
  RuleSet rules = kAllRules;
  unsigned exhaustive_pages = 4;             // largest folio of the exhaustive part; 0: none
  std::array<std::uint8_t, 3> deviations = Space{}.deviations;
  unsigned random_pages = MAX_PAGES;         // largest folio of the random part
  std::uint64_t random_scenarios = 100000;   // 0: no random part
  std::uint64_t seed = 1;
  unsigned jobs = 1;
  Share share;
  Progress progress;
};

// Runs every scenario of the search on the model, once for each policy, and judges it. The result is
// the same at any number of jobs.
CheckResult checkModel(const std::vector<Policy>& policies, const SearchOptions& options);

// One scenario on the model: its outcome, and the rules it breaks (`differs` included).
struct ModelRun {
  Outcome outcome{};
  RuleSet broken = 0;
  std::vector<Violation> violations;
};
ModelRun runOnModel(const Scenario& scenario, const Policy& policy);

// The policy a finding's id or the command line names: `v6.16`, or with a mutant `v6.16+NAME`.
// Throws Error(kUsage) with the names there are.
Policy policyByName(std::string_view name);

}  // namespace ptecheck

#endif
