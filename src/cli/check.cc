// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck check: every scenario, on the model or on a kernel tree.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <thread>

#include "check/model_check.h"
#include "check/tree_check.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "report/json.h"
#include "report/text.h"
#include "report/verdict.h"

namespace ptecheck {

namespace {

constexpr unsigned kMostExhaustivePages = 4;
constexpr std::uint64_t kMostRandom = 1000000000000;
constexpr std::uint64_t kMostJobs = 1024;

struct Words {
  std::vector<std::string> policies;
  std::vector<std::string> rules;
  std::string mutant;
  std::string pages = std::to_string(MAX_PAGES);
  std::string random = std::to_string(SearchOptions{}.random_scenarios);
  std::string seed = std::to_string(SearchOptions{}.seed);
  std::string jobs = std::to_string(std::max(1U, std::thread::hardware_concurrency()));
  std::string share = "1/1";
  std::string deviations = "3.2.1";
  TreeWords tree;
  OutputWords output;
};

SearchOptions searchOf(const Words& words) {
  SearchOptions search;
  search.rules = parseRules(words.rules);
  const auto pages = static_cast<unsigned>(parseNumber("--pages", words.pages, 1, MAX_PAGES));
  search.exhaustive_pages = std::min(pages, kMostExhaustivePages);
  search.random_pages = pages;
  search.random_scenarios = parseNumber("--random", words.random, 0, kMostRandom);
  search.seed = parseNumber("--seed", words.seed, 0, std::numeric_limits<std::uint64_t>::max());
  search.jobs = static_cast<unsigned>(parseNumber("--jobs", words.jobs, 1, kMostJobs));
  search.share = parseShare(words.share);
  search.deviations = parseDeviations(words.deviations);
  return search;
}

int check(const Words& words) {
  SearchOptions search = searchOf(words);
  ReportOptions report{PTECHECK_VERSION, search.rules, words.output.strict, search.share};
  const bool kselftest = words.output.exit_style == "kselftest";
  auto progress = std::make_unique<ProgressLine>();
  search.progress = [&](std::size_t done, std::size_t total) { progress->show(done, total); };

  if (words.tree.given()) {
    TreeCheckOptions options = words.tree.options();
    options.search = search;
    options.say = [&](const std::string& what) { progress->say(what); };
    const TreeCheck result = checkTree(options);
    progress.reset();
    writeOutput(words.output.json() ? treeJson(result, report) : treeText(result, report));
    return exitCodeOf(verdictOf(result, words.output.strict), kselftest);
  }
  const CheckResult result = checkModel(parsePolicies(words.policies, words.mutant), search);
  progress.reset();
  writeOutput(words.output.json() ? checkJson(result, report) : checkText(result, report));
  return exitCodeOf(verdictOf(result, words.output.strict), kselftest);
}

}  // namespace

void addCheck(CLI::App& app, Invocation& invocation) {
  auto words = std::make_shared<Words>();
  CLI::App& command = *app.add_subcommand(
      "check", "Run every small scenario, and random larger ones, and say what ends up wrong");

  const std::string what = "What to check";
  CLI::Option* const policy =
      command
          .add_option("--policy", words->policies,
                      "Check this policy of the model (may be repeated; default: all)")
          ->type_name("NAME")
          ->allow_extra_args(false)
          ->group(what);
  CLI::Option* const mutant =
      command
          .add_option("--mutant", words->mutant,
                      "Build this mistake into the model (default policy: the one it is made for)")
          ->type_name("NAME")
          ->group(what);
  command
      .add_option("--rule", words->rules, "Judge by this rule only (may be repeated; default: all)")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group(what);

  const std::string search = "Search";
  command
      .add_option("--pages", words->pages,
                  "Folios of up to N pages, 1 to 512: everything up to 4, random above\n"
                  "(default: 512)")
      ->type_name("N")
      ->group(search);
  command
      .add_option("--random", words->random,
                  fmt::format("So many random samples (default: {})", words->random))
      ->type_name("N")
      ->group(search);
  command
      .add_option("--seed", words->seed,
                  fmt::format("Of the random samples (default: {})", words->seed))
      ->type_name("N")
      ->group(search);
  command
      .add_option("--deviations", words->deviations,
                  "So many things out of the ordinary at once, for folios of 1, 2 and 4\n"
                  "pages (default: 3.2.1; larger numbers: far more scenarios)")
      ->type_name("A.B.C")
      ->group(search);
  command.add_option("--jobs", words->jobs, "Threads (default: one for each processor)")
      ->type_name("N")
      ->group(search);
  command
      .add_option("--share", words->share,
                  "Only the I-th of N shares, for several machines; counts add up")
      ->type_name("I/N")
      ->group(search);

  CLI::Option* const kernel = addTreeOptions(command, words->tree);
  kernel->excludes(policy)->excludes(mutant);
  addOutputOptions(command, words->output);

  command.footer(
      "Examples:\n"
      "  ptecheck check                            every policy, every rule\n"
      "  ptecheck check --policy v6.16 --rule write-gained\n"
      "  ptecheck check --kernel ~/linux           the tree's own code\n"
      "  ptecheck check --kernel ~/linux --patch fix.patch\n"
      "  git bisect run ptecheck check --kernel .\n"
      "\n"
      "Exit status: 0 nothing found, 1 found something, 125 could not test,\n"
      "129 and above wrong usage or internal error.");
  command.callback([words, &invocation] {
    invocation.kselftest = words->output.exit_style == "kselftest";
    invocation.run = [words] { return check(*words); };
  });
}

}  // namespace ptecheck
