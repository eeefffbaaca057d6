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

#include <cstddef>
#include <cstdint>
#include <functional>
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
  HelperCompareOptions compare;
  ColumnScope columns;
  // Called now and then, by one thread at a time: so many lemmas are done.
  std::function<void(std::size_t done, std::size_t total)> progress;
};

struct TreeLemma {
  LemmaResult result;
  // Why it could not be stated: a helper that the tree lacks or that is not translated, by name.
  // Then the verdict is kUnknown.
  std::string refused;
  // It holds on the model's processor, but not where these variables have these values and for
  // these words. Empty: on every processor.
  std::string not_where;
  std::vector<std::uint64_t> not_where_words;
  bool not_where_replayed =
      false;                    // the program agrees, with the variables set; else they cannot be
  std::string not_where_known;  // why that is no mistake (processor_facts.h); empty: it is one
  std::uint64_t checked_rows = 0;  // of the program, if it holds
};

// On which words the lemmas that hold were evaluated in the compiled program.
struct CrossCheck {
  std::uint64_t combinations = 0;  // of all defined bits but the page frame's
  std::size_t pfns = 0;            // each with so many page frames
  bool exhaustive = true;          // all of them, or else ...
  std::uint64_t samples = 0;       // ... so many random ones ...
  std::uint64_t seed = 0;          // ... from this seed
  std::uint64_t rows = 0;          // evaluations, of all lemmas together
};

struct TreeProof {
  Arch arch;
  std::string version;  // of the tree
  std::vector<TreeLemma> lemmas;
  std::vector<std::string> variables;    // of the processor, that helpers depend on
  std::vector<std::string> assumptions;  // about them
  CrossCheck check;
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
