// SPDX-License-Identifier: GPL-2.0-only
#include "explore/interleaving.h"

#include <gtest/gtest.h>

#include <set>

#include "explore/three_walkers.h"

namespace ptecheck {
namespace {

// The judge: a queue made of sets, nothing else.
template <unsigned N>
void agreesWithASetOfStates() {
  using Model = ThreeWalkers<N>;
  std::set<std::uint64_t> seen = {0}, level = {0};
  std::uint64_t transitions = 0;
  unsigned levels = 0;
  while (!level.empty()) {
    std::set<std::uint64_t> next;
    for (std::uint64_t s : level)
      for (unsigned a = 0; a < 3; ++a)
        Model::steps(s, a, [&](std::uint64_t after, unsigned) {
          ++transitions;
          if (seen.insert(after).second) next.insert(after);
        });
    level = next;
    ++levels;
  }
  for (unsigned threads : {1U, 2U, 5U}) {
    InterleavingOptions options;
    options.threads = threads;
    const auto result = searchInterleavings(Model(), options);
    EXPECT_TRUE(result.provenGood());
    EXPECT_EQ(result.states, seen.size());
    EXPECT_EQ(result.transitions, transitions);
    EXPECT_EQ(result.expanded_levels, levels);
  }
}

TEST(Interleaving, AgreesWithASetOfStates) {
  agreesWithASetOfStates<2>();
  agreesWithASetOfStates<3>();
  agreesWithASetOfStates<4>();
}

TEST(Interleaving, SaysWhenMemoryIsShort) {
  InterleavingOptions options;
  options.memory = 1000000;
  const auto result = searchInterleavings(ThreeWalkers<4>(), options);
  EXPECT_EQ(result.end, SearchEnd::kOutOfMemory);
  EXPECT_FALSE(result.provenGood());
}

}  // namespace
}  // namespace ptecheck
