// SPDX-License-Identifier: GPL-2.0-only
//
// Every way in which a reduction can be unsound, and that the check sees it.
#include "explore/ample_check.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace ptecheck {
namespace {

// Two actors; whether the first may go first is right or wrong by turns below.
struct TwoActors {
  struct State {
    std::uint8_t at[2];
    std::uint8_t shared, own, seen;
  };
  static unsigned actors() { return 2; }
  template <class Visit>
  static void initial(Visit visit) {
    visit(State{});
  }
};
struct FirstGoesFirst : TwoActors {
  static unsigned ample(const State&) { return 0; }
};

template <class Model>
std::string whatIsWrong() {
  const Model model;
  return AmpleCheck<Model>(model).run();
}

// The first writes what only it knows; the second what the first does not.
struct Apart : FirstGoesFirst {
  static constexpr bool kAcyclic = true;
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    if (state.at[actor] == 2) return;
    ++state.at[actor];
    if (actor == 0) state.own += 2;
    if (actor == 1) state.shared += 3;
    visit(state, 0);
  }
  static BrokenRules brokenIn(const State& state) { return state.shared == 6; }
};

TEST(AmpleCheck, PassesWhatIsSound) {
  const Apart model;
  AmpleCheck<Apart> check(model);
  EXPECT_EQ(check.run(), "");
  EXPECT_EQ(check.reducedStates(), 6U);
}

struct BothWrite : Apart {
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    if (state.at[actor] == 1) return;
    ++state.at[actor];
    state.shared = static_cast<std::uint8_t>(1 + actor);
    visit(state, 0);
  }
  static BrokenRules brokenIn(const State&) { return 0; }
};

TEST(AmpleCheck, SeesThatTheOrderMatters) {
  EXPECT_EQ(whatIsWrong<BothWrite>(),
            "actor 0 may not go first: the order matters to a step of actor 1");
}

struct Waits : FirstGoesFirst {
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    if (state.at[actor] == 1) return;
    if (actor == 0 && state.shared == 1) return;
    ++state.at[actor];
    if (actor == 1) state.shared = 1;
    visit(state, 0);
  }
};

TEST(AmpleCheck, SeesThatOthersDisableAStep) {
  EXPECT_EQ(whatIsWrong<Waits>(), "actor 0 may not go first: a step changes its steps, of actor 1");
}

struct MakesWait : FirstGoesFirst {
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    if (state.at[actor] == 1) return;
    if (actor == 1 && state.shared == 1) return;
    ++state.at[actor];
    if (actor == 0) state.shared = 1;
    visit(state, 0);
  }
};

TEST(AmpleCheck, SeesThatItDisablesAnothersStep) {
  EXPECT_EQ(whatIsWrong<MakesWait>(),
            "actor 0 may not go first: it changes which steps there are of actor 1");
}

struct BreaksAState : Apart {
  static BrokenRules brokenIn(const State& state) { return state.own == 2; }
};
struct BreaksByAStep : Apart {
  static BrokenRules brokenBy(const State&, unsigned actor, unsigned, const State&) {
    return actor == 0;
  }
};
struct DecidesAboutAStep : Apart {
  static BrokenRules brokenBy(const State& before, unsigned actor, unsigned, const State&) {
    return actor == 1 && before.own == 0;
  }
};

TEST(AmpleCheck, SeesThatARuleLooksAtTheStep) {
  EXPECT_EQ(whatIsWrong<BreaksAState>(),
            "actor 0 may not go first: its step breaks or mends a rule");
  EXPECT_EQ(whatIsWrong<BreaksByAStep>(), "actor 0 may not go first: its step breaks a rule");
  EXPECT_EQ(whatIsWrong<DecidesAboutAStep>(),
            "actor 0 may not go first: it decides whether a rule is broken by a step of actor 1");
}

struct NotAcyclic : FirstGoesFirst {
  static constexpr bool kAcyclic = true;
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    std::uint8_t& mine = actor == 0 ? state.own : state.shared;
    mine = static_cast<std::uint8_t>((mine + 1) % 3);
    visit(state, 0);
  }
};

TEST(AmpleCheck, SeesACycleThatIsDenied) {
  EXPECT_EQ(whatIsWrong<NotAcyclic>(), "kAcyclic, but a state can be come back to");
}

// The same as Apart by footprints: place 0 is the first's, place 1 the second's.
struct ByFootprints : TwoActors {
  template <class Visit>
  static void steps(State state, unsigned actor, Visit visit) {
    Apart::steps(state, actor, visit);
  }
  static BrokenRules brokenIn(const State& state) { return state.shared == 6; }
  static Footprint footprint(const State& state, unsigned actor) {
    return state.at[actor] == 2 ? Footprint{} : Footprint{0, std::uint64_t{1} << actor};
  }
  static Footprint footprintFromHere(const State& state, unsigned actor) {
    return footprint(state, actor);
  }
  static std::uint64_t watched(const State&) { return 2; }
};

// Says that nothing is watched.
struct ForgetsARule : ByFootprints {
  static std::uint64_t watched(const State&) { return 0; }
};

TEST(AmpleCheck, TriesFootprints) {
  const ByFootprints model;
  AmpleCheck<ByFootprints> check(model);
  EXPECT_EQ(check.run(), "");
  EXPECT_EQ(check.reducedStates(), 6U);
  EXPECT_EQ(whatIsWrong<ForgetsARule>(),
            "actor 1 may not go first: its step breaks or mends a rule");
}

TEST(Independence, ReadersDoNotMindEachOther) {
  EXPECT_FALSE(conflict({1, 0}, {1, 0}));
  EXPECT_TRUE(conflict({1, 0}, {0, 1}));
  EXPECT_TRUE(conflict({0, 1}, {1, 0}));
  EXPECT_TRUE(conflict({0, 1}, {0, 1}));
  EXPECT_FALSE(conflict({1, 2}, {1, 4}));
}

}  // namespace
}  // namespace ptecheck
