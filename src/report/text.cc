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
  std::string budgets;
  for (unsigned order = 0; order < part.space.deviations.size(); ++order)
    if (const unsigned pages = 1U << order; pages <= part.space.max_pages)
      budgets += fmt::format("{}{} ({})", budgets.empty() ? "" : ", ", part.space.deviations[order],
                             counted(pages, "page", "pages"));
  return labelled("exhaustive", fmt::format("{}, {}, deviations: up to {}{}", scenarios,
                                            folios(part.space), budgets, of_all));
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

std::string rulesText(const CheckResult& result, const ReportOptions& options) {
  RuleSet broken = 0;
  for (const Row& row : result.rows) broken |= row.broken;
  if (broken == 0) return "None is broken.\n";
  std::string legend = "Numbers are scenarios in which the rule is broken. ";
  legend += options.strict
                ? "BROKEN: breaks a rule (--strict)."
                : "Costs: breaks only write-lost or soft-dirty-gained, which cost time or "
                  "space. BROKEN: breaks another rule.";
  if (std::any_of(result.rows.begin(), result.rows.end(),
                  [&](const Row& row) { return isCandidate(row, options.strict); }))
    legend +=
        " Candid.: a candidate; it breaks such rules on shadow stacks alone, and no kernel has "
        "been shown to get a large lazyfree folio there.";
  return ruleMatrix(result, options) + '\n' + paragraph(legend);
}

// How many rows are broken, and which are not.
std::string summary(const CheckResult& result, bool strict) {
  std::string good, costly, candidates;
  std::size_t broken = 0;
  for (const Row& row : result.rows) {
    if (isCandidate(row, strict)) {
      candidates += (candidates.empty() ? "" : ", ") + row.name;
      continue;
    }
    switch (verdictOf(row.broken, strict)) {
      case Verdict::kGood:
        good += (good.empty() ? "" : ", ") + row.name;
        break;
      case Verdict::kAtACost:
        costly += (costly.empty() ? "" : ", ") + row.name;
        break;
      default:
        ++broken;
    }
  }
  std::string text =
      fmt::format("{} of {} BROKEN", broken, counted(result.rows.size(), "policy", "policies"));
  if (!good.empty()) text += "; good: " + good;
  if (!costly.empty()) text += "; at a cost: " + costly;
  if (!candidates.empty()) text += "; on shadow stacks only: " + candidates;
  return text;
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

std::string checkText(const CheckResult& result, const ReportOptions& options) {
  std::string text = headText(result, options);
  const bool checked = verdictOf(result, options.strict) != Verdict::kNotChecked;
  text += labelled("verdict",
                   checked ? summary(result, options.strict) : "not checked: no scenario was run");
  text += heading("Which policy breaks which rule");
  text += rulesText(result, options);
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
  text += labelled("batches", check.batches ? "yes, mm/rmap.c unmaps several entries at a time"
                                            : "no, mm/rmap.c unmaps one entry at a time");
  if (check.new_rules != 0)
    text += labelled("new", "broken by the patch, not before: " + ruleNames(check.new_rules));
  if (!check.never_ran.empty()) {
    text += heading("Changed lines that never ran");
    for (const std::string& line : check.never_ran) text += paragraph(line, "  ", 4);
  }
  text += heading("Rules");
  text += rulesText(result, options);
  if (check.batches) text += pricesText(result, options);
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

std::string runText(const std::vector<RunReport>& reports) {
  std::string text;
  bool letters = false;
  for (const RunReport& report : reports) {
    text += (text.empty() ? "" : "\n") + oneRun(report);
    letters = letters || report.run.outcome.status == STATUS_DONE;
  }
  if (letters) text += '\n' + std::string(kLettersLegend) + '\n';
  return text;
}

}  // namespace ptecheck
