// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CLI_SCENARIO_FILES_H
#define PTECHECK_CLI_SCENARIO_FILES_H

#include <string>

#include "pte/architectures.h"
#include "scenario/text.h"

namespace ptecheck {

Arch archOfFile(const ScenarioFile& file);

// Throws Error(kUsage) if no kernel gets into the situation, or the architecture cannot express it.
// `arch`: instead of the file's, if it is not empty.
ScenarioFile readLegal(const std::string& path, const Vocabulary& names, const std::string& arch);

}  // namespace ptecheck

#endif
