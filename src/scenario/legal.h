// SPDX-License-Identifier: GPL-2.0-only
//
// What the kernel itself asserts, or guarantees by construction, about a legal starting state:
// stated once, here. Only meaningful scenarios are generated, accepted from files, and judged.
// legal.cc names the source of each demand.
#ifndef PTECHECK_SCENARIO_LEGAL_H
#define PTECHECK_SCENARIO_LEGAL_H

#include <string>

#include "scenario/flat.h"

namespace ptecheck {

// "" if the scenario is legal; else a sentence that names process, page and the demand that is not
// met.
std::string whyIllegal(const Scenario& scenario);

}  // namespace ptecheck

#endif
