// SPDX-License-Identifier: GPL-2.0-only
#include "report/events.h"

#include <fmt/format.h>

#include "report/examples.h"
#include "report/head.h"
#include "report/layout.h"
#include "report/names.h"
#include "report/numbers.h"
#include "report/stopped.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

constexpr std::size_t kMostLines = 24;      // of entries
constexpr std::size_t kMostViolations = 4;  // for each example

std::string storyText(const EventRun& run) {
  std::string text;
  for (const std::string& line : run.story) text += paragraph(line, "  ", 4);
  return text;
}

std::string findingText(const EventFinding& finding, const std::string& kernel) {
  const RuleInfo& info = ruleInfo(finding.rule);
  std::string text = heading(fmt::format("{} ({})", info.name, severityName(info.severity)));
  text += paragraph(info.text);
  text += paragraph(info.meaning, "If not: ", 8);
  std::string command = fmt::format("ptecheck replay {} --kernel {}", finding.id, kernel);
  if (!finding.at.empty()) command += " --at " + finding.at;
  text += "Again: " + command + "\n\n";
  text += situationText(kX86, finding.run.scenario, finding.run.outcome, kMostLines) + '\n';
  text += finding.at.empty() ? "  Without any event.\n" : storyText(finding.run);
  std::vector<Violation> of_rule;
  for (const Violation& violation : finding.run.violations)
    if (violation.rule == finding.rule) of_rule.push_back(violation);
  return text + '\n' + violationsText(of_rule, kMostViolations, false);
}

}  // namespace

Verdict verdictOf(const TreeEvents& result, bool strict) {
  if (result.scenarios == 0) return Verdict::kNotChecked;
  const Verdict verdict = verdictOf(result.broken, strict);
  return result.stopped_of && verdict != Verdict::kBroken ? Verdict::kNotChecked : verdict;
}

std::string eventsText(const TreeEvents& result, unsigned events, const std::string& kernel,
                       const ReportOptions& options) {
  std::string verdict(verdictWord(verdictOf(result, options.strict)));
  if (result.broken != 0) verdict += ": " + ruleNames(result.broken);
  std::string text = labelled("verdict", verdict);
  text += labelled("ptecheck", options.version);
  text += labelled("subject", result.subject);
  text += stoppedLine(result.scenarios, result.stopped_of);
  text += labelled("scenarios", withSeparators(result.scenarios) + " of family reclaim, " +
                                    (result.stopped_of ? "" : "all, ") + "without steps");
  std::string runs;
  for (unsigned i = 0; i <= events; ++i)
    runs += fmt::format("{}{} with {}", i == 0 ? "" : ", ", withSeparators(result.runs[i]),
                        i == 0 ? "no event" : counted(i, "event", "events"));
  text += labelled("runs", runs);
  text += labelled("moments", fmt::format("at most {} in a run", result.moments));
  if (options.rules != kAllRules) text += labelled("rules", "only " + ruleNames(options.rules));
  if (result.cut != 0)
    text += '\n' + paragraph(fmt::format("In {}, moments from number {} on had no events.",
                                         counted(result.cut, "run", "runs"), MOST_MOMENTS));
  if (result.unsupported != 0)
    text += '\n' + paragraph(fmt::format("Not run: {}. The first reason: {}",
                                         counted(result.unsupported, "scenario", "scenarios"),
                                         result.unsupported_reason));
  text += heading("Rules");
  if (result.broken == 0)
    text += result.stopped_of ? "None is broken in what was run.\n" : "None is broken.\n";
  for (std::size_t i = 0; i < kRules; ++i)
    if (result.broken_runs[i] != 0)
      text += fmt::format("{}: broken in {}\n", ruleInfo(static_cast<Rule>(i)).name,
                          counted(result.broken_runs[i], "run", "runs"));
  if (result.findings.empty()) return text;
  text += heading("The first example of each broken rule, with the fewest events");
  text += std::string(kLettersLegend) + '\n';
  for (const EventFinding& finding : result.findings) text += findingText(finding, kernel);
  return text;
}

std::string eventRunText(const EventRun& run, const std::string& id, const std::string& at,
                         const std::string& kernel, bool strict) {
  std::string text = labelled("scenario", id);
  text += labelled("events", at);
  text += labelled("subject", "the kernel tree " + kernel) + '\n';
  text += situationText(kX86, run.scenario, run.outcome, ~std::size_t{0}) + '\n';
  text += storyText(run) + '\n';
  if (!run.violations.empty()) text += violationsText(run.violations, ~std::size_t{0}, true) + '\n';
  std::string verdict(verdictWord(verdictOf(run.broken, strict)));
  if (run.broken != 0) verdict += ": " + ruleNames(run.broken);
  text += labelled("verdict", verdict);
  return text + '\n' + std::string(kLettersLegend) + '\n';
}

}  // namespace ptecheck
