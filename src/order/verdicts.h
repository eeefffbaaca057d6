// SPDX-License-Identifier: GPL-2.0-only
//
// What the search says of the kernel's tests: each on each model, with all barriers and without
// each one of them.
#ifndef PTECHECK_ORDER_VERDICTS_H
#define PTECHECK_ORDER_VERDICTS_H

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "order/kernel_tests.h"

namespace ptecheck::order {

// What happens in one thread's column: a step, or a fence that it has brought to its end.
struct ScheduleRow {
  unsigned thread;
  bool is_step;
  std::string text;
};

// One test on one model, all interleavings.
struct Verdict {
  bool bad = false;          // a bad outcome can be reached
  std::string_view outcome;  // the one with the shortest way there
  unsigned steps = 0;        // of that way
  std::vector<ScheduleRow> schedule;
  std::string at_first, in_the_end;  // memory and TLBs before and after it
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
};

// `without`: the name of a barrier of the test, or none. Throws std::logic_error if the test cannot
// end in the ways that it should be able to.
Verdict tryTest(const KernelTest& test, MemoryModel model, std::string_view without = {});

// A test with all barriers and without each one. verdicts[0] is with all of them, verdicts[i + 1]
// without barriers[i]; each on sc, tso and weak.
struct TestVerdicts {
  const KernelTest* test;
  std::vector<std::array<Verdict, 3>> verdicts;

  bool good() const {
    for (const Verdict& verdict : verdicts[0])
      if (verdict.bad) return false;
    return true;
  }
  bool needed(std::size_t barrier, MemoryModel model) const {
    return verdicts[barrier + 1][static_cast<std::size_t>(model)].bad;
  }
};
TestVerdicts tryWithoutEach(const KernelTest& test);

// The bugs of history among them: a barrier that was missing, on the strongest model that needs it.
struct OrderBug {
  std::string_view bug;
  const KernelTest* test;
  const Barrier* barrier;
  MemoryModel model;
  std::uint64_t states;  // of the whole search without the barrier
  unsigned steps;        // of the shortest schedule that shows it
  bool repaired;         // with the barrier, nothing bad on any model
};
std::vector<OrderBug> orderBugs();

}  // namespace ptecheck::order

#endif
