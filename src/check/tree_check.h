// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_TREE_CHECK_H
#define PTECHECK_CHECK_TREE_CHECK_H

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "check/model_check.h"
#include "check/result.h"
#include "subject/tree_view.h"

namespace ptecheck {

struct TreeCheckOptions {
  std::filesystem::path tree;                  // the user's kernel tree
  std::vector<std::filesystem::path> patches;  // applied in order, to a copy
  std::filesystem::path cache;                 // of what was built; empty: the usual folder
  SearchOptions search;
  std::optional<TreeView> view;  // `tree` with changes laid over it in memory (scripted edits)
  bool name_lines = true;  // of each example; costs one more compilation if something is found
  // What is being done, for a terminal: "configuring", "compiling mm/rmap.c", ...
  std::function<void(const std::string&)> say;
};

// The verdict on a tree: a check of its own code, and what only a tree can have.
struct TreeCheck {
  CheckResult result;    // row "tree"; with patches, rows "base" and "tree" (patched)
  std::string version;   // "6.12.117", as the tree's Makefile says
  std::string features;  // of the processor it ran on, as far as entries depend on them
  bool batches = false;  // this tree's mm/rmap.c works on batches (else `differs` says nothing)
  // With patches: rules that the patched tree breaks and the base does not; and changed lines that
  // hold code and never ran in any scenario ("mm/rmap.c:1857"). If there are any, the verdict is
  // "not checked".
  RuleSet new_rules = 0;
  std::vector<std::string> never_ran;
  // Bits that differ between the tree and the same code at batch size 1, gained and lost apart,
  // summed over all scenarios; permitted differences included. One line each, ready to print.
  std::vector<std::string> bit_differences;
  std::vector<std::string> notes;  // unknown data, scenarios the tree cannot express, ...
};

// A tree's check on one architecture of several; or none, and why.
struct ArchTree {
  Arch arch = kX86;
  std::optional<TreeCheck> check;
  std::string why_not = {};
  bool model_only = false;  // there is no such check: says nothing against the tree
};

// Why no kernel tree can be run with the entries of this architecture; "" if it can.
std::string whyModelOnly(Arch arch);

// Configures and compiles what is needed (cached), runs the self-test, then every scenario of the
// search. Throws Error(kCannotTest) if the tree cannot be tested, with what to do about it.
TreeCheck checkTree(const TreeCheckOptions& options);

// checkTree() in each of these families, as one verdict: a changed line never ran if it did not in
// any of them.
TreeCheck checkTreeFamilies(TreeCheckOptions options, const std::vector<Family>& families);

// One scenario on the tree's own code (`run FILE`, `replay ID`).
ModelRun runOnTree(const Scenario& scenario, const TreeCheckOptions& options);
// The lines of its files that run then, as Finding::lines_ran has them.
std::string linesOnTree(const Scenario& scenario, const TreeCheckOptions& options);

}  // namespace ptecheck

#endif
