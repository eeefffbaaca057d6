// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: choosers of our own, as scenario/ knows no other folder.
#ifndef PTECHECK_SCENARIO_DRIVERS_TEST_H
#define PTECHECK_SCENARIO_DRIVERS_TEST_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ptecheck {

// Tries everything.
struct CountingChooser {
  struct Wheel {
    unsigned digit, alternatives;
  };
  std::vector<Wheel> wheels;
  std::size_t position = 0;

  unsigned choose(unsigned n) {
    if (n <= 1) return 0;
    if (position == wheels.size()) wheels.push_back({0, n});
    return wheels[position++].digit;
  }
  void boundary() {}
  bool next() {
    wheels.resize(position);
    position = 0;
    while (!wheels.empty() && ++wheels.back().digit >= wheels.back().alternatives)
      wheels.pop_back();
    return !wheels.empty();
  }
};

// Draws.
struct DrawnChooser {
  std::uint32_t state;
  unsigned choose(unsigned n) {
    state = state * 1664525 + 1013904223;
    return n <= 1 ? 0 : static_cast<unsigned>((std::uint64_t{state} * n) >> 32);
  }
  void boundary() {}
};

}  // namespace ptecheck

#endif
