// SPDX-License-Identifier: GPL-2.0-only
#include "check/tree_build.h"

#include "scenario/error.h"
#include "subject/tree_subject.h"

namespace ptecheck {

TreeOptions treeOptions(const TreeCheckOptions& options) {
  if (const std::string why = whyModelOnly(options.search.arch); !why.empty())
    throw Error(ErrorKind::kCannotTest, std::string(archId(options.search.arch)) + " is " + why);
  TreeOptions tree;
  tree.tree = options.tree;
  tree.patches = options.patches;
  tree.cache = options.cache;
  tree.arch = archId(options.search.arch);
  tree.jobs = static_cast<int>(options.search.jobs);
  tree.progress = options.say;
  return tree;
}

TreeBuild buildFor(const TreeCheckOptions& options, const TreeOptions& how) {
  return options.view ? buildTree(*options.view, how) : buildTree(how);
}

void requireRan(const TreeBuild& build, const Outcome& outcome, const std::string& id) {
  const unsigned status = outcome.status;
  if (status == STATUS_DONE || status == STATUS_BUG || status == STATUS_UNSUPPORTED) return;
  throw Error(ErrorKind::kCannotTest,
              "Not tested: " + explainOutcome(build, outcome.message) +
                  "\nThe scenario that led there: " + id +
                  "\nNo verdict is given, since part of the scenarios did not run.");
}

}  // namespace ptecheck
