// SPDX-License-Identifier: GPL-2.0-only
//
// The entries of one step as a table of a page.
#ifndef PTECHECK_REPORT_EXPLAIN_CELLS_H
#define PTECHECK_REPORT_EXPLAIN_CELLS_H

#include <string>

#include "report/explain_story.h"

namespace ptecheck {

// Adds the table of step `step` to `html`: processes or address spaces first, then TLBs, in the
// same columns. Each bit of an entry is a box; what is set is named below it.
void entriesTable(const Story& story, std::size_t step, std::string& html);

// What boxes and lines of the tables of `story` mean.
void legend(const Story& story, std::string& html);

}  // namespace ptecheck

#endif
