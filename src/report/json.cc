// SPDX-License-Identifier: GPL-2.0-only
#include "report/json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/agreement.h"
#include "report/concurrent_json.h"
#include "report/entries.h"
#include "report/scenario_words.h"
#include "report/stopped.h"
#include "report/verdict.h"
#include "scenario/text.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

using Json = nlohmann::ordered_json;

// Messages come from subjects and paths from users: neither need be UTF-8.
std::string print(const Json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

Json ruleList(RuleSet rules) {
  Json list = Json::array();
  for (Rule rule : rulesOf(rules)) list.push_back(ruleInfo(rule).name);
  return list;
}

// Raw entries as text: JSON numbers lose bits above 2^53 in many readers.
std::string raw(unsigned long long word) { return fmt::format("0x{:016x}", word); }

Json violationList(const std::vector<Violation>& violations) {
  Json list = Json::array();
  for (const Violation& violation : violations) {
    Json item;
    item["rule"] = ruleInfo(violation.rule).name;
    item["process"] = nullptr;
    if (violation.process != kNoProcess)
      item["process"] = std::string(1, processName(violation.process));
    item["page"] = nullptr;
    if (violation.page != kNoPage) item["page"] = violation.page;
    item["bit"] = violation.bit;
    item["text"] = violation.text;
    list.push_back(std::move(item));
  }
  return list;
}

Json entryList(Arch arch, const Scenario& s, const Outcome& o) {
  Json list = Json::array();
  if (o.status != STATUS_DONE) return list;
  for (unsigned process = 0; process < s.processes; ++process)
    for (unsigned page = 0; page < s.pages; ++page) {
      const EntryResult& e = o.entry[std::size_t{process} * s.pages + page];
      Json item;
      item["process"] = std::string(1, processName(process));
      item["page"] = page;
      item["before"] = entryInLetters(arch, e.before, (e.page_flags & PAGE_EXCLUSIVE_BEFORE) != 0,
                                      page, s.pages);
      item["after"] =
          entryInLetters(arch, e.after, (e.page_flags & PAGE_EXCLUSIVE_AFTER) != 0, page, s.pages);
      item["raw_before"] = raw(e.before);
      item["raw_after"] = raw(e.after);
      item["reads"] = describeSeen(e.seen, page);
      list.push_back(std::move(item));
    }
  return list;
}

std::string statusName(unsigned status) {
  switch (status) {
    case STATUS_DONE:
      return "done";
    case STATUS_UNMODELLED:
      return "unmodelled";
    case STATUS_BUG:
      return "bug";
    case STATUS_SIGNAL:
      return "signal";
    case STATUS_UNSUPPORTED:
      return "unsupported";
    case STATUS_HANG:
      return "hang";
    default:
      return "unknown";
  }
}

void addScenario(Json& json, Arch arch, const Scenario& s) {
  ScenarioFile file;
  if (arch != kX86) file.arch = archId(arch);
  file.scenario = s;
  json["scenario"] = scenarioInWords(s);
  json["scenario_file"] = printScenario(file);
}

void addOutcome(Json& json, Arch arch, const Scenario& s, const Outcome& o) {
  json["status"] = statusName(o.status);
  json["message"] = std::string(o.message);
  json["entries"] = entryList(arch, s, o);
}

// What a finding and a single run have in common.
void addSituation(Json& json, Arch arch, const Scenario& s, const Outcome& o,
                  const std::vector<Violation>& violations) {
  addScenario(json, arch, s);
  addOutcome(json, arch, s, o);
  json["violations"] = violationList(violations);
}

Json partJson(const Part& part) {
  Json json;
  json["kind"] = part.space.random ? "random" : "exhaustive";
  json["family"] = familyName(part.space.family);
  json["max_pages"] = part.space.max_pages;
  json["scenarios"] = part.scenarios;
  if (part.space.random)
    json["seed"] = part.seed;
  else {
    json["deviations"] = part.space.deviations;
    json["situations"] = part.situations;
  }
  return json;
}

Json rowJson(const Row& row, bool strict) {
  Json json;
  json["name"] = row.name;
  json["summary"] = row.summary;
  json["verdict"] = verdictName(verdictOf(row, strict));
  json["shadow_stacks_only"] = isCandidate(row, strict);
  Json broken = Json::object();
  for (Rule rule : rulesOf(row.broken))
    broken[std::string(ruleInfo(rule).name)] = row.count[static_cast<std::size_t>(rule)];
  json["broken"] = std::move(broken);
  json["price"] = {{"scenarios", row.price.scenarios},
                   {"batches", row.price.batches},
                   {"batched_entries", row.price.batched_entries},
                   {"extra_faults", row.price.extra_faults},
                   {"spurious_soft_dirty", row.price.spurious_soft_dirty},
                   {"flushes", row.price.flushed}};
  return json;
}

Json findingList(const CheckResult& result) {
  Json list = Json::array();
  for (const Finding& finding : result.findings) {
    Json item;
    item["id"] = finding.id;
    item["row"] = finding.row;
    item["rule"] = ruleInfo(finding.rule).name;
    item["severity"] = severityName(ruleInfo(finding.rule).severity);
    addSituation(item, finding.arch, finding.scenario, finding.outcome, finding.violations);
    item["lines_ran"] = finding.lines_ran;
    list.push_back(std::move(item));
  }
  return list;
}

Json archJson(Arch arch, const CheckResult& result, Verdict verdict, bool strict) {
  Json json;
  json["arch"] = archId(arch);
  json["name"] = archName(arch);
  json["verdict"] = verdictName(verdict);
  json["not_run"] = nullptr;
  addStopped(json, result.scenarios(), result.stopped_of);
  json["parts"] = Json::array();
  for (const Part& part : result.parts) json["parts"].push_back(partJson(part));
  json["unsupported"] = {{"scenarios", result.unsupported}, {"reason", result.unsupported_reason}};
  json["rows"] = Json::array();
  for (const Row& row : result.rows) json["rows"].push_back(rowJson(row, strict));
  json["findings"] = findingList(result);
  return json;
}

std::string_view agreementVerdict(Verdict verdict) {
  return verdict == Verdict::kGood     ? "agree"
         : verdict == Verdict::kBroken ? "differ"
                                       : "not-compared";
}

void addAgreement(Json& json, const Agreement& agreement) {
  json["verdict"] = agreementVerdict(verdictOf(agreement));
  json["not_run"] = nullptr;
  addStopped(json, agreement.compared(), agreement.stopped_of);
  json["features"] = agreement.features;
  json["parts"] = Json::array();
  for (const Part& part : agreement.parts) json["parts"].push_back(partJson(part));
  json["exhaustive"] = {{"1", agreement.exhaustive[0]},
                        {"2", agreement.exhaustive[1]},
                        {"4", agreement.exhaustive[2]},
                        {"huge", agreement.exhaustive[3]}};
  json["in_blocks"] = agreement.blocks;
  json["unsupported"] = {{"scenarios", agreement.unsupported},
                         {"reason", agreement.unsupported_reason}};
  json["ended"] = {{"scenarios", agreement.ended}, {"reason", agreement.ended_reason}};
  json["differing"] = agreement.differing;
  json["differences"] = Json::array();
  for (const Disagreement& difference : agreement.differences) {
    Json item;
    item["what"] = difference.what;
    item["scenarios"] = difference.scenarios;
    item["id"] = difference.id;
    item["text"] = difference.text;
    addScenario(item, agreement.arch, difference.scenario);
    const std::pair<const char*, const Outcome*> sides[] = {{"model", &difference.model},
                                                            {"tree", &difference.tree}};
    for (const auto& [side, outcome] : sides)
      addOutcome(item[side], agreement.arch, difference.scenario, *outcome);
    json["differences"].push_back(std::move(item));
  }
}

Json shareJson(const Share& share) { return {{"index", share.index + 1}, {"count", share.count}}; }

Json checkDocument(const ReportOptions& options, Verdict verdict, std::string_view kind,
                   std::string_view name) {
  Json json;
  json["schema"] = "ptecheck-check-2";
  json["version"] = options.version;
  json["subject"] = {{"kind", kind}, {"name", name}};
  json["verdict"] = verdictName(verdict);
  json["strict"] = options.strict;
  json["rules"] = ruleList(options.rules & kScenarioRules);
  json["share"] = shareJson(options.share);
  json["architectures"] = Json::array();
  return json;
}

}  // namespace

