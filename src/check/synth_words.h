// SPDX-License-Identifier: GPL-2.0-only
//
// A batching and its case in words, for reports, which know results and nothing of the model.
#ifndef PTECHECK_CHECK_SYNTH_WORDS_H
#define PTECHECK_CHECK_SYNTH_WORDS_H

#include <string>
#include <utility>
#include <vector>

#include "mm/policy.h"

namespace ptecheck {

struct BatchingWords {
  std::string case_name;  // "swap-backed"
  std::string policy;     // what --policy takes: "lazyfree:write=respect"
  // Bits, with commas between them; "-": none.
  std::string respected, merged_by_or, merged_by_and, taken_from_first;
  std::string restore;                                      // "-" if such a batch never is
  std::vector<std::pair<std::string, std::string>> treats;  // "soft-dirty", "respect"; all six
};
BatchingWords wordsOf(Case which, const Batching& batching);

// What a neighbour does otherwise: "soft-dirty=or", "restore=first".
std::string whatDiffers(const Batching& from, const Batching& neighbour);

}  // namespace ptecheck

#endif
