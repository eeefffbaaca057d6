// SPDX-License-Identifier: GPL-2.0-only
#include "report/matrix.h"

#include <algorithm>
#include <vector>

#include "report/layout.h"
#include "report/numbers.h"
#include "report/verdict.h"

namespace ptecheck {

namespace {

// A rule's name over several lines.
std::string columnHeading(Rule rule) {
  std::string text(ruleInfo(rule).name);
  std::replace(text.begin(), text.end(), '-', ' ');
  return text;
}

RuleSet brokenByAny(const CheckResult& result) {
  RuleSet broken = 0;
  for (const Row& row : result.rows) broken |= row.broken;
  return broken;
}

}  // namespace

std::string verdictCell(const Row& row, bool strict) {
  if (isCandidate(row, strict)) return "candid.";
  const Verdict verdict = verdictOf(row, strict);
  return verdict == Verdict::kAtACost ? "costs" : std::string(verdictWord(verdict));
}

std::string ruleMatrix(const CheckResult& result, const ReportOptions& options) {
  const std::vector<Rule> rules = rulesOf(brokenByAny(result));
  Table table;
  table.addColumn("verdict");
  for (Rule rule : rules) table.addColumn(columnHeading(rule));
  for (const Row& row : result.rows) {
    std::vector<std::string> cells{verdictCell(row, options.strict)};
    for (Rule rule : rules) cells.push_back(compact(row.count[static_cast<std::size_t>(rule)]));
    table.addLine(row.name, std::move(cells));
  }
  return table.print();
}

std::string familyMatrix(const CheckResult& result, const ReportOptions& options) {
  std::vector<Family> families;
  for (const Part& part : result.parts)
    if (std::find(families.begin(), families.end(), part.space.family) == families.end())
      families.push_back(part.space.family);
  if (families.size() < 2) return "";
  Table table;
  for (Family family : families) table.addColumn(familyName(family));
  for (const Row& row : result.rows) {
    std::vector<std::string> cells;
    for (Family family : families) {
      const RuleSet broken = row.broken_in[static_cast<std::size_t>(family)];
      Verdict verdict = verdictOf(broken, options.strict);
      if (row.stopped && verdict != Verdict::kBroken) verdict = Verdict::kNotChecked;
      cells.emplace_back(verdict == Verdict::kAtACost ? "costs" : verdictWord(verdict));
    }
    table.addLine(row.name, std::move(cells));
  }
  return table.print();
}

std::string priceTable(const CheckResult& result, const ReportOptions& options) {
  const bool faults = contains(options.rules, Rule::kWriteLost);
  const bool soft_dirty = contains(options.rules, Rule::kSoftDirtyGained);
  Table table;
  table.addColumn("entries a batch");
  if (faults) table.addColumn("extra write faults");
  if (soft_dirty) table.addColumn("spurious soft-dirty pages");
  table.addColumn("TLB flushes");
  for (const Row& row : result.rows) {
    const Price& price = row.price;
    std::vector<std::string> cells{ratio(price.batched_entries, price.batches)};
    if (faults) cells.push_back(withSeparators(perMillion(price.extra_faults, price.scenarios)));
    if (soft_dirty)
      cells.push_back(withSeparators(perMillion(price.spurious_soft_dirty, price.scenarios)));
    cells.push_back(withSeparators(perMillion(price.flushed, price.scenarios)));
    table.addLine(row.name, std::move(cells));
  }
  return table.print();
}

}  // namespace ptecheck
