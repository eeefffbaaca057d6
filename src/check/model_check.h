// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_MODEL_CHECK_H
#define PTECHECK_CHECK_MODEL_CHECK_H

#include <cstdint>
#include <string>
#include <vector>

#include "check/finding_id.h"
#include "check/result.h"
#include "check/search_options.h"
#include "mm/policy.h"
#include "spec/rules.h"

namespace ptecheck {

// Runs every scenario of the search on the model with entries of options.arch, once for each
// policy, and judges it. The result is the same at any number of jobs.
CheckResult checkModel(const std::vector<Policy>& policies, const SearchOptions& options);

// "the built-in model (x86-64)".
std::string modelName(Arch arch);

// One scenario on the model: its outcome, and the rules it breaks (`differs` included).
struct ModelRun {
  Outcome outcome{};
  RuleSet broken = 0;
  std::vector<Violation> violations;
};
ModelRun runOnModel(const Scenario& scenario, const Policy& policy, Arch arch = kX86);

// The policy a finding's id or the command line names: `v6.16`, or with a mutant `v6.16+NAME`;
// a mutant's name alone stands for it on its own base policy. Throws Error(kUsage) with the names
// there are.
Policy policyByName(std::string_view name);

}  // namespace ptecheck

#endif
