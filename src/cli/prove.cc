// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck prove: lemmas about entry formats, for all values.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/prove_tree.h"
#include "prove/model_prove.h"
#include "report/prove_report.h"
#include "report/prove_verdict.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

struct Words {
  std::string archs;  // empty: all of the model, x86_64 of a tree
  std::vector<std::string> lemmas;
  bool history = false;
  bool verbose = false;
  std::string jobs = std::to_string(std::max(1U, std::thread::hardware_concurrency()));
  TreeWords tree;
  OutputWords output;
};

int prove(const Words& words) {
  if (words.tree.given())
    return proveTrees(words.tree, words.output, parseArchs(words.archs), parseLemmas(words.lemmas),
                      parseJobs(words.jobs), words.verbose || !words.lemmas.empty());
  ProgressLine line;
  ProveOptions options;
  options.archs = parseArchs(words.archs.empty() ? "all" : words.archs);
  options.lemmas = parseLemmas(words.lemmas);
  options.jobs = parseJobs(words.jobs);
  options.history = words.history || words.lemmas.empty();
  options.progress = [&line](std::size_t done, std::size_t total) {
    line.show("", {done, total, "proofs", ""});
  };
  const ProveResults results = proveModel(options);

  ProveReportOptions report{PTECHECK_VERSION, words.output.strict};
  report.all_lemmas = words.lemmas.empty();
  report.each = words.verbose || !words.lemmas.empty();
  report.history_examples = words.history;
  writeOutput(words.output.json() ? proveJson(results, report) : proveText(results, report));
  for (const HistoryProof& past : results.history)
    if (report.all_lemmas && past.refuted_by.empty())
      throw Error(ErrorKind::kInternal,
                  fmt::format("no lemma refutes {}, where {}() was wrong. This is a mistake in "
                              "ptecheck: please report it",
                              past.id, past.helper));
  return exitCodeOf(verdictOf(results, words.output.strict),
                    words.output.exit_style == "kselftest");
}

}  // namespace

void addProve(Command& app, Invocation& invocation) {
  auto words = std::make_shared<Words>();
  Command& command = *app.add_subcommand(
      "prove", "Prove lemmas about page-table entries, for all values, or refute them");

  const std::string what = "What to prove";
  command
      .add_option("--arch", words->archs,
                  "Of these architectures, or all (default: all of the model, x86_64 of a\n"
                  "tree); `ptecheck list archs` names them")
      ->type_name("ID,...")
      ->group(what);
  command
      .add_option("--lemma", words->lemmas,
                  "These lemmas only, with commas: names, groups, or patterns such as\n"
                  "'*-keeps/dirty*'; says of each where it holds. `ptecheck list lemmas`\n"
                  "names them (may be repeated)")
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(what);
  Option* const history =
      command
          .add_flag("--history", words->history,
                    "Show how formats of the past, each with a helper that was wrong, are refuted\n"
                    "(without --lemma they are always tried)")
          ->group(what);
  command.add_option("--jobs", words->jobs, "Threads (default: one for each processor)")
      ->type_name("N")
      ->group(what);

  addTreeOptions(command, words->tree)->excludes(history);
  addOutputOptions(command, words->output, "Count lemmas that fail harmlessly, or at a cost, too");
  command.add_flag("--verbose", words->verbose, "Say of each lemma where it holds")
      ->group("Output");
  command.footer(
      "Examples:\n"
      "  ptecheck prove                            every lemma, every architecture\n"
      "  ptecheck prove --arch arm64,s390\n"
      "  ptecheck prove --lemma mkdirty-keeps      what pte_mkdirty() leaves alone\n"
      "  ptecheck prove --lemma '*/dirty-lost'\n"
      "  ptecheck prove --history                  how old mistakes are refuted\n"
      "  ptecheck prove --kernel ~/linux           the helpers of a kernel tree\n"
      "\n"
      "Exit status: 0 all hold, or fail harmlessly or at a cost; 1 one fails otherwise;\n"
      "125 one could not be decided, or the tree not be built;\n"
      "129 and above wrong usage or internal error.");
  command.callback([words, &invocation] {
    invocation.kselftest = words->output.exit_style == "kselftest";
    invocation.run = [words] { return prove(*words); };
  });
}

}  // namespace ptecheck
