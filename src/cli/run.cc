// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck run: scenarios written by hand.
#include <algorithm>
#include <memory>
#include <optional>

#include "check/model_check.h"
#include "check/tree_check.h"
#include "check/vocabulary.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/scenario_files.h"
#include "mm/policy.h"
#include "report/json.h"
#include "report/text.h"
#include "report/verdict.h"
#include "scenario/error.h"
#include "scenario/text.h"

namespace ptecheck {

namespace {

struct Words {
  std::vector<std::string> files;
  std::string arch;
  std::string policy;
  std::string mutant;
  TreeWords tree;
  OutputWords output;
};

void setExpectation(RunReport& report, const Expectation& expectation) {
  report.has_expectation = true;
  for (const std::string& name : expectation.rules) report.expected |= ruleBit(*findRule(name));
}

RunReport onModel(RunReport report, const Policy& policy, const std::string& name) {
  report.row = name;
  report.subject = modelName(report.arch) + ", " + name;
  report.run = runOnModel(report.scenario, policy, report.arch);
  return report;
}

RunReport onTree(RunReport report, const ScenarioFile& file, const TreeWords& tree) {
  report.row = "tree";
  report.subject = "the kernel tree " + tree.kernel;
  for (const Expectation& expectation : file.expectations)
    if (expectation.kind == Expectation::Kind::kTree) setExpectation(report, expectation);
  TreeCheckOptions options = tree.options();
  ProgressLine line;
  options.say = [&line](const std::string& what) { line.say(what); };
  options.search.arch = report.arch;
  report.run = runOnTree(report.scenario, options);
  return report;
}

// One run for every model that the file expects something of.
void addExpected(const RunReport& report, const ScenarioFile& file, std::vector<RunReport>& runs) {
  for (const Expectation& expectation : file.expectations) {
    if (expectation.kind == Expectation::Kind::kTree) continue;
    RunReport expected = report;
    setExpectation(expected, expectation);
    if (expectation.kind == Expectation::Kind::kMutant) {
      const MutantInfo& mutant = *findMutant(expectation.name);
      runs.push_back(onModel(std::move(expected), policyOf(mutant), "mutant " + expectation.name));
    } else {
      runs.push_back(
          onModel(std::move(expected), policyByName(expectation.name), expectation.name));
    }
  }
}

int run(const Words& words) {
  const Vocabulary names = vocabulary();
  if (!words.arch.empty() && parseArchs(words.arch).size() != 1)
    throw Error(ErrorKind::kUsage, "--arch takes one architecture here, not '" + words.arch + "'");
  std::optional<Policy> policy;
  if (!words.policy.empty() || !words.mutant.empty()) {
    std::vector<std::string> policies;
    if (!words.policy.empty()) policies.push_back(words.policy);
    policy = parsePolicies(policies, words.mutant).front();
  }
  std::vector<ScenarioFile> files;  // all read before any is run
  for (const std::string& path : words.files) files.push_back(readLegal(path, names, words.arch));

  std::vector<RunReport> runs;
  for (std::size_t i = 0; i < files.size(); ++i) {
    RunReport report;
    report.version = PTECHECK_VERSION;
    report.name = words.files[i];
    report.title = files[i].title;
    report.strict = words.output.strict;
    report.scenario = files[i].scenario;
    report.arch = archOfFile(files[i]);
    const std::size_t before = runs.size();
    if (policy)
      runs.push_back(onModel(std::move(report), *policy, "policy " + std::string(policy->name)));
    else if (words.tree.given())
      runs.push_back(onTree(std::move(report), files[i], words.tree));
    else
      addExpected(report, files[i], runs);
    if (runs.size() == before)
      throw Error(ErrorKind::kUsage,
                  words.files[i] +
                      " has no `expect` line for a policy or mutant; say what to run it "
                      "on: --policy NAME or --kernel TREE");
  }

  if (words.output.json()) {
    writeOutput(runJson(runs));
  } else {
    writeOutput(runText(runs));
  }
  Verdict worst = Verdict::kGood;
  for (const RunReport& report : runs) {
    const Verdict verdict = verdictOf(report);
    // Something found outweighs something not checked.
    if (verdict == Verdict::kBroken || worst == Verdict::kGood || worst == Verdict::kAtACost)
      worst = verdict;
    if (worst == Verdict::kBroken) break;
  }
  return exitCodeOf(worst, words.output.exit_style == "kselftest");
}

}  // namespace

void addRun(Command& app, Invocation& invocation) {
  auto words = std::make_shared<Words>();
  Command& command =
      *app.add_subcommand("run", "Run scenario files, and show entries before and after");
  command.add_option("file", words->files, "Scenario files (docs/scenario-format.md)")
      ->type_name("FILE")
      ->required();
  const std::string what = "What to run them on";
  Option* const policy =
      command
          .add_option("--policy", words->policy,
                      "This policy of the model (default: those that the file has\n"
                      "`expect` lines for)")
          ->type_name("NAME")
          ->group(what);
  Option* const mutant =
      command.add_option("--mutant", words->mutant, "The model with this mistake built in")
          ->type_name("NAME")
          ->group(what);
  command
      .add_option("--arch", words->arch,
                  "With the entries of this architecture (default: the one that the file\n"
                  "names, else x86_64)")
      ->type_name("ID")
      ->group(what);
  addTreeOptions(command, words->tree)->excludes(policy)->excludes(mutant);
  addOutputOptions(command, words->output);
  command.footer(
      "Examples:\n"
      "  ptecheck run examples/*.pte\n"
      "  ptecheck run my.pte --policy v6.16 --arch arm64\n"
      "  ptecheck run my.pte --kernel ~/linux\n"
      "\n"
      "Exit status: with `expect` lines, 1 if one of them is not met; else 1 if a rule is\n"
      "broken. 0 otherwise.");
  command.callback([words, &invocation] {
    invocation.kselftest = words->output.exit_style == "kselftest";
    invocation.run = [words] { return run(*words); };
  });
}

}  // namespace ptecheck
