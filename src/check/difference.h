// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_DIFFERENCE_H
#define PTECHECK_CHECK_DIFFERENCE_H

#include <optional>
#include <string>

#include "scenario/flat.h"

namespace ptecheck {

struct Difference {
  std::string what;  // "entry after", "PageAnonExclusive", "TLB flushes", ...
  std::string text;  // "A page 1, entry after: model 0x..., tree 0x..."
};

// The first thing that differs, entries before counters; none if nothing does.
//
// Not compared: the number of batches, which a tree cannot tell; and what steps leave, unless both
// ran all of them (a tree's agent does not fork, and handles no fault).
std::optional<Difference> firstDifference(const Scenario& scenario, const Outcome& model,
                                          const Outcome& tree);

}  // namespace ptecheck

#endif
