// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include <algorithm>

#include "report/compare.h"
#include "report/head.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/matrix.h"
#include "report/numbers.h"
#include "report/verdict.h"

namespace ptecheck {

namespace {

std::string mixName(const CompareReport& report) {
  return report.mix.empty() ? "the built-in mix" : report.mix;
}

std::string headOf(const Comparison& comparison, const CompareReport& report) {
  std::string text;
  if (comparison.exhaustive)
    text += partsText(comparison.exhaustive->check.parts, report.options.share, true);
  if (comparison.mix) {
    const Part& part = comparison.mix->check.parts[0];
    text += labelled("mix", fmt::format("{}, drawn from {}, seed {}",
                                        counted(part.scenarios, "scenario", "scenarios"),
                                        mixName(report), part.seed));
  }
  if (comparison.skipped != 0)
    text += labelled("left out", fmt::format("{}, as not all can run them. The first reason: {}",
                                             counted(comparison.skipped, "scenario", "scenarios"),
                                             comparison.skipped_reason));
  return text;
}

// A number that follows from batches: "-" if the candidate does not tell them.
std::string ofBatches(const CompareCosts& costs, const std::string& cell) {
  return costs.batches == 0 ? "-" : cell;
}

std::string costTable(const ComparedPart& part) {
  Table table;
  for (const char* column :
       {"entries a batch", "most batches", "entries visited", "atomic ops", "TLB flushes",
        "extra write faults", "spur. soft- dirty", "pages kept"})
    table.addColumn(column);
  for (std::size_t row = 0; row < part.costs.size(); ++row) {
    const CompareCosts& costs = part.costs[row];
    const auto rate = [&](std::uint64_t sum) {
      return withSeparators(perMillion(sum, costs.scenarios));
    };
    table.addLine(part.check.rows[row].name,
                  {ratio(costs.batched_entries, costs.batches),
                   ofBatches(costs, withSeparators(costs.most_batches)),
                   ofBatches(costs, ratio(costs.visited, costs.scenarios)),
                   ofBatches(costs, ratio(costs.atomics, costs.scenarios)),
                   ratio(costs.flushes, costs.scenarios), rate(costs.extra_faults),
                   rate(costs.spurious_soft_dirty), rate(costs.kept)});
  }
  return table.print();
}

std::string partOf(const ComparedPart& part, const std::string& where,
                   const ReportOptions& options) {
  std::string text = heading("Rules broken " + where);
  const bool broken = std::any_of(part.check.rows.begin(), part.check.rows.end(),
                                  [](const Row& row) { return row.broken != 0; });
  text += broken ? ruleMatrix(part.check, options) : std::string("None.\n");
  text += heading("What each costs " + where);
  return text + costTable(part);
}

std::string findingsOf(const Comparison& comparison) {
  if (!comparison.exhaustive || comparison.exhaustive->check.findings.empty()) return "";
  std::string text = heading("The first scenario that breaks each rule");
  Groups<std::string, std::string> rows;
  for (const Finding& finding : comparison.exhaustive->check.findings)
    rows.add(finding.row,
             paragraph(finding.id, fmt::format("  {:<18} ", ruleInfo(finding.rule).name), 4));
  for (const auto& [row, lines] : rows) {
    text += paragraph(row);
    for (const std::string& line : lines) text += line;
  }
  return text;
}

std::string oneArch(const ArchComparison& one, const CompareReport& report) {
  const Comparison& comparison = *one.comparison;
  std::string text = headOf(comparison, report);
  if (comparison.exhaustive)
    text += partOf(*comparison.exhaustive, "in every small situation", report.options);
  if (comparison.mix) text += partOf(*comparison.mix, "in the mix", report.options);
  text += '\n';
  text += paragraph(
      "Rules: scenarios in which they are broken. Entries a batch: on average; most batches: in "
      "one scenario. Entries visited, atomic operations and immediate TLB flushes: for each "
      "scenario; the rest for a million scenarios. Pages kept: that one entry at a time drops, "
      "swaps "
      "out or migrates, and this candidate does not. A dash: it does not tell its batches.");
  text += findingsOf(comparison);
  text += heading("In a sentence");
  for (const std::string& sentence : compareSentences(comparison, report.options.strict))
    text += paragraph(sentence, "", 2);
  return text;
}

}  // namespace

std::string compareText(const std::vector<ArchComparison>& comparisons,
                        const CompareReport& report) {
  std::string text = labelled("ptecheck", report.options.version);
  text += labelled("verdict", verdictWord(verdictOf(comparisons, report.options.strict)));
  if (report.options.rules != kAllRules)
    text += labelled("rules", "only " + ruleList(report.options.rules));
  for (const ArchComparison& one : comparisons) {
    text += labelled("entries", one.comparison
                                    ? std::string(archName(one.arch))
                                    : fmt::format("{}: {}", archName(one.arch), one.why_not));
    if (!one.comparison) continue;
    text += oneArch(one, report);
    if (&one != &comparisons.back()) text += '\n';
  }
  return text;
}

}  // namespace ptecheck
