// SPDX-License-Identifier: GPL-2.0-only
//
// One entry of a scenario in letters: "wEDYS..", "swap:E..", "devexcl:wE..", "-", "marker".
#ifndef PTECHECK_SCENARIO_TEXT_ENTRY_H
#define PTECHECK_SCENARIO_TEXT_ENTRY_H

#include "scenario/text_line.h"

namespace ptecheck::text_detail {

// Reads the entry of `process` (for messages). entryLetters() of text.h writes it.
unsigned short parseEntry(Line& line, unsigned process);

}  // namespace ptecheck::text_detail

#endif
