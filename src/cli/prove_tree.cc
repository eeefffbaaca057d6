// SPDX-License-Identifier: GPL-2.0-only
#include "cli/prove_tree.h"

#include <fmt/format.h>

#include "check/tree_check.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "report/prove_tree.h"
#include "scenario/error.h"

namespace ptecheck {

int proveTrees(const TreeWords& tree, const OutputWords& output, const std::vector<Arch>& archs,
               const std::vector<std::string>& lemmas, unsigned jobs, bool each) {
  ProgressLine line;
  std::vector<ArchTreeProof> proofs;
  const TreeCheckOptions given = tree.options();
  for (std::size_t i = 0; i < archs.size(); ++i) {
    ArchTreeProof& one = proofs.emplace_back();
    one.arch = archs[i];
    one.why_not = whyModelOnly(archs[i]);
    one.model_only = !one.why_not.empty();
    if (one.model_only && archs.size() > 1) continue;
    if (one.model_only)
      throw Error(ErrorKind::kCannotTest, fmt::format("{} is {}.", archId(archs[i]), one.why_not));
    TreeProveOptions options;
    options.tree.tree = given.tree;
    options.tree.patches = given.patches;
    options.tree.cache = given.cache;
    options.tree.arch = archId(archs[i]);
    options.tree.jobs = static_cast<int>(jobs);
    options.tree.progress = [&](const std::string& what) {
      line.say(archs.size() > 1 ? fmt::format("{}: {}", archId(archs[i]), what) : what);
    };
    options.lemmas = lemmas;
    options.jobs = jobs;
    options.progress = [&](std::size_t done, std::size_t total) {
      line.show(archName(archs[i]), {done, total, "lemmas", ""});
    };
    try {
      one.proof = proveTree(options);
    } catch (const Error& error) {
      // One of several that cannot be tested is no reason not to prove the others.
      if (archs.size() == 1 || error.kind() != ErrorKind::kCannotTest) throw;
      one.why_not = fmt::format("not checked: {}", error.what());
    }
  }
  const TreeProofReport report{PTECHECK_VERSION, tree.kernel, output.strict, each};
  writeOutput(output.json() ? treeProofJson(proofs, report) : treeProofText(proofs, report));
  return exitCodeOf(verdictOf(proofs, output.strict), output.exit_style == "kselftest");
}

}  // namespace ptecheck
