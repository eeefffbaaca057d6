// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_RANDOM_MODEL_H
#define PTECHECK_EXPLORE_RANDOM_MODEL_H

#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include "explore/independence.h"
#include "explore/interleaving_result.h"

namespace ptecheck {

// A small model made by chance, to compare searches on: two or three actors with a program each and
// variables of three values, one for each actor (others use it rarely) and one for all. Three
// rules: of two variables' values, of two actors' positions, and of a step at a value; such a step
// breaks the first as well. `kEnds`: programs only go forward.
template <bool kEnds>
class RandomModel {
 public:
  static constexpr bool kAcyclic = kEnds;
  static constexpr unsigned kValues = 3, kVariables = 4, kMostActors = 3;

  struct State {
    std::array<std::uint8_t, kVariables> value;
    std::array<std::uint8_t, kMostActors> at;
    std::uint8_t none;  // always 0
  };

  RandomModel(unsigned seed, unsigned longest) : random_(seed) {
    actors_ = 2 + below(2);
    for (unsigned a = 0; a < actors_; ++a) {
      const unsigned length = longest - below(2);
      for (unsigned at = 0; at < length; ++at) programs_[a].push_back(randomLine(a, at, length));
    }
    values_ = {below(kVariables), below(kVariables), below(kValues), below(kValues)};
    positions_ = {0, 1, below(longest + 1), below(longest + 1)};
    step_ = {below(actors_), below(longest), below(kVariables), below(kValues)};
    for (unsigned a = 0; a < actors_; ++a) addUpFootprints(a);
  }

  unsigned actors() const { return actors_; }
  template <class Visit>
  void initial(Visit visit) const {
    visit(State{});
  }
  template <class Visit>
  void steps(const State& state, unsigned actor, Visit visit) const {
    const unsigned at = state.at[actor];
    if (at == programs_[actor].size()) return;
    const Line& line = programs_[actor][at];
    if (line.waits && state.value[line.waits_for] != line.until) return;
    for (unsigned k = 0; k < line.ways; ++k) {
      const Way& way = line.way[k];
      State after = state;
      std::uint8_t& value = after.value[way.variable];
      value = static_cast<std::uint8_t>(way.adds ? (value + way.number) % kValues : way.number);
      after.at[actor] = static_cast<std::uint8_t>(way.next);
      visit(after, 2 * at + k);
    }
  }

  BrokenRules brokenIn(const State& state) const {
    BrokenRules broken = 0;
    if (state.value[values_.a] == values_.in_a && state.value[values_.b] == values_.in_b)
      broken |= 1;
    if (state.at[positions_.a] == positions_.in_a && state.at[positions_.b] == positions_.in_b)
      broken |= 2;
    return broken;
  }
  BrokenRules brokenBy(const State& before, unsigned actor, unsigned label, const State&) const {
    const bool broken = actor == step_.actor && label / 2 == step_.at &&
                        before.value[step_.variable] == step_.value;
    return broken ? 5 : 0;
  }

  Footprint footprint(const State& state, unsigned actor) const {
    return footprints_[actor][state.at[actor]].now;
  }
  Footprint footprintFromHere(const State& state, unsigned actor) const {
    return footprints_[actor][state.at[actor]].from_here;
  }
  std::uint64_t watched(const State&) const {
    return place(values_.a) | place(values_.b) | kWatchedPosition | kWatchedStep;
  }

 private:
  // Places: the variables, and what is no variable. Positions are places of their own only where
  // a rule looks.
  static constexpr std::uint64_t kOwnPosition = 1U << 8;  // of each actor from here on
  static constexpr std::uint64_t kWatchedPosition = 1U << 16, kWatchedStep = 1U << 17;
  static constexpr std::uint64_t place(unsigned variable) { return std::uint64_t{1} << variable; }

  struct Way {
    unsigned variable, number, next;
    bool adds;
  };
  struct Line {
    bool waits;
    unsigned waits_for, until;
    unsigned ways;
    std::array<Way, 2> way;
  };
  struct Values {
    unsigned a, b, in_a, in_b;
  };
  struct StepRule {
    unsigned actor, at, variable, value;
  };
  struct Footprints {
    Footprint now, from_here;
  };

  // Not std::uniform_int_distribution, which differs from library to library.
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  unsigned someVariable(unsigned actor) { return below(8) != 0 ? actor : below(kVariables); }
  Line randomLine(unsigned actor, unsigned at, unsigned length) {
    Line line{};
    line.waits = below(8) == 0;
    line.waits_for = someVariable(actor);
    line.until = below(kValues);
    line.ways = below(4) == 0 ? 2 : 1;
    for (Way& way : line.way) {
      const bool back = !kEnds && below(3) == 0;
      way = {someVariable(actor), below(kValues), back ? below(length) : at + 1, below(2) == 0};
    }
    return line;
  }

  Footprint footprintOf(unsigned actor, unsigned at) const {
    const Line& line = programs_[actor][at];
    Footprint print{0, kOwnPosition << actor};
    if (line.waits) print.reads |= place(line.waits_for);
    const auto isWatched = [&](unsigned position) {
      return (actor == positions_.a && position == positions_.in_a) ||
             (actor == positions_.b && position == positions_.in_b);
    };
    for (unsigned k = 0; k < line.ways; ++k) {
      print.writes |= place(line.way[k].variable);
      if (line.way[k].adds) print.reads |= place(line.way[k].variable);
      if (isWatched(at) || isWatched(line.way[k].next)) print.writes |= kWatchedPosition;
    }
    if (actor == step_.actor && at == step_.at) {
      print.reads |= place(step_.variable);
      print.writes |= kWatchedStep;
    }
    return print;
  }

  void addUpFootprints(unsigned actor) {
    const std::size_t length = programs_[actor].size();
    footprints_[actor].resize(length + 1);
    for (unsigned at = 0; at < length; ++at) {
      footprints_[actor][at].now = footprintOf(actor, at);
      std::vector<bool> seen(length + 1);
      std::vector<unsigned> reachable = {at};
      seen[at] = true;
      while (!reachable.empty()) {
        const unsigned here = reachable.back();
        reachable.pop_back();
        if (here == length) continue;
        footprints_[actor][at].from_here |= footprintOf(actor, here);
        for (unsigned k = 0; k < programs_[actor][here].ways; ++k) {
          const unsigned next = programs_[actor][here].way[k].next;
          if (!seen[next]) reachable.push_back(next);
          seen[next] = true;
        }
      }
    }
  }

  std::mt19937 random_;
  unsigned actors_ = 0;
  std::array<std::vector<Line>, kMostActors> programs_;
  Values values_{}, positions_{};
  StepRule step_{};
  std::array<std::vector<Footprints>, kMostActors> footprints_;
};

}  // namespace ptecheck

#endif
