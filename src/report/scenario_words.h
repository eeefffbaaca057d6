// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_SCENARIO_WORDS_H
#define PTECHECK_REPORT_SCENARIO_WORDS_H

#include <string>

#include "scenario/flat.h"

namespace ptecheck {

// The situation in sentences, without the entries (the table of entries shows them): what folio,
// who maps it through which VMAs, what happens, what comes after. What is plain - no page-table end
// nearby, no extra reference, nobody interfering - is not mentioned.
std::string scenarioInWords(const Scenario& scenario);

// "A writes to page 1". `processes`: that there are before it (a child gets the next name).
std::string stepInWords(const Step& step, unsigned processes);

}  // namespace ptecheck

#endif
