// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck compare: candidates side by side, or the smallest repair of a policy.
#include "check/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <thread>

#include "check/backport.h"
#include "check/families.h"
#include "check/model_check.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "mm/policy_words.h"
#include "report/compare.h"
#include "scenario/error.h"
#include "scenario/stop.h"

namespace ptecheck {

namespace {

constexpr unsigned kMostExhaustivePages = 4;
constexpr std::uint64_t kMostRandom = 1000000000;
constexpr unsigned kMostChanges = 12;

struct Words {
  std::vector<std::string> candidates;
  std::vector<std::string> patches;
  std::string cache;
  std::string mix;
  bool show_mix = false;
  std::string backport;
  std::string changes = std::to_string(BackportOptions{}.most_changes);
  std::string archs;
  std::string families;  // empty: those of what is batched, and treeFamilies() with a tree
  std::vector<std::string> rules;
  std::string pages = std::to_string(kMostExhaustivePages);
  std::string random = std::to_string(SearchOptions{}.random_scenarios);
  std::string seed = std::to_string(SearchOptions{}.seed);
  std::string jobs = std::to_string(std::max(1U, std::thread::hardware_concurrency()));
  std::string deviations = "3.2.1";
  OutputWords output;
};

SearchOptions searchOf(const Words& words) {
  SearchOptions search;
  search.rules = parseRules(words.rules);
  search.exhaustive_pages =
      static_cast<unsigned>(parseNumber("--pages", words.pages, 0, kMostExhaustivePages));
  search.random_scenarios = parseNumber("--random", words.random, 0, kMostRandom);
  search.seed = parseNumber("--seed", words.seed, 0, std::numeric_limits<std::uint64_t>::max());
  search.jobs = parseJobs(words.jobs);
  search.deviations = parseDeviations(words.deviations);
  if (search.exhaustive_pages == 0 && search.random_scenarios == 0)
    throw Error(ErrorKind::kUsage, "--pages 0 and --random 0 leave nothing to compare in");
  return search;
}

Mix mixOf(const Words& words) {
  if (words.mix.empty()) return builtInMix();
  std::ifstream file(words.mix, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    throw Error(ErrorKind::kUsage, "cannot read the mix '" + words.mix + "'");
  return parseMix(text.str(), words.mix);
}

bool isTree(const std::string& word) {
  return word.find('/') != std::string::npos || std::filesystem::is_directory(word);
}

// The tree as given; with patches, once without them and once with.
void addTree(const Words& words, const std::string& word, std::vector<Candidate>& candidates) {
  TreeCheckOptions tree;
  tree.tree = word;
  tree.cache = words.cache;
  Candidate plain{word, std::nullopt, tree, !words.patches.empty()};
  candidates.push_back(plain);
  if (words.patches.empty()) return;
  Candidate patched = plain;
  patched.name += "+patch";
  patched.tree->patches.assign(words.patches.begin(), words.patches.end());
  patched.base = false;
  candidates.push_back(std::move(patched));
}

std::vector<Candidate> candidatesOf(const Words& words) {
  std::vector<Candidate> candidates;
  bool trees = false;
  for (const std::string& word : words.candidates) {
    if (isTree(word)) {
      trees = true;
      addTree(words, word, candidates);
      continue;
    }
    const Policy policy = parsePolicies({word}, "").front();
    candidates.push_back({policy.name, policy, std::nullopt});
  }
  if (!words.patches.empty() && !trees)
    throw Error(ErrorKind::kUsage, "--patch is laid over kernel trees, and none is given");
  for (std::size_t i = 0; i < candidates.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (candidates[i].name == candidates[j].name)
        throw Error(ErrorKind::kUsage, "'" + candidates[i].name + "' is given twice");
  if (candidates.empty())
    throw Error(ErrorKind::kUsage,
                "name what to compare: policies (`ptecheck list policies`), kernel trees, or "
                "--backport POLICY");
  return candidates;
}

bool anyTree(const std::vector<Candidate>& candidates) {
  return std::any_of(candidates.begin(), candidates.end(),
                     [](const Candidate& candidate) { return candidate.tree.has_value(); });
}

std::vector<Family> familiesFor(const Words& words, const std::vector<Candidate>& candidates) {
  if (!words.families.empty()) return parseFamilies(words.families);
  std::vector<Family> families = familiesOf(candidates);
  if (!anyTree(candidates)) return families;
  for (Family family : treeFamilies())
    if (std::find(families.begin(), families.end(), family) == families.end())
      families.push_back(family);
  std::sort(families.begin(), families.end());
  return families;
}

ReportOptions reportOf(const Words& words, const SearchOptions& search) {
  return {PTECHECK_VERSION, search.rules, words.output.strict, search.share};
}

int compareAll(const Words& words) {
  CompareOptions options;
  options.search = searchOf(words);
  options.mix = mixOf(words);
  const std::vector<Candidate> candidates = candidatesOf(words);
  options.families = familiesFor(words, candidates);
  const std::vector<Arch> archs = parseArchs(words.archs);
  std::vector<ArchComparison> comparisons;
  {
    ProgressLine line;
    for (Arch arch : archs) {
      ArchComparison& one = comparisons.emplace_back();
      one.arch = options.search.arch = arch;
      options.search.progress = line.in(archName(arch));
      if (archs.size() > 1 && anyTree(candidates)) one.why_not = whyModelOnly(arch);
      one.model_only = !one.why_not.empty();
      if (one.model_only) continue;
      if (archs.size() > 1 && stopRequested()) {
        one.why_not = "not checked: stopped before it was begun";
        continue;
      }
      try {
        one.comparison = compare(candidates, options, [&](const std::string& what) {
          line.say(fmt::format("{}: {}", archId(arch), what));
        });
      } catch (const Error& error) {
        // One of several that cannot be tested is no reason not to test the others.
        const bool ours =
            error.kind() != ErrorKind::kCannotTest && error.kind() != ErrorKind::kStopped;
        if (archs.size() == 1 || ours) throw;
        one.why_not = fmt::format("not checked: {}", error.what());
      }
    }
  }
  const CompareReport report{reportOf(words, options.search), words.mix};
  writeOutput(words.output.json() ? compareJson(comparisons, report)
                                  : compareText(comparisons, report));
  return exitCodeOf(verdictOf(comparisons, words.output.strict),
                    words.output.exit_style == "kselftest");
}

int backport(const Words& words) {
  if (!words.candidates.empty())
    throw Error(ErrorKind::kUsage,
                "--backport is about one policy; leave '" + words.candidates.front() + "' out");
  BackportOptions options;
  options.search = searchOf(words);
  if (options.search.exhaustive_pages == 0)
    throw Error(ErrorKind::kUsage, "--backport needs the exhaustive space: --pages 1 to 4");
  options.most_changes =
      static_cast<unsigned>(parseNumber("--changes", words.changes, 0, kMostChanges));
  const RuleSet rules = options.search.rules;
  if (!words.output.strict) options.search.rules &= ~kCostRules;
  const Policy base = parsePolicies({words.backport}, "").front();
  std::vector<BackportResult> results;
  {
    ProgressLine line;
    for (Arch arch : parseArchs(words.archs)) {
      line.say(fmt::format("trying sets of changes on {}", archId(arch)));
      options.search.arch = arch;
      options.search.progress = line.in(archName(arch));
      results.push_back(findBackport(base, options));
    }
  }
  ReportOptions report = reportOf(words, options.search);
  report.rules = rules;
  writeOutput(words.output.json() ? backportJson(results, report) : backportText(results, report));
  return exitCodeOf(verdictOf(results), words.output.exit_style == "kselftest");
}

int run(const Words& words) {
  if (words.show_mix) {
    writeOutput(std::string(builtInMixText()));
    return exitCodeOf(Verdict::kGood, false);
  }
  return words.backport.empty() ? compareAll(words) : backport(words);
}

void addSearchOptions(Command& command, Words& words) {
  const std::string group = "Search";
  command
      .add_option("--pages", words.pages,
                  "Every situation of folios of up to N pages, 0 to 4 (default: 4)")
      ->type_name("N")
      ->group(group);
  command
      .add_option("--deviations", words.deviations,
                  "So many things out of the ordinary at once, for folios of 1, 2 and 4\n"
                  "pages (default: 3.2.1)")
      ->type_name("A.B.C")
      ->group(group);
  command
      .add_option("--random", words.random,
                  fmt::format("So many scenarios drawn from the mix (--backport: random ones;\n"
                              "default: {})",
                              words.random))
      ->type_name("N")
      ->group(group);
  command.add_option("--seed", words.seed, fmt::format("Of these (default: {})", words.seed))
      ->type_name("N")
      ->group(group);
  command.add_option("--jobs", words.jobs, "Threads (default: one for each processor)")
      ->type_name("N")
      ->group(group);
}

}  // namespace

void addCompare(Command& app, Invocation& invocation) {
  auto words = std::make_shared<Words>();
  Command& command = *app.add_subcommand(
      "compare", "Put policies and kernel trees side by side: what they break, what they cost");
  command
      .add_option("CANDIDATE", words->candidates,
                  "A policy or mutant of the model, or a kernel tree (a word with a '/',\n"
                  "or a folder); the first is what the others are measured against")
      ->type_name("");
  const std::string what = "What to compare";
  command
      .add_option("--patch", words->patches,
                  "Run each tree without and with this patch (may be repeated)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(what);
  command
      .add_option("--cache", words->cache,
                  "Keep what was configured and compiled in this folder\n"
                  "(else $PTECHECK_CACHE, else ~/.cache/ptecheck)")
      ->type_name("DIR")
      ->group(what);
  command
      .add_option("--rule", words->rules, "Judge by this rule only (may be repeated; default: all)")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group(what);
  command
      .add_option("--arch", words->archs,
                  "The entries of these architectures, or all (default: x86_64)")
      ->type_name("ID,...")
      ->group(what);
  Option* const family =
      command
          .add_option("--family", words->families,
                      fmt::format("The exhaustive part in these families of scenarios, or all\n"
                                  "(default: reclaim, and those of what a candidate batches;\n"
                                  "with a tree also {})",
                                  familyList(treeFamilies())))
          ->type_name("NAME,...")
          ->group(what);
  Option* const mix = command
                          .add_option("--mix", words->mix,
                                      "How often each state occurs, lines 'GROUP VALUE = WEIGHT'\n"
                                      "(default: the built-in mix)")
                          ->type_name("FILE")
                          ->group(what);
  command.add_flag("--show-mix", words->show_mix, "Print the built-in mix, and do nothing else")
      ->group(what);
  Option* const backport =
      command
          .add_option("--backport", words->backport,
                      "Find the smallest changes of this policy that break no rule")
          ->excludes(mix)
          ->excludes("--patch")
          ->excludes(family)
          ->type_name("POLICY")
          ->group(what);
  command
      .add_option("--changes", words->changes,
                  fmt::format("Try up to N changes at once (default: {})", words->changes))
      ->needs(backport)
      ->type_name("N")
      ->group(what);
  addSearchOptions(command, *words);
  addOutputOptions(command, words->output);
  command.footer(
      "Examples:\n"
      "  ptecheck compare v6.16 respect-write-softdirty restore-each\n"
      "  ptecheck compare v6.12 ~/linux            the model and a tree\n"
      "  ptecheck compare ~/linux --patch fix.patch\n"
      "  ptecheck compare --backport v6.16         what is the least to change?\n"
      "  ptecheck compare --show-mix > my.mix\n"
      "  ptecheck compare v6.16 wrprotect --mix my.mix\n"
      "\n"
      "Exit status: 0 nothing found, 1 found something (--backport: no answer),\n"
      "125 could not test, 129 and above wrong usage or internal error.");
  command.callback([words, &invocation] {
    invocation.kselftest = words->output.exit_style == "kselftest";
    invocation.run = [words] { return run(*words); };
  });
}

}  // namespace ptecheck
