// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_FAMILY_CASES_H
#define PTECHECK_CHECK_FAMILY_CASES_H

#include "mm/policy.h"
#include "scenario/space.h"

namespace ptecheck {

// Does any scenario of the family reach this kind of work?
bool reaches(Family family, Case which);

// The policy with everything forgotten that no scenario of the family reaches: two policies with
// equal relevant parts do the same in all of them.
Policy relevantPart(const Policy& policy, Family family);

// The family whose scenarios are made for this case.
Family familyOf(Case which);

}  // namespace ptecheck

#endif
