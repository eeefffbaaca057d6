// SPDX-License-Identifier: GPL-2.0-only
//
// Kernel trees of other architectures: their self-test passes (TreeSubject asks for it), and
// model and tree agree.
#include <gtest/gtest.h>

#include "check/agreement.h"
#include "mm/policy.h"
#include "subject/kernel_source.h"
#include "subject/tree_arch.h"

namespace ptecheck {
namespace {

SearchOptions smallSearch(const char* arch) {
  SearchOptions options;
  options.arch = archOf(arch);
  options.exhaustive_pages = 1;
  options.random_scenarios = 1000;
  return options;
}

// Entry by entry and counter by counter; the sample has folded blocks on arm64.
TEST(TreeArchitectures, ModelAndTreeAgree) {
  for (const TreeArch& arch : treeArchs()) {
    const TreeBuild build = buildTree({.tree = getKernelSource("6.12", {}), .arch = arch.id});
    EXPECT_TRUE(build.left_out.empty()) << arch.id << " " << build.left_out.at(0);
    const Agreement agreement = compareWithTree(build, *findPolicy("v6.12"), smallSearch(arch.id));
    EXPECT_EQ(agreement.differing, 0U) << agreement.first;
    EXPECT_EQ(agreement.unsupported, 0U) << arch.id;
    EXPECT_GT(agreement.scenarios, 24000U) << arch.id;
  }
}

}  // namespace
}  // namespace ptecheck
