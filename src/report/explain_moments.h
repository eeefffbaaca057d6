// SPDX-License-Identifier: GPL-2.0-only
//
// What happens, in words: the steps of a tale.
#ifndef PTECHECK_REPORT_EXPLAIN_MOMENTS_H
#define PTECHECK_REPORT_EXPLAIN_MOMENTS_H

#include <functional>
#include <string>
#include <vector>

#include "check/tale.h"
#include "report/explain_story.h"

namespace ptecheck {

// The entry of a process and page in a frame, in letters.
using CellInLetters =
    std::function<std::string(const TaleFrame& frame, unsigned process, unsigned page)>;

// Who, what and where in the kernel; no cells, no facts. `before`: the frame before, or nullptr.
StoryStep frameInWords(const TaleFrame& frame, const TaleFrame* before, const Scenario& scenario,
                       const Tale& tale, const CellInLetters& cell);

// "clean, lazyfree"
std::string folioState(unsigned folio_flags);

// Shared by both kinds of stories.
void addFates(const std::vector<PolicyFate>& fates, Story& story);
std::string verdictOfRules(RuleSet broken, bool strict, bool checked);

}  // namespace ptecheck

#endif
