// SPDX-License-Identifier: GPL-2.0-only
#include "report/index_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/concurrent.h"
#include "report/html.h"
#include "report/index_markup.h"
#include "report/lists.h"
#include "report/matrix.h"
#include "report/numbers.h"
#include "report/verdict.h"

namespace ptecheck {

using markup::address;

namespace {

std::string heading(std::string_view text) {
  return fmt::format("<th scope=\"col\">{}</th>", escaped(text));
}

std::string rowHeading(const Row& row) {
  return fmt::format("<th scope=\"row\">{}</th>", escaped(row.name));
}

std::string number(std::string_view text) {
  return fmt::format("<td class=\"number\">{}</td>", escaped(text));
}

const char* const kNothing = "<td class=\"number none\">&middot;</td>";

// `place`: in the index, where the word leads to; "": nowhere.
std::string wordCell(std::string_view kind, std::string_view word, const std::string& place = "") {
  return fmt::format("<td class=\"word {}\">{}</td>", kind,
                     place.empty()
                         ? escaped(word)
                         : fmt::format("<a href=\"#{}\">{}</a>", address(place), escaped(word)));
}

std::string wordCell(Verdict verdict) {
  return wordCell(markup::kindOf(verdict),
                  verdict == Verdict::kAtACost ? "costs" : verdictWord(verdict));
}

std::string rowCell(const Row& row, bool strict, const std::string& place = "") {
  return wordCell(isCandidate(row, strict) ? "soso" : markup::kindOf(verdictOf(row.broken, strict)),
                  verdictCell(row, strict), place);
}

// Broken on shadow stacks alone.
bool onShadowStacksOnly(const Row& row, Rule rule) {
  return contains(row.broken & ~row.broken_elsewhere & ~kCostRules, rule);
}

std::string countCell(const CheckResult& result, const Row& row, Rule rule, bool strict) {
  const std::uint64_t count = row.count[static_cast<std::size_t>(rule)];
  if (count == 0) return kNothing;
  const bool candidate = onShadowStacksOnly(row, rule);
  const std::string text = compact(count) + (candidate ? "&dagger;" : "");
  const Finding* const finding = result.find(row.name, rule);
  const std::string kind = candidate ? "soso" : std::string(markup::kindOfRule(rule, strict));
  // Without its example a number is shown all the same.
  if (finding == nullptr) return fmt::format("<td class=\"number {}\">{}</td>", kind, text);
  const std::string says = fmt::format("{} breaks {} in {}{}: the smallest", row.name,
                                       ruleInfo(rule).name, counted(count, "scenario", "scenarios"),
                                       candidate ? ", on shadow stacks alone" : "");
  return fmt::format(
      "<td class=\"number {0}\"><a href=\"{1}\" title=\"{2}\" aria-label=\"{2}\">{3}</a></td>",
      kind, address(pageOf(*finding)), escaped(says), text);
}

template <class Rows>
std::vector<Rule> brokenIn(const Rows& rows) {
  RuleSet broken = 0;
  for (const auto& row : rows) broken |= row.broken;
  return rulesOf(broken);
}

std::string ruleHeading(Rule rule, const std::string& place) {
  const std::string_view name = ruleInfo(rule).name;
  const std::string text =
      place.empty() ? escaped(name)
                    : fmt::format("<a href=\"#{}\">{}</a>", address(place), escaped(name));
  return fmt::format("<th scope=\"col\" class=\"rule-name\">{}</th>", text);
}

// Two rows of headings: severities above their rules. `first`: headings of the columns before, of
// which there are `columns`.
std::string ruleHeadings(const std::string& first, std::size_t columns,
                         const std::vector<Rule>& rules, bool strict, const Arch* arch) {
  std::string above = fmt::format("<td></td><td colspan=\"{}\"></td>", columns - 1);
  std::string below = first;
  for (std::size_t i = 0; i < rules.size();) {
    const RuleSeverity severity = ruleInfo(rules[i]).severity;
    std::size_t end = i;
    for (; end < rules.size() && ruleInfo(rules[end]).severity == severity; ++end)
      below += ruleHeading(rules[end], arch == nullptr ? "" : rulePlace(*arch, rules[end]));
    above +=
        fmt::format("<th scope=\"colgroup\" class=\"severity {}\" colspan=\"{}\">{}</th>",
                    markup::kindOfRule(rules[i], strict), end - i, escaped(severityName(severity)));
    i = end;
  }
  return above + "</tr>\n<tr>" + below;
}

std::string subjectCells(const ConcurrentResult& result) {
  const std::string mutant = mutantName(result);
  return fmt::format("<th scope=\"row\">{}, {}{}</th>", archId(result.arch),
                     escaped(result.policy.name),
                     mutant.empty() ? "" : ",<br>with " + escaped(mutant));
}

}  // namespace

std::string archPlace(Arch arch) { return archId(arch); }
std::string findingsPlace(Arch arch) { return fmt::format("{}.findings", archId(arch)); }
std::string rowPlace(Arch arch, const std::string& row) {
  return fmt::format("{}.row.{}", archId(arch), row);
}
std::string rulePlace(Arch arch, Rule rule) {
  return fmt::format("{}.rule.{}", archId(arch), ruleInfo(rule).name);
}

std::string archTable(std::span<const CheckResult> results, const IndexOptions& options) {
  std::string head = "<td></td>", rows;
  for (const CheckResult& result : results)
    head += fmt::format("<th scope=\"col\"><a href=\"#{0}\">{1}</a></th>",
                        address(archPlace(result.arch)), escaped(archId(result.arch)));
  for (std::size_t row = 0; row < results.front().rows.size(); ++row) {
    rows += "<tr>" + rowHeading(results.front().rows[row]);
    for (const CheckResult& result : results)
      rows += rowCell(result.rows[row], options.report.strict,
                      rowPlace(result.arch, result.rows[row].name));
    rows += "</tr>\n";
  }
  return markup::table("Verdict on each policy on each architecture", head, rows);
}

std::string ruleTable(const CheckResult& result, const IndexOptions& options) {
  const std::vector<Rule> rules = brokenIn(result.rows);
  if (rules.empty()) return "";
  const bool strict = options.report.strict;
  const std::string head =
      ruleHeadings("<td></td>" + heading("verdict"), 2, rules, strict, &result.arch);
  std::string rows;
  for (const Row& row : result.rows) {
    rows += fmt::format("<tr id=\"{}\">", escaped(rowPlace(result.arch, row.name))) +
            rowHeading(row) + rowCell(row, strict);
    for (Rule rule : rules) rows += countCell(result, row, rule, strict);
    rows += "</tr>\n";
  }
  return markup::table(fmt::format("Scenarios in which a rule is broken, {}", archId(result.arch)),
                       head, rows);
}

std::string familyTable(const CheckResult& result, const IndexOptions& options) {
  std::vector<Family> families;
  for (const Part& part : result.parts)
    if (std::find(families.begin(), families.end(), part.space.family) == families.end())
      families.push_back(part.space.family);
  if (families.size() < 2) return "";
  std::string head = "<td></td>", rows;
  for (Family family : families) head += heading(familyName(family));
  for (const Row& row : result.rows) {
    rows += "<tr>" + rowHeading(row);
    for (Family family : families)
      rows += wordCell(
          verdictOf(row.broken_in[static_cast<std::size_t>(family)], options.report.strict));
    rows += "</tr>\n";
  }
  return markup::table(fmt::format("Verdict by family of scenarios, {}", archId(result.arch)), head,
                       rows);
}

std::string costTable(const CheckResult& result, const IndexOptions& options) {
  const bool faults = contains(options.report.rules, Rule::kWriteLost);
  const bool soft_dirty = contains(options.report.rules, Rule::kSoftDirtyGained);
  std::string head = "<td></td>" + heading("entries a batch"), rows;
  if (faults) head += heading("extra write faults");
  if (soft_dirty) head += heading("spurious soft-dirty pages");
  head += heading("TLB flushes");
  for (const Row& row : result.rows) {
    const Price& price = row.price;
    const auto rate = [&](std::uint64_t part) {
      return number(withSeparators(perMillion(part, price.scenarios)));
    };
    rows += "<tr>" + rowHeading(row) + number(ratio(price.batched_entries, price.batches));
    if (faults) rows += rate(price.extra_faults);
    if (soft_dirty) rows += rate(price.spurious_soft_dirty);
    rows += rate(price.flushed) + "</tr>\n";
  }
  return markup::table(fmt::format("What each costs, {}", archId(result.arch)), head, rows);
}

std::string actorsTable(const std::vector<ConcurrentResult>& results, const IndexOptions& options) {
  const std::vector<Rule> rules = brokenIn(results);
  const bool strict = options.report.strict;
  std::string head = "<td></td>", rows;
  for (const char* column : {"verdict", "sets of actors", "states", "steps", "not finished"})
    head += heading(column);
  if (!rules.empty()) head = ruleHeadings(head, 6, rules, strict, nullptr);
  for (const ConcurrentResult& result : results) {
    rows += "<tr>" + subjectCells(result) + wordCell(verdictOf({result}, strict));
    for (std::uint64_t count : {result.setups, result.states, result.transitions})
      rows += number(withSeparators(count));
    rows += result.unfinished == 0 ? kNothing : number(withSeparators(result.unfinished));
    for (Rule rule : rules) {
      const std::uint64_t count = result.setups_breaking[static_cast<std::size_t>(rule)];
      if (count == 0) {
        rows += kNothing;
        continue;
      }
      const std::string says =
          fmt::format("{} is broken in {}: the shortest schedule", ruleInfo(rule).name,
                      counted(count, "set of actors", "sets of actors"));
      rows += fmt::format(
          "<td class=\"number {0}\"><a href=\"{1}\" title=\"{2}\" aria-label=\"{2}\">{3}</a></td>",
          markup::kindOfRule(rule, strict), address(pageOf(result, rule)), escaped(says),
          compact(count));
    }
    rows += "</tr>\n";
  }
  return markup::table("All interleavings of sets of actors", head, rows);
}

std::string sizesTable(const std::vector<ConcurrentResult>& results) {
  std::string head = "<td></td>" + heading("size"), rows;
  for (const char* column : {"sets of actors", "states", "steps", "broken in", "not finished"})
    head += heading(column);
  for (const ConcurrentResult& result : results)
    for (const ConcurrentSize& size : result.sizes) {
      rows += "<tr>" + subjectCells(result);
      rows += fmt::format("<td>{}, {}</td>", counted(size.pages, "page", "pages"),
                          counted(size.actors, "actor", "actors"));
      for (std::uint64_t count : {size.setups, size.states, size.transitions})
        rows += number(withSeparators(count));
      for (std::uint64_t count : {size.broken, size.unfinished})
        rows += count == 0 ? kNothing : number(withSeparators(count));
      rows += "</tr>\n";
    }
  return markup::table("Sets of actors by size", head, rows);
}

}  // namespace ptecheck
