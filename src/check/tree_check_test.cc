// SPDX-License-Identifier: GPL-2.0-only
//
// The check of a real tree, Debian's 6.12. (The broken trees are in tree_mutants_test.cc.)
#include "check/tree_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "check/agreement.h"
#include "check/difference.h"
#include "check/tree_mutants.h"
#include "scenario/error.h"
#include "subject/kernel_source.h"
#include "subject/process.h"
#include "subject/tree.h"
#include "subject/tree_edit.h"
#include "subject/tree_files.h"

namespace ptecheck {
namespace {

SearchOptions wholeSearch() {
  SearchOptions options;
  options.jobs = 2;
  options.random_scenarios = 5000;
  return options;
}

TreeCheckOptions debian(const SearchOptions& search) {
  TreeCheckOptions options;
  options.tree = getKernelSource("6.12", {});
  options.search = search;
  return options;
}

// Model and tree are two implementations of one thing, made by reading and by compiling: entry by
// entry and counter by counter they agree, over the whole exhaustive space and samples up to 512
// pages.
TEST(TreeAgreement, ModelAndTreeAgreeEverywhere) {
  const Agreement agreement = agreeWithTree(debian(wholeSearch()), policyByName("v6.12"));
  EXPECT_EQ(agreement.differing, 0U) << agreement.differences.at(0).id;
  EXPECT_EQ(agreement.unsupported, 0U);
  EXPECT_EQ(agreement.exhaustive[0] + agreement.exhaustive[1] + agreement.exhaustive[2], 3809438U);
  EXPECT_EQ(agreement.blocks, 0U);
}

// The comparison sees something: a policy that 6.12 does not have differs, and the example is the
// smallest there is.
TEST(TreeAgreement, AnotherPolicyDisagrees) {
  SearchOptions search = wholeSearch();
  search.exhaustive_pages = 1;
  for (const char* policy : {"unbatched", "v6.12+restore-makes-writable"}) {
    const Agreement agreement = agreeWithTree(debian(search), policyByName(policy));
    EXPECT_GT(agreement.differing, 0U) << policy;
    ASSERT_FALSE(agreement.differences.empty());
    std::uint64_t sum = 0;
    for (const Disagreement& difference : agreement.differences) {
      sum += difference.scenarios;
      EXPECT_EQ(difference.scenario.pages, 1) << difference.id;
      EXPECT_NE(difference.text.find("model "), std::string::npos) << difference.text;
      const std::optional<Difference> again =
          firstDifference(difference.scenario, difference.model, difference.tree);
      ASSERT_TRUE(again);
      EXPECT_EQ(again->what, difference.what);
      EXPECT_EQ(again->text, difference.text);
    }
    EXPECT_EQ(sum, agreement.differing);
  }
}

TEST(TreeAgreement, IsTheSameAtAnyNumberOfThreads) {
  SearchOptions search = wholeSearch();
  search.exhaustive_pages = 1;
  search.jobs = 1;
  const Agreement one = agreeWithTree(debian(search), policyByName("unbatched"));
  search.jobs = 3;
  const Agreement three = agreeWithTree(debian(search), policyByName("unbatched"));
  EXPECT_EQ(one.exhaustive, three.exhaustive);
  EXPECT_EQ(one.compared(), three.compared());
  ASSERT_EQ(one.differences.size(), three.differences.size());
  for (std::size_t i = 0; i < one.differences.size(); ++i) {
    EXPECT_EQ(one.differences[i].scenarios, three.differences[i].scenarios);
    EXPECT_EQ(one.differences[i].id, three.differences[i].id);
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

SearchOptions smallSearch() {
  SearchOptions options;
  options.jobs = 2;
  options.exhaustive_pages = 2;
  options.random_scenarios = 2000;
  options.random_pages = 8;
  return options;
}

// What the search finds by itself in the trees that were broken on purpose (tree_mutants_test.cc
// shows each in one hand-made situation).
TEST(TreeCheck, EveryBrokenTreeIsFlaggedByItsRule) {
  const std::filesystem::path tree = getKernelSource("6.12", {});
  for (const TreeMutant& mutant : treeMutants()) {
    TreeEdit edit(tree);
    mutant.apply(edit);
    TreeCheckOptions options;
    options.tree = tree;
    options.view = edit.view();
    options.search = smallSearch();
    options.name_lines = false;
    const TreeCheck check = checkTree(options);
    ASSERT_EQ(check.result.rows.size(), 1U);
    const RuleSet broken = check.result.rows[0].broken_elsewhere;
    EXPECT_EQ(ruleNames(mutant.rules & ~broken), "")
        << mutant.name << " breaks " << ruleNames(broken);
    if (mutant.rules == 0) {
      EXPECT_EQ(ruleNames(broken & ~kCostRules), "") << mutant.name;
    }
    for (const Finding& finding : check.result.findings)
      EXPECT_EQ(finding.violations.at(0).rule, finding.rule) << mutant.name << " " << finding.id;
  }
}

// A patch file that turns `file` of `tree` into what `edit` made of it.
std::filesystem::path writePatch(const std::filesystem::path& tree, const TreeEdit& edit,
                                 const std::filesystem::path& folder,
                                 const std::string& file = "mm/rmap.c") {
  std::ofstream(folder / "edited.c") << *edit.view().read(file);
  ProcessStart command;
  command.argv = {"diff",    "-u",        "--label",   "a/" + file,
                  "--label", "b/" + file, tree / file, folder / "edited.c"};
  const CommandResult diff = runCommand(command);
  EXPECT_EQ(diff.status, 1) << diff.error;
  std::ofstream(folder / "change.patch") << diff.output;
  return folder / "change.patch";
}

TEST(TreePatchCheck, WhatAPatchBreaksIsNewAndItsLinesAreNamed) {
  const std::filesystem::path tree = getKernelSource("6.12", {});
  const auto mutant = std::find_if(
      treeMutants().begin(), treeMutants().end(),
      [](const TreeMutant& m) { return std::string_view(m.name) == "batch-restore-first"; });
  ASSERT_NE(mutant, treeMutants().end());
  TemporaryFolder folder(cacheFolder() / "work");
  TreeEdit edit(tree);
  mutant->apply(edit);
  TreeCheckOptions options;
  options.tree = tree;
  options.patches = {writePatch(tree, edit, folder.path())};
  options.search = smallSearch();
  const TreeCheck check = checkTree(options);
  ASSERT_EQ(check.result.rows.size(), 2U);
  EXPECT_EQ(ruleNames(check.result.rows[0].broken), "") << "the base";
  for (Rule rule : {Rule::kWriteGained, Rule::kSoftDirtyLost, Rule::kDiffers})
    EXPECT_TRUE(contains(check.new_rules, rule)) << ruleInfo(rule).name;
  EXPECT_TRUE(check.batches);
  EXPECT_TRUE(check.never_ran.empty()) << check.never_ran[0];
  // Gained and lost bits are counted apart.
  EXPECT_NE(
      std::find_if(check.bit_differences.begin(), check.bit_differences.end(),
                   [](const std::string& line) { return line.starts_with("write: gained "); }),
      check.bit_differences.end());
  const Finding* finding = check.result.find("tree", Rule::kWriteGained);
  ASSERT_NE(finding, nullptr);
  EXPECT_NE(finding->lines_ran.find((tree / "mm/rmap.c").string() + ": "), std::string::npos)
      << finding->lines_ran;
}

// Whether the configuration leaves a statement out, its file is not compiled here, or no scenario
// comes by: what did not run was not checked.
TEST(TreePatchCheck, ChangedLinesThatNeverRanAreNamed) {
  const std::filesystem::path tree = getKernelSource("6.12", {});
  struct Change {
    const char *file, *function, *before;
  };
  for (const Change& change :
       {Change{"mm/rmap.c", "try_to_unmap_one", "pteval = swp_entry_to_pte\\(make_hwpoison_entry"},
        Change{"mm/rmap.c", "try_to_migrate_one", "update_hiwater_rss\\(mm\\);"},
        Change{"mm/vmscan.c", "shrink_folio_list", "memset\\(stat"}}) {
    TemporaryFolder folder(cacheFolder() / "work");
    TreeEdit edit(tree);
    edit.in(change.file, change.function).insertBefore(change.before, "barrier();\n");
    TreeCheckOptions options;
    options.tree = tree;
    options.patches = {writePatch(tree, edit, folder.path(), change.file)};
    options.search = smallSearch();
    options.search.exhaustive_pages = 1;
    const TreeCheck check = checkTree(options);
    EXPECT_EQ(ruleNames(check.result.rows.at(1).broken), "") << change.function;
    ASSERT_FALSE(check.never_ran.empty()) << change.function;
    EXPECT_TRUE(check.never_ran[0].starts_with(std::string(change.file) + ":"))
        << check.never_ran[0];
  }
}

// On another architecture, in a file that only it has: a line of contpte.c that unmapping from a
// contiguous block comes by, and one that it does not.
TEST(TreePatchCheck, LinesOfAnArchitecturesOwnFileAreFollowed) {
  const std::filesystem::path tree = getKernelSource("6.12", {});
  const char* const file = "arch/arm64/mm/contpte.c";
  TemporaryFolder folder(cacheFolder() / "work");
  TreeEdit edit(tree);
  edit.in(file, "__contpte_try_unfold")
      .insertBefore("pte = pte_mknoncont\\(pte\\);", "WRITE_ONCE(mm->def_flags, 0);\n\t");
  edit.in(file, "contpte_ptep_set_access_flags")
      .insertBefore("orig_pte = ", "WRITE_ONCE(vma->vm_mm->def_flags, 0);\n\t");
  TreeCheckOptions options;
  options.tree = tree;
  options.patches = {writePatch(tree, edit, folder.path(), file)};
  options.search.arch = archOf("arm64");
  options.search.jobs = 2;
  options.search.exhaustive_pages = 1;
  options.search.deviations = {1, 0, 0};
  options.search.random_pages = 16;
  options.search.random_scenarios = 1000;
  const TreeCheck check = checkTree(options);
  EXPECT_EQ(ruleNames(check.result.rows.at(1).broken), "");
  ASSERT_EQ(check.never_ran.size(), 1U) << check.never_ran.at(0);
  EXPECT_TRUE(check.never_ran[0].starts_with("arch/arm64/mm/contpte.c:4")) << check.never_ran[0];
}

}  // namespace
}  // namespace ptecheck
