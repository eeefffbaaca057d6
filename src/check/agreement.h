// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_AGREEMENT_H
#define PTECHECK_CHECK_AGREEMENT_H

#include <string>

#include "scenario/flat.h"

namespace ptecheck {

// Two subjects ran the same scenario: do they agree, entry by entry (raw) and counter by counter? Says
// the first difference ("A page 1 after: model 0x..., tree 0x..."), or "".
//
// Not compared: the number of batches, which a tree cannot tell; and with steps, what is seen after
// them, since a tree's faults are not run.
std::string firstDifference(const Scenario& scenario, const Outcome& model, const Outcome& tree);

}  // namespace ptecheck

#endif
