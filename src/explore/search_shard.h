// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_SEARCH_SHARD_H
#define PTECHECK_EXPLORE_SEARCH_SHARD_H

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "explore/interleaving_result.h"
#include "explore/state_store.h"
#include "explore/successor_buffer.h"

namespace ptecheck {

// A rule that was seen broken, and where.
template <class State>
struct Violation {
  unsigned rule;
  StateRef last;          // the state, or the one before the step
  bool by_step;           // by `step`, not by the state
  TraceStep<State> step;  // else its `after` alone counts
};

// What one shard found in one phase: of each rule the first.
template <class State>
struct Violations {
  BrokenRules rules = 0;
  std::vector<Violation<State>> list;

  // `known` rules are of no interest any more.
  void note(BrokenRules broken, BrokenRules known, Violation<State> violation) {
    broken &= ~(known | rules);
    for (unsigned rule = 0; broken != 0; ++rule, broken >>= 1)
      if (broken & 1) {
        violation.rule = rule;
        list.push_back(violation);
        rules |= BrokenRules{1} << rule;
      }
  }
  void clear() {
    rules = 0;
    list.clear();
  }
};

// For each state of a round that was reduced: to which actor, and whether a successor of it will be
// expanded later than the state itself.
class ReducedStates {
 public:
  static constexpr unsigned kEveryActor = ~0U;

  // Begins a round of `states`, of at most `most`.
  void begin(std::uint32_t states, std::uint32_t most, MemoryShare& memory) {
    if (!later_) {
      if (!memory.take(most * (sizeof(unsigned) + sizeof(std::atomic<bool>))))
        throw std::bad_alloc();
      actor_ = std::make_unique<unsigned[]>(most);
      later_ = std::make_unique<std::atomic<bool>[]>(most);
    }
    for (std::uint32_t i = 0; i < states; ++i) {
      actor_[i] = kEveryActor;
      later_[i].store(false, std::memory_order_relaxed);
    }
  }
  bool begun() const { return later_ != nullptr; }

  void reduce(std::uint32_t i, unsigned actor) { actor_[i] = actor; }
  // Several shards may say so at once; all say the same.
  void hasLaterSuccessor(std::uint32_t i) const {
    later_[i].store(true, std::memory_order_relaxed);
  }

  // The actor that state i was reduced to although nothing of it is expanded later; or kEveryActor.
  unsigned reducedTooFar(std::uint32_t i) const {
    return later_[i].load(std::memory_order_relaxed) ? kEveryActor : actor_[i];
  }

 private:
  std::unique_ptr<unsigned[]> actor_;
  std::unique_ptr<std::atomic<bool>[]> later_;
};

// One of the parts that a search works on apart from each other. Aligned, so that threads do not
// share cache lines.
template <PackedState State>
struct alignas(128) SearchShard {
  StateShard<State> store;
  MemoryShare memory;
  Outbox<State> out;
  std::uint32_t begin = 0, end = 0;  // what this round expands
  std::uint32_t level_end = 0;       // the first state of the next level
  std::uint64_t transitions = 0;
  std::uint64_t terminal = 0;
  Violations<State> by_step, by_state;
  ReducedStates reduced;
  bool no_room = false;
  bool has_steps = false;  // beyond the bound
};

}  // namespace ptecheck

#endif
