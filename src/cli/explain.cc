// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck explain: the story of one finding.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "check/finding_id.h"
#include "check/tale.h"
#include "check/vocabulary.h"
#include "cli/actors_story.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/concurrent.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/scenario_files.h"
#include "cli/shell.h"
#include "report/concurrent.h"
#include "report/explain_html.h"
#include "report/explain_text.h"
#include "report/verdict.h"
#include "scenario/error.h"
#include "subject/tree_files.h"

namespace ptecheck {

namespace {

struct Words {
  std::string what;
  std::string policy, mutant, arch, html, at;
  bool strict = false;
  std::string exit_style = "standard";
  TreeWords tree;

  bool kselftest() const { return exit_style == "kselftest"; }
};

// https://no-color.org: any value but the empty one.
bool wantsColour() {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
         !(terminal != nullptr && std::string_view(terminal) == "dumb");
}

void write(const Words& words, const Story& story) {
  if (words.html.empty()) return writeOutput(explainText(story, wantsColour()));
  try {
    writeFileAtomically(std::filesystem::absolute(words.html), explainHtml(story));
  } catch (const Error& error) {
    throw Error(ErrorKind::kUsage, error.what());
  }
}

// What to say to see the numbers again. `what` as it was given.
std::string again(const Words& words, const std::string& command) {
  std::string text = "ptecheck " + command + " " + inShell(words.what);
  if (!words.policy.empty()) text += " --policy " + words.policy;
  if (!words.mutant.empty()) text += " --mutant " + words.mutant;
  if (!words.arch.empty()) text += " --arch " + words.arch;
  text += treeArguments(words.tree);
  if (!words.at.empty()) text += " --at " + words.at;
  return text;
}

Policy policyGiven(const Words& words) {
  std::vector<std::string> names;
  if (!words.policy.empty()) names.push_back(words.policy);
  return parsePolicies(names, words.mutant).front();
}

bool policyIsGiven(const Words& words) { return !words.policy.empty() || !words.mutant.empty(); }

// `policy`: of the model, unless a tree is given.
int explainScenario(const Words& words, RunReport report, const Policy* policy,
                    const std::string& shown_again) {
  Tale tale;
  report.version = PTECHECK_VERSION;
  report.strict = words.strict;
  if (policy == nullptr) {
    TreeCheckOptions options = words.tree.options();
    ProgressLine line;
    options.say = [&line](const std::string& what) { line.say(what); };
    options.search.arch = report.arch;
    if (report.row == "base") options.patches.clear();
    report.subject = "the kernel tree " + words.tree.kernel;
    tale = words.at.empty() ? taleOnTree(report.scenario, options)
                            : taleOnTree(report.scenario, words.at, options);
  } else {
    report.subject = modelName(report.arch) + ", policy " + policy->name;
    tale = taleOnModel(report.scenario, *policy, report.arch);
  }
  report.run = tale.run;
  // Policies of the model have no such moments: what they do without would mislead.
  std::vector<PolicyFate> fates;
  if (words.at.empty()) fates = fatesOf(report.scenario, report.arch);
  write(words, storyOf(report, tale, fates, shown_again));
  return exitCodeOf(verdictOf(report), words.kselftest());
}

int explainId(const Words& words) {
  const FindingId id = parseFindingId(words.what);
  if (!words.arch.empty())
    throw Error(ErrorKind::kUsage, "an id names its architecture itself: leave --arch out");
  RunReport report;
  report.name = words.what;
  report.row = id.row;
  report.arch = id.arch;
  report.scenario = scenarioOf(id);
  const bool of_tree = id.row == "tree" || id.row == "base";
  if (words.tree.given()) return explainScenario(words, report, nullptr, again(words, "replay"));
  if (of_tree && !policyIsGiven(words))
    throw Error(ErrorKind::kUsage, "'" + words.what +
                                       "' is a finding in a kernel tree; name that tree with "
                                       "--kernel TREE, or a policy of the model with --policy");
  const Policy policy =
      policyIsGiven(words) ? policyGiven(words) : parsePolicies({id.row}, "").front();
  return explainScenario(words, report, &policy,
                         again(words, policyIsGiven(words) ? "explain" : "replay"));
}

// Of those that the file expects something of, the first that breaks a rule.
Policy policyExpected(const Words& words, const ScenarioFile& file) {
  const Expectation* chosen = nullptr;
  for (const Expectation& expectation : file.expectations) {
    if (expectation.kind == Expectation::Kind::kTree) continue;
    if (chosen == nullptr || (chosen->rules.empty() && !expectation.rules.empty()))
      chosen = &expectation;
  }
  if (chosen == nullptr)
    throw Error(ErrorKind::kUsage,
                words.what +
                    " has no `expect` line for a policy or mutant; say what to explain: "
                    "--policy NAME or --kernel TREE");
  return policyByName(chosen->name);
}

int explainFile(const Words& words) {
  if (!words.at.empty()) throw Error(ErrorKind::kUsage, "--at takes an id, not a file");
  if (!words.arch.empty() && parseArchs(words.arch).size() != 1)
    throw Error(ErrorKind::kUsage, "--arch takes one architecture here, not '" + words.arch + "'");
  const ScenarioFile file = readLegal(words.what, vocabulary(), words.arch);
  RunReport report;
  report.name = words.what;
  report.title = file.title;
  report.arch = archOfFile(file);
  report.scenario = file.scenario;
  if (words.tree.given()) return explainScenario(words, report, nullptr, again(words, "run"));
  const Policy policy = policyIsGiven(words) ? policyGiven(words) : policyExpected(words, file);
  return explainScenario(words, report, &policy, again(words, "run"));
}

int explainActors(const Words& words) {
  if (words.tree.given())
    throw Error(ErrorKind::kUsage, "several actors run in the model alone: leave --kernel out");
  ConcurrentOptions options;
  options.only.emplace();
  parse(words.what, *options.only);
  const std::vector<Arch> archs = parseArchs(words.arch);
  if (archs.size() != 1)
    throw Error(ErrorKind::kUsage, "--arch takes one architecture here, not '" + words.arch + "'");
  options.arch = archs.front();
  options.policy = parsePolicies({words.policy.empty() ? "v6.12" : words.policy}, "").front();
  if (!words.mutant.empty()) options.mutant = smpMutantByName(words.mutant).mutant;

  ActorsTelling telling;
  telling.version = PTECHECK_VERSION;
  telling.strict = words.strict;
  telling.mutant = words.mutant;
  telling.again = "ptecheck check --concurrent --actors " + words.what + " --arch " +
                  archId(options.arch) + (words.policy.empty() ? "" : " --policy " + words.policy) +
                  (words.mutant.empty() ? "" : " --mutant " + words.mutant);
  telling.quickly_searched = 100'000;
  const ActorsTold told = tellActors(options, telling);
  write(words, told.story);
  return exitCodeOf(verdictOf({told.result}, words.strict), words.kselftest());
}

// "lazyfree/1:free,user=S0"
bool isSetup(const std::string& what) {
  const std::string first = what.substr(0, what.find('/'));
  for (unsigned mapping = 0; mapping < kMappings; ++mapping)
    if (first == mappingName(static_cast<Mapping>(mapping)))
      return what.find(':') != std::string::npos;
  return false;
}

bool isId(const std::string& what) {
  return what.size() > 1 && (what[0] == 'e' || what[0] == 'r') && what[1] >= '0' &&
         what[1] <= '9' && what.find('/') != std::string::npos;
}

int explain(const Words& words) {
  if (std::filesystem::exists(words.what)) return explainFile(words);
  if (isSetup(words.what)) return explainActors(words);
  if (isId(words.what)) return explainId(words);
  throw Error(ErrorKind::kUsage,
              "'" + words.what +
                  "' is no file, no finding's id (e1/v6.16/100000000f6) and no set of actors "
                  "(lazyfree/1:free,user=S0)");
}

}  // namespace

void addExplain(Command& app, Invocation& invocation) {
  auto words = std::make_shared<Words>();
  Command& command = *app.add_subcommand("explain", "Tell the story of one finding, step by step");
  command
      .add_option("what", words->what,
                  "A finding's id, a scenario file, or a set of actors of check --concurrent")
      ->type_name("ID|FILE|ACTORS")
      ->required();
  const std::string what = "What to run it on";
  Option* const policy =
      command
          .add_option("--policy", words->policy,
                      "This policy of the model (default: the id's; of a file, the first that it\n"
                      "expects to break a rule; of actors v6.12)")
          ->type_name("NAME")
          ->group(what);
  Option* const mutant =
      command.add_option("--mutant", words->mutant, "The model with this mistake built in")
          ->type_name("NAME")
          ->group(what);
  command
      .add_option("--arch", words->arch,
                  "With the entries of this architecture (default: the file's, else x86_64)")
      ->type_name("ID")
      ->group(what);
  Option* const kernel = addTreeOptions(command, words->tree)->excludes(policy)->excludes(mutant);
  addAtOption(command, words->at, kernel);
  const std::string output = "Output";
  command
      .add_option("--html", words->html,
                  "Write a page of its own to this file instead; it needs no network")
      ->type_name("OUT")
      ->group(output);
  command.add_flag("--strict", words->strict, "Count rules of severity `cost` as broken too")
      ->group(output);
  addExitStyle(command, words->exit_style);
  command.footer(
      "Examples:\n"
      "  ptecheck explain e1/v6.16/100400000jd\n"
      "  ptecheck explain examples/bad_cve_2026_31398.pte --policy v6.16\n"
      "  ptecheck explain e1/tree/100000000f6 --kernel ~/linux\n"
      "  ptecheck explain lazyfree/1:free,user=S0 --mutant free-no-flush\n"
      "  ptecheck explain --html story.html e1/v6.16/100400000jd\n"
      "\n"
      "Text is 75 columns wide, for mails; in colour on a terminal alone, and not if NO_COLOR\n"
      "is set. Exit status: 1 if a rule is broken, 0 if none is.");
  command.callback([words, &invocation] {
    invocation.kselftest = words->kselftest();
    invocation.run = [words] { return explain(*words); };
  });
}

}  // namespace ptecheck
