// SPDX-License-Identifier: GPL-2.0-only
#include "check/vocabulary.h"

#include "mm/policy.h"
#include "pte/architectures.h"
#include "spec/rules.h"

namespace ptecheck {

Vocabulary vocabulary() {
  Vocabulary names;
  for (const RuleInfo& rule : ruleTable()) names.rules.emplace_back(rule.name);
  for (const Policy& policy : policies()) names.policies.emplace_back(policy.name);
  for (const MutantInfo& mutant : mutants()) names.mutants.emplace_back(mutant.name);
  for (Arch arch = 0; arch < kArchs; ++arch) names.archs.emplace_back(archId(arch));
  return names;
}

}  // namespace ptecheck
