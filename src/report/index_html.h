// SPDX-License-Identifier: GPL-2.0-only
//
// The first page of a folder that `ptecheck check --html` writes: what was run, who breaks which
// rule, what each costs, all findings. Every number of a table that is not zero leads to a page of
// its own, the story of the smallest example (report/explain_html.h); its name says what it is
// about, so that it stays the same from one check to the next: x86_64/v6.16/write-gained.html.
//
// Nothing is fetched and nothing needs a script: an architecture is chosen by an address
// (index.html#arm64), which a browser's own style sheet shows.
#ifndef PTECHECK_REPORT_INDEX_HTML_H
#define PTECHECK_REPORT_INDEX_HTML_H

#include <string>
#include <vector>

#include "check/concurrent.h"
#include "check/result.h"
#include "check/tree_check.h"
#include "report/report.h"

namespace ptecheck {

inline constexpr const char* kIndexPage = "index.html";

struct IndexOptions {
  ReportOptions report;
  std::string program;      // "ptecheck 0.1.0 (commit 0e6fcae12345)"
  std::string command;      // that was run, to be typed again
  std::string replay_with;  // what `ptecheck replay ID` needs besides: " --kernel ~/linux"; or ""
};

// The page of a finding, relative to the index; and the part of the index that leads to it,
// relative to that page.
std::string pageOf(const Finding& finding);
std::string backFrom(const Finding& finding);
// The same of several actors.
std::string pageOf(const ConcurrentResult& result, Rule rule);
std::string backFrom(const ConcurrentResult& result);

// "free-no-flush", or "" if there is none.
std::string mutantName(const ConcurrentResult& result);

// Of the model: results as for checkText(), and of several processors if those were searched too.
std::string indexHtml(const std::vector<CheckResult>& results,
                      const std::vector<ConcurrentResult>& concurrent, const IndexOptions& options);
// Of a kernel tree.
std::string indexHtml(const std::vector<ArchTree>& trees, const IndexOptions& options);
// Of several processors alone.
std::string indexHtml(const std::vector<ConcurrentResult>& concurrent, const IndexOptions& options);

}  // namespace ptecheck

#endif
