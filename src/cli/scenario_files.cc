// SPDX-License-Identifier: GPL-2.0-only
#include "cli/scenario_files.h"

#include "check/arch_rules.h"
#include "scenario/abilities.h"
#include "scenario/error.h"
#include "scenario/legal.h"

namespace ptecheck {

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
