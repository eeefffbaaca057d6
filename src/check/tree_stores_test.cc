// SPDX-License-Identifier: GPL-2.0-only
#include "check/tree_stores.h"

#include <gtest/gtest.h>

#include "check/tale.h"
#include "scenario/text.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

Vocabulary anyNames() {
  Vocabulary names;
  for (const RuleInfo& rule : ruleTable()) names.rules.emplace_back(rule.name);
  for (const Policy& policy : policies()) names.policies.emplace_back(policy.name);
  for (const MutantInfo& mutant : mutants()) names.mutants.emplace_back(mutant.name);
  return names;
}

// Nothing changes in a table but by the stores that are told, and each is of a line.
TEST(TreeStores, AreAllThatChangesEntries) {
  TreeCheckOptions options;
  options.tree = getKernelSource("6.12", {});
  for (const char* name : {"good_swapped_out", "good_partial_success", "bad_migration_entry"}) {
    SCOPED_TRACE(name);
    const ScenarioFile file =
        readScenarioFile(std::string(PTECHECK_SOURCE_DIR "/examples/") + name + ".pte", anyNames());
    const Scenario& s = file.scenario;
    const ModelRun run = runOnTree(s, options);
    const std::vector<TreeStores> all = storesOnTree(s, run.outcome, options);
    EXPECT_FALSE(all.empty());
    std::vector<unsigned long long> before;
    for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i)
      before.push_back(run.outcome.entry[i].before);
    for (const TreeStores& stores : all) {
      EXPECT_TRUE(stores.place.starts_with("mm/rmap.c:")) << stores.place;
      EXPECT_NE(stores.function.find("_one"), std::string::npos) << stores.function;
      for (unsigned i = 0; i < before.size(); ++i) {
        const bool told = i / s.pages == stores.process && i % s.pages >= stores.page &&
                          i % s.pages < stores.page + stores.count;
        EXPECT_TRUE(told || stores.then.entry[i] == before[i]) << i;
        before[i] = stores.then.entry[i];
      }
    }
  }
}

}  // namespace
}  // namespace ptecheck
