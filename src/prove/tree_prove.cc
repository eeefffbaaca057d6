// SPDX-License-Identifier: GPL-2.0-only
#include "prove/tree_prove.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include "prove/choose_lemmas.h"
#include "prove/in_threads.h"
#include "prove/interrupt.h"
#include "prove/tree_lemma.h"
#include "prove/words.h"
#include "scenario/error.h"
#include "scenario/stop.h"

namespace ptecheck {
namespace {

void proveAll(const TreeHelpersBuild& build, const ModelFormat& model,
              const std::vector<std::size_t>& places, const TreeProveOptions& options,
              TreeProof* proof) {
  std::atomic<std::size_t> next = 0;
  std::size_t done = 0;
  std::mutex shared_mutex;
  std::set<std::string> variables, assumptions;
  proof->lemmas.resize(places.size());
  inThreads(options.jobs, [&] {
    z3::context context;
    const InterruptOnStop interrupt(context);
    const SolverScope scope(context);
    const IrModule code(build.ir);
    TreeLemmaProver prover(code, build, model, options.limits);
    for (std::size_t i = next++; i < places.size() && !stopRequested(); i = next++) {
      proof->lemmas[i] = prover.prove(places[i]);
      const std::lock_guard<std::mutex> lock(shared_mutex);
      if (options.progress) options.progress(++done, places.size());
    }
    const std::lock_guard<std::mutex> lock(shared_mutex);
    variables.insert(prover.variables().begin(), prover.variables().end());
    assumptions.insert(prover.assumptions().begin(), prover.assumptions().end());
  });
  proof->variables.assign(variables.begin(), variables.end());
  proof->assumptions.assign(assumptions.begin(), assumptions.end());
}

// What was proved of clang's code must be true of gcc's.
void crossCheck(const TreeHelpersBuild& build, const ModelFormat& model,
                const std::vector<std::size_t>& places, const TreeProveOptions& options,
                TreeProof* proof) {
  const ColumnScope& scope = options.columns;
  std::vector<ColumnCheck> checks;
  std::vector<TreeLemma*> checked;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (proof->lemmas[i].result.verdict != ProofVerdict::kHolds) continue;
    checks.push_back({places[i], proof->lemmas[i].result.reach == ProofReach::kWellFormed, 0, {}});
    checked.push_back(&proof->lemmas[i]);
  }
  const EntryWords words(formatFacts(proof->arch), scope.most_pfns);
  CrossCheck& check = proof->check;
  check.combinations = words.combinations();
  check.pfns = words.pfns();
  check.exhaustive = checkColumns(proof->arch, *model.words, build, scope, options.jobs, &checks);
  if (!check.exhaustive) check.samples = scope.most_combinations * words.pfns();
  check.seed = scope.seed;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    checked[i]->checked_rows = checks[i].rows;
    check.rows += checks[i].rows;
    if (!checks[i].violation.empty())
      throw Error(ErrorKind::kInternal,
                  "The lemma " + checked[i]->result.lemma +
                      " was proved of the tree's helpers, but is false for " +
                      describeEntry(formatFacts(proof->arch), checks[i].violation[0]) +
                      " in the compiled tree. This is a mistake in ptecheck: please report it.");
  }
}

}  // namespace

TreeProof proveTree(const TreeProveOptions& options) {
  return proveTree(TreeView(options.tree.tree), options);
}

TreeProof proveTree(const TreeView& view, const TreeProveOptions& options) {
  return proveHelpers(buildTreeHelpers(view, options.tree), options);
}

TreeProof proveHelpers(const TreeHelpersBuild& build, const TreeProveOptions& options) {
  const std::vector<std::size_t> places = chooseLemmas(options.lemmas);
  TreeProof proof;
  proof.arch = archOf(options.tree.arch);
  const ModelFormat& model = modelFormats().at(proof.arch);
  if (build.ir.empty())
    throw Error(ErrorKind::kCannotTest,
                "clang does not compile the tree's helpers:\n  " + build.ir_error);
  proof.version = build.version;
  proof.comparison = compareHelpers(proof.arch, build, options.compare, options.jobs);
  proveAll(build, model, places, options, &proof);
  crossCheck(build, model, places, options, &proof);
  return proof;
}

}  // namespace ptecheck
