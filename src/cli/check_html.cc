// SPDX-License-Identifier: GPL-2.0-only
#include "cli/check_html.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string_view>

#include "check/tale.h"
#include "cli/actors_story.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/shell.h"
#include "report/explain_html.h"
#include "report/explain_story.h"
#include "scenario/error.h"
#include "scenario/stop.h"

namespace ptecheck {

namespace {

// A page that lies in folders of the index's folder leads back to it.
PageLink backFrom(const std::string& page) {
  std::string up;
  for (char c : page)
    if (c == '/') up += "../";
  return {up + kIndexPage};
}

// The rule that a page is about first, whatever else is broken there.
void putFirst(Rule rule, Story& story) {
  std::stable_partition(story.rules.begin(), story.rules.end(),
                        [&](const StoryRule& told) { return told.rule == rule; });
}

RunReport reportOf(const Finding& finding, const IndexOptions& options) {
  RunReport report;
  report.version = options.report.version;
  report.name = finding.id;
  report.row = finding.row;
  report.arch = finding.arch;
  report.strict = options.report.strict;
  report.scenario = finding.scenario;
  return report;
}

void addPage(HtmlFolder& folder, const Finding& finding, RunReport report, const Tale& tale,
             const IndexOptions& options) {
  report.run = tale.run;
  Story story = storyOf(report, tale, fatesOf(finding.scenario, finding.arch),
                        "ptecheck replay " + finding.id + options.replay_with);
  putFirst(finding.rule, story);
  const std::string page = pageOf(finding);
  folder.add(page, explainHtml(story, backFrom(page)));
}

void addModelPages(HtmlFolder& folder, const CheckResult& result, const IndexOptions& options) {
  for (const Finding& finding : result.findings) {
    RunReport report = reportOf(finding, options);
    const Policy policy = policyByName(finding.row);
    report.subject = modelName(finding.arch) + ", policy " + policy.name;
    addPage(folder, finding, report, taleOnModel(finding.scenario, policy, finding.arch), options);
  }
}

void addTreePages(HtmlFolder& folder, const CheckResult& result, const TreeWords& tree,
                  const IndexOptions& options) {
  for (const Finding& finding : result.findings) {
    RunReport report = reportOf(finding, options);
    TreeCheckOptions of_tree = tree.options();
    of_tree.search.arch = finding.arch;
    report.subject = result.subject;
    if (finding.row == "base") {
      report.subject += ", without the patch";
      of_tree.patches.clear();
    }
    addPage(folder, finding, report, taleOnTree(finding.scenario, of_tree), options);
  }
}

// As `ptecheck explain` tells of a set of actors, but of this rule.
void addActorsPage(HtmlFolder& folder, const ConcurrentResult& result,
                   const ConcurrentExample& example, ConcurrentOptions searched,
                   const IndexOptions& options) {
  searched.arch = result.arch;
  searched.policy = result.policy;
  searched.mutant = result.mutant;
  searched.progress = {};
  searched.only = example.setup;
  ActorsTelling telling;
  telling.version = options.report.version;
  telling.strict = options.report.strict;
  telling.mutant = mutantName(result);
  telling.first = example.rule;
  telling.again = fmt::format("ptecheck check --concurrent --actors {} --arch {} --policy {}",
                              print(example.setup), archId(result.arch), result.policy.name);
  if (!telling.mutant.empty()) telling.again += " --mutant " + telling.mutant;
  telling.quickly_searched = 10'000;
  const std::string page = pageOf(result, example.rule);
  folder.add(page, explainHtml(tellActors(searched, telling).story, backFrom(page)));
}

void addActorsPages(HtmlFolder& folder, const std::vector<ConcurrentResult>& results,
                    const ConcurrentOptions& searched, const IndexOptions& options) {
  for (const ConcurrentResult& result : results)
    for (const ConcurrentExample& example : result.examples)
      addActorsPage(folder, result, example, searched, options);
}

}  // namespace

void addPages(HtmlFolder& folder, const std::vector<CheckResult>& results,
              const std::vector<ConcurrentResult>& concurrent, const ConcurrentOptions& searched,
              const IndexOptions& options) {
  for (const CheckResult& result : results) addModelPages(folder, result, options);
  addActorsPages(folder, concurrent, searched, options);
  folder.add(kIndexPage, indexHtml(results, concurrent, options));
}

void addPages(HtmlFolder& folder, const std::vector<ArchTree>& trees, const TreeWords& tree,
              const IndexOptions& options) {
  IndexOptions of_tree = options;
  of_tree.replay_with = treeArguments(tree);
  for (const ArchTree& one : trees)
    if (one.check) addTreePages(folder, one.check->result, tree, of_tree);
  folder.add(kIndexPage, indexHtml(trees, of_tree));
}

void addPages(HtmlFolder& folder, const std::vector<ConcurrentResult>& concurrent,
              const ConcurrentOptions& searched, const IndexOptions& options) {
  addActorsPages(folder, concurrent, searched, options);
  folder.add(kIndexPage, indexHtml(concurrent, options));
}

std::string againCommand(const std::vector<std::string>& words) {
  static constexpr std::array<std::string_view, 4> kOfNoMatter = {"--html", "--format",
                                                                  "--exit-style", "--jobs"};
  std::string text = "ptecheck";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view name = std::string_view(words[i]).substr(0, words[i].find('='));
    if (std::find(kOfNoMatter.begin(), kOfNoMatter.end(), name) != kOfNoMatter.end()) {
      if (name == words[i]) ++i;  // its value is the next word
      continue;
    }
    text += ' ' + inShell(words[i]);
  }
  return text;
}

void writeReports(const std::string& text, HtmlFolder* folder,
                  const std::function<void(HtmlFolder&)>& fill) {
  if (folder == nullptr) return writeOutput(text);
  if (stopRequested()) {
    writeOutput(text);
    throw stopped("searching: no pages are written to " + folder->path().string());
  }
  std::exception_ptr failed;
  try {
    {
      ProgressLine line;
      line.say("writing pages");
      fill(*folder);
      folder->write();
    }
    if (::isatty(STDERR_FILENO) == 1)
      std::fprintf(stderr, "ptecheck: %zu pages: %s\n", folder->size(),
                   (folder->path() / kIndexPage).c_str());
  } catch (const Error&) {
    failed = std::current_exception();
  }
  writeOutput(text);
  if (failed) std::rethrow_exception(failed);
}

}  // namespace ptecheck
