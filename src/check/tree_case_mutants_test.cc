// SPDX-License-Identifier: GPL-2.0-only
#include "check/tree_case_mutants.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "pte/x86_64.h"
#include "scenario/error.h"
#include "spec/judge.h"
#include "subject/kernel_source.h"
#include "subject/tree_subject.h"

namespace ptecheck {
namespace {
namespace fs = std::filesystem;

RuleSet brokenBy(const TreeBuild& build, const Scenario& scenario, std::string& message) {
  const auto outcome = std::make_unique<Outcome>();
  const Scenario* in[] = {&scenario};
  Outcome* out[] = {outcome.get()};
  TreeSubject(build).run(in, out);
  message = outcome->message;
  return judge<X86_64<>>(scenario, *outcome);
}

TEST(TreeCaseMutants, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const TreeCaseMutant& mutant : treeCaseMutants())
    EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
}

// Each broken tree breaks the rule it is meant to break, in the situation given; the tree it was
// made from, in the same situation, breaks none.
TEST(TreeCaseMutants, BreakTheirRuleAndTheUneditedTreeDoesNot) {
  const fs::path tree = getKernelSource("6.12", {});
  const TreeBuild good = buildTree({.tree = tree});
  const std::span<const TreeCaseMutant> mutants = treeCaseMutants();
  std::vector<std::string> failures(mutants.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i; (i = next++) < mutants.size();) {
      const TreeCaseMutant& mutant = mutants[i];
      try {
        TreeEdit edit(tree);
        mutant.apply(edit);
        const TreeBuild build = buildTree(edit.view(), {.tree = tree, .jobs = 1});
        const Scenario scenario = mutant.scenario();
        std::string message;
        const RuleSet before = brokenBy(good, scenario, message);
        if (before)
          failures[i] += "the unedited tree breaks " + ruleNames(before) + " " + message + "\n";
        const RuleSet after = brokenBy(build, scenario, message);
        if ((after & mutant.rules) != mutant.rules)
          failures[i] += "breaks '" + ruleNames(after) + "', not " + ruleNames(mutant.rules) + " " +
                         message + "\n";
      } catch (const Error& error) {
        failures[i] += error.what();
      }
    }
  };
  std::thread other(work);
  work();
  other.join();
  for (size_t i = 0; i < mutants.size(); ++i) EXPECT_EQ(failures[i], "") << mutants[i].name;
}

}  // namespace
}  // namespace ptecheck
