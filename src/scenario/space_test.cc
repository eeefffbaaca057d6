// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/space.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "scenario/legal.h"

namespace ptecheck {
namespace {

// A small driver of our own: scenario/ knows no other folder.
struct Counter {
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

struct Drawn {
  std::uint32_t state;
  unsigned choose(unsigned n) {
    state = state * 1664525 + 1013904223;
    return n <= 1 ? 0 : static_cast<unsigned>((std::uint64_t{state} * n) >> 32);
  }
  void boundary() {}
};

// Pinned: a change of these numbers is a change of what "exhaustive" means. The whole space up to
// four pages is pinned in check/, where it is also run.
TEST(Space, HasThisManyScenarios) {
  for (auto [pages, expected] : {std::pair{1U, 80400}, {2U, 1549476}}) {
    Space space;
    space.max_pages = pages;
    Counter counter;
    Scenario scenario;
    int built = 0;
    do {
      if (chooseScenario(counter, space, scenario)) ++built;
    } while (counter.next());
    EXPECT_EQ(built, expected) << pages;
  }
}

TEST(Space, BuildsLegalScenariosOnly) {
  Space space;
  space.max_pages = 2;
  Counter counter;
  Scenario scenario;
  int built = 0;
  do {
    if (!chooseScenario(counter, space, scenario)) continue;
    if (++built % 7 != 0) continue;  // every seventh: 230,000 are plenty
    const std::string why = whyIllegal(scenario);
    ASSERT_EQ(why, "") << "scenario " << built;
  } while (counter.next());
}

TEST(Space, RandomScenariosAreLegalUpToTheLargestFolio) {
  Space space;
  space.random = true;
  space.max_pages = MAX_PAGES;
  std::set<unsigned> sizes;
  for (std::uint32_t seed = 0; seed < 5000; ++seed) {
    Drawn drawn{seed * 2654435761U};
    Scenario scenario;
    if (!chooseScenario(drawn, space, scenario)) continue;
    sizes.insert(scenario.pages);
    ASSERT_EQ(whyIllegal(scenario), "") << "seed " << seed;
  }
  EXPECT_EQ(sizes.size(), 10U);
}

}  // namespace
}  // namespace ptecheck
