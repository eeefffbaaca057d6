// SPDX-License-Identifier: GPL-2.0-only
#include "report/concurrent_json.h"

#include "report/concurrent_schedule.h"

namespace ptecheck {

namespace {

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

nlohmann::ordered_json concurrentResults(const std::vector<ConcurrentResult>& results,
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
    Json item = {{"arch", archId(result.arch)},
                 {"policy", result.policy.name},
                 {"mutant", mutant},
                 {"verdict", verdictName(verdictOf({result}, options.strict))},
                 {"rules_broken", rules},
                 {"sizes", sizes},
                 {"examples", examples}};
    if (result.worst_end == SearchEnd::kStopped)
      item["stopped"] = {{"sets", result.setups - result.unfinished}, {"of", result.setups}};
    list.push_back(std::move(item));
  }
  return list;
}

std::string concurrentJson(const std::vector<ConcurrentResult>& results,
                           const ReportOptions& options) {
  const Json json = {{"schema", "ptecheck-concurrent-1"},
                     {"version", options.version},
                     {"verdict", verdictName(verdictOf(results, options.strict))},
                     {"results", concurrentResults(results, options)}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace ptecheck
