// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/space.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

#include "scenario/drivers_test.h"
#include "scenario/legal.h"

namespace ptecheck {
namespace {

// Pinned: a change of these numbers is a change of what "exhaustive" means. The whole space up to
// four pages is pinned in check/, where it is also run.
TEST(Space, HasThisManyScenarios) {
  for (auto [pages, expected] : {std::pair{1U, 80400}, {2U, 1549476}}) {
    Space space;
    space.max_pages = pages;
    CountingChooser counter;
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
  CountingChooser counter;
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
    DrawnChooser drawn{seed * 2654435761U};
    Scenario scenario;
    if (!chooseScenario(drawn, space, scenario)) continue;
    sizes.insert(scenario.pages);
    ASSERT_EQ(whyIllegal(scenario), "") << "seed " << seed;
  }
  EXPECT_EQ(sizes.size(), 10U);
}

TEST(Space, FoldsLargeFoliosWhereThereAreBlocks) {
  for (unsigned short contiguous : {1, 16}) {
    Space space;
    space.random = true;
    space.max_pages = 64;
    space.abilities.contiguous = contiguous;
    unsigned folded = 0, whole = 0;
    for (std::uint32_t seed = 0; seed < 3000; ++seed) {
      DrawnChooser drawn{seed * 2654435761U};
      Scenario scenario;
      if (!chooseScenario(drawn, space, scenario) || !scenario.folded) continue;
      ++folded;
      ASSERT_GE(scenario.pages, 16);
      unsigned equal = 1;
      while (equal < 16 && scenario.entry[equal] == scenario.entry[0]) ++equal;
      whole += equal == 16 && (scenario.entry[0] & ENTRY_PRESENT);
    }
    EXPECT_EQ(folded > 400, contiguous > 1) << folded;
    EXPECT_EQ(whole > 200, contiguous > 1) << whole << ": enough of them are blocks";
  }
}

}  // namespace
}  // namespace ptecheck
