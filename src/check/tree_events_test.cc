// SPDX-License-Identifier: GPL-2.0-only
#include "check/tree_events.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "check/arch_rules.h"
#include "check/search.h"
#include "check/tree_event_mutants.h"
#include "scenario/error.h"
#include "scenario/text.h"
#include "subject/kernel_source.h"
#include "subject/tree_subject.h"

namespace ptecheck {
namespace {
namespace fs = std::filesystem;

Scenario sample() {
  return parseScenario(
             "folio: 2 pages, lazyfree\nvma A: write\nvma B: write\npage  A B\n"
             "0     r..Y.. r..Y..\n1     r..Y.. r..Y..\noperation: try_to_unmap\n",
             "sample")
      .scenario;
}

std::string refusal(const std::string& text) {
  try {
    parseEvents(text, sample());
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(EventText, IsReadAsItIsWritten) {
  for (const char* text : {"", "0:accessed:A0", "5:dirtied:B1,119:finished", "7:glanced",
                           "3:referred:A1,3:pinned:B0", "4:written:A0"})
    EXPECT_EQ(formatEvents(parseEvents(text, sample()), sample()), text);
  EXPECT_EQ(parseEvents("5:dirtied:B1", sample()).event[0].entry, 3);
}

TEST(EventText, SaysWhatIsWrong) {
  EXPECT_NE(refusal("dirtied:A0").find("begins with a moment"), std::string::npos);
  EXPECT_NE(refusal("120:dirtied:A0").find("0 to 119"), std::string::npos);
  EXPECT_NE(refusal("1:dirty:A0").find("the kinds are accessed, dirtied"), std::string::npos);
  EXPECT_NE(refusal("1:finished:A0").find("is about no entry"), std::string::npos);
  EXPECT_NE(refusal("1:dirtied").find("a process of the scenario"), std::string::npos);
  EXPECT_NE(refusal("1:dirtied:C0").find("a process of the scenario"), std::string::npos);
  EXPECT_NE(refusal("1:dirtied:A2").find("no such page"), std::string::npos);
  EXPECT_NE(refusal("1:dirtied:A0x").find("no such page"), std::string::npos);
  EXPECT_NE(refusal("1:glanced,2:glanced,3:glanced").find("at most 2 events"), std::string::npos);
}

TreeEventsOptions optionsFor(const fs::path& tree, unsigned events) {
  TreeEventsOptions options;
  options.events = events;
  options.tree.tree = tree;
  options.tree.search.jobs = 2;
  return options;
}

// Everything near the plain situation: a second, with two events.
TreeEventsOptions smallOptionsFor(const fs::path& tree, unsigned events) {
  TreeEventsOptions options = optionsFor(tree, events);
  options.tree.search.deviations = {1, 1, 1};
  return options;
}

TEST(TreeEvents, DebiansKernelIsGoodWithOneEvent) {
  const TreeEvents result = checkTreeEvents(optionsFor(getKernelSource("6.12", {}), 1));
  EXPECT_EQ(result.broken, 0u) << ruleNames(result.broken);
  EXPECT_EQ(result.scenarios, 692456u);
  EXPECT_EQ(result.runs[1], 4482247u);
  EXPECT_EQ(result.runs[2], 0u);
  EXPECT_EQ(result.moments, 32u);
  EXPECT_EQ(result.cut, 0u);
  EXPECT_EQ(result.unsupported, 0u) << result.unsupported_reason;
}

TEST(TreeEvents, DebiansKernelIsGoodWithTwoAtAnyNumberOfThreads) {
  TreeEventsOptions options = smallOptionsFor(getKernelSource("6.12", {}), 2);
  const TreeEvents result = checkTreeEvents(options);
  EXPECT_EQ(result.broken, 0u) << ruleNames(result.broken);
  EXPECT_EQ(result.scenarios, 80372u);
  EXPECT_EQ(result.runs[1], 525389u);
  EXPECT_EQ(result.runs[2], 2389099u);
  options.tree.search.jobs = 1;
  const TreeEvents alone = checkTreeEvents(options);
  EXPECT_EQ(alone.runs, result.runs);
}

// The outcome of one run with one event, or without.
struct One {
  Outcome outcome{};
  EventReport report{};
};
void runOne(TreeSubject& tree, const Scenario& s, const EventPlan& plan, One& one) {
  const Scenario* in[] = {&s};
  Outcome* out[] = {&one.outcome};
  tree.run(in, out, {&plan, 1}, {&one.report, 1});
}

// The exact twin of what the search leaves out: each event at *every* moment. One that is possible
// at a moment where it is not tried ends as the next one that is; if none follows, it breaks
// nothing.
void expectLeftOutAreEqual(TreeSubject& tree, const Scenario& s, std::size_t& compared) {
  const auto none = std::make_unique<One>(), here = std::make_unique<One>(),
             there = std::make_unique<One>();
  const std::size_t bytes = outcomeBytes(s.processes, s.pages);
  const ArchRules& rules = archRules(kX86);
  runOne(tree, s, {}, *none);
  ASSERT_EQ(none->outcome.status, STATUS_DONE);
  const RuleSet broken = rules.judge(s, none->outcome);
  const unsigned moments = none->report.moments;
  const auto isTried = [&](unsigned moment, unsigned kind, unsigned entry) {
    const EventMoment& at = none->report.moment[moment];
    return ((eventIsOfEntry(kind) ? at.may[entry] : at.may_of_folio) >> kind & 1) != 0;
  };
  for (unsigned kind = 0; kind < EVENT_KINDS; ++kind)
    for (unsigned entry = 0; entry < (eventIsOfEntry(kind) ? s.processes * s.pages : 1U); ++entry)
      for (unsigned moment = 0; moment < moments; ++moment) {
        if (isTried(moment, kind, entry)) continue;
        EventPlan plan{};
        plan.count = 1;
        plan.event[0].moment = static_cast<unsigned short>(moment);
        plan.event[0].kind = static_cast<unsigned char>(kind);
        plan.event[0].entry = NO_EVENT_ENTRY;
        if (eventIsOfEntry(kind)) plan.event[0].entry = static_cast<unsigned char>(entry);
        runOne(tree, s, plan, *here);
        if (here->report.happened == 0) {
          EXPECT_EQ(std::memcmp(&here->outcome, &none->outcome, bytes), 0);
          continue;
        }
        ++compared;
        ScenarioFile file;
        std::memcpy(static_cast<void*>(&file.scenario), &s, scenarioBytes(s.processes, s.pages));
        const std::string where = formatEvents(plan, s) + " of\n" + printScenario(file);
        unsigned later = moment + 1;
        while (later < moments && !isTried(later, kind, entry)) ++later;
        if (kind == EVENT_GLANCED) {
          EXPECT_EQ(std::memcmp(&here->outcome, &none->outcome, bytes), 0) << where;
        } else if (later == moments) {
          EXPECT_EQ(rules.judgeWithEvents(s, here->outcome, plan, here->report), broken) << where;
        } else {
          plan.event[0].moment = static_cast<unsigned short>(later);
          runOne(tree, s, plan, *there);
          EXPECT_EQ(there->report.happened, 1u) << where;
          EXPECT_EQ(std::memcmp(&here->outcome, &there->outcome, bytes), 0) << where;
          EXPECT_EQ(here->report.references, there->report.references) << where;
          EXPECT_EQ(here->report.set[0], there->report.set[0]) << where;
        }
      }
}

TEST(TreeEvents, MomentsLeftOutAreEqualToThoseTried) {
  const fs::path tree = getKernelSource("6.12", {});
  SearchOptions how;
  how.random_scenarios = 0;
  how.exhaustive_pages = 2;
  const Search search(how);
  const TreeBuild good = buildTree({.tree = tree, .events = true});
  TreeEdit edit(tree);
  treeEventMutants().back().apply(edit);
  const TreeBuild batching = buildTree(edit.view(), {.tree = tree, .events = true});
  for (const TreeBuild* build : {&good, &batching}) {
    TreeSubject subject(*build);
    std::size_t number = 0, compared = 0;
    const auto scenario = std::make_unique<Scenario>();
    for (std::size_t unit = 0; unit < search.units(); ++unit)
      search.forEach(unit, *scenario, [&](const Scenario& s, auto) {
        if (s.steps == 0 && ++number % 1009 == 0) expectLeftOutAreEqual(subject, s, compared);
      });
    EXPECT_GT(compared, 10000u);
  }
}

// Each broken tree is good with one event less than it needs, and breaks its rule with that many;
// what it breaks is told by a run that breaks it again.
TEST(TreeEvents, FindMistakesOfTime) {
  const fs::path tree = getKernelSource("6.12", {});
  const std::span<const TreeEventMutant> mutants = treeEventMutants();
  std::vector<std::string> failures(mutants.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i; (i = next++) < mutants.size();) {
      const TreeEventMutant& mutant = mutants[i];
      try {
        TreeEdit edit(tree);
        mutant.apply(edit);
        TreeEventsOptions options = smallOptionsFor(tree, mutant.events ? mutant.events - 1 : 2);
        options.tree.view = edit.view();
        options.tree.search.jobs = 1;
        const TreeEvents before = checkTreeEvents(options);
        if (before.broken & ~kCostRules)
          failures[i] += "with fewer events: " + ruleNames(before.broken) + "\n";
        if (mutant.events == 0) continue;
        options.events = mutant.events;
        const TreeEvents result = checkTreeEvents(options);
        if ((result.broken & ~kCostRules) != mutant.rules)
          failures[i] +=
              "breaks " + ruleNames(result.broken) + ", not " + ruleNames(mutant.rules) + "\n";
        for (const EventFinding& finding : result.findings) {
          if (kCostRules & ruleBit(finding.rule)) continue;
          const EventRun again =
              runOnTreeWithEvents(finding.run.scenario, finding.at, options.tree);
          if (!(again.broken & ruleBit(finding.rule)) || again.story.size() != mutant.events ||
              again.story[0].find("/mm/") == std::string::npos)
            failures[i] += "not again by " + finding.id + " --at " + finding.at + "\n";
        }
      } catch (const Error& error) {
        failures[i] += error.what();
      }
    }
  };
  std::thread other(work);
  work();
  other.join();
  for (size_t i = 0; i < mutants.size(); ++i) EXPECT_EQ(failures[i], "") << mutants[i].name;
}

}  // namespace
}  // namespace ptecheck
