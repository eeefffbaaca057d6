// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck list: the names there are.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "mm/policy.h"
#include "report/archs.h"
#include "report/names.h"
#include "report/prove_report.h"
#include "smp/mutant.h"
#include "spec/rules.h"

namespace ptecheck {

namespace {

std::vector<NamedThing> things(const std::string& what) {
  std::vector<NamedThing> list;
  if (what == "policies")
    for (const Policy& policy : policies())
      list.push_back({std::string(policy.name), std::string(policy.summary)});
  if (what == "rules")
    for (const RuleInfo& rule : ruleTable())
      list.push_back(
          {std::string(rule.name), fmt::format("({}) {}", severityName(rule.severity), rule.text)});
  if (what == "mutants")
    for (const MutantInfo& mutant : mutants())
      list.push_back({std::string(mutant.name), fmt::format("{}; breaks {} of {}", mutant.summary,
                                                            mutant.rule, mutant.base)});
  if (what == "mutants")
    for (const SmpMutantInfo& mutant : smpMutants())
      list.push_back(
          {std::string(mutant.name), fmt::format("{}; with --concurrent{}{}", mutant.summary,
                                                 mutant.bug.empty() ? "" : ", ", mutant.bug)});
  return list;
}

}  // namespace

void addList(Command& app, Invocation& invocation) {
  auto what = std::make_shared<std::string>();
  Command& command = *app.add_subcommand(
      "list", "Say what policies, rules, mutants, architectures or lemmas there are");
  command.add_option("what", *what, "policies, rules, mutants, archs or lemmas")
      ->type_name("WHAT")
      ->required()
      ->among({"policies", "rules", "mutants", "archs", "lemmas"});
  command.footer(
      "Examples:\n"
      "  ptecheck list policies\n"
      "  ptecheck list archs");
  command.callback([what, &invocation] {
    invocation.run = [what] {
      writeOutput(*what == "archs"    ? archList()
                  : *what == "lemmas" ? lemmaList()
                                      : nameList(things(*what)));
      return int{kExitNothingFound};
    };
  });
}

}  // namespace ptecheck
