// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_FINDING_ID_H
#define PTECHECK_CHECK_FINDING_ID_H

#include <string>
#include <string_view>

#include "pte/architectures.h"
#include "scenario/choices.h"
#include "scenario/space.h"

namespace ptecheck {

// A finding's name: SPACE/ROW/CHOICES or SPACE/ARCH/ROW/CHOICES, for instance e1/v6.16/1000z3a or
// e1/arm64/v6.16/100033a.
//   SPACE    `e` (exhaustive) or `r` (random), and the version of what choices mean; an exhaustive
//            space with budgets of its own adds them: e1.3.2.1. A family other than reclaim
//            follows: e1:file
//   ARCH     an architecture's id; left out if it is x86_64. Choices mean another scenario there
//   ROW      a policy of the model (`v6.16`), one with a mutant (`v6.12+rss-short`), or `tree`
//   CHOICES  see explore/choice_id.h
struct FindingId {
  Space space;  // its abilities are those of `arch`
  Arch arch = kX86;
  std::string row;
  Choices choices;
};

// Raised whenever the same choices come to mean another scenario.
inline constexpr unsigned kSpaceVersion = 1;

std::string formatFindingId(const FindingId& id);

// Throws Error(kUsage) that names what is wrong with the text.
FindingId parseFindingId(std::string_view text);

// The scenario an id means. Throws Error(kUsage) if its choices build none.
Scenario scenarioOf(const FindingId& id);

}  // namespace ptecheck

#endif
