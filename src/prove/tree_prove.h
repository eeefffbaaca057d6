// SPDX-License-Identifier: GPL-2.0-only
//
// Proves the lemmas of a kernel tree's own helpers.
//
// The helpers, compiled by clang to LLVM IR, become formulas (ir_formulas.h), and the prover is
// asked the same questions as about the model's formats. Two independent looks at the same headers,
// compiled by gcc into a program, keep it honest: every counterexample is replayed there, and every
// lemma that holds is checked there on all combinations of the bits that the architecture defines.
// A disagreement is a mistake in ptecheck, and an Error.
//
// What helpers read about the processor - feature words - is left open, so that a lemma is proved
// for every processor. Where it is false for some, it is proved for the processor of the model's
// format, and the values for which it is false are told.
#ifndef PTECHECK_PROVE_TREE_PROVE_H
#define PTECHECK_PROVE_TREE_PROVE_H

#include <cstdint>
#include <string>
#include <vector>

#include "prove/column_check.h"
#include "prove/helper_compare.h"
#include "prove/prover.h"
#include "prove/tree_helpers.h"
#include "subject/tree.h"

namespace ptecheck {

struct TreeProveOptions {
  TreeOptions tree;                 // its `arch` says which
  std::vector<std::string> lemmas;  // names, or groups; none: all
  unsigned jobs = 1;
  ProverLimits limits;
  CompareOptions compare;
  ColumnScope columns;
};

struct TreeLemma {
  LemmaResult result;
  // Why it could not be stated: a helper that the tree lacks or that is not translated, by name.
  // Then the verdict is kUnknown.
  std::string refused;
  // It holds on the model's processor, but not where these variables have these values: the program
  // agrees, with them set, or else it is said that they cannot be. Empty: on every processor.
  std::string not_where;
  std::vector<std::uint64_t> not_where_words;  // ... and for these words
  std::uint64_t checked_rows = 0;              // of the program, if it holds
};

struct TreeProof {
  Arch arch;
  std::string version;  // of the tree
  std::vector<TreeLemma> lemmas;
  std::vector<std::string> variables;    // of the processor, that helpers read
  std::vector<std::string> assumptions;  // about them
  bool exhaustive = true;  // checked_rows are all combinations of defined bits; else sampled
  HelperComparison comparison;
};

// Throws Error(kUsage) if a name is no lemma, Error(kCannotTest) if the tree's helpers cannot be
// compiled, Error(kInternal) if solver and program disagree.
TreeProof proveTree(const TreeProveOptions& options);
// For a tree with changes laid over it; options.tree.tree does not count.
TreeProof proveTree(const TreeView& view, const TreeProveOptions& options);
// For helpers that are built already.
TreeProof proveHelpers(const TreeHelpersBuild& build, const TreeProveOptions& options);

}  // namespace ptecheck

#endif
