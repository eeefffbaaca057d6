// SPDX-License-Identifier: GPL-2.0-only
//
// The model's entry formats against a kernel tree's own helpers, word by word: is the manual page
// of an architecture in src/pte true?
#ifndef PTECHECK_PROVE_HELPER_COMPARE_H
#define PTECHECK_PROVE_HELPER_COMPARE_H

#include <cstdint>
#include <string>
#include <vector>

#include "prove/model_helpers.h"
#include "prove/tree_helpers.h"

namespace ptecheck {

struct HelperDifference {
  std::string helper;
  std::uint64_t a = 0, b = 0;         // the first words on which they differ
  std::uint64_t model = 0, tree = 0;  // what each makes of them
  std::uint64_t count = 0;            // words on which they differ
  std::string explained;              // why that is no mistake; empty: it is one
  std::string text;                   // all that in words
};

struct HelperComparison {
  unsigned helpers = 0;                // compared
  std::vector<std::string> missing;    // that this tree does not have
  std::uint64_t combinations = 0;      // exhaustive: of all defined bits but the page frame's ...
  std::size_t pfns = 0;                // ... each with so many page frames
  std::uint64_t exhaustive_calls = 0;  // of the tree's helpers
  std::uint64_t samples = 0;           // random words over all 64 bits, each helper ...
  std::uint64_t seed = 0;              // ... from this seed
  std::vector<HelperDifference> differences;

  bool equal() const;  // up to explained differences
};

struct HelperCompareOptions {
  unsigned most_pfns = 4;  // see EntryWords
  std::uint64_t samples = 65536;
  std::uint64_t seed = 1;
};

// Helpers are divided among `jobs` threads, each with a program of its own.
HelperComparison compareHelpers(Arch arch, const TreeHelpersBuild& build,
                                const HelperCompareOptions& options, unsigned jobs);

}  // namespace ptecheck

#endif
