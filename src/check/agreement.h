// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_AGREEMENT_H
#define PTECHECK_CHECK_AGREEMENT_H

#include <cstdint>
#include <string>

#include "check/search_options.h"
#include "mm/policy.h"
#include "scenario/flat.h"
#include "subject/tree.h"

namespace ptecheck {

// Two subjects ran the same scenario: do they agree, entry by entry (raw) and counter by counter?
// Says the first difference ("A page 1 after: model 0x..., tree 0x..."), or "".
//
// Not compared: the number of batches, which a tree cannot tell; and with steps, what is seen after
// them, since a tree's faults are not run.
std::string firstDifference(const Scenario& scenario, const Outcome& model, const Outcome& tree);

struct Agreement {
  std::uint64_t scenarios = 0;  // compared
  std::uint64_t differing = 0;
  std::uint64_t unsupported = 0;  // the tree cannot express them: not compared
  std::string first;              // id and difference of the first one, in the order of exploration
};

// Runs every scenario of the search on the model under `policy` and on the tree's own code, and
// compares. Any status but STATUS_DONE of the tree's is a difference (unless STATUS_UNSUPPORTED).
Agreement compareWithTree(const TreeBuild& build, const Policy& policy,
                          const SearchOptions& options);

}  // namespace ptecheck

#endif
