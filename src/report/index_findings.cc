// SPDX-License-Identifier: GPL-2.0-only
#include "report/index_findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/html.h"
#include "report/index_markup.h"
#include "report/index_tables.h"
#include "report/lists.h"
#include "report/numbers.h"
#include "report/scenario_words.h"

namespace ptecheck {

using markup::address;

namespace {

std::string command(const std::string& text) {
  return fmt::format("<code class=\"command\">{}</code>", escaped(text));
}

// The situation, and in a sentence what is wrong there.
struct Example {
  std::string situation, why;
  bool operator==(const Example&) const = default;
};

Example exampleOf(const Finding& finding) {
  Example example{scenarioInWords(finding.scenario), ""};
  std::size_t more = 0;
  for (const Violation& violation : finding.violations) {
    if (violation.rule != finding.rule) continue;
    if (example.why.empty())
      example.why = violation.text;
    else
      ++more;
  }
  if (more != 0) example.why += fmt::format("; and {} more", withSeparators(more));
  return example;
}

std::string ruleHead(Rule rule, const std::string& place, bool strict) {
  const RuleInfo& info = ruleInfo(rule);
  const std::string id = place.empty() ? "" : fmt::format(" id=\"{}\"", escaped(place));
  return fmt::format("<section class=\"rule {}\"{}>\n<h3>{} {}</h3>\n",
                     markup::kindOfRule(rule, strict), id, escaped(info.name),
                     markup::severityTag(rule, strict)) +
         element("p", info.text) + fmt::format("<p><b>If not:</b> {}</p>\n", escaped(info.meaning));
}

std::uint64_t countOf(const CheckResult& result, const Finding& finding) {
  for (const Row& row : result.rows)
    if (row.name == finding.row) return row.count[static_cast<std::size_t>(finding.rule)];
  return 0;
}

std::string ruleFindings(const CheckResult& result, Rule rule, const IndexOptions& options) {
  std::vector<std::pair<Example, std::vector<const Finding*>>> groups;
  for (const Finding& finding : result.findings) {
    if (finding.rule != rule) continue;
    const Example example = exampleOf(finding);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& known) { return known.first == example; });
    if (group == groups.end()) group = groups.insert(group, {example, {}});
    group->second.push_back(&finding);
  }
  if (groups.empty()) return "";
  std::string text = ruleHead(rule, rulePlace(result.arch, rule), options.report.strict);
  for (const auto& [example, findings] : groups) {
    text += "<div class=\"example\">\n" + element("p", example.situation);
    if (!example.why.empty()) text += element("p", example.why, "class=\"why\"");
    text += "<ul>\n";
    for (const Finding* finding : findings)
      text += fmt::format("<li><a href=\"{}\">{}</a> <span class=\"dim\">{}</span> {}</li>\n",
                          address(pageOf(*finding)), escaped(finding->row),
                          counted(countOf(result, *finding), "scenario", "scenarios"),
                          command("ptecheck replay " + finding->id + options.replay_with));
    text += "</ul>\n</div>\n";
  }
  return text + "</section>\n";
}

}  // namespace

std::string findingsList(const CheckResult& result, const IndexOptions& options) {
  std::string text;
  for (const RuleInfo& info : ruleTable()) text += ruleFindings(result, info.rule, options);
  return text;
}

std::string schedulesList(const std::vector<ConcurrentResult>& results,
                          const IndexOptions& options) {
  std::string text;
  for (const RuleInfo& info : ruleTable()) {
    std::string items;
    for (const ConcurrentResult& result : results)
      for (const ConcurrentExample& example : result.examples) {
        if (example.rule != info.rule) continue;
        const std::string mutant = mutantName(result);
        std::string again =
            fmt::format("ptecheck explain {} --arch {} --policy {}", print(example.setup),
                        archId(result.arch), result.policy.name);
        if (!mutant.empty()) again += " --mutant " + mutant;
        items += fmt::format(
            "<li><a href=\"{}\">{}, {}{}</a> <span class=\"dim\">{} of {}, {}{}</span> {}</li>\n",
            address(pageOf(result, info.rule)), archId(result.arch), escaped(result.policy.name),
            mutant.empty() ? "" : " with " + escaped(mutant),
            withSeparators(result.setups_breaking[static_cast<std::size_t>(info.rule)]),
            counted(result.setups, "set of actors", "sets of actors"),
            example.schedule.shortest ? "the shortest way: " : "one way: ",
            escaped(print(example.setup)), command(again));
      }
    if (!items.empty())
      text += ruleHead(info.rule, "", options.report.strict) +
              "<div class=\"example actors\">\n<ul>\n" + items + "</ul>\n</div>\n</section>\n";
  }
  return text;
}

}  // namespace ptecheck
