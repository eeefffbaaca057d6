// SPDX-License-Identifier: GPL-2.0-only
//
// A scenario is a list of choices. Whatever can be one way or another is asked of a chooser:
// `choose(n)` answers with a number below n, 0 being the simplest alternative. Who answers decides
// what happens: an odometer tries everything, a seeded generator samples, a recorded list replays
// (src/explore has them all). The list of answers is the finding's id and what the shrinker
// shortens.
#ifndef PTECHECK_SCENARIO_CHOICES_H
#define PTECHECK_SCENARIO_CHOICES_H

#include <concepts>
#include <vector>

namespace ptecheck {

// `choose(n)`: a number below n, for n >= 1. With n == 1 nothing is chosen and nothing is recorded.
// `boundary()`: called once a scenario, where the situation is complete and the entries begin. Work
// is divided at this point: all scenarios of one situation form a unit.
template <class C>
concept Chooser = requires(C chooser, unsigned n) {
  { chooser.choose(n) } -> std::convertible_to<unsigned>;
  chooser.boundary();
};

using Choices = std::vector<unsigned>;

}  // namespace ptecheck

#endif
