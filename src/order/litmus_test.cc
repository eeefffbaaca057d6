// SPDX-License-Identifier: GPL-2.0-only
//
// The machine agrees with what is known of classic litmus tests, and with the axioms on those and
// on random small programs.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "explore/interleaving.h"
#include "order/axioms.h"
#include "order/machine.h"

namespace ptecheck::order {
namespace {

constexpr unsigned X = 0, Y = 1;

// What the machine can end with.
std::set<Final> finalsOf(const Program& program, MemoryModel model, std::size_t* states = nullptr) {
  const Machine machine(program, model);
  const auto bytes = [](const State& s) {
    return std::string(reinterpret_cast<const char*>(&s), sizeof s);
  };
  std::map<std::string, State> seen;
  std::vector<State> open;
  std::set<Final> finals;
  const auto meet = [&](const State& s) {
    if (seen.emplace(bytes(s), s).second) open.push_back(s);
  };
  machine.initial(meet);
  while (!open.empty()) {
    const State s = open.back();
    open.pop_back();
    bool all = true;
    for (unsigned t = 0; t < machine.threads(); ++t) all = all && machine.ended(s, t);
    if (all) {
      Final final;
      for (unsigned t = 0; t < machine.threads(); ++t) {
        std::set<std::uint8_t> named;
        for (const Instruction& in : program.threads[t].code) named.insert(in.result);
        for (std::uint8_t r = 0; r < kRegisters; ++r)
          final.push_back(named.count(r) != 0 ? s.registers[t][r] & 0xf : 0);
      }
      for (unsigned l = 0; l < program.locations.size(); ++l) final.push_back(s.memory[l] & 0xf);
      finals.insert(final);
    }
    for (unsigned a = 0; a < machine.actors(); ++a)
      machine.steps(s, a, [&](const State& after, unsigned) { meet(after); });
  }
  if (states != nullptr) *states = seen.size();
  return finals;
}

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

Program programOf(const std::vector<std::vector<Instruction>>& threads) {
  Program program;
  program.locations = {{"x"}, {"y"}, {"z"}};
  for (const auto& code : threads) program.threads.push_back({"T", code});
  return program;
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

// Up to four instructions a thread, all kinds, two or three threads.
Program randomProgram(std::mt19937& random) {
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  std::vector<std::vector<Instruction>> threads;
  const unsigned count = 2 + below(4) / 3;
  for (unsigned t = 0; t < count; ++t) {
    std::vector<Instruction> code;
    unsigned registers = 0, accesses = 0, jumps = 0, fences = 0;
    const unsigned length = count == 2 ? 4 : 2 + below(2);
    while (accesses < length) {
      const unsigned location = below(count == 2 ? 2 : 3);
      Instruction next = mb();
      switch (below(12)) {
        case 0:
        case 1:
        case 2:
        case 3:
          next = load(registers++, location);
          ++accesses;
          break;
        case 4:
        case 5:
        case 6:
          next = store(location, 1 + below(2));
          if (registers != 0 && below(2) == 0) next = store(location, reg(below(registers)));
          ++accesses;
          break;
        case 7:
          next = below(2) == 0 ? add(location, 1, registers++) : exchange(location, 3, registers++);
          next.ordered = below(3) == 0;
          ++accesses;
          break;
        case 8:
          next = rmb();
          break;
        case 9:
          next = wmb();
          break;
        case 10:
          if (registers == 0 || jumps == 2) continue;
          next = jumpUnless(below(registers), constant(below(2)), 0);
          ++jumps;
          break;
        default:
          break;
      }
      if (next.op == Op::kMb || next.op == Op::kRmb || next.op == Op::kWmb)
        if (++fences > 3) continue;
      const unsigned made = next.result == kNone ? registers : registers - 1;
      if (next.location != kNone && made != 0 && below(4) == 0)
        next = next.addressFrom(below(made));
      code.push_back(next);
    }
    code.push_back(label(0));
    threads.push_back(code);
  }
  return programOf(threads);
}

std::string wordsOf(const Program& program) {
  std::string text;
  for (const Thread& thread : program.threads) {
    text += "\n  thread:";
    for (const Instruction& in : thread.code) {
      text += " op" + std::to_string(static_cast<int>(in.op));
      if (in.location != kNone) text += " l" + std::to_string(in.location);
      if (in.result != kNone) text += " ->r" + std::to_string(in.result);
      if (in.tested != kNone) text += " ?r" + std::to_string(in.tested);
      text += std::string(in.operand.is_register ? " =r" : " =") + std::to_string(in.operand.value);
      if (in.address != kNone) text += " @r" + std::to_string(in.address);
      if (in.ordered) text += " full";
      text += ";";
    }
  }
  return text;
}

TEST(Litmus, TheMachineAgreesWithTheAxiomsOnRandomPrograms) {
#if defined(__SANITIZE_ADDRESS__)
  const unsigned programs = 40;
#else
  const unsigned programs = 2000;
#endif
  const unsigned seed = 20250817;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::array<std::size_t, 3> outcomes{};
  for (unsigned i = 0; i < programs; ++i) {
    const Program program = randomProgram(random);
    for (unsigned m = 0; m < kMemoryModels.size(); ++m) {
      const std::set<Final> expected = Axioms(program, kMemoryModels[m]).finals();
      outcomes[m] += expected.size();
      ASSERT_EQ(finalsOf(program, kMemoryModels[m]), expected)
          << "program " << i << " on " << memoryModelName(kMemoryModels[m]) << wordsOf(program);
    }
  }
  // The models differ on these programs.
  EXPECT_LT(outcomes[0], outcomes[1]);
  EXPECT_LT(outcomes[1], outcomes[2]);
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
