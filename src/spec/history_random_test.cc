// SPDX-License-Identifier: GPL-2.0-only
//
// The judge against a machine that is right by construction: it accepts all its histories. And
// against one that makes a mistake: the rule for it is broken in some history.
#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "spec/history_machine_test.h"

namespace ptecheck {
namespace {

using machine::Machine;
using machine::Mistake;

std::vector<HistorySetup> setups() {
  std::vector<HistorySetup> list;
  for (unsigned pages = 1; pages <= 2; ++pages)
    for (const bool child : {false, true}) {
      list.push_back({.pages = pages, .child = child});
      list.push_back({.pages = pages, .lazyfree = true, .child = child});
      list.push_back({.pages = pages, .shared_mapping = true, .anonymous = false, .child = child});
      list.push_back({.pages = pages, .anonymous = false, .child = child});
    }
  return list;
}

std::string text(const std::vector<Event>& events) {
  std::string lines;
  for (const Event& e : events) {
    lines += "kind " + std::to_string(static_cast<unsigned>(e.kind));
    lines += " actor " + std::to_string(e.actor) + " space " + std::to_string(e.space);
    lines += " range " + std::to_string(e.range) + " frame " + std::to_string(e.frame);
    lines += " contents " + std::to_string(e.contents);
    lines += " call " + std::to_string(static_cast<unsigned>(e.call)) + '\n';
  }
  return lines;
}

struct Judged {
  RuleSet broken = 0;
  std::vector<Event> events;
  std::string why;
};
Judged runOnce(const HistorySetup& setup, std::uint32_t seed, Mistake mistake,
               std::map<EventKind, unsigned>* met = nullptr) {
  Machine machine(setup, seed, mistake);
  History history = historyOf(setup);
  Judged run;
  const auto judgeNew = [&](std::size_t from) {
    for (std::size_t i = from; i < run.events.size() && run.broken == 0; ++i) {
      const History before = history;
      const Event& event = run.events[i];
      if (met != nullptr) ++(*met)[event.kind];
      run.broken = judge(setup, history, event);
      for (const Rule rule : rulesOf(run.broken))
        run.why += "event " + std::to_string(i) + ": " + explain(setup, before, event, rule) + '\n';
    }
  };
  for (unsigned step = 0; step < 40 && run.broken == 0; ++step) {
    const std::size_t from = run.events.size();
    machine.step(run.events);
    judgeNew(from);
  }
  if (run.broken != 0) return run;
  const std::size_t from = run.events.size();
  machine.rest(run.events);
  judgeNew(from);
  if (run.broken != 0) return run;
  const AtRest rest = machine.atRest();
  run.broken = judgeAtRest(setup, history, rest);
  for (const Rule rule : rulesOf(run.broken))
    run.why += explainAtRest(setup, history, rest, rule) + '\n';
  return run;
}

TEST(HistoryMachine, EveryHistoryOfARightMachineIsAccepted) {
  std::map<EventKind, unsigned> met;
  constexpr std::uint32_t kFirst = 1, kRuns = 20000;
  for (const HistorySetup& setup : setups())
    for (std::uint32_t seed = kFirst; seed < kFirst + kRuns; ++seed) {
      const Judged run = runOnce(setup, seed, Mistake::kNone, &met);
      ASSERT_EQ(ruleNames(run.broken), "")
          << "seed " << seed << ", pages " << setup.pages << ", shared " << setup.shared_mapping
          << ", anonymous " << setup.anonymous << ", lazyfree " << setup.lazyfree << ", child "
          << setup.child << '\n'
          << run.why << text(run.events);
    }
  EXPECT_EQ(met.size(), 10U) << "all kinds of events but kStuck";
}

TEST(HistoryMachine, EveryMistakeIsFound) {
  struct Expected {
    Mistake mistake;
    std::vector<Rule> rules;
  };
  const std::vector<Expected> mistakes = {
      {Mistake::kActsLate,
       {Rule::kContents, Rule::kStaleTlb, Rule::kSoftDirtyLost, Rule::kUffdWpChanged,
        Rule::kDirtyLost}},
      {Mistake::kMremapKeepsOld, {Rule::kStaleTlb}},
      {Mistake::kForkShares, {Rule::kContents, Rule::kExclusiveBroken, Rule::kWriteGained}},
      {Mistake::kDropsDirty, {Rule::kContents, Rule::kDirtyLost}},
      {Mistake::kForgetsStores, {Rule::kContents}},
      {Mistake::kFreesMapped, {Rule::kStaleTlb, Rule::kAccounting}},
      {Mistake::kSwapsPinned, {Rule::kContents}},
      {Mistake::kFreesPinned, {Rule::kAccounting}},
      {Mistake::kWritesNothing, {Rule::kDirtyLost}},
      {Mistake::kUnpinsClean, {Rule::kDirtyLost}},
      {Mistake::kCountsMapping, {Rule::kAccounting}},
      {Mistake::kLeaksReference, {Rule::kAccounting}},
      {Mistake::kUnmapsTooLittle, {Rule::kAccounting}},
      {Mistake::kFaultsForEver, {Rule::kProgress}},
  };
  for (const Expected& expected : mistakes) {
    RuleSet broken = 0;
    for (const HistorySetup& setup : setups())
      for (std::uint32_t seed = 1; seed <= 2000; ++seed)
        broken |= runOnce(setup, seed, expected.mistake).broken;
    for (const Rule rule : expected.rules)
      EXPECT_TRUE(contains(broken, rule))
          << "mistake " << static_cast<int>(expected.mistake) << ' ' << ruleInfo(rule).name;
  }
}

}  // namespace
}  // namespace ptecheck
