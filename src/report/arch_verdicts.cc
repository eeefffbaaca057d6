// SPDX-License-Identifier: GPL-2.0-only
#include "report/arch_verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/layout.h"
#include "report/lists.h"
#include "report/matrix.h"
#include "report/numbers.h"
#include "report/verdict.h"

namespace ptecheck {

namespace {

using Indices = std::vector<std::size_t>;

bool alike(const CheckResult& a, const CheckResult& b, bool strict) {
  for (std::size_t row = 0; row < a.rows.size(); ++row)
    if (a.rows[row].broken != b.rows[row].broken ||
        verdictCell(a.rows[row], strict) != verdictCell(b.rows[row], strict))
      return false;
  return true;
}

std::vector<Arch> archsOf(const std::vector<CheckResult>& results, const Indices& indices) {
  std::vector<Arch> archs;
  for (std::size_t index : indices) archs.push_back(results[index].arch);
  return archs;
}

// Does a row come to one verdict on all?
bool agree(const std::vector<CheckResult>& results, std::size_t row, bool strict) {
  return std::all_of(results.begin(), results.end(), [&](const CheckResult& result) {
    return verdictCell(result.rows[row], strict) == verdictCell(results[0].rows[row], strict);
  });
}

// The rules that make the verdict what it is: the grave ones, or else those that cost.
std::string reasons(const Row& row, bool strict) {
  const RuleSet grave = strict ? row.broken : row.broken & ~kCostRules;
  return ruleList(grave != 0 ? grave : row.broken);
}

// "BROKEN by soft-dirty-lost, differs on x86_64, s390; costs by write-lost on arm64".
std::string difference(const std::vector<CheckResult>& results, std::size_t row, bool strict) {
  Groups<std::string, Arch> kinds;
  for (const CheckResult& result : results) {
    std::string kind = verdictCell(result.rows[row], strict);
    if (const std::string why = reasons(result.rows[row], strict); !why.empty())
      kind += " by " + why;
    kinds.add(kind, result.arch);
  }
  std::string text;
  for (const auto& [kind, archs] : kinds)
    append(text, fmt::format("{} on {}", kind, archNames(archs)), "; ");
  return text;
}

}  // namespace

std::string archNames(const std::vector<Arch>& archs) {
  std::string text;
  for (Arch arch : archs) append(text, archId(arch));
  return text;
}

std::vector<Indices> alikeArchs(const std::vector<CheckResult>& results,
                                const ReportOptions& options) {
  std::vector<Indices> kinds;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const Indices& members) {
      return alike(results[members[0]], results[i], options.strict);
    });
    if (kind == kinds.end())
      kinds.push_back({i});
    else
      kind->push_back(i);
  }
  return kinds;
}

std::string archVerdicts(const std::vector<CheckResult>& results, const ReportOptions& options) {
  const bool strict = options.strict;
  const std::vector<Row>& rows = results[0].rows;
  const std::vector<Indices> kinds = alikeArchs(results, options);
  Table table;
  table.addColumn("on all");
  for (const Indices& kind : kinds) {
    std::string heading;
    for (Arch arch : archsOf(results, kind)) heading += std::string(archId(arch)) + ' ';
    if (kinds.size() > 1) table.addColumn(heading);
  }
  // Rows that differ in the same way are explained together.
  Groups<std::string, std::string> explained;  // by difference, rows
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool one = agree(results, row, strict);
    std::vector<std::string> cells = {one ? verdictCell(rows[row], strict) : ""};
    if (kinds.size() > 1)
      for (const Indices& kind : kinds)
        cells.push_back(one ? "" : verdictCell(results[kind[0]].rows[row], strict));
    table.addLine(rows[row].name, std::move(cells));
    if (one) continue;
    explained.add(difference(results, row, strict), rows[row].name);
  }
  std::string text = table.print();
  if (!explained.empty()) text += '\n';
  for (const auto& [why, names] : explained)
    text += paragraph(fmt::format("{}: {}.", fmt::join(names, ", "), why), "* ", 2);
  return text;
}

std::string archSummary(const std::vector<CheckResult>& results, bool strict) {
  std::size_t on_all = 0, on_some = 0;
  std::string good;
  const std::vector<Row>& rows = results[0].rows;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto count = [&](auto is) {
      return static_cast<std::size_t>(
          std::count_if(results.begin(), results.end(),
                        [&](const CheckResult& result) { return is(result.rows[row]); }));
    };
    const std::size_t broken = count([&](const Row& r) {
      return verdictOf(r, strict) == Verdict::kBroken && !isCandidate(r, strict);
    });
    if (broken == results.size())
      ++on_all;
    else if (broken != 0)
      ++on_some;
    if (count([&](const Row& r) { return r.broken == 0 && !r.stopped; }) == results.size())
      append(good, rows[row].name);
  }
  std::string text =
      fmt::format("{} of {} BROKEN on all {} architectures, {} on some", on_all,
                  counted(rows.size(), "policy", "policies"), results.size(), on_some);
  if (!good.empty()) text += "; good on all: " + good;
  return text;
}

}  // namespace ptecheck
