// SPDX-License-Identifier: GPL-2.0-only
//
// The model that search engines are compared with (bench/compare_search/ has it for SPIN and
// rumur): a processor's store, reclaim and fault walk N entries round and round, one entry a step;
// each may also skip an entry. An entry is 0 none, 1 clean, 2 dirty, 3 write-protected.
#ifndef PTECHECK_EXPLORE_THREE_WALKERS_H
#define PTECHECK_EXPLORE_THREE_WALKERS_H

#include <cstdint>

#include "explore/interleaving_result.h"

namespace ptecheck {

template <unsigned N>
struct ThreeWalkers {
  static_assert(N >= 1 && N <= 8);
  using State = std::uint64_t;  // N entries of 2 bits, then three positions of 3 bits

  static constexpr unsigned kSkip = 0, kWrite = 1;

  // What each actor makes of an entry; the same if it can only skip it.
  static constexpr unsigned char kLeaves[3][4] = {
      {0, 2, 2, 3},   // a store makes a clean entry dirty
      {0, 0, 3, 3},   // reclaim unmaps a clean one and write-protects a dirty one
      {1, 1, 2, 2}};  // a fault fills an empty one and makes a protected one dirty

  static unsigned actors() { return 3; }
  template <class Visit>
  static void initial(Visit visit) {
    visit(State{0});
  }
  static unsigned entry(State s, unsigned i) { return (s >> (2 * i)) & 3; }
  static unsigned position(State s, unsigned actor) { return (s >> (2 * N + 3 * actor)) & 7; }

  template <class Visit>
  static void steps(State s, unsigned actor, Visit visit) {
    const unsigned at = position(s, actor);
    const unsigned shift = 2 * N + 3 * actor;
    const State next = at + 1 == N ? 0 : at + 1;
    const State moved = (s & ~(State{7} << shift)) | next << shift;
    const unsigned found = entry(s, at);
    const State left = kLeaves[actor][found];
    if (left != found) visit((moved & ~(State{3} << (2 * at))) | left << (2 * at), kWrite);
    visit(moved, kSkip);
  }

  // The other engines evaluate an invariant in every state, too: rumur's model says it in words.
  static BrokenRules brokenIn(State s) {
    for (unsigned actor = 0; actor < 3; ++actor)
      if (position(s, actor) >= N) return 1;
    return 0;
  }
};

}  // namespace ptecheck

#endif
