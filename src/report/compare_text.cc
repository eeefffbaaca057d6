// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include <algorithm>

#include "report/compare.h"
#include "report/head.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/matrix.h"
#include "report/numbers.h"
#include "report/stopped.h"
#include "report/verdict.h"

namespace ptecheck {

namespace {

std::string mixName(const CompareReport& report) {
  return report.mix.empty() ? "the built-in mix" : report.mix;
}

std::string headOf(const Comparison& comparison, const CompareReport& report) {
  std::string text = stoppedLine(comparison.scenarios(), comparison.stopped_of);
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

// Batches for entries: "4 for 4".
std::string countText(const BatchCount& count) {
  if (count.batches == 0) return "-";
  return withSeparators(count.batches) + " for " + withSeparators(count.entries);
}

// A number that follows from batches: "-" if the candidate does not tell them.
std::string ofBatches(const CompareCosts& costs, const std::string& cell) {
  return costs.batches().batches == 0 ? "-" : cell;
}

// Case by case, each candidate's batches; cases that no candidate batches in a line. "" if none
// tells them.
std::string lengthsText(const ComparedPart& part) {
  Table table;
  for (const char* column :
       {"entries a batch", "shortest: batches for entries", "most: batches for entries"})
    table.addColumn(column);
  bool any = false;
  std::string one_by_one;
  for (unsigned i = 0; i < kCases; ++i) {
    const std::string_view name = batchingCaseName(i);
    const auto lengths = [&](std::size_t row) -> const BatchLengths& {
      return part.costs[row].lengths[i];
    };
    bool told = false, batched = false;
    for (std::size_t row = 0; row < part.costs.size(); ++row) {
      told = told || lengths(row).sum.batches != 0;
      batched = batched || !lengths(row).oneByOne();
    }
    if (told && !batched) append(one_by_one, name);
    if (!batched) continue;
    any = true;
    table.addLine(name, {"", "", ""});
    for (std::size_t row = 0; row < part.costs.size(); ++row) {
      const BatchLengths& one = lengths(row);
      table.addLine(
          "  " + part.check.rows[row].name,
          {ratio(one.sum.entries, one.sum.batches), countText(one.shortest), countText(one.most)});
    }
  }
  std::string text = any ? table.print() : "";
  if (!one_by_one.empty())
    text += paragraph("One entry at a time, whatever the candidate: " + one_by_one + ".");
  return text;
}

std::string costTable(const ComparedPart& part) {
  Table table;
  for (const char* column : {"entries visited", "atomic ops", "TLB flushes",
                             "extra write faults left", "extra write faults in all",
                             "spur. soft- dirty left", "spur. soft- dirty in all", "pages kept"})
    table.addColumn(column);
  for (std::size_t row = 0; row < part.costs.size(); ++row) {
    const CompareCosts& costs = part.costs[row];
    const auto rate = [&](std::uint64_t sum) { return compact(perMillion(sum, costs.scenarios)); };
    const auto in_all = [&](std::uint64_t sum) { return costs.ran_all_steps ? rate(sum) : "-"; };
    table.addLine(part.check.rows[row].name,
                  {ofBatches(costs, ratio(costs.visited, costs.scenarios)),
                   ofBatches(costs, ratio(costs.atomics, costs.scenarios)),
                   ratio(costs.flushes, costs.scenarios), rate(costs.left.faults),
                   in_all(costs.in_all.faults), rate(costs.left.soft_dirty),
                   in_all(costs.in_all.soft_dirty), rate(costs.kept)});
  }
  return table.print();
}

std::string partOf(const ComparedPart& part, const std::string& where,
                   const ReportOptions& options) {
  std::string text = heading("Rules broken " + where);
  const bool broken = std::any_of(part.check.rows.begin(), part.check.rows.end(),
                                  [](const Row& row) { return row.broken != 0; });
  text +=
      broken ? ruleMatrix(part.check, options)
             : std::string(part.check.rows.front().stopped ? "None in what was run.\n" : "None.\n");
  if (const std::string lengths = lengthsText(part); !lengths.empty())
    text += heading("How long batches are " + where) + lengths;
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
      "Rules: scenarios in which they are broken. Entries a batch: on average; shortest: in the "
      "scenario with the smallest average, of those with at least two entries (\"4 for 4\": 4 "
      "batches for 4 entries); most: in the scenario with the most batches. Entries visited, "
      "atomic operations and immediate TLB flushes: for each scenario; the rest for a million "
      "scenarios. Left: on what the operation leaves; in all: also on what swap-in, swapoff, a "
      "migration's end and writes make of it. Pages kept: that one entry at a time drops, swaps "
      "out or migrates, and this candidate does not. A dash: not known of this candidate.");
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
