// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_TREE_EVENTS_H
#define PTECHECK_CHECK_TREE_EVENTS_H

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/tree_check.h"
#include "scenario/events.h"
#include "scenario/flat.h"
#include "spec/explain.h"

namespace ptecheck {

// A check of a tree in which other processors act between the accesses of its code
// (scenario/events.h): every scenario of family reclaim that is small, with every placement of at
// most so many events.
struct TreeEventsOptions {
  TreeCheckOptions tree;  // tree.search: pages, rules, jobs, share and deviations count
  unsigned events = 1;    // at most, in one run; MOST_EVENTS at most
};

// One run of one scenario, with events.
struct EventRun {
  Scenario scenario{};
  Outcome outcome{};
  EventPlan plan{};
  EventReport report{};
  RuleSet broken = 0;
  std::vector<Violation> violations;
  std::vector<std::string> story;  // a line an event: what, when, at which line of the tree
};

struct EventFinding {
  Rule rule;
  std::string id;  // of the scenario: what `ptecheck replay` takes
  std::string at;  // the events, as its option --at takes them
  EventRun run;
};

struct TreeEvents {
  std::string subject;  // "Linux 6.12.117 at /home/me/linux"
  std::uint64_t scenarios = 0;
  std::optional<std::uint64_t> stopped_of = {};       // scenarios; as of CheckResult
  std::array<std::uint64_t, MOST_EVENTS + 1> runs{};  // by number of events
  unsigned moments = 0;                               // most of any run
  std::uint64_t cut = 0;                              // runs of more moments than are told apart
  std::uint64_t unsupported = 0;
  std::string unsupported_reason;
  std::array<std::uint64_t, kRules> broken_runs{};
  RuleSet broken = 0;
  // One for each broken rule: of those with the fewest events, the first.
  std::vector<EventFinding> findings;
};

// Throws Error(kCannotTest) if the tree cannot be tested, Error(kUsage) if it is of an architecture
// where nothing is known of what other processors do.
TreeEvents checkTreeEvents(const TreeEventsOptions& options);

// One run again. Throws Error(kUsage) if an event of `at` is not possible where it says.
EventRun runOnTreeWithEvents(const Scenario& scenario, std::string_view at,
                             const TreeCheckOptions& options);

// "5:dirtied:A0,9:finished": moment, kind, and process and page where it is about an entry.
std::string formatEvents(const EventPlan& plan, const Scenario& scenario);
// Throws Error(kUsage) that says what is wrong.
EventPlan parseEvents(std::string_view text, const Scenario& scenario);

}  // namespace ptecheck

#endif
