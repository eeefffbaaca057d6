// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_SUCCESSOR_BUFFER_H
#define PTECHECK_EXPLORE_SUCCESSOR_BUFFER_H

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "explore/state_store.h"

namespace ptecheck {

// Successors on their way from one shard to another, each with the state it came from; laid out
// without padding (12 bytes for a state of 8). Emptied and filled again every round, it keeps what
// it has grown to.
template <PackedState State>
class SuccessorBuffer {
 public:
  static constexpr std::size_t kEntry = sizeof(State) + sizeof(StateRef);

  // False if there is no memory; the successor is then lost, and the search has to end.
  bool push(const State& state, StateRef parent, MemoryShare& memory) {
    if (used_ == room_ && !grow(memory)) return false;
    unsigned char* at = bytes_.get() + used_;
    std::memcpy(at, &state, sizeof(State));
    std::memcpy(at + sizeof(State), &parent, sizeof parent);
    used_ += kEntry;
    return true;
  }

  void clear() { used_ = 0; }
  std::size_t size() const { return used_ / kEntry; }

  State state(std::size_t i) const {
    State result;
    std::memcpy(&result, bytes_.get() + i * kEntry, sizeof result);
    return result;
  }
  StateRef parent(std::size_t i) const {
    StateRef result;
    std::memcpy(&result, bytes_.get() + i * kEntry + sizeof(State), sizeof result);
    return result;
  }

 private:
  struct Free {
    void operator()(unsigned char* bytes) const { std::free(bytes); }
  };

  // By half. realloc() may have to copy: for that moment both are counted.
  bool grow(MemoryShare& memory) {
    const std::size_t entries = room_ / kEntry;
    const std::size_t room = (entries + entries / 2 + 16) * kEntry;
    if (!memory.take(room)) return false;
    auto* grown = static_cast<unsigned char*>(std::realloc(bytes_.get(), room));
    if (grown == nullptr) {
      memory.giveBack(room);
      return false;
    }
    static_cast<void>(bytes_.release());
    bytes_.reset(grown);
    memory.giveBack(room_);
    room_ = room;
    return true;
  }

  std::unique_ptr<unsigned char, Free> bytes_;
  std::size_t used_ = 0;
  std::size_t room_ = 0;
};

}  // namespace ptecheck

#endif
