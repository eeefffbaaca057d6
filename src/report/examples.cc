// SPDX-License-Identifier: GPL-2.0-only
#include "report/examples.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "report/arch_verdicts.h"
#include "report/entries.h"
#include "report/layout.h"
#include "report/numbers.h"
#include "report/scenario_words.h"

namespace ptecheck {

namespace {

constexpr std::size_t kMostLines = 24;      // of entries, for each example
constexpr std::size_t kMostViolations = 4;  // for each example
constexpr std::size_t kIndent = 2;

// How much there is to understand: pages, then what is out of the ordinary (each such thing takes
// words), then entries, whose bits make a long id.
bool smaller(const Finding& a, const Finding& b) {
  auto weight = [](const Finding& finding) {
    return std::make_tuple(finding.scenario.pages, scenarioInWords(finding.scenario).size(),
                           finding.id.size() - finding.row.size());
  };
  return weight(a) < weight(b);
}

// The rows that break the rule on any architecture, the one that is shown first; and where, if not
// on all of them.
std::string brokenBy(std::span<const CheckResult> results, const Finding& shown) {
  std::vector<std::string> names = {shown.row};
  std::vector<Arch> archs;
  for (const CheckResult& result : results) {
    bool broken = false;
    for (const Row& row : result.rows) {
      if (!contains(row.broken, shown.rule)) continue;
      broken = true;
      if (std::find(names.begin(), names.end(), row.name) == names.end()) names.push_back(row.name);
    }
    if (broken) archs.push_back(result.arch);
  }
  std::string text = fmt::format("{}", fmt::join(names, ", "));
  if (archs.size() < results.size()) text += "; only on " + archNames(archs);
  return text;
}

}  // namespace

std::vector<const Finding*> smallestFindings(std::span<const CheckResult> results) {
  std::vector<const Finding*> chosen;
  for (const RuleInfo& info : ruleTable()) {
    const Finding* least = nullptr;
    for (const CheckResult& result : results)
      for (const Finding& finding : result.findings)
        if (finding.rule == info.rule && (least == nullptr || smaller(finding, *least)))
          least = &finding;
    if (least != nullptr) chosen.push_back(least);
  }
  return chosen;
}

std::string situationText(Arch arch, const Scenario& scenario, const Outcome& outcome,
                          std::size_t lines) {
  const std::string indent(kIndent, ' ');
  std::string text = paragraph(scenarioInWords(scenario), indent, kIndent) + '\n';
  if (outcome.status != STATUS_DONE) {
    text += paragraph(fmt::format("It did not run to its end: {}",
                                  outcome.message[0] != '\0' ? outcome.message : "no reason given"),
                      indent, kIndent);
    return text;
  }
  const std::vector<std::string> table =
      entriesInLetters(arch, scenario, outcome, scenario.steps != 0, kColumns - kIndent);
  const std::size_t shown = table.size() <= lines ? table.size() : lines;
  for (std::size_t i = 0; i < shown; ++i) text += indent + table[i] + '\n';
  if (shown < table.size())
    text += indent +
            fmt::format("... and {} more", counted(table.size() - shown, "line", "lines")) + '\n';
  if (outcome.message[0] != '\0')
    text += paragraph(fmt::format("Message: {}", outcome.message), indent, kIndent);
  return text;
}

std::string violationsText(const std::vector<Violation>& violations, std::size_t most,
                           bool name_rules) {
  std::string text;
  const std::string bullet = std::string(kIndent, ' ') + "* ";
  for (std::size_t i = 0; i < violations.size() && i < most; ++i) {
    std::string sentence = violations[i].text;
    if (name_rules) sentence = fmt::format("{}: {}", ruleInfo(violations[i].rule).name, sentence);
    text += paragraph(sentence, bullet, kIndent + 2);
  }
  if (violations.size() > most)
    text += bullet + fmt::format("and {} more", withSeparators(violations.size() - most)) + '\n';
  return text;
}

std::string examplesText(std::span<const CheckResult> results) {
  std::string text;
  for (const Finding* finding : smallestFindings(results)) {
    const RuleInfo& info = ruleInfo(finding->rule);
    text += heading(fmt::format("{} ({})", info.name, severityName(info.severity)));
    text += paragraph(info.text);
    text += paragraph(info.meaning, "If not: ", 8);
    text += paragraph(brokenBy(results, *finding), "Broken by: ", 11);
    text += paragraph("ptecheck replay " + finding->id, "Smallest example: ", 18) + '\n';
    text += situationText(finding->arch, finding->scenario, finding->outcome, kMostLines);
    std::vector<Violation> of_rule;
    std::copy_if(finding->violations.begin(), finding->violations.end(),
                 std::back_inserter(of_rule),
                 [&](const Violation& violation) { return violation.rule == finding->rule; });
    text += '\n' + violationsText(of_rule, kMostViolations, false);
    if (!finding->lines_ran.empty())
      text += '\n' + paragraph("Lines that ran: " + finding->lines_ran, "  ", kIndent);
  }
  return text;
}

}  // namespace ptecheck
