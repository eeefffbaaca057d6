// SPDX-License-Identifier: GPL-2.0-only
//
// The search, whatever the subject: which units of work there are, and the walk over the scenarios
// of one. A unit of the exhaustive part is a situation (all entry states of it); of the random
// part, a run of consecutive sample numbers. Units are numbered in the order of exploration, over
// both parts.
#ifndef PTECHECK_CHECK_SEARCH_H
#define PTECHECK_CHECK_SEARCH_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "check/arch_rules.h"
#include "check/search_options.h"
#include "explore/odometer.h"
#include "explore/random_choices.h"
#include "scenario/space.h"
#include "scenario/stop.h"

namespace ptecheck {

class Search {
 public:
  explicit Search(const SearchOptions& options)
      : arch_(options.arch), samples_(options.random_scenarios), seed_(options.seed) {
    exhaustive_.max_pages = options.exhaustive_pages;
    exhaustive_.deviations = options.deviations;
    random_.random = true;
    exhaustive_.family = random_.family = options.family;
    exhaustive_.abilities = random_.abilities = abilitiesOf(options.arch);
    random_.max_pages = std::min(options.random_pages, unsigned{random_.abilities.table_slots});
    if (options.exhaustive_pages == 0) return;
    Odometer units;
    Scenario scenario;
    do {
      units.rewind();
      chooseSituation(units, exhaustive_, scenario);
      situations_.push_back(units.unit());
    } while (units.nextUnit());
  }

  Arch arch() const { return arch_; }
  std::size_t units() const { return situations_.size() + randomUnits(); }
  std::size_t situations() const { return situations_.size(); }
  const Space& exhaustive() const { return exhaustive_; }
  const Space& random() const { return random_; }
  const Space& spaceOf(std::size_t unit) const { return isRandom(unit) ? random_ : exhaustive_; }
  bool isRandom(std::size_t unit) const { return unit >= situations_.size(); }

  // Calls visit(scenario, choices) for every meaningful scenario of the unit, in order; `choices()`
  // gives its list. The scenario is valid during the call only. Ends early if the user asks to
  // stop.
  template <class Visit>
  void forEach(std::size_t unit, Scenario& scenario, Visit visit) const {
    forEachWhile([] { return !stopRequested(); }, unit, scenario, visit);
  }

  // The same, whatever the user asks: to find a scenario again.
  template <class Visit>
  void forEachToTheEnd(std::size_t unit, Scenario& scenario, Visit visit) const {
    forEachWhile([] { return true; }, unit, scenario, visit);
  }

  // The situation of a unit of the exhaustive part: writes all of `scenario` but its entries, and
  // gives what these can be.
  EntryStates situation(std::size_t unit, Scenario& scenario) const {
    Odometer odometer(situations_[unit]);
    return chooseSituation(odometer, exhaustive_, scenario);
  }

  // The choices of the unit's scenario number `wanted`, counted from 0 in the order of forEach().
  Choices choicesOf(std::size_t unit, std::size_t wanted) const {
    Scenario scenario;
    Choices found;
    std::size_t number = 0;
    forEachToTheEnd(unit, scenario, [&](const Scenario&, auto choices) {
      if (number++ == wanted) found = choices();
    });
    return found;
  }

 private:
  static constexpr std::uint64_t kSamplesPerUnit = 256;

  std::size_t randomUnits() const {
    return static_cast<std::size_t>((samples_ + kSamplesPerUnit - 1) / kSamplesPerUnit);
  }

  template <class GoOn, class Visit>
  void forEachWhile(GoOn go_on, std::size_t unit, Scenario& scenario, Visit visit) const {
    if (isRandom(unit))
      forEachSample(go_on, unit - situations_.size(), scenario, visit);
    else
      forEachOf(go_on, situations_[unit], scenario, visit);
  }

  template <class GoOn, class Visit>
  void forEachOf(GoOn go_on, const Choices& situation, Scenario& scenario, Visit visit) const {
    Odometer odometer(situation);
    const EntryStates states = chooseSituation(odometer, exhaustive_, scenario);
    do {
      odometer.rewindToBoundary();
      if (chooseEntries(odometer, exhaustive_, states, scenario))
        visit(scenario, [&] { return odometer.choices(); });
    } while (odometer.next() && go_on());
  }

  template <class GoOn, class Visit>
  void forEachSample(GoOn go_on, std::size_t number, Scenario& scenario, Visit visit) const {
    const std::uint64_t begin = number * kSamplesPerUnit;
    const std::uint64_t end = std::min(samples_, begin + kSamplesPerUnit);
    for (std::uint64_t index = begin; index < end && go_on(); ++index) {
      RandomChoices choices(seed_, index);
      if (chooseScenario(choices, random_, scenario))
        visit(scenario, [&] { return choices.choices(); });
    }
  }

  Arch arch_;
  Space exhaustive_;
  Space random_;
  std::uint64_t samples_;
  std::uint64_t seed_;
  std::vector<Choices> situations_;
};

}  // namespace ptecheck

#endif
