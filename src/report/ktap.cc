// SPDX-License-Identifier: GPL-2.0-only
#include "report/ktap.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/concurrent_schedule.h"
#include "report/scenario_words.h"
#include "report/stopped.h"
#include "report/verdict.h"

namespace ptecheck {

namespace {

struct Test {
  std::string name;
  bool ok = true;
  std::string skipped = {};               // why; empty: it is not
  std::vector<std::string> remarks = {};  // diagnostic lines
  std::vector<Test> parts = {};           // if any, they decide
  std::string stopped = {};               // the user did, and how far it was: never plain ok
};

bool isOk(const Test& test) {
  return test.parts.empty() ? test.ok : std::all_of(test.parts.begin(), test.parts.end(), isOk);
}

// Control characters would begin lines that are no KTAP.
std::string onOneLine(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return text;
}

void print(const std::vector<Test>& tests, const std::string& indent, std::string& out) {
  out += fmt::format("{}1..{}\n", indent, tests.size());
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const Test& test = tests[i];
    if (!test.parts.empty()) {
      out += fmt::format("{0}    KTAP version 1\n{0}    # Subtest: {1}\n", indent, test.name);
      print(test.parts, indent + "    ", out);
    }
    for (const std::string& remark : test.remarks)
      out += fmt::format("{}# {}: {}\n", indent, test.name, onOneLine(remark));
    out += fmt::format("{}{} {} {}", indent, isOk(test) ? "ok" : "not ok", i + 1, test.name);
    if (test.parts.empty() && !test.skipped.empty())
      out += fmt::format(" # SKIP {}", onOneLine(test.skipped));
    else if (!test.stopped.empty() && isOk(test))
      out += fmt::format(" # SKIP {}", test.stopped);
    out += '\n';
  }
}

std::string print(const std::vector<Test>& tests) {
  std::string out = "KTAP version 1\n";
  print(tests, "", out);
  return out;
}

// `why_unknown`: why nothing is known of a rule that nobody was seen to break; empty: it holds.
// `batches`: there is something that the rule differs can be about.
std::vector<Test> ruleTests(const CheckResult& result, const Row& row, const ReportOptions& options,
                            const std::string& why_unknown, bool batches = true) {
  std::vector<Test> tests;
  for (const Rule rule : rulesOf(options.rules & kScenarioRules)) {
    Test& test = tests.emplace_back();
    test.name = ruleInfo(rule).name;
    if (!contains(row.broken, rule)) {
      test.skipped = why_unknown;
      if (why_unknown.empty() && rule == Rule::kDiffers && !batches)
        test.skipped = "takes one entry at a time: there is no batch to compare with";
      continue;
    }
    const RuleSet set = ruleBit(rule);
    test.ok = verdictOf(set, options.strict) != Verdict::kBroken;
    test.remarks.push_back(fmt::format("{}; broken in {} scenarios",
                                       severityName(ruleInfo(rule).severity),
                                       row.count[static_cast<std::size_t>(rule)]));
    if (!contains(row.broken_elsewhere, rule))
      test.remarks.emplace_back("a candidate: on shadow stacks alone");
    const Finding* const finding = result.find(row.name, rule);
    if (finding == nullptr) continue;
    test.remarks.push_back(scenarioInWords(finding->scenario));
    if (!finding->violations.empty()) test.remarks.push_back(finding->violations.front().text);
    test.remarks.push_back("ptecheck replay " + finding->id);
  }
  return tests;
}

bool anythingRan(const CheckResult& result) {
  return std::any_of(result.parts.begin(), result.parts.end(),
                     [](const Part& part) { return part.scenarios != 0; });
}

std::string whyStopped(const CheckResult& result) {
  return result.stopped_of ? stoppedText(result.scenarios(), *result.stopped_of) : "";
}

std::string whyUnknown(const CheckResult& result) {
  if (result.stopped_of) return whyStopped(result);
  return anythingRan(result) ? "" : "no scenario ran";
}

void remarkUnsupported(const CheckResult& result, Test& test) {
  if (result.unsupported != 0)
    test.remarks.push_back(fmt::format("{} scenarios could not be run: {}", result.unsupported,
                                       result.unsupported_reason));
}

Test concurrentTest(const ConcurrentResult& result, const ReportOptions& options) {
  Test test{.name = "several-processors/" + result.policy.name};
  if (result.worst_end == SearchEnd::kStopped)
    test.stopped = fmt::format("stopped: {} of {} searches came to their end",
                               result.setups - result.unfinished, result.setups);
  for (const Rule rule : rulesOf(options.rules & kRulesOfHistories)) {
    Test& part = test.parts.emplace_back();
    part.name = ruleInfo(rule).name;
    if (!contains(result.broken, rule)) {
      if (result.unfinished != 0)
        part.skipped = fmt::format("{} of {} searches did not come to their end", result.unfinished,
                                   result.setups);
      continue;
    }
    part.ok = verdictOf(ruleBit(rule), options.strict) != Verdict::kBroken;
    for (const ConcurrentExample& example : result.examples)
      if (example.rule == rule) {
        for (const ScheduleStep& step : scheduleOf(example).steps)
          part.remarks.push_back(fmt::format(
              "{}: {}", print(example.setup.actors[step.actor], example.setup.pages), step.what));
        part.remarks.push_back(scheduleOf(example).why);
      }
  }
  return test;
}

// The test of this architecture, made if there is none yet.
Test& ofArch(std::vector<Test>& tests, Arch arch) {
  for (Test& test : tests)
    if (test.name == archId(arch)) return test;
  return tests.emplace_back(Test{.name = std::string(archId(arch))});
}

}  // namespace

