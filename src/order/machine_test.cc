// SPDX-License-Identifier: GPL-2.0-only
//
// What the axioms (order/axioms.h) do not know: locks, TLBs, TLBIs, cmpxchg.
#include "order/machine.h"

#include <gtest/gtest.h>

#include "explore/interleaving.h"

namespace ptecheck::order {
namespace {

constexpr unsigned X = 0, Y = 1, L = 2;

bool canBe(const std::vector<Thread>& threads, const Outcome& outcome, MemoryModel model,
           std::uint8_t x = 0) {
  const Program program{{{"x", x}, {"y"}, {"lock"}}, threads};
  const auto result = searchInterleavings(Machine(program, model, {}, {outcome}));
  EXPECT_EQ(result.end, SearchEnd::kComplete);
  return result.broken != 0;
}

using Answers = std::array<bool, 3>;
Answers onEach(const std::vector<Thread>& threads, const Outcome& outcome, std::uint8_t x = 0) {
  Answers answers;
  for (std::size_t m = 0; m < answers.size(); ++m)
    answers[m] = canBe(threads, outcome, kMemoryModels[m], x);
  return answers;
}
constexpr Answers kNever = {false, false, false}, kWeakOnly = {false, false, true},
                  kRelaxed = {false, true, true}, kAlways = {true, true, true};

Instruction relaxed(Instruction instruction) {
  instruction.ordered = false;
  return instruction;
}

TEST(Machine, ALockKeepsOthersOutAndOrders) {
  const auto section = [](unsigned value) {
    return std::vector<Instruction>{lock(L), store(X, value), load(0, X), unlock(L)};
  };
  EXPECT_EQ(onEach({{"A", section(1)}, {"B", section(2)}}, {"", {0, 1}, {holds(0, 0, 2)}}), kNever);
  EXPECT_EQ(onEach({{"A", section(1)}, {"B", section(2)}}, {"", {0, 1}, {memoryIs(X, 1)}}),
            kAlways);
  // One writes both under the lock, the other reads both: it sees both, or none.
  const auto writes = [](const Instruction& end) {
    return std::vector<Instruction>{lock(L), store(X, 1), store(Y, 1), end};
  };
  const auto reads = [](const Instruction& begin) {
    return std::vector<Instruction>{begin, load(0, Y), load(1, X), unlock(L)};
  };
  const Outcome half{"", {0, 1}, {holds(1, 0, 1), holds(1, 1, 0)}};
  EXPECT_EQ(onEach({{"A", writes(unlock(L))}, {"B", reads(lock(L))}}, half), kNever);
  EXPECT_EQ(onEach({{"A", writes(relaxed(unlock(L)))}, {"B", reads(lock(L))}}, half), kWeakOnly);
  EXPECT_EQ(onEach({{"A", writes(unlock(L))}, {"B", reads(relaxed(lock(L)))}}, half), kWeakOnly);
}

TEST(Machine, AcquireAndReleaseAreNotFullBarriers) {
  // What stands before the lock and what stands after the unlock may move in.
  const auto code = [](unsigned mine, unsigned other) {
    return std::vector<Instruction>{store(mine, 1), lock(L), unlock(L), load(0, other)};
  };
  const Outcome both{"", {0, 1}, {holds(0, 0, 0), holds(1, 0, 0)}};
  // Each has a lock of its own here, so that they do not order each other.
  std::vector<Instruction> second = code(Y, X);
  for (Instruction& in : second)
    if (in.location == L) in.location = 3;
  const Program program{{{"x"}, {"y"}, {"lock"}, {"lock2"}}, {{"A", code(X, Y)}, {"B", second}}};
  for (MemoryModel model : kMemoryModels) {
    const auto result = searchInterleavings(Machine(program, model, {}, {both}));
    EXPECT_EQ(result.broken != 0, model == MemoryModel::kWeak) << memoryModelName(model);
  }
}

TEST(Machine, ADsbWaitsForItsOwnTlbisAlone) {
  const Thread user{"user", {}, 1};
  const auto sends = [](const std::vector<Instruction>& more) {
    std::vector<Instruction> code = {store(X, 0), dsbStores(), tlbi()};
    code.insert(code.end(), more.begin(), more.end());
    return code;
  };
  const Outcome stale{"", {0}, {tlbIs(1, 1)}};
  const Outcome flushed{"", {0}, {tlbIs(1, 0)}};
  EXPECT_EQ(onEach({{"A", sends({})}, user}, stale, 1), kAlways);
  EXPECT_EQ(onEach({{"A", sends({})}, user}, flushed, 1), kAlways);
  EXPECT_EQ(onEach({{"A", sends({mb()})}, user}, stale, 1), kAlways);
  EXPECT_EQ(onEach({{"A", sends({dsb()})}, user}, stale, 1), kNever);
  // Another thread that knows of the TLBI, and has a DSB.
  const std::vector<Thread> two = {{"A", sends({store(Y, 1)})},
                                   {"user", {}, 1},
                                   {"B", {load(0, Y), jumpIf(0, constant(0), 0), dsb(), label(0)}}};
  EXPECT_EQ(onEach(two, {"", {0, 2}, {holds(2, 0, 1), tlbIs(1, 1)}}, 1), kAlways);
}

TEST(Machine, ATlbiWaitsForStoresAtDsbAlone) {
  const Thread user{"user", {walk(X)}, 1};
  const Outcome stale{"", {0, 1}, {tlbIs(1, 1)}};
  const auto code = [](const std::vector<Instruction>& between) {
    std::vector<Instruction> all = {store(X, 0)};
    all.insert(all.end(), between.begin(), between.end());
    all.push_back(tlbi());
    all.push_back(dsb());
    return all;
  };
  EXPECT_EQ(onEach({{"A", code({dsbStores()})}, user}, stale, 1), kNever);
  EXPECT_EQ(onEach({{"A", code({dsb()})}, user}, stale, 1), kNever);
  EXPECT_EQ(onEach({{"A", code({})}, user}, stale, 1), kRelaxed);
  EXPECT_EQ(onEach({{"A", code({mb()})}, user}, stale, 1), kWeakOnly);
}

TEST(Machine, ATlbIsUsedUntilItIsFlushed) {
  // 1 in the TLB, 2 in memory.
  const Outcome old{"", {0}, {holds(0, 0, 1)}};
  const Outcome fresh{"", {0}, {holds(0, 0, 2)}};
  EXPECT_EQ(onEach({{"A", {use(0, X)}, 1}}, old, 2), kAlways);
  EXPECT_EQ(onEach({{"A", {use(0, X)}, 1}}, fresh, 2), kNever);
  EXPECT_EQ(onEach({{"A", {flushLocal(), use(0, X)}, 1}}, old, 2), kNever);
  EXPECT_EQ(onEach({{"A", {walk(X), use(0, X)}, 1}}, fresh, 2), kAlways);
  EXPECT_EQ(onEach({{"A", {walkFor(X, 3), use(0, X)}, 1}}, fresh, 2), kNever);
  EXPECT_EQ(onEach({{"A", {use(0, X)}, 1}, {"B", {ipi(0)}}}, fresh, 2), kAlways);
  // Neither a full barrier nor an atomic keeps a walk back; what serialises does.
  const Outcome both{"", {0, 1}, {holds(0, 0, 0), holds(1, 0, 0)}};
  const auto pair = [&](const Instruction& first, const Instruction& between) {
    return onEach({{"A", {first, between, use(0, X)}}, {"B", {store(X, 1), mb(), load(0, Y)}}},
                  both);
  };
  EXPECT_EQ(pair(store(Y, 1), mb()), kRelaxed);
  EXPECT_EQ(pair(addReturn(Y, 1), wmb()), kRelaxed);
  EXPECT_EQ(pair(store(Y, 1), flushLocal()), kNever);
}

TEST(Machine, ACompareExchangeStoresOnlyIfItFindsWhatItExpects) {
  const Thread other{"B", {store(X, 2)}};
  EXPECT_EQ(onEach({{"A", {compareExchange(X, 1, 3, 0)}}, other},
                   {"", {0, 1}, {holds(0, 0, 2), memoryIs(X, 3)}}, 1),
            kNever);
  EXPECT_EQ(onEach({{"A", {compareExchange(X, 1, 3, 0)}}, other},
                   {"", {0, 1}, {holds(0, 0, 2), memoryIs(X, 2)}}, 1),
            kAlways);
  EXPECT_EQ(onEach({{"A", {compareExchange(X, 1, 3, 0)}}, other},
                   {"", {0, 1}, {holds(0, 0, 1), memoryIs(X, 3)}}, 1),
            kNever);
}

TEST(Machine, EveryThreadCanEnd) {
  // A state that has no step although a thread is not at its end: an atomic that lost its turn. It
  // ends that run only.
  const Outcome both{"", {0, 1}, {memoryIs(X, 2)}};
  EXPECT_EQ(onEach({{"A", {add(X, 1)}}, {"B", {add(X, 1)}}}, both), kAlways);
}

}  // namespace
}  // namespace ptecheck::order
