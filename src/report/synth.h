// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_SYNTH_H
#define PTECHECK_REPORT_SYNTH_H

#include <string>
#include <vector>

#include "check/synth.h"

namespace ptecheck {

// The frontier of each case and architecture, with the counterexample of every weaker neighbour.
std::string synthText(const std::vector<SynthResult>& results, const std::string& version);

// The frontiers as one Markdown table: a line for each point; architectures with equal points share
// it.
std::string synthMarkdown(const std::vector<SynthResult>& results);

// docs/schema/synth.json
std::string synthJson(const std::vector<SynthResult>& results, const std::string& version);

}  // namespace ptecheck

#endif
