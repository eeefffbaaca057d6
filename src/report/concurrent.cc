// SPDX-License-Identifier: GPL-2.0-only
#include "report/concurrent.h"

#include <fmt/format.h>

#include "report/concurrent_schedule.h"
#include "report/head.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/numbers.h"

namespace ptecheck {

namespace {

std::string subjectOf(const ConcurrentResult& result) {
  std::string text = fmt::format("{}, policy {}", archId(result.arch), result.policy.name);
  for (const SmpMutantInfo& info : smpMutants())
    if (info.mutant == result.mutant) text += fmt::format(" with {}", info.name);
  return text;
}

std::string endWords(SearchEnd end) {
  switch (end) {
    case SearchEnd::kBound:
      return "met the bound on steps (--bound)";
    case SearchEnd::kOutOfMemory:
      return "had no more memory (--memory)";
    case SearchEnd::kStopped:
      return "were stopped";
    default:
      return "were ended early";
  }
}

std::string sizesText(const ConcurrentResult& result) {
  Table table;
  for (const char* column : {"sets of actors", "states", "steps", "broken in", "not finished"})
    table.addColumn(column);
  for (const ConcurrentSize& size : result.sizes)
    table.addLine(
        counted(size.pages, "page", "pages") + ", " + counted(size.actors, "actor", "actors"),
        {withSeparators(size.setups), withSeparators(size.states), withSeparators(size.transitions),
         compact(size.broken), compact(size.unfinished)});
  return table.print();
}

std::string exampleText(const ConcurrentResult& result, const ConcurrentExample& example) {
  const RuleInfo& info = ruleInfo(example.rule);
  std::string text = heading(std::string(info.name));
  text += paragraph(fmt::format(
      "{} Broken in {}; shown is {}, {}.", info.meaning,
      counted(result.setups_breaking[static_cast<unsigned>(example.rule)], "set of actors",
              "sets of actors"),
      print(example.setup),
      example.schedule.shortest ? "by the shortest way" : "not by the shortest way (--memory)"));
  return text + '\n' + scheduleText(example);
}

std::string summary(const ConcurrentResult& result, bool strict) {
  const std::string subject = subjectOf(result);
  const bool stopped = result.worst_end == SearchEnd::kStopped;
  const std::string searched = fmt::format(
      "{} interleavings of {}: {} states, {} steps", stopped ? "stopped, not all" : "all",
      counted(result.setups, "set of actors", "sets of actors"), withSeparators(result.states),
      withSeparators(result.transitions));
  if (result.broken != 0)
    return fmt::format("{}: {} ({}); {}.", subject, verdictWord(verdictOf(result.broken, strict)),
                       ruleList(result.broken), searched);
  if (result.unfinished != 0)
    return fmt::format("{}: not checked: {} of {} searches {}.", subject,
                       withSeparators(result.unfinished), withSeparators(result.setups),
                       endWords(result.worst_end));
  return fmt::format("{}: good; {}.", subject, searched);
}

}  // namespace

std::string candidatesSentence() {
  std::string names;
  for (const SmpMutantInfo& info : smpMutants())
    if (info.bug == kCandidate) names += (names.empty() ? "" : ", ") + std::string(info.name);
  return "Candidates, which is what kernels (6.12) do otherwise, and which break a rule with "
         "--mutant: " +
         names + " (docs/interleavings.md).";
}

std::string concurrentText(const std::vector<ConcurrentResult>& results,
                           const ReportOptions& options) {
  std::string text = labelled("ptecheck", options.version);
  text += labelled("subject", "the built-in model of several processors");
  for (const ConcurrentResult& result : results) {
    text += heading(subjectOf(result)) + sizesText(result);
    for (const ConcurrentExample& example : result.examples) text += exampleText(result, example);
  }
  text += '\n';
  for (const ConcurrentResult& result : results)
    text += paragraph(summary(result, options.strict), "", 2);
  return text + '\n' + paragraph(candidatesSentence());
}

std::string concurrentSection(const std::vector<ConcurrentResult>& results,
                              const ReportOptions& options) {
  std::string text = heading("Several processors");
  std::uint64_t setups = 0, states = 0;
  std::string archs;
  bool good = true;
  for (const ConcurrentResult& result : results) {
    good = good && result.broken == 0 && result.unfinished == 0;
    setups += result.setups;
    states += result.states;
    archs += (archs.empty() ? "" : ", ") + std::string(archId(result.arch));
  }
  if (good) {
    text +=
        paragraph(fmt::format("Up to three actors at once (programs with TLBs, reclaim, pins, "
                              "system calls) break no rule "
                              "in any interleaving: {} and {} on {}.",
                              counted(setups, "set of actors", "sets of actors"),
                              counted(states, "state", "states"), archs));
  } else {
    for (const ConcurrentResult& result : results)
      text += paragraph(summary(result, options.strict), "", 2);
    text += paragraph("`ptecheck check --concurrent --actors 3` shows the schedules.");
  }
  return text + paragraph(candidatesSentence());
}

Verdict verdictOf(const std::vector<ConcurrentResult>& results, bool strict) {
  Verdict verdict = Verdict::kGood;
  for (const ConcurrentResult& result : results) {
    Verdict one = verdictOf(result.broken, strict);
    if (one != Verdict::kBroken && (result.unfinished != 0 || result.setups == 0))
      one = Verdict::kNotChecked;
    verdict = worse(verdict, one);
  }
  return verdict;
}

}  // namespace ptecheck
