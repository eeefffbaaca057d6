// SPDX-License-Identifier: GPL-2.0-only
#include "report/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "report/concurrent.h"
#include "report/concurrent_schedule.h"
#include "report/entries.h"
#include "report/scenario_words.h"
#include "report/stopped.h"
#include "report/verdict.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

using Json = nlohmann::ordered_json;

std::optional<unsigned> lineNumber(std::string_view text) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number == 0) return std::nullopt;
  return number;
}

// The parts of `text` between `separator`s.
std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

// A path as a URI: what RFC 3986 does not let stand in one is written in hexadecimal.
std::string uriOf(const std::string& path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/-._~+,@").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json message(const std::string& text) { return {{"text", text.empty() ? "nothing more" : text}}; }

Json physical(const LineRange& range) {
  return {{"artifactLocation", {{"uri", uriOf(range.file)}}},
          {"region", {{"startLine", range.from}, {"endLine", range.to}}}};
}

Json told(const std::string& text) { return {{"location", {{"message", message(text)}}}}; }

Json told(const std::string& text, const LineRange& range) {
  return {{"location", {{"physicalLocation", physical(range)}, {"message", message(text)}}}};
}

// The kernel's own checks name the line: "WARN /home/me/linux/mm/rmap.c:1343 VM_WARN_ON...".
std::optional<LineRange> placeIn(const std::string& text) {
  for (const std::string_view word : split(text, " ")) {
    const std::size_t colon = word.rfind(':');
    if (!word.starts_with('/') || colon == std::string_view::npos) continue;
    if (const std::optional<unsigned> line = lineNumber(word.substr(colon + 1)))
      return LineRange{std::string(word.substr(0, colon)), *line, *line};
  }
  return std::nullopt;
}

// Where a reader should look first: the line that the code's own check names, else the longest
// piece that ran.
std::optional<LineRange> placeOf(const Finding& finding, const std::vector<LineRange>& ran) {
  if (finding.rule == Rule::kOwnChecks && !finding.violations.empty())
    if (std::optional<LineRange> place = placeIn(finding.violations.front().text)) return place;
  const auto longest = std::max_element(
      ran.begin(), ran.end(),
      [](const LineRange& a, const LineRange& b) { return a.to - a.from < b.to - b.from; });
  if (longest == ran.end()) return std::nullopt;
  return *longest;
}

// The kernel function that the scenario is about, as its words name it: "try_to_unmap_one()".
std::string functionOf(const std::string& words) {
  const std::size_t end = words.find("()");
  if (end == std::string::npos) return "";
  const std::size_t before = words.find_last_of(' ', end);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return words.substr(begin, end - begin);
}

// The story: the situation, lines that ran, entries that changed, what is wrong.
Json flowOf(const Finding& finding, const std::string& words, const std::vector<LineRange>& ran,
            const std::optional<LineRange>& place) {
  Json steps = Json::array();
  steps.push_back(told(words));
  for (const LineRange& range : ran) steps.push_back(told("ran in this scenario", range));
  const Scenario& s = finding.scenario;
  const Outcome& o = finding.outcome;
  if (o.status == STATUS_DONE)
    for (unsigned process = 0; process < s.processes; ++process)
      for (unsigned page = 0; page < s.pages; ++page) {
        const EntryResult& e = o.entry[std::size_t{process} * s.pages + page];
        const std::string before = entryInLetters(
            finding.arch, e.before, (e.page_flags & PAGE_EXCLUSIVE_BEFORE) != 0, page, s.pages);
        const std::string after = entryInLetters(
            finding.arch, e.after, (e.page_flags & PAGE_EXCLUSIVE_AFTER) != 0, page, s.pages);
        if (before != after)
          steps.push_back(
              told(fmt::format("{} page {}: {} -> {}", processName(process), page, before, after)));
      }
  for (const Violation& violation : finding.violations) {
    const std::string text = fmt::format("{}: {}", ruleInfo(violation.rule).name, violation.text);
    steps.push_back(place ? told(text, *place) : told(text));
  }
  return {{{"threadFlows", {{{"locations", std::move(steps)}}}}}};
}

std::string levelOf(Rule rule, bool candidate, bool strict) {
  if (verdictOf(ruleBit(rule), strict) != Verdict::kBroken) return "note";
  return candidate ? "warning" : "error";
}

Json resultOf(Rule rule, const std::string& level, const std::string& text) {
  return {{"ruleId", ruleInfo(rule).name},
          {"ruleIndex", static_cast<unsigned>(rule)},
          {"kind", "fail"},
          {"level", level},
          {"message", message(text)}};
}

Json findingResult(const CheckResult& result, const Finding& finding,
                   const ReportOptions& options) {
  const std::string words = scenarioInWords(finding.scenario);
  const std::vector<LineRange> ran = rangesOf(finding.lines_ran);
  const std::optional<LineRange> place = placeOf(finding, ran);
  bool candidate = false;
  std::uint64_t count = 0;
  for (const Row& row : result.rows)
    if (row.name == finding.row) {
      candidate = !contains(row.broken_elsewhere, finding.rule);
      count = row.count[static_cast<std::size_t>(finding.rule)];
    }
  const std::string what = finding.violations.empty() ? std::string(ruleInfo(finding.rule).text)
                                                      : finding.violations.front().text;
  Json json =
      resultOf(finding.rule, levelOf(finding.rule, candidate, options.strict),
               fmt::format("{} ({}, {}). {} In {} scenarios; `ptecheck replay {}` shows this one.",
                           what, finding.row, archName(finding.arch), words, count, finding.id));
  Json location = Json::object();
  if (place) location["physicalLocation"] = physical(*place);
  if (const std::string function = functionOf(words); !function.empty())
    location["logicalLocations"] = {{{"fullyQualifiedName", function}, {"kind", "function"}}};
  json["locations"] = Json::array();
  if (!location.empty()) json["locations"].push_back(std::move(location));
  json["codeFlows"] = flowOf(finding, words, ran, place);
  json["occurrenceCount"] = std::max<std::uint64_t>(count, 1);
  json["partialFingerprints"] = {
      {"finding/v1",
       fmt::format("{}:{}:{}", archId(finding.arch), ruleInfo(finding.rule).name, finding.id)}};
  json["properties"] = {{"id", finding.id},
                        {"row", finding.row},
                        {"arch", archId(finding.arch)},
                        {"candidate", candidate}};
  return json;
}

Json concurrentResult(const ConcurrentResult& result, const ConcurrentExample& example,
                      bool strict) {
  const Schedule schedule = scheduleOf(example);
  Json json =
      resultOf(example.rule, levelOf(example.rule, false, strict),
               fmt::format("{} (several processors: {}; {}, {})", schedule.why,
                           print(example.setup), result.policy.name, archName(result.arch)));
  Json steps = Json::array();
  for (const std::string& line : schedule.start) steps.push_back(told(line));
  for (const ScheduleStep& step : schedule.steps) {
    std::string text = fmt::format(
        "{}: {}", print(example.setup.actors[step.actor], example.setup.pages), step.what);
    for (const std::string& change : step.changes) text += "; " + change;
    steps.push_back(told(text));
  }
  steps.push_back(told(schedule.why));
  json["locations"] = Json::array();
  json["codeFlows"] = {{{"threadFlows", {{{"locations", std::move(steps)}}}}}};
  json["properties"] = {
      {"setup", print(example.setup)}, {"row", result.policy.name}, {"arch", archId(result.arch)}};
  return json;
}

Json ruleList(bool strict) {
  Json list = Json::array();
  for (const RuleInfo& info : ruleTable())
    list.push_back(
        {{"id", info.name},
         {"shortDescription", message(std::string(info.text))},
         {"fullDescription", message(fmt::format("{} If not: {}", info.text, info.meaning))},
         {"defaultConfiguration", {{"level", levelOf(info.rule, false, strict)}}},
         {"properties", {{"severity", severityName(info.severity)}}}});
  return list;
}

std::string print(const ReportOptions& options, Json results, bool successful, Json notices) {
  const Json driver = {{"name", "ptecheck"},
                       {"semanticVersion", options.version},
                       {"rules", ruleList(options.strict)}};
  Json invocation = {{"executionSuccessful", successful}};
  if (!notices.empty()) invocation["toolExecutionNotifications"] = std::move(notices);
  Json run = {{"tool", {{"driver", driver}}},
              {"invocations", Json::array({std::move(invocation)})},
              {"results", std::move(results)}};
  const Json json = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                     {"version", "2.1.0"},
                     {"runs", Json::array({std::move(run)})}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

Json notice(const std::string& level, const std::string& text) {
  return {{"level", level}, {"message", message(text)}};
}

// Of a search that was stopped, and scenarios that could not be run.
void noteGaps(const CheckResult& result, Json& notices, bool* stopped) {
  if (result.stopped_of) {
    *stopped = true;
    notices.push_back(
        notice("error", fmt::format("{}: {}", archId(result.arch),
                                    stoppedText(result.scenarios(), *result.stopped_of))));
  }
  if (result.unsupported != 0)
    notices.push_back(
        notice("note", fmt::format("{}: {} scenarios could not be run: {}", archId(result.arch),
                                   result.unsupported, result.unsupported_reason)));
}

}  // namespace

std::vector<LineRange> rangesOf(const std::string& lines_ran) {
  std::vector<LineRange> ranges;
  for (const std::string_view part : split(lines_ran, "; ")) {
    const std::size_t colon = part.rfind(": ");
    if (colon == std::string_view::npos) continue;
    for (const std::string_view numbers : split(part.substr(colon + 2), ", ")) {
      const std::size_t dash = numbers.find('-');
      const std::optional<unsigned> from = lineNumber(numbers.substr(0, dash));
      const std::optional<unsigned> to =
          dash == std::string_view::npos ? from : lineNumber(numbers.substr(dash + 1));
      if (from && to && *from <= *to)
        ranges.push_back({std::string(part.substr(0, colon)), *from, *to});
    }
  }
  return ranges;
}

std::string checkSarif(const std::vector<CheckResult>& results, const ReportOptions& options,
                       const std::vector<ConcurrentResult>& concurrent) {
  Json list = Json::array(), notices = Json::array();
  bool stopped = false;
  for (const CheckResult& result : results) {
    noteGaps(result, notices, &stopped);
    for (const Finding& finding : result.findings)
      list.push_back(findingResult(result, finding, options));
  }
  for (const ConcurrentResult& result : concurrent) {
    if (result.unfinished != 0)
      notices.push_back(notice(
          "warning", fmt::format("{}: {} of {} searches of several processors did not come to "
                                 "their end",
                                 archId(result.arch), result.unfinished, result.setups)));
    stopped = stopped || result.worst_end == SearchEnd::kStopped;
    for (const ConcurrentExample& example : result.examples)
      list.push_back(concurrentResult(result, example, options.strict));
  }
  Verdict verdict = verdictOf(results, options.strict);
  if (!concurrent.empty()) verdict = worse(verdict, verdictOf(concurrent, options.strict));
  return print(options, std::move(list), verdict != Verdict::kNotChecked && !stopped,
               std::move(notices));
}

std::string treeSarif(const std::vector<ArchTree>& trees, const ReportOptions& options) {
  Json list = Json::array(), notices = Json::array();
  bool stopped = false;
  for (const ArchTree& tree : trees) {
    if (!tree.check) {
      notices.push_back(notice(tree.model_only ? "note" : "error",
                               fmt::format("{}: {}", archId(tree.arch), tree.why_not)));
      continue;
    }
    const TreeCheck& check = *tree.check;
    noteGaps(check.result, notices, &stopped);
    for (const std::string& line : check.never_ran)
      notices.push_back(notice(
          "error", fmt::format("{}: a changed line never ran in any scenario, so that nothing "
                               "is known about it: {}",
                               archId(tree.arch), line)));
    for (const std::string& note : check.notes)
      notices.push_back(notice("note", fmt::format("{}: {}", archId(tree.arch), note)));
    const bool patched = check.result.rows.size() > 1;
    for (const Finding& finding : check.result.findings) {
      // What the base of a patch breaks is not the patch's fault: it only decides what is new.
      if (finding.row != "tree") continue;
      Json json = findingResult(check.result, finding, options);
      if (patched)
        json["baselineState"] = contains(check.new_rules, finding.rule) ? "new" : "unchanged";
      list.push_back(std::move(json));
    }
  }
  const bool all = verdictOf(trees, options.strict) != Verdict::kNotChecked && !stopped;
  return print(options, std::move(list), all, std::move(notices));
}

}  // namespace ptecheck
