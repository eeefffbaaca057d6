// SPDX-License-Identifier: GPL-2.0-only
#include "explore/interleaving_result.h"

#include <bit>

namespace ptecheck {

std::string describe(const InterleavingCounts& counts) {
  const std::string seen = std::to_string(counts.states) + " states, " +
                           std::to_string(counts.transitions) + " steps" +
                           (counts.reduced ? " (reduced)" : "");
  // What a reduced search has seen of the short ones is not known.
  const std::string short_ones =
      counts.reduced ? std::string()
                     : ", only those of up to " + std::to_string(counts.expanded_levels) +
                           (counts.expanded_levels == 1 ? " step" : " steps");
  const std::string covered = "not all interleavings" + short_ones + ": " + seen;
  const int broken = std::popcount(counts.broken);
  const std::string rules =
      broken == 0 ? std::string()
                  : "; " + std::to_string(broken) + (broken == 1 ? " rule" : " rules") + " broken";
  switch (counts.end) {
    case SearchEnd::kComplete:
      return "all interleavings: " + seen + (broken == 0 ? "; no rule is broken" : rules);
    case SearchEnd::kBound:
      return covered + "; the bound is reached" + rules;
    case SearchEnd::kOutOfMemory:
      return covered + "; out of memory, give more or search less deep" + rules;
    case SearchEnd::kFirst:
      return covered + "; ended at the first broken rule" + rules;
    case SearchEnd::kStopped:
      return covered + "; stopped" + rules;
  }
  return seen;
}

}  // namespace ptecheck
