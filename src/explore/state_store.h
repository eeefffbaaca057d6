// SPDX-License-Identifier: GPL-2.0-only
//
// Where a search keeps the states it has seen: exact (whole states are compared, nothing is a
// fingerprint), small, and growing in pieces.
//
// The store is cut into kShards parts by the states' hash. A shard numbers its states in the order
// of their arrival and keeps, for each, the state itself and a reference to the state it was first
// reached from; both lie in chunks of a few kilobytes. An open-addressing table of
// 32-bit words finds a state again: 26 bits are its number in the shard, the other 6 are bits of
// its hash, which spare 63 of 64 useless comparisons. A state of 8 bytes so costs 12 bytes and
// between 5.3 and 10.7 of table.
//
// Memory is promised to each shard alone (an equal part of the whole), because what one shard needs
// depends on what it was given, not on when: running out happens at the same state at any number of
// threads. The states of 64 shards are as even as the hash.
#ifndef PTECHECK_EXPLORE_STATE_STORE_H
#define PTECHECK_EXPLORE_STATE_STORE_H

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

namespace ptecheck {

inline constexpr unsigned kShardBits = 6;
inline constexpr unsigned kShards = 1U << kShardBits;
inline constexpr unsigned kIndexBits = 32 - kShardBits;
// The last number is not given out, so that no reference and no word of the table is all ones.
inline constexpr std::uint32_t kMostStatesOfAShard = (1U << kIndexBits) - 1;

using ShardSet = std::uint64_t;  // one bit a shard
static_assert(kShards == 64);
inline constexpr ShardSet kEveryShard = ~ShardSet{0};

// A state of the whole store: shard and number.
using StateRef = std::uint32_t;
inline constexpr StateRef kNoState = ~StateRef{0};
constexpr StateRef stateRef(unsigned shard, std::uint32_t index) {
  return shard << kIndexBits | index;
}
constexpr unsigned shardOf(StateRef ref) { return ref >> kIndexBits; }
constexpr std::uint32_t indexOf(StateRef ref) { return ref & kMostStatesOfAShard; }

// States are compared and hashed as bytes: a byte of padding would make one state two.
template <class State>
concept PackedState = std::is_trivially_copyable_v<State> &&
                          std::has_unique_object_representations_v<State> && sizeof(State) >= 1 &&
                      sizeof(State) <= 256;

// Of a hash the top bits choose the shard (homeShard), the next are the table's tag, the low ones
// the slot.
inline std::uint64_t mixBits(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93U;
  x ^= x >> 29;
  x *= 0x9e3779b97f4a7c15U;
  return x ^ x >> 32;
}

template <PackedState State>
std::uint64_t hashOf(const State& state) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&state);
  std::uint64_t hash = 0;
  for (std::size_t at = 0; at < sizeof(State); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + at, sizeof(State) - at < 8 ? sizeof(State) - at : 8);
    hash = mixBits(hash + word);
  }
  return hash;
}

constexpr unsigned homeShard(std::uint64_t hash) {
  return static_cast<unsigned>(hash >> (64 - kShardBits));
}

// For states of one word this is a single comparison.
template <PackedState State>
bool sameState(const State& a, const State& b) {
  return std::memcmp(&a, &b, sizeof(State)) == 0;
}

// What one shard may take; what it took, and took at most.
class MemoryShare {
 public:
  void limit(std::size_t bytes) { limit_ = bytes; }
  bool take(std::size_t bytes) {
    if (bytes > limit_ - used_) return false;
    used_ += bytes;
    if (used_ > peak_) peak_ = used_;
    return true;
  }
  void giveBack(std::size_t bytes) { used_ -= bytes; }
  std::size_t peak() const { return peak_; }

 private:
  std::size_t limit_ = ~std::size_t{0};
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
};

enum class Added : unsigned char {
  kNew,    // the state was not known
  kKnown,  // it was
  kNoRoom  // it is not known, and there is no memory (or no number) for it
};

template <PackedState State>
class StateShard {
 public:
  struct Answer {
    Added added;
    std::uint32_t index;  // not with kNoRoom
  };

  std::uint32_t size() const { return size_; }
  // Valid until the next add().
  const State& state(std::uint32_t index) const { return states_[index / kChunk][index % kChunk]; }
  StateRef parent(std::uint32_t index) const { return parents_[index / kChunk][index % kChunk]; }

  Answer add(const State& state, std::uint64_t hash, StateRef parent, MemoryShare& memory) {
    if (size_ >= fullAt_ && !growTable(memory)) return addToFull(state, hash);
    std::size_t slot = hash & mask_;
    const std::uint32_t tag = tagOf(hash);
    for (; table_[slot] != kEmpty; slot = (slot + 1) & mask_)
      if (matches(table_[slot], tag, state)) return {Added::kKnown, table_[slot] & kIndexMask};
    if (size_ == room_ && !addRoom(memory)) return {Added::kNoRoom, 0};
    states_[size_ / kChunk][size_ % kChunk] = state;
    parents_[size_ / kChunk][size_ % kChunk] = parent;
    table_[slot] = tag | size_;
    return {Added::kNew, size_++};
  }

