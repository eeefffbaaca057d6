// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck replay: one finding again, by its id.
#include <memory>

#include "check/finding_id.h"
#include "check/model_check.h"
#include "check/tree_check.h"
#include "check/tree_events.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "report/events.h"
#include "report/json.h"
#include "report/text.h"
#include "report/verdict.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

struct Words {
  std::string id;
  std::string at;
  TreeWords tree;
  OutputWords output;
};

// With what other processors do meanwhile.
int replayEvents(const Words& words, const FindingId& id) {
  if (words.output.json()) throw Error(ErrorKind::kUsage, "--at reports as text only");
  TreeCheckOptions options = words.tree.options();
  ProgressLine line;
  options.say = [&line](const std::string& what) { line.say(what); };
  options.search.arch = id.arch;
  const Scenario scenario = scenarioOf(id);
  const EventRun run = runOnTreeWithEvents(scenario, words.at, options);
  writeOutput(eventRunText(run, words.id, words.at, words.tree.kernel, words.output.strict));
  return exitCodeOf(verdictOf(run.broken, words.output.strict),
                    words.output.exit_style == "kselftest");
}

int replay(const Words& words) {
  const FindingId id = parseFindingId(words.id);
  if (!words.at.empty()) return replayEvents(words, id);
  RunReport report;
  report.version = PTECHECK_VERSION;
  report.name = words.id;
  report.row = id.row;
  report.arch = id.arch;
  report.strict = words.output.strict;
  if (words.tree.given()) {
    TreeCheckOptions options = words.tree.options();
    ProgressLine line;
    options.say = [&line](const std::string& what) { line.say(what); };
    options.search.arch = id.arch;
    if (id.row == "base") options.patches.clear();
    report.row = "tree";
    report.subject = "the kernel tree " + words.tree.kernel;
    report.scenario = scenarioOf(id);
    report.run = runOnTree(report.scenario, options);
  } else if (id.row == "tree" || id.row == "base") {
    throw Error(ErrorKind::kUsage, "'" + words.id +
                                       "' is a finding in a kernel tree; name that tree with "
                                       "--kernel TREE (and its patches with --patch)");
  } else {
    const Policy policy = parsePolicies({id.row}, "").front();
    report.subject = modelName(id.arch) + ", policy " + id.row;
    report.scenario = scenarioOf(id);
    report.run = runOnModel(report.scenario, policy, id.arch);
  }
  writeOutput(words.output.json() ? runJson({report}) : runText({report}));
  return exitCodeOf(verdictOf(report), words.output.exit_style == "kselftest");
}

}  // namespace

void addReplay(Command& app, Invocation& invocation) {
  auto words = std::make_shared<Words>();
  Command& command = *app.add_subcommand("replay", "Show one finding again, by its id");
  command.add_option("id", words->id, "The id, as a report prints it")->type_name("ID")->required();
  Option* const kernel = addTreeOptions(command, words->tree);
  addAtOption(command, words->at, kernel);
  addOutputOptions(command, words->output);
  command.footer(
      "Examples:\n"
      "  ptecheck replay e1/v6.16/100000000f6\n"
      "  ptecheck replay e1/arm64/v6.16/100400000fb\n"
      "  ptecheck replay e1/tree/100000000f6 --kernel ~/linux\n"
      "\n"
      "An id names a scenario, the architecture (unless it is x86_64) and the policy (or\n"
      "`tree`) that it is about. With --kernel,\n"
      "a scenario found in the model runs on the tree instead.\n"
      "Exit status: 1 if a rule is broken, 0 if none is.");
  command.callback([words, &invocation] {
    invocation.kselftest = words->output.exit_style == "kselftest";
    invocation.run = [words] { return replay(*words); };
  });
}

}  // namespace ptecheck