std::string checkJson(const std::vector<CheckResult>& results, const ReportOptions& options,
                      const std::vector<ConcurrentResult>& concurrent) {
  const Verdict verdict =
      worse(verdictOf(results, options.strict),
            concurrent.empty() ? Verdict::kGood : verdictOf(concurrent, options.strict));
  Json json = checkDocument(options, verdict, "model", "the built-in model");
  for (const CheckResult& result : results)
    json["architectures"].push_back(
        archJson(result.arch, result, verdictOf(result, options.strict), options.strict));
  if (!concurrent.empty()) json["concurrent"] = concurrentResults(concurrent, options);
  return print(json);
}

std::string treeJson(const std::vector<ArchTree>& trees, const ReportOptions& options) {
  std::string name;
  for (const ArchTree& tree : trees)
    if (name.empty() && tree.check) name = tree.check->result.subject;
  Json json = checkDocument(options, verdictOf(trees, options.strict), "tree", name);
  for (const ArchTree& tree : trees) {
    if (!tree.check) {
      Json item = archJson(tree.arch, {}, Verdict::kNotChecked, options.strict);
      item["not_run"] = tree.why_not;
      json["architectures"].push_back(std::move(item));
      continue;
    }
    const TreeCheck& check = *tree.check;
    Json item = archJson(tree.arch, check.result, verdictOf(check, options.strict), options.strict);
    item["tree"] = {{"version", check.version},     {"features", check.features},
                    {"batches", check.batches},     {"new_rules", ruleList(check.new_rules)},
                    {"never_ran", check.never_ran}, {"bit_differences", check.bit_differences},
                    {"notes", check.notes}};
    json["architectures"].push_back(std::move(item));
  }
  return print(json);
}

