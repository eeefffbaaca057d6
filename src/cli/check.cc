// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck check: every scenario, on the model or on a kernel tree.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <thread>

#include "check/agreement.h"
#include "check/families.h"
#include "check/model_check.h"
#include "check/tree_check.h"
#include "check/tree_events.h"
#include "cli/arguments.h"
#include "cli/check_html.h"
#include "cli/check_words.h"
#include "cli/commands.h"
#include "cli/concurrent.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "report/agreement.h"
#include "report/concurrent.h"
#include "report/events.h"
#include "report/json.h"
#include "report/ktap.h"
#include "report/sarif.h"
#include "report/text.h"
#include "report/verdict.h"
#include "scenario/error.h"
#include "scenario/stop.h"

namespace ptecheck {

namespace {

constexpr unsigned kMostExhaustivePages = 4;
constexpr std::uint64_t kMostRandom = 1000000000000;

SearchOptions searchOf(const CheckWords& words) {
  SearchOptions search;
  search.rules = parseRules(words.rules);
  const auto pages = static_cast<unsigned>(parseNumber("--pages", words.pages, 1, MAX_PAGES));
  search.exhaustive_pages = std::min(pages, kMostExhaustivePages);
  search.random_pages = pages;
  search.random_scenarios = parseNumber("--random", words.random, 0, kMostRandom);
  search.seed = parseNumber("--seed", words.seed, 0, std::numeric_limits<std::uint64_t>::max());
  search.jobs = parseJobs(words.jobs);
  search.share = parseShare(words.share);
  search.deviations = parseDeviations(words.deviations);
  return search;
}

// Runs the tree on one architecture after another. Result: ArchTree, ArchAgreement. `run` gives the
// optional that is in it.
template <class Result, class Run>
std::vector<Result> onEachArch(const CheckWords& words, const SearchOptions& search, Run run) {
  const std::vector<Arch> archs = parseArchs(words.archs);
  std::vector<Result> results;
  ProgressLine line;
  for (std::size_t i = 0; i < archs.size(); ++i) {
    Result& result = results.emplace_back();
    result.arch = archs[i];
    if (archs.size() > 1) {
      result.why_not = whyModelOnly(archs[i]);
      result.model_only = !result.why_not.empty();
      if (result.model_only) continue;
      if (stopRequested()) {
        result.why_not = "not checked: stopped before it was begun";
        continue;
      }
    }
    TreeCheckOptions options = words.tree.options();
    options.search = search;
    options.search.arch = archs[i];
    options.search.progress = line.in(archName(archs[i]));
    options.say = [&](const std::string& what) {
      line.say(archs.size() > 1 ? fmt::format("{}: {}", archId(archs[i]), what) : what);
    };
    try {
      run(options, result);
    } catch (const Error& error) {
      // One of several that cannot be tested is no reason not to test the others.
      const bool ours =
          error.kind() != ErrorKind::kCannotTest && error.kind() != ErrorKind::kStopped;
      if (archs.size() == 1 || ours) throw;
      result.why_not = fmt::format("not checked: {}", error.what());
    }
  }
  return results;
}

// The one policy to compare a tree with.
Policy comparedPolicy(const CheckWords& words) {
  std::vector<std::string> names = words.policies;
  if (names.empty()) names = {kComparedPolicy};
  const std::vector<Policy> policies = parsePolicies(names, words.mutant);
  if (policies.size() != 1)
    throw Error(ErrorKind::kUsage, "--agree compares a tree with one --policy, not with several");
  return policies.front();
}

std::vector<CheckResult> checkModels(const CheckWords& words, const std::vector<Arch>& archs,
                                     SearchOptions search) {
  const std::vector<Policy> policies = parsePolicies(words.policies, words.mutant);
  const std::vector<Family> families =
      parseFamilies(words.families.empty() ? "all" : words.families);
  ProgressLine line;
  std::vector<std::uint64_t> expected(archs.size());
  std::uint64_t before = 0, after = 0;
  for (std::size_t i = 0; line.seen() && i < archs.size(); ++i) {
    search.arch = archs[i];
    after += expected[i] = expectedIn(search, families);
  }
  std::vector<CheckResult> results;
  for (std::size_t i = 0; i < archs.size(); ++i) {
    search.arch = archs[i];
    after -= expected[i];
    search.progress = amid(line.in(archName(archs[i])), before, after);
    results.push_back(checkFamilies(policies, search, families));
    before += results.back().scenarios();
  }
  return results;
}

std::vector<ConcurrentResult> searchConcurrently(ConcurrentOptions options,
                                                 const std::vector<Arch>& archs,
                                                 const std::vector<Policy>& policies) {
  std::vector<ConcurrentResult> results;
  ProgressLine line;
  for (const Arch arch : archs) {
    for (const Policy& policy : policies) {
      options.arch = arch;
      options.policy = policy;
      if (options.only) {
        options.only->arch = arch;
        options.only->policy = policy;
        options.only->mutant = options.mutant;
      }
      options.progress = line.in(archName(arch));
      results.push_back(checkConcurrent(options));
    }
  }
  return results;
}

// What --html asks for.
struct Html {
  std::unique_ptr<HtmlFolder> folder;  // none: not asked for
  std::string program, command;

