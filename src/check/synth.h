// SPDX-License-Identifier: GPL-2.0-only
//
// Which batchings of a case are correct, and which of those are best? Every batching there is
// (synth_space.h) is run over a core of scenarios until it breaks a rule above cost. Of the
// survivors, the frontier - what no other correct one beats on batch length, cost and having to
// remember single entries - is checked on the whole default space; what that kills is taken out,
// and the frontier formed again, until it holds. So everything on the frontier is correct in the
// whole space, everything that is not has a counterexample or is beaten by something on it, and
// nothing rests on a heuristic.
#ifndef PTECHECK_CHECK_SYNTH_H
#define PTECHECK_CHECK_SYNTH_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/search_options.h"
#include "mm/policy.h"
#include "pte/architectures.h"
#include "spec/rules.h"

namespace ptecheck {

struct SynthOptions {
  Case which = Case::kLazyfree;
  Arch arch = kX86;
  // Shadow-stack VMAs count. (No kernel has been shown to batch in one: see Row::broken_elsewhere.)
  bool shadow_stacks = true;
  // The core: folios of up to so many pages, and their deviations.
  unsigned core_pages = 4;
  std::array<std::uint8_t, 3> core_deviations = {1, 1, 0};
  // The whole space that the frontier must hold in; nothing: the core is.
  bool confirm = true;
  bool shortcuts = true;  // of the sieve, and a sample first; without, the result is the same
  unsigned jobs = 1;
  Progress progress;
};

// What a batching comes to, summed over the scenarios of the core.
struct SynthPrice {
  std::uint64_t batches = 0, entries = 0;
  std::uint64_t extra_faults = 0;         // writable entries that are so no more
  std::uint64_t spurious_soft_dirty = 0;  // entries that became soft-dirty unwritten
  bool remembers = false;  // every entry of a batch is kept aside, to be put back as it was

  std::uint64_t cost() const { return extra_faults + spurious_soft_dirty; }
};

struct BatchingCounterexample {
  Rule rule{};
  std::string id;  // `ptecheck replay ID` shows it
};

// A batching that asks for less than one on the frontier.
struct WeakerNeighbour {
  Batching batching;
  std::optional<BatchingCounterexample> killed_by;  // none: it is correct
  SynthPrice price;                                 // if it is correct
};

struct FrontierPoint {
  Batching batching;  // the most permissive of those with this price
  SynthPrice price;
  std::uint64_t others = 0;  // classes with the same length and cost
  std::vector<WeakerNeighbour> weaker;
};

struct SynthResult {
  SynthOptions options;
  std::uint64_t batchings = 0, classes = 0;  // tried; classes whose members do the same
  std::uint64_t scenarios = 0;               // of the core
  std::uint64_t confirmed_on = 0;            // scenarios of the whole space
  std::uint64_t correct = 0;                 // classes that no scenario of the core killed
  std::vector<FrontierPoint> frontier;       // the longest batches first
};

SynthResult synthesize(const SynthOptions& options);

}  // namespace ptecheck

#endif
