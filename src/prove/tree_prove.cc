// SPDX-License-Identifier: GPL-2.0-only
#include "prove/tree_prove.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "prove/choose_lemmas.h"
#include "prove/tree_lemma.h"
#include "scenario/error.h"

namespace ptecheck {
namespace {

// Runs work(thread) in `jobs` threads; the first exception is thrown again.
template <class Work>
void inThreads(unsigned jobs, Work work) {
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard<std::mutex> lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(guarded);
  guarded();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

void proveAll(const TreeHelpersBuild& build, const ModelFormat& model,
              const std::vector<std::size_t>& places, const TreeProveOptions& options,
              TreeProof* proof) {
  std::atomic<std::size_t> next = 0;
  std::mutex variables_mutex;
  std::set<std::string> variables;
  proof->lemmas.resize(places.size());
  inThreads(options.jobs, [&] {
    z3::context context;
    const SolverScope scope(context);
    const IrModule code(build.ir);
    TreeLemmaProver prover(code, build, model, options.limits);
    for (std::size_t i = next++; i < places.size(); i = next++)
      proof->lemmas[i] = prover.prove(places[i]);
    const std::lock_guard<std::mutex> lock(variables_mutex);
    variables.insert(prover.variables().begin(), prover.variables().end());
  });
  proof->variables.assign(variables.begin(), variables.end());
  for (const std::string& variable : proof->variables)
    if (const KnownVariable* known = knownVariable(variable.substr(0, variable.find('+'))))
      proof->assumptions.push_back(known->says);
}

// What was proved of clang's code must be true of gcc's.
void crossCheck(HelperProgram& program, const ModelFormat& model,
                const std::vector<std::size_t>& places, const ColumnScope& scope,
                TreeProof* proof) {
  std::vector<ColumnCheck> checks;
  std::vector<TreeLemma*> checked;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (proof->lemmas[i].result.verdict != ProofVerdict::kHolds) continue;
    checks.push_back({places[i], proof->lemmas[i].result.reach == ProofReach::kWellFormed, 0, {}});
    checked.push_back(&proof->lemmas[i]);
  }
  proof->exhaustive = checkColumns(proof->arch, *model.words, program, scope, &checks);
  for (std::size_t i = 0; i < checks.size(); ++i) {
    checked[i]->checked_rows = checks[i].rows;
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
  HelperProgram program(build);
  proof.comparison = compareHelpers(proof.arch, program, options.compare);
  proveAll(build, model, places, options, &proof);
  crossCheck(program, model, places, options.columns, &proof);
  return proof;
}

}  // namespace ptecheck
