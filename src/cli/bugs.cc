// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck bugs: each built-in mistake, and how long it takes to find it.
#include "check/bugs.h"

#include <algorithm>
#include <memory>
#include <thread>

#include "check/concurrent_bugs.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "report/bugs.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

struct Words {
  std::vector<std::string> names;
  std::string jobs = std::to_string(std::max(1U, std::thread::hardware_concurrency()));
  std::string format = "text";
};

int bugs(const Words& words) {
  std::vector<const MutantInfo*> wanted;
  std::vector<const SmpMutantInfo*> concurrent;
  for (const std::string& name : words.names) {
    const MutantInfo* mutant = findMutant(name);
    const SmpMutantInfo* other = findSmpMutant(name);
    if (mutant == nullptr && other == nullptr)
      throw Error(ErrorKind::kUsage,
                  "there is no mutant '" + name + "'. `ptecheck list mutants` names all there are");
    if (mutant != nullptr) wanted.push_back(mutant);
    if (other != nullptr) concurrent.push_back(other);
  }
  if (words.names.empty()) {
    for (const MutantInfo& mutant : mutants()) wanted.push_back(&mutant);
    for (const SmpMutantInfo& mutant : smpMutants()) concurrent.push_back(&mutant);
  }
  const unsigned jobs = parseJobs(words.jobs);
  std::vector<BugFound> found;
  std::vector<ConcurrentBug> interleaved;
  {
    ProgressLine line;
    found = findBugs(wanted, jobs, line.in(""));
    interleaved = findConcurrentBugs(concurrent, jobs, line.in(""));
  }
  const std::vector<order::OrderBug> ordered =
      words.names.empty() ? order::orderBugs() : std::vector<order::OrderBug>{};
  writeOutput(words.format == "markdown" ? bugsMarkdown(found, interleaved, ordered)
              : words.format == "json"   ? bugsJson(found, interleaved, ordered, PTECHECK_VERSION)
                                         : bugsText(found, interleaved, ordered, PTECHECK_VERSION));
  // A mistake that is not found is the tool's failure, not the model's.
  const bool all =
      std::all_of(found.begin(), found.end(),
                  [](const BugFound& bug) { return bug.found && bug.repaired == 0; }) &&
      std::all_of(interleaved.begin(), interleaved.end(),
                  [](const ConcurrentBug& bug) { return bug.example && bug.repaired == 0; });
  return all ? kExitNothingFound : kExitFound;
}

}  // namespace

void addBugs(Command& app, Invocation& invocation) {
  auto words = std::make_shared<Words>();
  Command& command = *app.add_subcommand(
      "bugs", "Find each built-in mistake again, and say after how many scenarios");
  command.add_option("mutant", words->names, "Only these (default: all)")->type_name("MUTANT");
  command.add_option("--jobs", words->jobs, "Threads (default: one for each processor)")
      ->type_name("N");
  command.add_option("--format", words->format, "text (default), json (docs/json.md) or markdown")
      ->among({"text", "json", "markdown"})
      ->type_name("FORMAT");
  command.footer(
      "Examples:\n"
      "  ptecheck bugs                             the table of docs/bugs-found.md\n"
      "  ptecheck bugs swapoff-loses-soft-dirty\n"
      "\n"
      "Exit status: 0 all were found and their repaired forms break nothing, 1 not so,\n"
      "129 and above wrong usage or internal error.");
  command.callback([words, &invocation] { invocation.run = [words] { return bugs(*words); }; });
}

}  // namespace ptecheck