std::string agreementJson(const std::vector<ArchAgreement>& agreements,
                          const ReportOptions& options) {
  Json json;
  json["schema"] = "ptecheck-agreement-1";
  json["version"] = options.version;
  json["tree"] = nullptr;
  json["policy"] = nullptr;
  json["verdict"] = agreementVerdict(verdictOf(agreements));
  json["share"] = shareJson(options.share);
  json["architectures"] = Json::array();
  for (const ArchAgreement& one : agreements) {
    Json item;
    item["arch"] = archId(one.arch);
    item["name"] = archName(one.arch);
    if (!one.agreement) {
      item["verdict"] = agreementVerdict(Verdict::kNotChecked);
      item["not_run"] = one.why_not;
    } else {
      json["tree"] = one.agreement->subject;
      json["policy"] = one.agreement->policy;
      addAgreement(item, *one.agreement);
    }
    json["architectures"].push_back(std::move(item));
  }
  return print(json);
}

std::string runJson(const std::vector<RunReport>& reports) {
  Json json;
  json["schema"] = "ptecheck-run-1";
  json["version"] = reports.empty() ? "" : reports.front().version;
  json["runs"] = Json::array();
  for (const RunReport& report : reports) {
    const bool done = report.run.outcome.status == STATUS_DONE;
    Json item;
    item["name"] = report.name;
    item["subject"] = report.subject;
    item["row"] = report.row;
    item["arch"] = archId(report.arch);
    item["verdict"] =
        verdictName(done ? verdictOf(report.run.broken, report.strict) : Verdict::kNotChecked);
    item["broken"] = ruleList(report.run.broken);
    item["expected"] = nullptr;
    if (report.has_expectation) item["expected"] = ruleList(report.expected);
    const Verdict came_out = verdictOf(report);
    item["as_it_should"] = came_out == Verdict::kGood || came_out == Verdict::kAtACost;
    addSituation(item, report.arch, report.scenario, report.run.outcome, report.run.violations);
    json["runs"].push_back(std::move(item));
  }
  return print(json);
}

}  // namespace ptecheck
