// SPDX-License-Identifier: GPL-2.0-only
#include <nlohmann/json.hpp>

#include "report/bugs.h"

namespace ptecheck {

namespace {

using Json = nlohmann::ordered_json;

Json rulesOf(RuleSet rules) {
  Json names = Json::array();
  for (const RuleInfo& info : ruleTable())
    if (contains(rules, info.rule)) names.push_back(info.name);
  return names;
}

Json orNull(bool known, Json value) { return known ? std::move(value) : Json(nullptr); }

Json mutantJson(const BugFound& bug) {
  return {{"mutant", bug.mutant->name},       {"about", bug.mutant->summary},
          {"rule", bug.mutant->rule},         {"found", bug.found},
          {"arch", archId(bug.arch)},         {"pages", bug.pages},
          {"processes", bug.processes},       {"scenarios", bug.scenarios},
          {"id", orNull(bug.found, bug.id)},  {"broken", rulesOf(bug.broken)},
          {"repaired", rulesOf(bug.repaired)}};
}

Json concurrentJson(const ConcurrentBug& bug) {
  const bool found = bug.example.has_value();
  return {{"mutant", bug.mutant->name},
          {"about", bug.mutant->summary},
          {"bug", orNull(!bug.mutant->bug.empty(), bug.mutant->bug)},
          {"found", found},
          {"arch", archId(bug.arch)},
          {"actors", found ? Json(print(bug.example->setup)) : Json(nullptr)},
          {"steps", found ? Json(bug.example->schedule.steps.size()) : Json(nullptr)},
          {"states", bug.states},
          {"broken", rulesOf(bug.broken)},
          {"repaired", rulesOf(bug.repaired)}};
}

Json orderJson(const order::OrderBug& bug) {
  return {{"bug", bug.bug},
          {"test", bug.test->name},
          {"without", bug.barrier->name},
          {"model", order::memoryModelName(bug.model)},
          {"steps", bug.steps},
          {"states", bug.states},
          {"repaired", bug.repaired}};
}

}  // namespace

std::string bugsJson(const std::vector<BugFound>& bugs,
                     const std::vector<ConcurrentBug>& concurrent,
                     const std::vector<order::OrderBug>& order, const std::string& version) {
  Json json = {{"schema", "ptecheck-bugs-1"},
               {"version", version},
               {"mutants", Json::array()},
               {"interleavings", Json::array()},
               {"memory_order", Json::array()}};
  for (const BugFound& bug : bugs) json["mutants"].push_back(mutantJson(bug));
  for (const ConcurrentBug& bug : concurrent) json["interleavings"].push_back(concurrentJson(bug));
  for (const order::OrderBug& bug : order) json["memory_order"].push_back(orderJson(bug));
  return json.dump(2) + "\n";
}

}  // namespace ptecheck
