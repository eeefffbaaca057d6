// SPDX-License-Identifier: GPL-2.0-only
//
// Kernel trees of other architectures: their self-test passes (TreeSubject asks for it), and
// model and tree agree, entry by entry and counter by counter.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "check/agreement.h"
#include "check/model_check.h"
#include "check/tree_mutants.h"
#include "pte/swap_entries.h"
#include "subject/kernel_source.h"
#include "subject/tree.h"
#include "subject/tree_arch.h"

namespace ptecheck {
namespace {

TreeCheckOptions debian(const char* arch) {
  TreeCheckOptions options;
  options.tree = getKernelSource("6.12", {});
  options.search.arch = archOf(arch);
  options.search.jobs = 2;
  options.search.exhaustive_pages = 1;
  options.search.random_scenarios = 1000;
  return options;
}

TEST(TreeArchitectures, ModelAndTreeAgree) {
  for (const TreeArch& arch : treeArchs()) {
    const TreeCheckOptions options = debian(arch.id);
    EXPECT_TRUE(buildTree({.tree = options.tree, .arch = arch.id}).left_out.empty()) << arch.id;
    const Agreement agreement = agreeWithTree(options, policyByName("v6.12"));
    EXPECT_EQ(agreement.differing, 0U) << agreement.differences.at(0).id;
    EXPECT_EQ(agreement.unsupported, 0U) << arch.id << " " << agreement.unsupported_reason;
    EXPECT_GT(agreement.exhaustive[0], 23000U) << arch.id;
    EXPECT_GT(agreement.compared(), agreement.exhaustive[0] + 500) << arch.id;
  }
}

// Entries of devices as 6.12 reads them included: there, its own checks end what goes wrong on some
// architectures.
TEST(TreeArchitectures, ModelAndTreeAgreeInOtherFamilies) {
  std::uint64_t ended = 0;
  for (const TreeArch& arch : treeArchs()) {
    TreeCheckOptions options = debian(arch.id);
    options.search.deviations = {1, 0, 0};
    options.search.random_scenarios = 3000;
    options.search.random_pages = 16;
    for (const Family family :
         {Family::kSwap, Family::kMigration, Family::kDevice, Family::kRare}) {
      options.search.family = family;
      const Agreement agreement = agreeWithTree(options, policyByName("v6.12"));
      EXPECT_EQ(agreement.differing, 0U) << agreement.differences.at(0).id;
      // No device memory, or no broken pages (and no unused ones, which s390 alone has): nothing to
      // run.
      const SwapConfig config = swapConfig(arch.id);
      if (family == Family::kDevice && !config.device_private) continue;
      if (family == Family::kRare && !config.memory_failure && arch.id != std::string_view("s390"))
        continue;
      EXPECT_GT(agreement.compared(), 100U) << arch.id << " " << familyName(family);
      EXPECT_EQ(agreement.unsupported, 0U) << arch.id << " " << agreement.unsupported_reason;
      ended += agreement.ended;
      if (family != Family::kMigration) {
        EXPECT_EQ(agreement.ended, 0U) << arch.id << " " << familyName(family);
      }
      if (arch.id == std::string_view("arm64")) {
        EXPECT_EQ(agreement.ended, 0U) << arch.id;
      }
    }
  }
  EXPECT_GT(ended, 0U);
}

// A PMD maps as many pages as a page table has entries, on every architecture; each kind of split,
// and one thing out of the ordinary.
TEST(TreeArchitectures, ModelAndTreeAgreeOnSplitPmds) {
  for (const TreeArch& arch : treeArchs()) {
    TreeCheckOptions options = debian(arch.id);
    options.search.family = Family::kHuge;
    options.search.random_pages = MAX_PAGES;
    options.search.random_scenarios = 100;
    const Agreement agreement = agreeWithTree(options, policyByName("v6.12"));
    EXPECT_EQ(agreement.differing, 0U) << agreement.differences.at(0).id;
    EXPECT_EQ(agreement.unsupported, 0U) << arch.id << " " << agreement.unsupported_reason;
    EXPECT_GT(agreement.exhaustive[3], 400U) << arch.id;
    EXPECT_EQ(agreement.exhaustive[0], 0U);
  }
}

// Blocks of 16 entries, folded by the tree's own contpte code: alone in their folio, and several.
TEST(TreeArchitectures, ModelAndTreeAgreeOnContiguousBlocks) {
  TreeCheckOptions options = debian("arm64");
  options.search.exhaustive_pages = 0;
  for (unsigned pages : {16U, 64U}) {
    options.search.random_pages = pages;
    options.search.random_scenarios = 8000;
    const Agreement agreement = agreeWithTree(options, policyByName("v6.12"));
    EXPECT_EQ(agreement.differing, 0U) << agreement.differences.at(0).id;
    EXPECT_GT(agreement.blocks, 200U) << pages;
  }
}

// A tree that unmaps batches as 6.16 does (made of 6.12; and 6.15 changed when a folio that stays
// becomes swap-backed) is what the policy v6.16 says: on arm64, whole blocks are then cleared and
// put back by contpte code.
//
// On s390 alone the model counts TLB flushes in another way: one for each batch, as the code asks
// for it. Its flush_tlb_range() has nothing to do if no entry was valid, or if each was flushed as
// it was cleared, since another CPU runs the process too.
TEST(TreeArchitectures, ABatchingTreeAgreesWithThePolicyThatBatchesLikeIt) {
  for (const char* arch : {"arm64", "s390"}) {
    TreeCheckOptions options = debian(arch);
    TreeEdit edit(options.tree);
    const auto mutant = std::find_if(
        treeMutants().begin(), treeMutants().end(),
        [](const TreeMutant& m) { return std::string_view(m.name) == "batch-restore-first"; });
    ASSERT_NE(mutant, treeMutants().end());
    mutant->apply(edit);
    edit.in("mm/rmap.c", "try_to_unmap_one")
        .replace("if \\(!\\(vma->vm_flags & VM_DROPPABLE\\)\\)(?=\\s*folio_set_swapbacked)",
                 "if (folio_test_dirty(folio) && !(vma->vm_flags & VM_DROPPABLE))");
    options.view = edit.view();
    options.search.random_pages = 64;
    options.search.random_scenarios = 10000;
    const Agreement agreement = agreeWithTree(options, policyByName("v6.16"));
    EXPECT_GT(agreement.compared(), 30000U) << arch;
    if (std::string_view(arch) == "arm64") {
      EXPECT_GT(agreement.blocks, 1000U);
      EXPECT_EQ(agreement.differing, 0U) << agreement.differences.at(0).id;
    } else {
      for (const Disagreement& difference : agreement.differences)
        EXPECT_TRUE(difference.what == "TLB flushes" || difference.what == "pages flushed")
            << difference.what << " " << difference.id;
    }
  }
}

}  // namespace
}  // namespace ptecheck
