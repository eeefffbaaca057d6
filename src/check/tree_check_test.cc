// SPDX-License-Identifier: GPL-2.0-only
//
// The check of a real tree, Debian's 6.12. (The broken trees are in tree_mutants_test.cc.)
#include "check/tree_check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "check/agreement.h"
#include "scenario/error.h"
#include "subject/kernel_source.h"
#include "subject/tree.h"

namespace ptecheck {
namespace {

SearchOptions wholeSearch() {
  SearchOptions options;
  options.jobs = 2;
  options.random_scenarios = 5000;
  return options;
}

// Model and tree are two implementations of one thing, made by reading and by compiling: entry by
// entry and counter by counter they agree, over the whole exhaustive space and samples up to 512
// pages.
TEST(TreeAgreement, ModelAndTreeAgreeEverywhere) {
  const TreeBuild build = buildTree({.tree = getKernelSource("6.12", {})});
  const Agreement agreement = compareWithTree(build, policyByName("v6.12"), wholeSearch());
  EXPECT_EQ(agreement.differing, 0U) << agreement.first;
  EXPECT_EQ(agreement.unsupported, 0U);
  EXPECT_GT(agreement.scenarios, 3809438U);
}

// The comparison sees something: a policy that 6.12 does not have differs.
TEST(TreeAgreement, AnotherPolicyDisagrees) {
  const TreeBuild build = buildTree({.tree = getKernelSource("6.12", {})});
  SearchOptions options = wholeSearch();
  options.exhaustive_pages = 1;
  for (const char* policy : {"unbatched", "v6.12+restore-makes-writable"}) {
    const Agreement agreement = compareWithTree(build, policyByName(policy), options);
    EXPECT_GT(agreement.differing, 0U) << policy;
    EXPECT_NE(agreement.first, "");
  }
}

TEST(TreeCheck, TheUneditedTreeIsClean) {
  TreeCheckOptions options;
  options.tree = getKernelSource("6.12", {});
  options.search = wholeSearch();
  const TreeCheck check = checkTree(options);
  ASSERT_EQ(check.result.rows.size(), 1U);
  EXPECT_EQ(ruleNames(check.result.rows[0].broken), "");
  EXPECT_EQ(check.result.parts[0].scenarios, 3809438U);
  EXPECT_EQ(check.result.unsupported, 0U) << check.result.unsupported_reason;
  EXPECT_FALSE(check.batches);
  EXPECT_EQ(check.version.substr(0, 5), "6.12.");
  EXPECT_TRUE(check.never_ran.empty());
}

TEST(TreeCheck, SameResultAtAnyNumberOfThreads) {
  TreeCheckOptions options;
  options.tree = getKernelSource("6.12", {});
  options.search = wholeSearch();
  options.search.exhaustive_pages = 2;
  options.search.share = {0, 20};
  options.search.jobs = 1;
  const TreeCheck one = checkTree(options);
  options.search.jobs = 3;
  const TreeCheck three = checkTree(options);
  EXPECT_EQ(one.result.parts[0].scenarios, three.result.parts[0].scenarios);
  EXPECT_EQ(one.result.rows[0].price.flushed, three.result.rows[0].price.flushed);
}

}  // namespace
}  // namespace ptecheck
