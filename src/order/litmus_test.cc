// SPDX-License-Identifier: GPL-2.0-only
//
// The machine agrees with what is known of classic litmus tests, and with the axioms on them.
#include <gtest/gtest.h>

#include "explore/interleaving.h"
#include "order/axioms.h"
#include "order/finals.h"
#include "order/machine.h"

namespace ptecheck::order {
namespace {

constexpr unsigned X = 0, Y = 1;

struct Classic {
  const char* name;
  std::vector<std::vector<Instruction>> threads;
  std::vector<Condition> seen;
  bool sc, tso, weak;  // allowed?
};

std::vector<Classic> classics() {
  const auto one = [](unsigned t, unsigned r) { return holds(t, r, 1); };
  const auto none = [](unsigned t, unsigned r) { return holds(t, r, 0); };
  return {
      // Store buffering.
      {"SB",
       {{store(X, 1), load(0, Y)}, {store(Y, 1), load(0, X)}},
       {none(0, 0), none(1, 0)},
       false,
       true,
       true},
      {"SB+mb+po",
       {{store(X, 1), mb(), load(0, Y)}, {store(Y, 1), load(0, X)}},
       {none(0, 0), none(1, 0)},
       false,
       true,
       true},
      {"SB+mbs",
       {{store(X, 1), mb(), load(0, Y)}, {store(Y, 1), mb(), load(0, X)}},
       {none(0, 0), none(1, 0)},
       false,
       false,
       false},
      {"SB+rmbs",
       {{store(X, 1), rmb(), load(0, Y)}, {store(Y, 1), rmb(), load(0, X)}},
       {none(0, 0), none(1, 0)},
       false,
       true,
       true},
      {"SB+wmbs",
       {{store(X, 1), wmb(), load(0, Y)}, {store(Y, 1), wmb(), load(0, X)}},
       {none(0, 0), none(1, 0)},
       false,
       true,
       true},
      {"SB+void atomics",
       {{add(X, 1), load(0, Y)}, {add(Y, 1), load(0, X)}},
       {none(0, 0), none(1, 0)},
       false,
       false,
       true},
      {"SB+full atomics",
       {{addReturn(X, 1), load(0, Y)}, {addReturn(Y, 1), load(0, X)}},
       {none(0, 0), none(1, 0)},
       false,
       false,
       false},
      {"SB+rfi",
       {{store(X, 1), load(0, X), load(1, Y)}, {store(Y, 1), load(0, Y), load(1, X)}},
       {one(0, 0), none(0, 1), one(1, 0), none(1, 1)},
       false,
       true,
       true},
      {"SB+rfi+rmbs",
       {{store(X, 1), load(0, X), rmb(), load(1, Y)}, {store(Y, 1), load(0, Y), rmb(), load(1, X)}},
       {one(0, 0), none(0, 1), one(1, 0), none(1, 1)},
       false,
       true,
       true},
      // Message passing.
      {"MP",
       {{store(X, 1), store(Y, 1)}, {load(0, Y), load(1, X)}},
       {one(1, 0), none(1, 1)},
       false,
       false,
       true},
      {"MP+wmb+po",
       {{store(X, 1), wmb(), store(Y, 1)}, {load(0, Y), load(1, X)}},
       {one(1, 0), none(1, 1)},
       false,
       false,
       true},
      {"MP+po+rmb",
       {{store(X, 1), store(Y, 1)}, {load(0, Y), rmb(), load(1, X)}},
       {one(1, 0), none(1, 1)},
       false,
       false,
       true},
      {"MP+wmb+rmb",
       {{store(X, 1), wmb(), store(Y, 1)}, {load(0, Y), rmb(), load(1, X)}},
       {one(1, 0), none(1, 1)},
       false,
       false,
       false},
      {"MP+wmb+addr",
       {{store(X, 1), wmb(), store(Y, 1)}, {load(0, Y), load(1, X).addressFrom(0)}},
       {one(1, 0), none(1, 1)},
       false,
       false,
       false},
      {"MP+wmb+ctrl",
       {{store(X, 1), wmb(), store(Y, 1)},
        {load(0, Y), jumpUnless(0, constant(1), 0), load(1, X), label(0)}},
       {one(1, 0), none(1, 1)},
       false,
       false,
       true},
      // A load ahead of a jump, of a store that is itself behind it (PPOCA).
      {"PPOCA",
       {{store(X, 1), wmb(), store(Y, 1)},
        {load(0, Y), jumpUnless(0, constant(1), 0), store(2, 1), load(1, 2),
         load(2, X).addressFrom(1), label(0)}},
       {one(1, 0), one(1, 1), none(1, 2)},
       false,
       false,
       true},
      // Load buffering.
      {"LB",
       {{load(0, X), store(Y, 1)}, {load(0, Y), store(X, 1)}},
       {one(0, 0), one(1, 0)},
       false,
       false,
       true},
      {"LB+data+po",
       {{load(0, X), store(Y, reg(0))}, {load(0, Y), store(X, 1)}},
       {one(0, 0), one(1, 0)},
       false,
       false,
       true},
      {"LB+datas",
       {{load(0, X), store(Y, reg(0))}, {load(0, Y), store(X, reg(0))}},
       {one(0, 0), one(1, 0)},
       false,
       false,
       false},
      {"LB+ctrl+data",
       {{load(0, X), jumpUnless(0, constant(1), 0), store(Y, 1), label(0)},
        {load(0, Y), store(X, reg(0))}},
       {one(0, 0), one(1, 0)},
       false,
       false,
       false},
      {"LB+addr;po+data",
       {{load(0, X), load(1, 2).addressFrom(0), store(Y, 1)}, {load(0, Y), store(X, reg(0))}},
       {one(0, 0), one(1, 0)},
       false,
       false,
       false},
      {"LB+rmbs",
       {{load(0, X), rmb(), store(Y, 1)}, {load(0, Y), rmb(), store(X, 1)}},
       {one(0, 0), one(1, 0)},
       false,
       false,
       true},
      {"LB+mbs",
       {{load(0, X), mb(), store(Y, 1)}, {load(0, Y), mb(), store(X, 1)}},
       {one(0, 0), one(1, 0)},
       false,
       false,
       false},
      // Stores overtaken by stores and read.
      {"R",
       {{store(X, 1), store(Y, 1)}, {store(Y, 2), load(0, X)}},
       {memoryIs(Y, 2), none(1, 0)},
       false,
       true,
       true},
      {"R+wmb+mb",
       {{store(X, 1), wmb(), store(Y, 1)}, {store(Y, 2), mb(), load(0, X)}},
       {memoryIs(Y, 2), none(1, 0)},
       false,
       false,
       false},
      {"S",
       {{store(X, 2), store(Y, 1)}, {load(0, Y), store(X, 1)}},
       {memoryIs(X, 2), one(1, 0)},
       false,
       false,
       true},
      {"S+wmb+data",
       {{store(X, 2), wmb(), store(Y, 1)}, {load(0, Y), store(X, reg(0))}},
       {memoryIs(X, 2), one(1, 0)},
       false,
       false,
       false},
      {"2+2W",
       {{store(X, 1), store(Y, 2)}, {store(Y, 1), store(X, 2)}},
       {memoryIs(X, 1), memoryIs(Y, 1)},
       false,
       false,
       true},
      {"2+2W+wmbs",
       {{store(X, 1), wmb(), store(Y, 2)}, {store(Y, 1), wmb(), store(X, 2)}},
       {memoryIs(X, 1), memoryIs(Y, 1)},
       false,
       false,
       false},
      // Do all see stores in one order? On multi-copy atomic machines, if loads are in order.
      {"IRIW",
       {{store(X, 1)}, {store(Y, 1)}, {load(0, X), load(1, Y)}, {load(0, Y), load(1, X)}},
       {one(2, 0), none(2, 1), one(3, 0), none(3, 1)},
       false,
       false,
       true},
      {"IRIW+rmbs",
       {{store(X, 1)},
        {store(Y, 1)},
        {load(0, X), rmb(), load(1, Y)},
        {load(0, Y), rmb(), load(1, X)}},
       {one(2, 0), none(2, 1), one(3, 0), none(3, 1)},
       false,
       false,
       false},
      {"WRC+data+rmb",
       {{store(X, 1)}, {load(0, X), store(Y, reg(0))}, {load(0, Y), rmb(), load(1, X)}},
       {one(1, 0), one(2, 0), none(2, 1)},
       false,
       false,
       false},
      // One location.
      {"CoRR",
       {{store(X, 1)}, {load(0, X), load(1, X)}},
       {one(1, 0), none(1, 1)},
       false,
       false,
       false},
      {"CoWW", {{store(X, 1), store(X, 2)}}, {memoryIs(X, 1)}, false, false, false},
      {"CoWR", {{store(X, 1), load(0, X)}, {store(X, 2)}}, {none(0, 0)}, false, false, false},
      {"CoRW", {{load(0, X), store(X, 1)}}, {one(0, 0)}, false, false, false},
      // Two loads of one store may be swapped (RSW).
      {"RSW",
       {{store(X, 1), wmb(), store(Y, 1)},
        {load(0, Y), load(1, 2).addressFrom(0), load(2, 2), load(3, X).addressFrom(2)}},
       {one(1, 0), none(1, 3)},
       false,
       false,
       true},
      // Both atomics count.
      {"two adds", {{add(X, 1)}, {add(X, 1)}}, {memoryIs(X, 1)}, false, false, false},
      // smp_rmb() after an atomic orders its load, not its store.
      {"SB+atomic+rmb",
       {{add(X, 1), rmb(), load(0, Y)}, {add(Y, 1), rmb(), load(0, X)}},
       {none(0, 0), none(1, 0)},
       false,
       false,
       true},
  };
}

TEST(Litmus, ClassicsHaveTheirKnownVerdicts) {
  for (const Classic& test : classics()) {
    const Program program = programOf(test.threads);
    Outcome outcome{test.name, {}, test.seen};
    for (unsigned t = 0; t < test.threads.size(); ++t) outcome.ended.push_back(t);
    for (MemoryModel model : kMemoryModels) {
      const auto result = searchInterleavings(Machine(program, model, {}, {outcome}));
      const bool allowed = model == MemoryModel::kSc    ? test.sc
                           : model == MemoryModel::kTso ? test.tso
                                                        : test.weak;
      EXPECT_EQ(result.broken != 0, allowed) << test.name << " on " << memoryModelName(model);
      std::size_t states = 0;
      EXPECT_EQ(finalsOf(program, model, &states), Axioms(program, model).finals())
          << test.name << " on " << memoryModelName(model);
      EXPECT_EQ(result.states, states);
      EXPECT_EQ(result.end, SearchEnd::kComplete);
    }
  }
}

TEST(Litmus, WhatIsNotClearIsRefused) {
  const auto make = [](const std::vector<Instruction>& code) {
    return Machine(programOf({code}), MemoryModel::kWeak);
  };
  EXPECT_THROW(make({load(0, X), load(0, Y)}), std::invalid_argument);
  EXPECT_THROW(make({load(0, X), jumpIf(0, constant(0), 1), label(0)}), std::invalid_argument);
  EXPECT_THROW(make({label(0), load(0, X), jumpIf(0, constant(0), 0)}), std::invalid_argument);
  EXPECT_THROW(make(std::vector<Instruction>(17, mb())), std::invalid_argument);
  EXPECT_THROW(make({load(0, X), jumpIf(0, constant(0), 0), store(Y, 1), label(0), load(1, Y)}),
               std::invalid_argument);
  EXPECT_THROW(make({load(0, X), jumpIf(0, constant(0), 0), rmb(), label(0), load(1, Y)}),
               std::invalid_argument);
}

}  // namespace
}  // namespace ptecheck::order
