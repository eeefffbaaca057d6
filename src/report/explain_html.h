// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_EXPLAIN_HTML_H
#define PTECHECK_REPORT_EXPLAIN_HTML_H

#include <string>

#include "report/explain_story.h"

namespace ptecheck {

// A link at the top of a page, to where the reader may have come from.
struct PageLink {
  std::string address;  // "index.html", relative to the page; empty: no link
  std::string label = "All findings";
};

// A page of its own: nothing is fetched from anywhere. All steps stand in it one below the other,
// as they are printed and as a browser without scripts shows them; a script shows one at a time.
std::string explainHtml(const Story& story, const PageLink& back = {});

}  // namespace ptecheck

#endif
