// SPDX-License-Identifier: GPL-2.0-only
//
// All interleavings of all small sets of actors: setups by size, each searched to its end.
#ifndef PTECHECK_CHECK_CONCURRENT_H
#define PTECHECK_CHECK_CONCURRENT_H

#include <cstdint>
#include <optional>
#include <vector>

#include "check/concurrent_model.h"
#include "check/search_options.h"
#include "explore/interleaving_result.h"
#include "smp/setup.h"
#include "spec/rules.h"

namespace ptecheck {

struct ConcurrentOptions {
  Arch arch = kX86;
  Policy policy;
  SmpMutant mutant = SmpMutant::kNone;
  RuleSet rules = kAllRules;
  unsigned actors = 2;                            // at most, at the same time
  unsigned pages = 1;                             // of the folio, at most
  std::vector<ActorKind> kinds;                   // that take part; empty: all
  std::optional<SmpSetup> only;                   // this one alone
  unsigned steps = 0;                             // a bound on an interleaving's length; 0: none
  std::uint64_t memory = std::uint64_t{1} << 30;  // bytes, of each search
  unsigned jobs = 1;
  Progress progress;
};

// Setups with exactly so many actors and pages, simplest first.
std::vector<SmpSetup> setupsOf(const ConcurrentOptions& options, unsigned actors, unsigned pages);

// How a rule comes to be broken.
struct ConcurrentExample {
  Rule rule;
  SmpSetup setup;
  Counterexample<ConcurrentState> schedule;
};

// Sums over all setups of one size.
struct ConcurrentSize {
  unsigned actors = 0, pages = 0;
  std::uint64_t setups = 0, states = 0, transitions = 0;
  std::uint64_t unfinished = 0;  // setups whose search met the bound, or had no more memory
  std::uint64_t broken = 0;      // setups in which a rule is
};

struct ConcurrentResult {
  Arch arch = kX86;
  Policy policy;
  SmpMutant mutant = SmpMutant::kNone;
  std::vector<ConcurrentSize> sizes;
  RuleSet broken = 0;
  std::array<std::uint64_t, kRules> setups_breaking{};  // by rule
  // For each broken rule, by number: of the smallest setups (fewest pages, then fewest actors) the
  // one with the shortest schedule, and the first of these.
  std::vector<ConcurrentExample> examples;
  SearchEnd worst_end = SearchEnd::kComplete;  // why the first unfinished search ended
  std::uint64_t setups = 0, states = 0, transitions = 0, unfinished = 0;
};

// All setups up to options.actors and options.pages, or options.only. The same at any number of
// jobs.
ConcurrentResult checkConcurrent(const ConcurrentOptions& options);
// These setups; all of one size.
ConcurrentResult checkSetups(const ConcurrentOptions& options, const std::vector<SmpSetup>& setups);

}  // namespace ptecheck

#endif
