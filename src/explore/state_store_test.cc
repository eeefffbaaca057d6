// SPDX-License-Identifier: GPL-2.0-only
#include "explore/state_store.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>

#include "explore/successor_buffer.h"

namespace ptecheck {
namespace {

// Many more than a chunk, and the table grows many times.
TEST(StateShard, KeepsEveryStateOnce) {
  constexpr std::uint32_t kStates = 20000;
  StateShard<std::uint64_t> shard;
  MemoryShare memory;
  for (unsigned turn : {0U, 1U})
    for (std::uint32_t i = 0; i < kStates; ++i) {
      const std::uint64_t state = std::uint64_t{i} << 20 | 5;
      const auto answer = shard.add(state, hashOf(state), i, memory);
      EXPECT_EQ(answer.added, turn == 0 ? Added::kNew : Added::kKnown);
      EXPECT_EQ(answer.index, i);
    }
  EXPECT_EQ(shard.size(), kStates);
  for (std::uint32_t i = 0; i < kStates; ++i) {
    EXPECT_EQ(shard.state(i), std::uint64_t{i} << 20 | 5);
    EXPECT_EQ(shard.parent(i), i);
  }
  EXPECT_LT(memory.peak(), 32 * kStates);
}

// Nothing is a fingerprint: all states have the same hash here. (So few that the table, which
// hashes them again when it grows, does not.)
TEST(StateShard, ComparesWholeStates) {
  StateShard<std::array<unsigned char, 13>> shard;
  MemoryShare memory;
  for (unsigned i = 0; i < 40; ++i) {
    std::array<unsigned char, 13> state{};
    state[12] = static_cast<unsigned char>(i);
    EXPECT_EQ(shard.add(state, 42, 0, memory).added, Added::kNew);
    EXPECT_EQ(shard.add(state, 42, 0, memory).added, Added::kKnown);
  }
}

TEST(StateShard, SaysWhenItHasNoRoomAndStillKnowsWhatItHas) {
  StateShard<std::uint64_t> shard;
  MemoryShare memory;
  memory.limit(3000);
  std::uint64_t first_lost = 0;
  while (shard.add(first_lost, hashOf(first_lost), 0, memory).added == Added::kNew) ++first_lost;
  EXPECT_GT(first_lost, 50U);
  EXPECT_LT(first_lost, 3000 / sizeof(std::uint64_t));
  EXPECT_EQ(shard.size(), first_lost);
  EXPECT_LE(memory.peak(), 3000U);
  EXPECT_EQ(shard.add(first_lost, hashOf(first_lost), 0, memory).added, Added::kNoRoom);
  for (std::uint64_t state = 0; state < first_lost; ++state)
    EXPECT_EQ(shard.add(state, hashOf(state), 0, memory).added, Added::kKnown);
}

TEST(StateShard, ReferencesNameShardAndNumber) {
  const StateRef last = stateRef(kShards - 1, kMostStatesOfAShard - 1);
  EXPECT_NE(last, kNoState);
  EXPECT_EQ(shardOf(last), kShards - 1);
  EXPECT_EQ(indexOf(last), kMostStatesOfAShard - 1);
}

// A single changed bit has to change the shard, the tag and the slot about as often as not.
TEST(StateShard, HashesSpreadNeighbours) {
  std::array<unsigned, kShards> shards{};
  std::set<std::uint64_t> hashes;
  for (std::uint64_t state = 0; state < 64000; ++state) {
    hashes.insert(hashOf(state));
    ++shards[homeShard(hashOf(state))];
  }
  EXPECT_EQ(hashes.size(), 64000U);
  for (unsigned states : shards) {
    EXPECT_GT(states, 850U);
    EXPECT_LT(states, 1150U);
  }
}

TEST(MemoryShare, GivesNoMoreThanItHas) {
  MemoryShare memory;
  memory.limit(100);
  EXPECT_TRUE(memory.take(60));
  EXPECT_FALSE(memory.take(41));
  EXPECT_TRUE(memory.take(40));
  memory.giveBack(50);
  EXPECT_TRUE(memory.take(50));
  EXPECT_FALSE(memory.take(1));
  EXPECT_EQ(memory.peak(), 100U);
}

TEST(Outbox, HandsOverInOrderAndForgets) {
  Outbox<std::uint64_t> out;
  MemoryShare memory;
  for (unsigned round : {0U, 1U}) {
    ASSERT_TRUE(out.begin(memory));
    EXPECT_EQ(out.filled(), 0U);
    for (unsigned i = 0; i < 1000; ++i) EXPECT_TRUE(out.push(7, i * 3, i + round, memory));
    EXPECT_TRUE(out.push(63, 1, 2, memory));
    out.close();
    EXPECT_EQ(out.filled(), ShardSet{1} << 7 | ShardSet{1} << 63);
    ASSERT_EQ(out.forShard(7).size(), 1000U);
    for (unsigned i = 0; i < 1000; ++i) {
      EXPECT_EQ(out.forShard(7).state(i), i * 3);
      EXPECT_EQ(out.forShard(7).parent(i), i + round);
    }
  }
}

}  // namespace
}  // namespace ptecheck
