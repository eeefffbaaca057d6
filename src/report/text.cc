// SPDX-License-Identifier: GPL-2.0-only
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/answers.h"
#include "report/arch_verdicts.h"
#include "report/examples.h"
#include "report/head.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/matrix.h"
#include "report/names.h"
#include "report/numbers.h"
#include "report/summary.h"
#include "report/verdict.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

constexpr std::size_t kAllLines = ~std::size_t{0};
std::string unsupportedText(const CheckResult& result) {
  if (result.unsupported == 0) return "";
  return '\n' +
         paragraph(fmt::format("Not run: {}, and no rule was checked there. The first reason: {}",
                               counted(result.unsupported, "scenario", "scenarios"),
                               result.unsupported_reason));
}

// `candidates`: the word is used somewhere.
std::string rulesText(const CheckResult& result, const ReportOptions& options, bool candidates) {
  RuleSet broken = 0;
  for (const Row& row : result.rows) broken |= row.broken;
  if (broken == 0)
    return result.stopped_of ? "None is broken in what was run.\n" : "None is broken.\n";
  std::string legend = "Numbers are scenarios in which the rule is broken. ";
  legend += options.strict
                ? "BROKEN: breaks a rule (--strict)."
                : "Costs: breaks only write-lost or soft-dirty-gained, which cost time or "
                  "space. BROKEN: breaks another rule.";
  if (candidates)
    legend +=
        " Candid.: a candidate; it breaks such rules on shadow stacks alone, and no kernel has "
        "been shown to get a large lazyfree folio there.";
  std::string text = ruleMatrix(result, options) + '\n' + paragraph(legend);
  if (const std::string families = familyMatrix(result, options); !families.empty())
    text += "\nBy family of scenarios:\n\n" + families;
  return text;
}

bool anyCandidate(std::span<const CheckResult> results, bool strict) {
  for (const CheckResult& result : results)
    for (const Row& row : result.rows)
      if (isCandidate(row, strict)) return true;
  return false;
}

std::string pricesText(const CheckResult& result, const ReportOptions& options,
                       const std::string& where = "") {
  std::string text = heading("What each costs" + where);
  text += priceTable(result, options) + '\n';
  text += paragraph(
      "Per million scenarios, but for the first column: entries unmapped or put back as one "
      "batch, on average.");
  return text;
}

std::string examplesPart(std::span<const CheckResult> results) {
  if (std::all_of(results.begin(), results.end(),
                  [](const CheckResult& result) { return result.findings.empty(); }))
    return "";
  std::string text = heading("The smallest example of each broken rule");
  text += std::string(kLettersLegend) + '\n';
  return text + examplesText(results);
}

std::string oneRun(const RunReport& report) {
  const bool done = report.run.outcome.status == STATUS_DONE;
  std::string text = labelled("scenario", report.name);
  if (!report.title.empty()) text += paragraph(report.title, std::string(kLabel, ' '), kLabel);
  text += labelled("subject", report.subject) + '\n';
  text += situationText(report.arch, report.scenario, report.run.outcome, kAllLines) + '\n';
  if (!report.run.violations.empty())
    text += violationsText(report.run.violations, kAllLines, true) + '\n';
  std::string verdict(verdictWord(done || report.run.broken != 0
                                      ? verdictOf(report.run.broken, report.strict)
                                      : Verdict::kNotChecked));
  if (report.run.broken != 0) verdict += ": " + ruleNames(report.run.broken);
  text += labelled("verdict", verdict);
  if (report.has_expectation) {
    const bool met = verdictOf(report) == Verdict::kGood;
    text += labelled("expected", (report.expected == 0 ? "good" : ruleNames(report.expected)) +
                                     (met ? "" : ", and that is NOT what happened"));
  }
  return text;
}

}  // namespace

