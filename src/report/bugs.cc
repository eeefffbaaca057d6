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

// "BZ-32", or that kernels do it.
std::string bugWords(const SmpMutantInfo& info) {
  if (info.bug.empty()) return "";
  return info.bug == kCandidate ? " (a candidate: 6.12 does it)" : fmt::format(" ({})", info.bug);
}

std::string setupWords(const ConcurrentBug& bug) {
  std::string words = print(bug.example->setup);
  if (bug.arch != kX86) words += fmt::format(", {}", archId(bug.arch));
  return words;
}

bool isFound(const ConcurrentBug& bug) { return bug.example && bug.repaired == 0; }

std::string concurrentText(const ConcurrentBug& bug) {
  std::string verdict = bug.example ? "found" : "NOT FOUND";
  if (bug.repaired != 0) verdict += ", but so is the repaired code: " + ruleList(bug.repaired);
  std::string text = '\n' + std::string(bug.mutant->name) + ": " + verdict + '\n';
  text += paragraph(std::string(bug.mutant->summary) + bugWords(*bug.mutant), "  ", 2);
  if (!bug.example) return text;
  text += paragraph(
      fmt::format("{} after {} ({})", ruleList(bug.broken), counted(bug.states, "state", "states"),
                  counted(bug.example->schedule.steps.size(), "step", "steps")),
      "  ", 2);
  return text + "  " + setupWords(bug) + '\n';
}

}  // namespace

std::string bugsText(const std::vector<BugFound>& bugs,
                     const std::vector<ConcurrentBug>& concurrent,
                     const std::vector<order::OrderBug>& order, const std::string& version) {
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
  for (const ConcurrentBug& bug : concurrent) {
    text += concurrentText(bug);
    found += isFound(bug);
  }
  for (const order::OrderBug& bug : order) {
    text += fmt::format("\n{}: {}\n", bug.bug,
                        bug.repaired ? "found" : "found, but so is the repaired code");
    text += paragraph(fmt::format("{}, without {}", bug.test->title, bug.barrier->where), "  ", 2);
    text += paragraph(
        fmt::format("{} of {} ({})", counted(bug.states, "state", "states"),
                    order::memoryModelName(bug.model), counted(bug.steps, "step", "steps")),
        "  ", 2);
    text += fmt::format("  order {} --without {}\n", bug.test->name, bug.barrier->name);
    found += bug.repaired;
  }
  text +=
      '\n' + paragraph(fmt::format(
                 "{} of {} found, and their repaired forms break nothing there.", found,
                 counted(bugs.size() + concurrent.size() + order.size(), "mistake", "mistakes")));
  return text;
}

std::string bugsMarkdown(const std::vector<BugFound>& bugs,
                         const std::vector<ConcurrentBug>& concurrent,
                         const std::vector<order::OrderBug>& order) {
  std::string text;
  if (!bugs.empty())
    text +=
        "| mutant | what the code does wrong | rule | smallest example | scenarios until found |\n"
        "|---|---|---|---|---|\n";
  for (const BugFound& bug : bugs)
    text += fmt::format("| `{}` | {} | {} | {}: `{}` | {} |\n", bug.mutant->name,
                        bug.mutant->summary, bug.mutant->rule, sizeWords(bug), bug.id,
                        bug.found ? withSeparators(bug.scenarios) : "not found");
  if (!bugs.empty() && !concurrent.empty()) text += '\n';
  if (!concurrent.empty())
    text +=
        "| mutant | what the code does wrong | rules | smallest set of actors | shortest schedule "
        "| states until found |\n|---|---|---|---|---|---|\n";
  for (const ConcurrentBug& bug : concurrent)
    text += bug.example ? fmt::format("| `{}` | {}{} | {} | `{}` | {} | {} |\n", bug.mutant->name,
                                      bug.mutant->summary, bugWords(*bug.mutant),
                                      ruleList(bug.broken), setupWords(bug),
                                      counted(bug.example->schedule.steps.size(), "step", "steps"),
                                      withSeparators(bug.states))
                        : fmt::format("| `{}` | {} | | | | not found |\n", bug.mutant->name,
                                      bug.mutant->summary);
  if (!order.empty()) {
    if (!text.empty()) text += '\n';
    text +=
        "| bug | litmus test | barrier that was missing | model | shortest schedule | states |\n"
        "|---|---|---|---|---|---|\n";
  }
  for (const order::OrderBug& bug : order)
    text += fmt::format("| {} | `{}`: {} | {} | {} | {} | {} |\n", bug.bug, bug.test->name,
                        bug.test->title, bug.barrier->where, order::memoryModelName(bug.model),
                        counted(bug.steps, "step", "steps"), bug.states);
  return text;
}

}  // namespace ptecheck