  IndexOptions options(const ReportOptions& report) const { return {report, program, command, ""}; }
};

// Reclaim as 6.12 does it, unless --policy says otherwise.
int checkConcurrently(const CheckWords& words, const Html& html) {
  ConcurrentOptions options = concurrentOptions(words.concurrent);
  options.rules = parseRules(words.rules, kRulesOfHistories);
  if (!words.mutant.empty()) options.mutant = smpMutantByName(words.mutant).mutant;
  options.jobs = parseJobs(words.jobs);
  const std::vector<std::string> names =
      words.policies.empty() ? std::vector<std::string>{kComparedPolicy} : words.policies;
  const std::vector<ConcurrentResult> results = searchConcurrently(
      options, parseArchs(words.archs.empty() ? "all" : words.archs), parsePolicies(names, ""));
  const ReportOptions report{PTECHECK_VERSION, options.rules, words.output.strict, Share{}};
  writeReports(words.output.json()    ? concurrentJson(results, report)
               : words.output.ktap()  ? checkKtap({}, report, results)
               : words.output.sarif() ? checkSarif({}, report, results)
                                      : concurrentText(results, report),
               html.folder.get(), [&](HtmlFolder& folder) {
                 addPages(folder, results, options, html.options(report));
               });
  return exitCodeOf(verdictOf(results, words.output.strict),
                    words.output.exit_style == "kselftest");
}

// A check that nothing was asked of in particular takes interleavings too: it is a few seconds.
bool isPlain(const CheckWords& words, const SearchOptions& search) {
  return words.families.empty() && words.policies.empty() && words.rules.empty() &&
         words.mutant.empty() && search.share.count == 1 && search.exhaustive_pages > 2;
}

// Other processors between the accesses of the tree's code.
int checkEvents(const CheckWords& words, const SearchOptions& search, const ReportOptions& report) {
  if (words.output.json()) throw Error(ErrorKind::kUsage, "--events reports as text only");
  if (!words.families.empty() && words.families != "reclaim")
    throw Error(ErrorKind::kUsage, "--events is about --family reclaim only");
  if (!words.archs.empty() && words.archs != archId(kX86))
    throw Error(ErrorKind::kUsage, "--events is about --arch x86_64 only");
  TreeEventsOptions options;
  options.events = static_cast<unsigned>(parseNumber("--events", words.events, 1, MOST_EVENTS));
  ProgressLine line;
  options.tree = words.tree.options();
  options.tree.search = search;
  options.tree.search.progress = line.in(archName(kX86));
  options.tree.say = [&](const std::string& what) { line.say(what); };
  const TreeEvents result = checkTreeEvents(options);
  std::string kernel = words.tree.kernel;
  for (const std::string& patch : words.tree.patches) kernel += " --patch " + patch;
  writeOutput(eventsText(result, options.events, kernel, report));
  return exitCodeOf(verdictOf(result, report.strict), words.output.exit_style == "kselftest");
}

int check(const CheckWords& words, const Invocation& invocation) {
  Html html{nullptr, invocation.program, againCommand(invocation.words)};
  if (!words.html.empty()) html.folder = std::make_unique<HtmlFolder>(words.html);
  if (words.concurrent.given) return checkConcurrently(words, html);
  const SearchOptions search = searchOf(words);
  const bool strict = words.output.strict;
  const ReportOptions report{PTECHECK_VERSION, search.rules, strict, search.share};
  const bool kselftest = words.output.exit_style == "kselftest";
  if (words.agree) {
    if (words.output.ktap() || words.output.sarif())
      throw Error(ErrorKind::kUsage, "--agree asks no rule: --format is text or json");
    const Policy policy = comparedPolicy(words);
    SearchOptions one = search;
    if (!words.families.empty()) {
      const std::vector<Family> families = parseFamilies(words.families);
      if (families.size() != 1)
        throw Error(ErrorKind::kUsage, "--agree compares one --family at a time");
      one.family = families.front();
    }
    const auto agreements = onEachArch<ArchAgreement>(
        words, one, [&](const TreeCheckOptions& options, ArchAgreement& result) {
          result.agreement = agreeWithTree(options, policy);
        });
    writeOutput(words.output.json() ? agreementJson(agreements, report)
                                    : agreementText(agreements, report));
    return exitCodeOf(verdictOf(agreements), kselftest);
  }
  if (words.tree.given()) {
    if (!words.policies.empty() || !words.mutant.empty())
      throw Error(ErrorKind::kUsage,
                  "--policy and --mutant are about the model, --kernel about a tree; --agree "
                  "compares the two");
    if (!words.events.empty()) return checkEvents(words, search, report);
    const auto trees =
        onEachArch<ArchTree>(words, search, [&](const TreeCheckOptions& options, ArchTree& result) {
          result.check = checkTreeFamilies(
              options, words.families.empty() ? treeFamilies() : parseFamilies(words.families));
        });
    writeReports(words.output.json()    ? treeJson(trees, report)
                 : words.output.ktap()  ? treeKtap(trees, report)
                 : words.output.sarif() ? treeSarif(trees, report)
                                        : treeText(trees, report),
                 html.folder.get(), [&](HtmlFolder& folder) {
                   addPages(folder, trees, words.tree, html.options(report));
                 });
    return exitCodeOf(verdictOf(trees, strict), kselftest);
  }
  const std::vector<Arch> archs = parseArchs(words.archs.empty() ? "all" : words.archs);
  const std::vector<CheckResult> results = checkModels(words, archs, search);
  std::vector<ConcurrentResult> concurrent;
  ConcurrentOptions options;
  if (isPlain(words, search) && !stopRequested()) {
    options.actors = kMaxActors;
    options.jobs = search.jobs;
    concurrent = searchConcurrently(options, archs, parsePolicies({kComparedPolicy}, ""));
  }
  std::string text = words.output.json()    ? checkJson(results, report, concurrent)
                     : words.output.ktap()  ? checkKtap(results, report, concurrent)
                     : words.output.sarif() ? checkSarif(results, report, concurrent)
                                            : checkText(results, report);
  Verdict verdict = verdictOf(results, strict);
  if (!concurrent.empty()) {
    if (words.output.format == "text") text += concurrentSection(concurrent, report);
    verdict = worse(verdict, verdictOf(concurrent, strict));
  }
  writeReports(text, html.folder.get(), [&](HtmlFolder& folder) {
    addPages(folder, results, concurrent, options, html.options(report));
  });
  return exitCodeOf(verdict, kselftest);
}

}  // namespace

void addCheck(Command& app, Invocation& invocation) {
  auto words = std::make_shared<CheckWords>();
  Command& command = *app.add_subcommand(
      "check", "Run every small scenario, and random larger ones, and say what ends up wrong");
  addCheckOptions(command, *words);
  command.footer(
      "Examples:\n"
      "  ptecheck check                            every policy, every rule\n"
      "  ptecheck check --policy v6.16 --rule write-gained\n"
      "  ptecheck check --arch arm64               arm64's entries\n"
      "  ptecheck check --family file,migration    these cases alone\n"
      "  ptecheck check --kernel ~/linux           the tree's own code\n"
      "  ptecheck check --kernel ~/linux --patch fix.patch\n"
      "  ptecheck check --kernel ~/linux --arch arm64,s390\n"
      "  ptecheck check --kernel ~/linux --agree   is the model right about it?\n"
      "  ptecheck check --html report              pages to read in a browser, too\n"
      "  ptecheck check --concurrent               all interleavings of two actors\n"
      "  ptecheck check --concurrent --actors lazyfree/1:reclaim,user=S0,gup=S0\n"
      "  ptecheck check --kernel ~/linux --events 1\n"
      "  git bisect run ptecheck check --kernel .\n"
      "\n"
      "Exit status: 0 nothing found, 1 found something, 125 could not test,\n"
      "129 and above wrong usage or internal error.");
  command.callback([words, &invocation] {
    invocation.kselftest = words->output.exit_style == "kselftest";
    invocation.run = [words, &invocation] { return check(*words, invocation); };
  });
}

}  // namespace ptecheck