  // Asks the processor for what add() will look at first, and (some steps later) second.
  void prefetchSlot(std::uint64_t hash) const {
    if (table_) __builtin_prefetch(&table_[hash & mask_]);
  }
  void prefetchState(std::uint64_t hash) const {
    if (!table_) return;
    const std::uint32_t word = table_[hash & mask_];
    if (word != kEmpty && (word & ~kIndexMask) == tagOf(hash))
      __builtin_prefetch(&state(word & kIndexMask));
  }

 private:
  static constexpr std::uint32_t kIndexMask = kMostStatesOfAShard;
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};
  // States of about 8 KiB, a power of two.
  static constexpr std::uint32_t kChunk = std::bit_floor(8192U / unsigned{sizeof(State)});
  static constexpr std::size_t kFirstTable = 64;
  static constexpr std::uint32_t kFirstRoom = 16;
  // The lists of chunks are vectors: while one doubles, up to three words a chunk.
  static constexpr std::size_t kListBytes = 2 * 3 * sizeof(void*);

  static std::uint32_t tagOf(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> (64 - 2 * kShardBits)) << kIndexBits;
  }
  bool matches(std::uint32_t word, std::uint32_t tag, const State& wanted) const {
    return (word & ~kIndexMask) == tag && sameState(state(word & kIndexMask), wanted);
  }

  // A table that may not grow still knows what is in it.
  Answer addToFull(const State& state, std::uint64_t hash) const {
    if (table_)
      for (std::size_t slot = hash & mask_; table_[slot] != kEmpty; slot = (slot + 1) & mask_)
        if (matches(table_[slot], tagOf(hash), state))
          return {Added::kKnown, table_[slot] & kIndexMask};
    return {Added::kNoRoom, 0};
  }

  // The first chunk doubles until it is a whole one, so that a small search stays small; from then
  // on nothing moves.
  bool addRoom(MemoryShare& memory) {
    const bool first = room_ < kChunk;
    const std::uint32_t old = first ? room_ : 0;
    const std::uint32_t size = !first ? kChunk : room_ == 0 ? kFirstRoom : 2 * room_;
    const std::size_t bytes = bytesOf(size) + (first && old != 0 ? 0 : kListBytes);
    if (!memory.take(bytes)) return false;
    std::unique_ptr<State[]> states(new (std::nothrow) State[size]);
    std::unique_ptr<StateRef[]> parents(new (std::nothrow) StateRef[size]);
    if (!states || !parents) {
      memory.giveBack(bytes);
      return false;
    }
    if (old == 0) {
      states_.push_back(std::move(states));
      parents_.push_back(std::move(parents));
    } else {
      std::copy_n(states_[0].get(), old, states.get());
      std::copy_n(parents_[0].get(), old, parents.get());
      states_[0] = std::move(states);
      parents_[0] = std::move(parents);
      memory.giveBack(bytesOf(old));
    }
    room_ += size - old;
    return true;
  }
  static constexpr std::size_t bytesOf(std::uint32_t states) {
    return states * (sizeof(State) + sizeof(StateRef));
  }

  // Doubles at three quarters, or when the numbers are used up refuses.
  bool growTable(MemoryShare& memory) {
    if (size_ >= kMostStatesOfAShard) return false;
    const std::size_t old_slots = table_ ? mask_ + 1 : 0;
    const std::size_t slots = table_ ? 2 * old_slots : kFirstTable;
    if (!memory.take(slots * sizeof(std::uint32_t))) return false;
    std::unique_ptr<std::uint32_t[]> grown(new (std::nothrow) std::uint32_t[slots]);
    if (!grown) {
      memory.giveBack(slots * sizeof(std::uint32_t));
      return false;
    }
    std::memset(grown.get(), 0xff, slots * sizeof(std::uint32_t));
    mask_ = slots - 1;
    for (std::uint32_t i = 0; i < size_; ++i) {
      const std::uint64_t hash = hashOf(state(i));
      std::size_t slot = hash & mask_;
      while (grown[slot] != kEmpty) slot = (slot + 1) & mask_;
      grown[slot] = tagOf(hash) | i;
    }
    table_ = std::move(grown);
    memory.giveBack(old_slots * sizeof(std::uint32_t));
    const std::size_t full = slots / 4 * 3;
    fullAt_ = full < kMostStatesOfAShard ? static_cast<std::uint32_t>(full) : kMostStatesOfAShard;
    return true;
  }

  std::vector<std::unique_ptr<State[]>> states_;
  std::vector<std::unique_ptr<StateRef[]>> parents_;
  std::unique_ptr<std::uint32_t[]> table_;
  std::size_t mask_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t room_ = 0;
  std::uint32_t fullAt_ = 0;  // at this size the table has to grow first
};

}  // namespace ptecheck

#endif
