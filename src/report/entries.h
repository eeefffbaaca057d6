// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_ENTRIES_H
#define PTECHECK_REPORT_ENTRIES_H

#include <string>
#include <vector>

#include "pte/architectures.h"
#include "scenario/flat.h"

namespace ptecheck {

// describe() and beforeAfter() of spec/describe.h, for raw entries of an architecture that is known
// at run time only.
std::string entryInLetters(Arch arch, unsigned long long entry, bool page_exclusive, unsigned page,
                           unsigned pages);
std::vector<std::string> entriesInLetters(Arch arch, const Scenario& scenario,
                                          const Outcome& outcome, bool reads, unsigned width);

}  // namespace ptecheck

#endif