std::string checkText(const std::vector<CheckResult>& results, const ReportOptions& options) {
  const CheckResult& first = results.front();
  const bool several = results.size() > 1;
  std::string text = headText(headLines(results, options));
  const bool checked = verdictOf(results, options.strict) != Verdict::kNotChecked;
  const bool stopped = std::any_of(results.begin(), results.end(), [](const CheckResult& result) {
    return result.stopped_of.has_value();
  });
  text += labelled("verdict", !checked  ? stopped ? "not checked: stopped before anything was found"
                                                  : "not checked: no scenario was run"
                              : several ? archSummary(results, options.strict)
                                        : rowSummary(first, options.strict));
  // All that follows about rules and costs is of the first.
  const std::string where = several ? fmt::format(" on {}", archId(first.arch)) : "";
  if (several) {
    text += heading("Which policy is good on which architecture");
    text += archVerdicts(results, options);
  }
  text += heading("Which policy breaks which rule" + where);
  text += rulesText(first, options, anyCandidate(results, options.strict));
  for (const CheckResult& result : results) text += unsupportedText(result);
  text += pricesText(first, options, where);
  if (several)
    text +=
        '\n' + paragraph(fmt::format("The same of another architecture: ptecheck check --arch {}",
                                     archId(results.back().arch)));
  const std::vector<Answer> list = stopped ? std::vector<Answer>{} : answers(results, options);
  if (!list.empty()) {
    text += heading("The questions asked about CVE-2026-31398");
    for (const Answer& answer : list)
      text += paragraph(answer.question) + paragraph(answer.text, "  ", 2);
  }
  return text + examplesPart(results);
}

namespace {

std::string oneTree(const TreeCheck& check, const ReportOptions& options) {
  const CheckResult& result = check.result;
  std::string text = labelled("verdict", treeVerdict(check, options.strict));
  text += headText(headLines(std::span(&result, 1), options));
  if (!check.features.empty()) text += labelled("processor", check.features);
  text += labelled("batches", check.batches ? "yes, mm/rmap.c unmaps several entries at a time"
                                            : "no, mm/rmap.c unmaps one entry at a time");
  if (check.new_rules != 0)
    text += labelled("new", "broken by the patch, not before: " + ruleNames(check.new_rules));
  if (!check.never_ran.empty()) {
    text += heading("Changed lines that never ran");
    for (const std::string& line : check.never_ran) text += paragraph(line, "  ", 4);
  }
  text += heading("Rules");
  text += rulesText(result, options, anyCandidate(std::span(&result, 1), options.strict));
  if (check.batches) text += pricesText(result, options);
  if (!check.bit_differences.empty()) {
    text += heading("Bits, batched against one entry at a time");
    for (const std::string& line : check.bit_differences) text += paragraph(line, "  ", 4);
  }
  if (!check.notes.empty()) {
    text += heading("Notes");
    for (const std::string& note : check.notes) text += paragraph(note, "* ", 2);
  }
  return text + examplesPart(std::span(&result, 1));
}

}  // namespace

std::string treeText(const std::vector<ArchTree>& trees, const ReportOptions& options) {
  if (trees.size() == 1 && trees[0].check) return oneTree(*trees[0].check, options);
  std::string text = labelled("verdict", verdictWord(verdictOf(trees, options.strict))) + '\n';
  std::vector<NamedThing> verdicts;
  for (const ArchTree& tree : trees)
    verdicts.push_back(
        {archId(tree.arch), tree.check ? treeVerdict(*tree.check, options.strict) : tree.why_not});
  text += nameList(verdicts);
  for (const ArchTree& tree : trees) {
    if (!tree.check) continue;
    const std::string title = fmt::format("====== {} ", archName(tree.arch));
    text += '\n' + title + std::string(kColumns - title.size(), '=') + "\n\n";
    text += oneTree(*tree.check, options);
  }
  return text;
}

std::string runText(const std::vector<RunReport>& reports) {
  std::string text;
  bool letters = false;
  for (const RunReport& report : reports) {
    append(text, oneRun(report), "\n");
    letters = letters || report.run.outcome.status == STATUS_DONE;
  }
  if (letters) text += '\n' + std::string(kLettersLegend) + '\n';
  return text;
}

}  // namespace ptecheck
