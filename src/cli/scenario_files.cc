// SPDX-License-Identifier: GPL-2.0-only
#include "cli/scenario_files.h"

#include "check/arch_rules.h"
#include "mm/policy.h"
#include "scenario/abilities.h"
#include "scenario/error.h"
#include "scenario/legal.h"
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

Arch archOfFile(const ScenarioFile& file) { return file.arch.empty() ? kX86 : archOf(file.arch); }

ScenarioFile readLegal(const std::string& path, const Vocabulary& names, const std::string& arch) {
  ScenarioFile file = readScenarioFile(path, names);
  if (!arch.empty()) file.arch = arch;
  if (const std::string why = whyIllegal(file.scenario); !why.empty())
    throw Error(ErrorKind::kUsage, path + ": no kernel gets into this situation: " + why);
  const std::string missing = whatIsMissing(file.scenario, abilitiesOf(archOfFile(file)));
  if (!missing.empty())
    throw Error(ErrorKind::kUsage, path + ": " + archId(archOfFile(file)) + " has no " + missing);
  return file;
}

}  // namespace ptecheck
