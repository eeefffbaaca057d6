// SPDX-License-Identifier: GPL-2.0-only
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/answers.h"
#include "report/examples.h"
#include "report/layout.h"
#include "report/matrix.h"
#include "report/numbers.h"
#include "report/verdict.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

constexpr std::size_t kAllLines = ~std::size_t{0};
constexpr std::size_t kLabel = 13;  // width of what stands before a colon

std::string labelled(std::string_view label, std::string_view text) {
  std::string first = std::string(label) + ':';
  first.resize(kLabel, ' ');
  return paragraph(text, first, kLabel);
}

std::string folios(const Space& space) {
  return space.max_pages == 1 ? "folios of 1 page"
                              : fmt::format("folios of 1 to {} pages", space.max_pages);
}

std::string partText(const Part& part, const Share& share) {
  const std::string scenarios = counted(part.scenarios, "scenario", "scenarios");
  const std::string of_all =
      share.count > 1 ? fmt::format(", share {} of {}", share.index + 1, share.count) : "";
  if (part.space.random)
    return labelled("random", fmt::format("{}, {}, seed {}{}", scenarios, folios(part.space),
                                          part.seed, of_all));
  const auto& budget = part.space.deviations;
  return labelled(
      "exhaustive",
      fmt::format("{}, {}, up to {}, {} and {} deviations for 1, 2 and 4 pages{}", scenarios,
                  folios(part.space), budget[0], budget[1], budget[2], of_all));
}

// What was run, by whom.
std::string headText(const CheckResult& result, const ReportOptions& options) {
  std::string text = labelled("ptecheck", options.version);
  text += labelled("subject", result.subject);
  for (const Part& part : result.parts) text += partText(part, options.share);
  if (options.rules != kAllRules) {
    std::string names;
    for (Rule rule : rulesOf(options.rules))
      names += (names.empty() ? "" : ", ") + std::string(ruleInfo(rule).name);
    text += labelled("rules", "only " + names);
  }
  return text;
}

std::string unsupportedText(const CheckResult& result) {
  if (result.unsupported == 0) return "";
  return '\n' +
         paragraph(fmt::format("Not run: {}, and no rule was checked there. The first reason: {}",
                               counted(result.unsupported, "scenario", "scenarios"),
                               result.unsupported_reason));
}

std::string matrixLegend(const ReportOptions& options) {
  std::string text = "Numbers are scenarios in which the rule is broken. ";
  text += options.strict
              ? "BROKEN: breaks a rule (--strict)."
              : "At a cost: breaks none but write-lost and soft-dirty-gained, which cost time or "
                "space; BROKEN: breaks another one.";
  return paragraph(text);
}

std::string pricesText(const CheckResult& result, const ReportOptions& options) {
  std::string text = heading("What each costs");
  text += priceTable(result, options) + '\n';
  text += paragraph(
      "Per million scenarios, but for the first column: entries unmapped or put back as one "
      "batch, on average.");
  return text;
}

std::string examplesPart(const CheckResult& result, const ReportOptions& options) {
  if (result.findings.empty()) return "";
  std::string text = heading("The smallest example of each broken rule");
  text += std::string(kLettersLegend) + '\n';
  return text + examplesText(result, options);
}

}  // namespace

std::string checkText(const CheckResult& result, const ReportOptions& options) {
  std::string text = headText(result, options);
  text += labelled("policies", fmt::format("{}, each run on every scenario", result.rows.size()));
  const Verdict verdict = verdictOf(result, options.strict);
  if (verdict == Verdict::kNotChecked)
    text += labelled("verdict", "not checked: no scenario was run");
  text += heading("Which policy breaks which rule");
  text += ruleMatrix(result, options) + '\n' + matrixLegend(options);
  text += unsupportedText(result);
  text += pricesText(result, options);
  if (const std::vector<Answer> list = answers(result, options); !list.empty()) {
    text += heading("The questions asked about CVE-2026-31398");
    for (const Answer& answer : list)
      text += paragraph(answer.question) + paragraph(answer.text, "  ", 2);
  }
  return text + examplesPart(result, options);
}

std::string treeText(const TreeCheck& check, const ReportOptions& options) {
  const CheckResult& result = check.result;
  const Verdict verdict = verdictOf(check, options.strict);
  std::string why;
  if (verdict == Verdict::kNotChecked)
    why = check.never_ran.empty() ? ": no scenario was run" : ": changed lines never ran";
  for (const Row& row : result.rows)
    if (row.name == "tree" && row.broken != 0) why += ": " + ruleNames(row.broken);
  std::string text = labelled("verdict", std::string(verdictWord(verdict)) + why);
  text += headText(result, options);
  text += labelled("batches",
                   check.batches
                       ? "yes, this tree's mm/rmap.c unmaps batches"
                       : "no, this tree's mm/rmap.c unmaps one entry at a time, so that the rule "
                         "`differs` has nothing to compare");
  if (check.new_rules != 0)
    text += labelled("new", "broken by the patch, not before: " + ruleNames(check.new_rules));
  if (!check.never_ran.empty()) {
    text += heading("Changed lines that never ran");
    for (const std::string& line : check.never_ran) text += paragraph(line, "  ", 4);
  }
  text += heading("Rules");
  text += ruleMatrix(result, options) + '\n' + matrixLegend(options);
  text += unsupportedText(result);
  if (!check.bit_differences.empty()) {
    text += heading("Bits, batched against one entry at a time");
    for (const std::string& line : check.bit_differences) text += paragraph(line, "  ", 4);
  }
  if (!check.notes.empty()) {
    text += heading("Notes");
    for (const std::string& note : check.notes) text += paragraph(note, "* ", 2);
  }
  return text + examplesPart(result, options);
}

std::string runText(const RunReport& report) {
  std::string text = labelled("scenario", report.name);
  if (!report.title.empty()) text += paragraph(report.title, std::string(kLabel, ' '), kLabel);
  text += labelled("subject", report.subject) + '\n';
  text += situationText(report.scenario, report.run.outcome, kAllLines);
  if (report.run.outcome.status == STATUS_DONE) {
    text += '\n' + std::string("  ") +
            std::string(kLettersLegend).replace(std::string(kLettersLegend).find('\n'), 1, "\n  ") +
            '\n';
    if (!report.run.violations.empty())
      text += '\n' + violationsText(report.run.violations, kAllLines, true);
  }
  text += '\n';
  std::string verdict(report.run.outcome.status == STATUS_DONE
                          ? verdictWord(verdictOf(report.run.broken, report.strict))
                          : verdictWord(Verdict::kNotChecked));
  if (report.run.broken != 0) verdict += ": " + ruleNames(report.run.broken);
  text += labelled("verdict", verdict);
  if (report.has_expectation)
    text += labelled(
        "expected",
        (report.expected == 0 ? "good" : ruleNames(report.expected)) +
            (verdictOf(report) == Verdict::kGood ? "" : ", and that is NOT what happened"));
  return text;
}

}  // namespace ptecheck
