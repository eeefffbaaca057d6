// SPDX-License-Identifier: GPL-2.0-only
//
// The machine agrees with the axioms on random small programs.
#include <gtest/gtest.h>

#include <random>

#include "order/finals.h"

namespace ptecheck::order {
namespace {

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
#if defined(PTECHECK_SANITIZED)
  const unsigned programs = 8;
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

}  // namespace
}  // namespace ptecheck::order
