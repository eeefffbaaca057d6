// SPDX-License-Identifier: GPL-2.0-only
//
// Many policies over one space of scenarios, each until it breaks a rule: most are wrong, and most
// of those soon. What remains has run in every scenario.
#ifndef PTECHECK_CHECK_SIEVE_H
#define PTECHECK_CHECK_SIEVE_H

#include <cstdint>
#include <optional>
#include <vector>

#include "check/result.h"
#include "check/search_options.h"
#include "mm/policy.h"

namespace ptecheck {

struct SieveOptions {
  SearchOptions search;  // arch, family, sizes, threads, share
  bool shadow_stacks = true;
  bool single_pages = true;  // false: leave out folios of one page, which no batch has
  // Each saves work and changes no result. Without: every policy runs, and is judged, in every
  // scenario.
  bool shortcuts = true;
};

// What the first scenario that broke a rule above cost was, and which rule.
struct Death {
  Rule rule{};
  Space space;
  Choices choices;
};

struct Sieved {
  std::optional<Death> death;
  Price price;  // if there is none: summed over all scenarios
};

struct SieveResult {
  std::vector<Sieved> policies;  // in the order given
  std::uint64_t scenarios = 0;   // of the space
};

// A policy's death is its first in the order of the search, at any number of threads. Shortcuts:
//   - a policy that has died runs no further;
//   - outcomes that are equal, byte by byte, are judged once;
//   - where a policy takes all entries one by one, so does each that respects the same bits and
//   more
//     and is otherwise alike, and does the same.
SieveResult sieve(const std::vector<Policy>& policies, const SieveOptions& options);

}  // namespace ptecheck

#endif