std::string checkKtap(const std::vector<CheckResult>& results, const ReportOptions& options,
                      const std::vector<ConcurrentResult>& concurrent) {
  std::vector<Test> tests;
  for (const CheckResult& result : results) {
    Test& arch = ofArch(tests, result.arch);
    remarkUnsupported(result, arch);
    arch.stopped = whyStopped(result);
    for (const Row& row : result.rows)
      arch.parts.push_back({.name = row.name,
                            .parts = ruleTests(result, row, options, whyUnknown(result)),
                            .stopped = whyStopped(result)});
  }
  for (const ConcurrentResult& result : concurrent)
    ofArch(tests, result.arch).parts.push_back(concurrentTest(result, options));
  return print(tests);
}

std::string treeKtap(const std::vector<ArchTree>& trees, const ReportOptions& options) {
  std::vector<Test> tests;
  for (const ArchTree& tree : trees) {
    Test& arch = tests.emplace_back(Test{.name = std::string(archId(tree.arch))});
    if (!tree.check) {
      arch.skipped = tree.why_not;
      continue;
    }
    const CheckResult& result = tree.check->result;
    arch.remarks.push_back(result.subject);
    arch.stopped = whyStopped(result);
    remarkUnsupported(result, arch);
    std::string why = whyUnknown(result);
    if (!tree.check->never_ran.empty())
      why = fmt::format("changed lines never ran: {}", fmt::join(tree.check->never_ran, ", "));
    for (const Row& row : result.rows) {
      // What the base of a patch breaks is not the patch's fault.
      if (row.name == "tree")
        arch.parts.push_back({.name = row.name,
                              .parts = ruleTests(result, row, options, why, tree.check->batches),
                              .stopped = whyStopped(result)});
      else
        arch.parts.push_back(
            {.name = row.name,
             .skipped = "the tree without the patch",
             .remarks = {row.broken == 0 ? row.stopped ? "stopped" : "breaks no rule"
                                         : "breaks " + ruleNames(row.broken)}});
    }
  }
  return print(tests);
}

}  // namespace ptecheck
