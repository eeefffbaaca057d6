// SPDX-License-Identifier: GPL-2.0-only
//
// Broken trees on other architectures than x86-64: the search flags each by the right rule.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "check/tree_check.h"
#include "check/tree_mutants.h"
#include "subject/kernel_source.h"
#include "subject/tree_arch.h"

namespace ptecheck {
namespace {

namespace fs = std::filesystem;

// Rules that the edited tree breaks on this architecture.
RuleSet brokenOn(const char* arch, const fs::path& tree, const TreeEdit& edit) {
  TreeCheckOptions options;
  options.tree = tree;
  options.view = edit.view();
  options.search.arch = archOf(arch);
  options.search.jobs = 2;
  options.search.exhaustive_pages = 1;
  options.search.random_pages = 16;
  options.search.random_scenarios = 2000;
  options.name_lines = false;
  return checkTree(options).result.rows.at(0).broken;
}

TEST(TreeMutantsOnOtherArchitectures, AreFlaggedByTheirRule) {
  struct Broken {
    std::string_view name;
    RuleSet rules;  // none: this tree is right, and nothing but costs may show
  };
  // Without soft-dirty bits there is none to lose (arm64 and riscv, 6.12).
  const Broken kBroken[] = {
      {"batch-restore-first", ruleBit(Rule::kWriteGained) | ruleBit(Rule::kDiffers)},
      {"restore-forgotten", ruleBit(Rule::kEntryLost)},
      {"batch-respecting-bits", 0},
  };
  const fs::path tree = getKernelSource("6.12", {});
  for (const TreeArch& arch : treeArchs().subspan(1)) {
    for (const Broken& broken : kBroken) {
      const auto mutant = std::find_if(treeMutants().begin(), treeMutants().end(),
                                       [&](const TreeMutant& m) { return m.name == broken.name; });
      ASSERT_NE(mutant, treeMutants().end()) << broken.name;
      TreeEdit edit(tree);
      mutant->apply(edit);
      const RuleSet found = brokenOn(arch.id, tree, edit);
      EXPECT_EQ(ruleNames(broken.rules & ~found), "")
          << arch.id << " " << broken.name << " breaks " << ruleNames(found);
      if (broken.rules == 0) {
        EXPECT_EQ(ruleNames(found & ~kCostRules), "") << arch.id << " " << broken.name;
      }
    }
  }
}

// An entry of a contiguous block is cleared, and the block stays marked as one: no other
// architecture can go wrong in this way.
TEST(TreeMutantsOnOtherArchitectures, AForgottenUnfoldBreaksArm64sBlocks) {
  const fs::path tree = getKernelSource("6.12", {});
  TreeEdit edit(tree);
  edit.in("arch/arm64/mm/contpte.c", "__contpte_try_unfold")
      .insertBefore("pte = pte_mknoncont\\(pte\\);", "return;\n\t");
  const RuleSet found = brokenOn("arm64", tree, edit);
  EXPECT_TRUE(contains(found, Rule::kBlockBroken)) << ruleNames(found);
}

}  // namespace
}  // namespace ptecheck
