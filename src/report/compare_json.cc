// SPDX-License-Identifier: GPL-2.0-only
#include <nlohmann/json.hpp>

#include "report/compare.h"
#include "report/stopped.h"
#include "scenario/text.h"

namespace ptecheck {

namespace {

using Json = nlohmann::ordered_json;

// Paths come from users and need not be UTF-8.
std::string print(const Json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

Json ruleNameList(RuleSet rules) {
  Json list = Json::array();
  for (Rule rule : rulesOf(rules)) list.push_back(ruleInfo(rule).name);
  return list;
}

Json brokenJson(const Row& row) {
  Json json = Json::object();
  for (Rule rule : rulesOf(row.broken))
    json[std::string(ruleInfo(rule).name)] = row.count[static_cast<std::size_t>(rule)];
  return json;
}

Json countJson(const BatchCount& count) {
  if (count.batches == 0) return nullptr;
  return {{"batches", count.batches}, {"batched_entries", count.entries}};
}

Json casesJson(const CaseLengths& lengths) {
  Json json = Json::object();
  for (unsigned i = 0; i < kCases; ++i) {
    const BatchLengths& one = lengths[i];
    if (one.sum.batches == 0) continue;
    Json& named = json[std::string(batchingCaseName(i))] = countJson(one.sum);
    named["shortest"] = countJson(one.shortest);
    named["most"] = countJson(one.most);
  }
  return json;
}

// What follows from batches is null if the candidate does not tell them, and so is what follows
// from steps if it did not run all.
Json costsJson(const CompareCosts& costs) {
  const BatchCount batches = costs.batches();
  const auto told = [&](std::uint64_t number) {
    return batches.batches == 0 ? Json(nullptr) : Json(number);
  };
  const auto in_all = [&](std::uint64_t number) {
    return costs.ran_all_steps ? Json(number) : Json(nullptr);
  };
  return {{"scenarios", costs.scenarios},
          {"batches", told(batches.batches)},
          {"batched_entries", told(batches.entries)},
          {"cases", batches.batches == 0 ? Json(nullptr) : casesJson(costs.lengths)},
          {"visited_entries", told(costs.visited)},
          {"atomic_operations", told(costs.atomics)},
          {"flushes", costs.flushes},
          {"extra_faults", costs.left.faults},
          {"extra_faults_in_all", in_all(costs.in_all.faults)},
          {"spurious_soft_dirty", costs.left.soft_dirty},
          {"spurious_soft_dirty_in_all", in_all(costs.in_all.soft_dirty)},
          {"kept", costs.kept}};
}

std::string fileOf(Arch arch, const Scenario& scenario) {
  ScenarioFile file;
  file.arch = archId(arch);
  file.scenario = scenario;
  return printScenario(file);
}

Json partJson(const ComparedPart& part, bool mix, const ReportOptions& options) {
  const Part& searched = part.check.parts[0];
  Json json;
  json["kind"] = mix ? "mix" : "exhaustive";
  std::uint64_t scenarios = 0;
  for (const Part& one : part.check.parts) scenarios += one.scenarios;
  json["scenarios"] = scenarios;
  if (mix) {
    json["seed"] = searched.seed;
  } else {
    json["max_pages"] = searched.space.max_pages;
    json["deviations"] = searched.space.deviations;
    json["families"] = Json::object();
    for (const Part& one : part.check.parts)
      json["families"][std::string(familyName(one.space.family))] = one.scenarios;
  }
  json["entries"] = part.entries;
  json["freed"] = part.freed;
  json["rows"] = Json::array();
  for (std::size_t i = 0; i < part.costs.size(); ++i) {
    const Row& row = part.check.rows[i];
    json["rows"].push_back({{"name", row.name},
                            {"verdict", verdictName(verdictOf(row, options.strict))},
                            {"shadow_stacks_only", isCandidate(row, options.strict)},
                            {"broken", brokenJson(row)},
                            {"costs", costsJson(part.costs[i])}});
  }
  json["findings"] = Json::array();
  for (const Finding& finding : part.check.findings)
    json["findings"].push_back({{"row", finding.row},
                                {"rule", ruleInfo(finding.rule).name},
                                {"id", finding.id.empty() ? Json(nullptr) : Json(finding.id)},
                                {"scenario_file", fileOf(finding.arch, finding.scenario)}});
  return json;
}

Json archJson(const ArchComparison& one, const ReportOptions& options) {
  Json json;
  json["arch"] = archId(one.arch);
  json["name"] = archName(one.arch);
  json["verdict"] = verdictName(Verdict::kNotChecked);
  json["not_run"] = nullptr;
  json["skipped"] = {{"scenarios", 0}, {"reason", ""}};
  json["candidates"] = Json::array();
  json["parts"] = Json::array();
  if (!one.comparison) {
    json["not_run"] = one.why_not;
    return json;
  }
  const Comparison& comparison = *one.comparison;
  json["verdict"] = verdictName(verdictOf(comparison, options.strict));
  addStopped(json, comparison.scenarios(), comparison.stopped_of);
  json["skipped"] = {{"scenarios", comparison.skipped}, {"reason", comparison.skipped_reason}};
  const ComparedPart& any = comparison.mix ? *comparison.mix : *comparison.exhaustive;
  const std::vector<std::string> sentences = compareSentences(comparison, options.strict);
  for (std::size_t row = 0; row < sentences.size(); ++row)
    json["candidates"].push_back(
        {{"name", any.check.rows[row].name},
         {"summary", any.check.rows[row].summary},
         {"base", static_cast<bool>(comparison.base[row])},
         {"verdict", verdictName(verdictOf(comparison, row, options.strict))},
         {"sentence", sentences[row]}});
  if (comparison.exhaustive)
    json["parts"].push_back(partJson(*comparison.exhaustive, false, options));
  if (comparison.mix) json["parts"].push_back(partJson(*comparison.mix, true, options));
  return json;
}

Json rowJson(const Row& row, bool strict) {
  return {{"name", row.name},
          {"verdict", verdictName(verdictOf(row, strict))},
          {"broken", brokenJson(row)},
          {"price",
           {{"scenarios", row.price.scenarios},
            {"batches", row.price.batches},
            {"batched_entries", row.price.batched_entries},
            {"extra_faults", row.price.extra_faults},
            {"spurious_soft_dirty", row.price.spurious_soft_dirty},
            {"flushes", row.price.flushed}}}};
}

Json changeWords(const BackportResult& result, const ChangeSet& set) {
  Json list = Json::array();
  for (std::size_t i : set) list.push_back(result.changes[i].words);
  return list;
}

Json backportResultJson(const BackportResult& result, bool strict) {
  Json json;
  json["arch"] = archId(result.arch);
  json["name"] = archName(result.arch);
  json["base"] = rowJson(result.base_row, strict);
  json["scenarios"] = result.base_row.price.scenarios;
  json["most_changes"] = result.most_changes;
  json["tried"] = result.tried;
  json["sentence"] = backportSentence(result, strict);
  json["changes"] = Json::array();
  for (const PolicyChange& change : result.changes)
    json["changes"].push_back(
        {{"change", change.words}, {"touches", change.isBit() ? "bit" : "path"}});
  json["answers"] = Json::array();
  for (const BackportAnswer& answer : result.answers)
    json["answers"].push_back({{"changes", changeWords(result, answer.changes)},
                               {"on_shadow_stacks", answer.on_shadow_stacks},
                               {"row", rowJson(answer.row, strict)}});
  json["killed"] = Json::array();
  for (const KilledSet& killed : result.killed)
    json["killed"].push_back({{"changes", changeWords(result, killed.changes)},
                              {"on_shadow_stack", killed.on_shadow_stack},
                              {"rule", ruleInfo(killed.kill.rule).name},
                              {"id", killed.kill.id},
                              {"text", killed.kill.text},
                              {"example", killed.kill.example}});
  json["examples"] = Json::array();
  for (const Scenario& scenario : result.examples)
    json["examples"].push_back(fileOf(result.arch, scenario));
  return json;
}

}  // namespace

std::string compareJson(const std::vector<ArchComparison>& comparisons,
                        const CompareReport& report) {
  Json json;
  json["schema"] = "ptecheck-compare-1";
  json["version"] = report.options.version;
  json["verdict"] = verdictName(verdictOf(comparisons, report.options.strict));
  json["strict"] = report.options.strict;
  json["rules"] = ruleNameList(report.options.rules & kScenarioRules);
  json["mix"] = report.mix.empty() ? Json(nullptr) : Json(report.mix);
  json["architectures"] = Json::array();
  for (const ArchComparison& one : comparisons)
    json["architectures"].push_back(archJson(one, report.options));
  return print(json);
}

std::string backportJson(const std::vector<BackportResult>& results, const ReportOptions& options) {
  Json json;
  json["schema"] = "ptecheck-backport-1";
  json["version"] = options.version;
  json["strict"] = options.strict;
  json["rules"] = ruleNameList(options.rules & kScenarioRules);
  json["architectures"] = Json::array();
  for (const BackportResult& result : results)
    json["architectures"].push_back(backportResultJson(result, options.strict));
  return print(json);
}

}  // namespace ptecheck
