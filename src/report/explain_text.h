// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_EXPLAIN_TEXT_H
#define PTECHECK_REPORT_EXPLAIN_TEXT_H

#include <string>

#include "report/explain_story.h"

namespace ptecheck {

// 75 columns. `colour`: what has changed is red as well as marked (ANSI escapes, for terminals).
std::string explainText(const Story& story, bool colour);

}  // namespace ptecheck

#endif
