// SPDX-License-Identifier: GPL-2.0-only
#include "report/bugs.h"

#include <fmt/format.h>

#include "report/head.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/numbers.h"

namespace ptecheck {

namespace {

std::string sizeWords(const BugFound& bug) {
  std::string words = counted(bug.pages, "page", "pages");
  if (bug.processes > 1) words += fmt::format(", {} processes", bug.processes);
  if (bug.arch != kX86) words += fmt::format(", {}", archId(bug.arch));
  return words;
}

std::string verdictWords(const BugFound& bug) {
  if (!bug.found) return "NOT FOUND";
  return bug.repaired == 0 ? "found"
                           : "found, but so is the repaired code: " + ruleList(bug.repaired);
}

}  // namespace

std::string bugsText(const std::vector<BugFound>& bugs, const std::string& version) {
  std::string text = labelled("ptecheck", version);
  std::size_t found = 0;
  for (const BugFound& bug : bugs) {
    text += '\n' + std::string(bug.mutant->name) + ": " + verdictWords(bug) + '\n';
    text += paragraph(bug.mutant->summary, "  ", 2);
    if (!bug.found) continue;
    found += bug.repaired == 0;
    text += paragraph(fmt::format("{} after {} ({})", bug.mutant->rule,
                                  counted(bug.scenarios, "scenario", "scenarios"), sizeWords(bug)),
                      "  ", 2);
    text += "  " + bug.id + '\n';
  }
  text +=
      '\n' + paragraph(fmt::format("{} of {} found, and their repaired forms break nothing there.",
                                   found, counted(bugs.size(), "mistake", "mistakes")));
  return text;
}

std::string bugsMarkdown(const std::vector<BugFound>& bugs) {
  std::string text =
      "| mutant | what the code does wrong | rule | smallest example | scenarios until found |\n"
      "|---|---|---|---|---|\n";
  for (const BugFound& bug : bugs)
    text += fmt::format("| `{}` | {} | {} | {}: `{}` | {} |\n", bug.mutant->name,
                        bug.mutant->summary, bug.mutant->rule, sizeWords(bug), bug.id,
                        bug.found ? withSeparators(bug.scenarios) : "not found");
  return text;
}

}  // namespace ptecheck
