// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_INTERLEAVING_RESULT_H
#define PTECHECK_EXPLORE_INTERLEAVING_RESULT_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ptecheck {

// One bit a rule; what the bits mean is the model's business.
using BrokenRules = std::uint32_t;

enum class SearchEnd : unsigned char {
  kComplete,     // every reachable state was seen and every step taken
  kBound,        // the bound on steps or on states was reached, and there was more
  kOutOfMemory,  // the memory option, the machine's memory or the state numbers are used up
  kFirst,        // ended at the first broken rule, as asked
  kStopped       // somebody raised the stop flag
};

struct InterleavingCounts {
  SearchEnd end = SearchEnd::kComplete;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;  // steps taken, with those that lead to a known state
  std::uint64_t terminal = 0;     // states without a step (of those that were expanded)
  unsigned deepest_level = 0;     // the last level that has a state
  // All steps out of the states of this many levels were taken: every interleaving of up to so many
  // steps has been tried. 0 if the search was reduced and is not complete.
  unsigned expanded_levels = 0;
  std::size_t peak_bytes = 0;  // at most, of everything that grows with the search
  bool reduced = false;        // states and transitions are those of the reduced search
  BrokenRules broken = 0;

  double bytesPerState() const {
    return states == 0 ? 0 : static_cast<double>(peak_bytes) / static_cast<double>(states);
  }
  // The only "no error" there is.
  bool provenGood() const { return end == SearchEnd::kComplete && broken == 0; }
};

// "all interleavings: 12 states, 20 steps" or how far it came and why no further; one line.
std::string describe(const InterleavingCounts& counts);

template <class State>
struct TraceStep {
  unsigned actor;
  unsigned label;
  State after;
};

// How a rule comes to be broken: by the last state, or by the last step.
template <class State>
struct Counterexample {
  unsigned rule;  // the number of its bit
  State initial;
  std::vector<TraceStep<State>> steps;
  // False only if the search was reduced and the second, unreduced one came to no end (memory, a
  // bound on states, the stop flag).
  bool shortest;
};

template <class State>
struct InterleavingResult : InterleavingCounts {
  std::vector<Counterexample<State>> counterexamples;  // one for each bit of `broken`, by rule

  const Counterexample<State>* counterexample(unsigned rule) const {
    for (const Counterexample<State>& c : counterexamples)
      if (c.rule == rule) return &c;
    return nullptr;
  }
};

}  // namespace ptecheck

#endif
