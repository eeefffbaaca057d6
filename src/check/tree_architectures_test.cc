// SPDX-License-Identifier: GPL-2.0-only
//
// Kernel trees of other architectures: their self-test passes (TreeSubject asks for it), and
// model and tree agree, entry by entry and counter by counter.
#include <gtest/gtest.h>

#include "check/agreement.h"
#include "check/model_check.h"
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

}  // namespace
}  // namespace ptecheck
