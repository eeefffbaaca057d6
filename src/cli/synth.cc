// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck synth: every batching of a case, and the best of those that are correct.
#include "check/synth.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "mm/policy_words.h"
#include "report/synth.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

struct Words {
  std::string cases = "all";
  std::string archs;
  std::string jobs = std::to_string(std::max(1U, std::thread::hardware_concurrency()));
  std::string format = "text";
  bool no_shadow_stacks = false;
};

std::vector<Case> parseCases(std::string_view text) {
  std::vector<Case> cases;
  std::vector<std::string_view> names;
  for (unsigned i = 0; i < kCases; ++i) {
    names.push_back(caseName(static_cast<Case>(i)));
    if (text == "all") cases.push_back(static_cast<Case>(i));
  }
  while (text != "all") {
    const std::size_t comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    const std::optional<Case> which = findCase(name);
    if (!which) {
      const std::string_view nearest = nearestName(name, names);
      throw Error(ErrorKind::kUsage,
                  fmt::format("there is no case '{}'.{} There are: {}; or all", name,
                              nearest.empty() ? "" : fmt::format(" Did you mean '{}'?", nearest),
                              fmt::join(names, ", ")));
    }
    if (std::find(cases.begin(), cases.end(), *which) == cases.end()) cases.push_back(*which);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return cases;
}

int synth(const Words& words) {
  const std::vector<Case> cases = parseCases(words.cases);
  const std::vector<Arch> archs = parseArchs(words.archs);
  ProgressLine line;
  std::vector<SynthResult> results;
  for (Arch arch : archs)
    for (Case which : cases) {
      SynthOptions options;
      options.which = which;
      options.arch = arch;
      options.shadow_stacks = !words.no_shadow_stacks;
      options.jobs = parseJobs(words.jobs);
      options.progress = line.in(fmt::format("{}, {}", archName(arch), caseName(which)));
      results.push_back(synthesize(options));
    }
  if (words.format == "json")
    writeOutput(synthJson(results, PTECHECK_VERSION));
  else
    writeOutput(words.format == "markdown" ? synthMarkdown(results)
                                           : synthText(results, PTECHECK_VERSION));
  return kExitNothingFound;
}

}  // namespace

void addSynth(Command& app, Invocation& invocation) {
  auto words = std::make_shared<Words>();
  Command& command = *app.add_subcommand(
      "synth", "Find the widest batches that are correct, and why nothing weaker is");
  command
      .add_option("--case", words->cases,
                  "lazyfree, swap-backed, file, migration, migration-back, or all (default:\nall)")
      ->type_name("CASE,...");
  command
      .add_option("--arch", words->archs,
                  "The entries of these architectures, or all (default: x86_64)")
      ->type_name("ID,...");
  command.add_flag("--no-shadow-stacks", words->no_shadow_stacks,
                   "Leave VM_SHADOW_STACK VMAs out: no kernel has been shown to batch in one");
  command.add_option("--jobs", words->jobs, "Threads (default: one for each processor)")
      ->type_name("N");
  command.add_option("--format", words->format, "text, json or markdown (default: text)")
      ->among({"text", "json", "markdown"})
      ->type_name("FORMAT");
  command.footer(
      "Examples:\n"
      "  ptecheck synth --case lazyfree            what must lazyfree batches respect?\n"
      "  ptecheck synth --case file --arch all\n"
      "\n"
      "Exit status: 0; 129 and above wrong usage or internal error.");
  command.callback([words, &invocation] { invocation.run = [words] { return synth(*words); }; });
}

}  // namespace ptecheck
