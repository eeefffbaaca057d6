// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck check --html DIR: an index and the story of each finding, as a folder of pages.
#ifndef PTECHECK_CLI_CHECK_HTML_H
#define PTECHECK_CLI_CHECK_HTML_H

#include <functional>
#include <string>
#include <vector>

#include "check/concurrent.h"
#include "cli/html_folder.h"
#include "cli/options.h"
#include "report/index_html.h"

namespace ptecheck {

// Pages of a check of the model, of a tree, of several processors: puts them into `folder`, in
// memory. `searched`: how the sets of actors were searched.
void addPages(HtmlFolder& folder, const std::vector<CheckResult>& results,
              const std::vector<ConcurrentResult>& concurrent, const ConcurrentOptions& searched,
              const IndexOptions& options);
void addPages(HtmlFolder& folder, const std::vector<ArchTree>& trees, const TreeWords& tree,
              const IndexOptions& options);
void addPages(HtmlFolder& folder, const std::vector<ConcurrentResult>& concurrent,
              const ConcurrentOptions& searched, const IndexOptions& options);

// The command that was typed, for somebody else: without what changes nothing of what is found.
std::string againCommand(const std::vector<std::string>& words);

// Writes `text` to stdout, and the folder if there is one, which `fill` fills first. If one of them
// cannot be written, the other is there all the same. A terminal is told where the pages are.
// Throws if the user has stopped the search: pages of half of it are not written.
void writeReports(const std::string& text, HtmlFolder* folder,
                  const std::function<void(HtmlFolder&)>& fill);

}  // namespace ptecheck

#endif
