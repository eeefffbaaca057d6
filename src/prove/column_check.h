// SPDX-License-Identifier: GPL-2.0-only
//
// Lemmas evaluated on a tree's own helpers as gcc compiled them, on every combination of the bits
// that the architecture defines: what was proved of clang's code, by way of a translator of ours,
// is checked against code that both had no part in.
//
// A lemma about two entries of one batch is not tried on all pairs, of which there are too many,
// and need not be: its premise is that two normalised values are equal, and its conclusion that
// something of one entry equals something of the other. So entries are sorted by their normalised
// values, and each is paired with one representative of those that it is equal to: if a conclusion
// holds for all these pairs, it holds for all pairs.
#ifndef PTECHECK_PROVE_COLUMN_CHECK_H
#define PTECHECK_PROVE_COLUMN_CHECK_H

#include <cstdint>
#include <vector>

#include "prove/helper_program.h"
#include "prove/helpers.h"
#include "prove/prover.h"
#include "pte/architectures.h"

namespace ptecheck {

struct ColumnCheck {
  std::size_t lemma;  // its place in lemmas()
  bool well_formed;   // of well-formed entries only
  std::uint64_t rows = 0;
  std::vector<std::uint64_t> violation;  // the first words for which it is false
};

struct ColumnScope {
  unsigned most_pfns = 1;  // see EntryWords
  // More combinations than these are sampled: so many random ones from the seed. 0: never.
  std::uint64_t most_combinations = 0;
  std::uint64_t seed = 1;
};

// Fills in `rows` and `violation`. True if every combination was tried, false if it was sampled.
// Work is divided among `jobs` threads, each with a program of its own; the result does not depend
// on how many.
bool checkColumns(Arch arch, const WordHelpers& model, const TreeHelpersBuild& build,
                  const ColumnScope& scope, unsigned jobs, std::vector<ColumnCheck>* checks);

}  // namespace ptecheck

#endif
