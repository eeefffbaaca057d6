// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck list: the names there are.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "mm/policy.h"
#include "prove/prover.h"
#include "pte/architectures.h"
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
  if (what == "archs")
    for (Arch arch = 0; arch < kArchs; ++arch) list.push_back({archId(arch), archName(arch)});
  if (what == "lemmas")
    for (const LemmaInfo& lemma : lemmaInfos()) list.push_back({lemma.name, lemma.says});
  return list;
}

// Text has more to say of architectures, and groups lemmas.
std::string listText(const std::string& what) {
  if (what == "archs") return archList();
  if (what == "lemmas") return lemmaList();
  return nameList(things(what));
}

}  // namespace

void addList(Command& app, Invocation& invocation) {
  auto what = std::make_shared<std::string>();
  auto format = std::make_shared<std::string>("text");
  Command& command = *app.add_subcommand(
      "list", "Say what policies, rules, mutants, architectures or lemmas there are");
  command.add_option("what", *what, "policies, rules, mutants, archs or lemmas")
      ->type_name("WHAT")
      ->required()
      ->among({"policies", "rules", "mutants", "archs", "lemmas"});
  command.add_option("--format", *format, "text (default), or json (docs/json.md)")
      ->among({"text", "json"})
      ->type_name("FORMAT");
  command.footer(
      "Examples:\n"
      "  ptecheck list policies\n"
      "  ptecheck list archs");
  command.callback([what, format, &invocation] {
    invocation.run = [what, format] {
      writeOutput(*format == "json" ? nameListJson(*what, things(*what), PTECHECK_VERSION)
                                    : listText(*what));
      return int{kExitNothingFound};
    };
  });
}

}  // namespace ptecheck
