// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_INTERLEAVING_OPTIONS_H
#define PTECHECK_EXPLORE_INTERLEAVING_OPTIONS_H

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>

namespace ptecheck {

struct InterleavingProgress {
  unsigned level;  // whose states are being expanded
  std::uint64_t states;
  std::uint64_t transitions;
};

struct InterleavingOptions {
  static constexpr std::uint64_t kNoBound = std::numeric_limits<std::uint64_t>::max();
  static constexpr unsigned kAnySteps = std::numeric_limits<unsigned>::max();

  unsigned threads = 1;
  unsigned steps = kAnySteps;       // at most, in an interleaving
  std::uint64_t states = kNoBound;  // ends after the round (of some 100,000 states) that passes it
  std::uint64_t memory = kNoBound;  // bytes of everything that grows; an upper limit
  bool first_only = false;          // end at the first broken rule; else search on to the end
  bool reduce = true;               // use the model's ample() or footprints, if it has them
  const std::atomic<bool>* stop = nullptr;                    // looked at after each round
  std::function<void(const InterleavingProgress&)> progress;  // called after each round

  // Rounds of fewer states are worked off by one thread and without buffers, which is faster for
  // them. The results are the same; for tests of just that.
  std::uint64_t alone_below = 2048;
};

}  // namespace ptecheck

#endif
