// SPDX-License-Identifier: GPL-2.0-only
#include "report/concurrent.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/head.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/numbers.h"
#include "report/schedule.h"

namespace ptecheck {

namespace {

std::string subjectOf(const ConcurrentResult& result) {
  std::string text = fmt::format("{}, policy {}", archId(result.arch), result.policy.name);
  for (const SmpMutantInfo& info : smpMutants())
    if (info.mutant == result.mutant) text += fmt::format(" with {}", info.name);
  return text;
}

std::string endWords(SearchEnd end) {
  switch (end) {
    case SearchEnd::kBound:
      return "met the bound on steps (--bound)";
    case SearchEnd::kOutOfMemory:
      return "had no more memory (--memory)";
    default:
      return "were ended early";
  }
}

std::string sizesText(const ConcurrentResult& result) {
  Table table;
  for (const char* column : {"sets of actors", "states", "steps", "broken in", "not finished"})
    table.addColumn(column);
  for (const ConcurrentSize& size : result.sizes)
    table.addLine(
        counted(size.pages, "page", "pages") + ", " + counted(size.actors, "actor", "actors"),
        {withSeparators(size.setups), withSeparators(size.states), withSeparators(size.transitions),
         compact(size.broken), compact(size.unfinished)});
  return table.print();
}

std::string exampleText(const ConcurrentResult& result, const ConcurrentExample& example) {
  const RuleInfo& info = ruleInfo(example.rule);
  std::string text = heading(std::string(info.name));
  text += paragraph(fmt::format(
      "{} Broken in {}; shown is {}, {}.", info.meaning,
      counted(result.setups_breaking[static_cast<unsigned>(example.rule)], "set of actors",
              "sets of actors"),
      print(example.setup),
      example.schedule.shortest ? "by the shortest way" : "not by the shortest way (--memory)"));
  return text + '\n' + scheduleText(example);
}

std::string summary(const ConcurrentResult& result, bool strict) {
  const std::string subject = subjectOf(result);
  const std::string searched =
      fmt::format("all interleavings of {}: {} states, {} steps",
                  counted(result.setups, "set of actors", "sets of actors"),
                  withSeparators(result.states), withSeparators(result.transitions));
  if (result.broken != 0)
    return fmt::format("{}: {} ({}); {}.", subject, verdictWord(verdictOf(result.broken, strict)),
                       ruleList(result.broken), searched);
  if (result.unfinished != 0)
    return fmt::format("{}: not checked: {} of {} searches {}.", subject,
                       withSeparators(result.unfinished), withSeparators(result.setups),
                       endWords(result.worst_end));
  return fmt::format("{}: good; {}.", subject, searched);
}

using Json = nlohmann::ordered_json;

Json scheduleJson(const ConcurrentExample& example) {
  const Schedule schedule = scheduleOf(example);
  Json steps = Json::array();
  for (const ScheduleStep& step : schedule.steps)
    steps.push_back({{"actor", step.actor},
                     {"what", step.what},
                     {"function", step.function},
                     {"changes", step.changes}});
  Json actors = Json::array();
  for (unsigned a = 0; a < example.setup.count; ++a)
    actors.push_back(print(example.setup.actors[a], example.setup.pages));
  return {{"rule", ruleInfo(example.rule).name},
          {"setup", print(example.setup)},
          {"shortest", example.schedule.shortest},
          {"actors", actors},
          {"start", schedule.start},
          {"steps", steps},
          {"why", schedule.why}};
}

}  // namespace

std::string concurrentText(const std::vector<ConcurrentResult>& results,
                           const ReportOptions& options) {
  std::string text = labelled("ptecheck", options.version);
  text += labelled("subject", "the built-in model of several processors");
  for (const ConcurrentResult& result : results) {
    text += heading(subjectOf(result)) + sizesText(result);
    for (const ConcurrentExample& example : result.examples) text += exampleText(result, example);
  }
  text += '\n';
  for (const ConcurrentResult& result : results)
    text += paragraph(summary(result, options.strict), "", 2);
  return text;
}

std::string concurrentJson(const std::vector<ConcurrentResult>& results,
                           const ReportOptions& options) {
  Json list = Json::array();
  for (const ConcurrentResult& result : results) {
    Json sizes = Json::array();
    for (const ConcurrentSize& size : result.sizes)
      sizes.push_back({{"pages", size.pages},
                       {"actors", size.actors},
                       {"setups", size.setups},
                       {"states", size.states},
                       {"steps", size.transitions},
                       {"broken", size.broken},
                       {"unfinished", size.unfinished}});
    Json rules = Json::array();
    for (const Rule rule : rulesOf(result.broken)) rules.push_back(ruleInfo(rule).name);
    Json examples = Json::array();
    for (const ConcurrentExample& example : result.examples)
      examples.push_back(scheduleJson(example));
    std::string mutant;
    for (const SmpMutantInfo& info : smpMutants())
      if (info.mutant == result.mutant) mutant = info.name;
    list.push_back({{"arch", archId(result.arch)},
                    {"policy", result.policy.name},
                    {"mutant", mutant},
                    {"verdict", verdictName(verdictOf({result}, options.strict))},
                    {"rules_broken", rules},
                    {"sizes", sizes},
                    {"examples", examples}});
  }
  const Json json = {{"format", "ptecheck-concurrent"},
                     {"version", 1},
                     {"ptecheck", options.version},
                     {"verdict", verdictName(verdictOf(results, options.strict))},
                     {"results", list}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

Verdict verdictOf(const std::vector<ConcurrentResult>& results, bool strict) {
  Verdict verdict = Verdict::kGood;
  for (const ConcurrentResult& result : results) {
    Verdict one = verdictOf(result.broken, strict);
    if (one != Verdict::kBroken && (result.unfinished != 0 || result.setups == 0))
      one = Verdict::kNotChecked;
    verdict = worse(verdict, one);
  }
  return verdict;
}

}  // namespace ptecheck
