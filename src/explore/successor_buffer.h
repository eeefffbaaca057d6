// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_SUCCESSOR_BUFFER_H
#define PTECHECK_EXPLORE_SUCCESSOR_BUFFER_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

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

// What one shard has found for each of the others. Takes no memory until it is begun.
template <PackedState State>
class Outbox {
 public:
  // Empties it; false if there is no memory for it.
  bool begin(MemoryShare& memory) {
    filled_ = 0;
    if (!buffers_) return open(memory);
    for (SuccessorBuffer<State>& buffer : *buffers_) buffer.clear();
    return true;
  }
  bool push(unsigned to, const State& state, StateRef parent, MemoryShare& memory) {
    return (*buffers_)[to].push(state, parent, memory);
  }
  // To be called before others read it.
  void close() {
    for (unsigned to = 0; buffers_ && to < kShards; ++to)
      if ((*buffers_)[to].size() != 0) filled_ |= ShardSet{1} << to;
  }
  // For which shards there is something.
  ShardSet filled() const { return filled_; }
  const SuccessorBuffer<State>& forShard(unsigned to) const { return (*buffers_)[to]; }

 private:
  using Buffers = std::array<SuccessorBuffer<State>, kShards>;

  bool open(MemoryShare& memory) {
    if (!memory.take(sizeof(Buffers))) return false;
    buffers_.reset(new (std::nothrow) Buffers);
    if (!buffers_) memory.giveBack(sizeof(Buffers));
    return buffers_ != nullptr;
  }

  std::unique_ptr<Buffers> buffers_;
  ShardSet filled_ = 0;
};

}  // namespace ptecheck

#endif
