// SPDX-License-Identifier: GPL-2.0-only
//
// What a check found: one row a column-subject (a policy of the model, or a tree), one finding for
// each rule that a row broke. Plain data; report/ prints it.
#ifndef PTECHECK_CHECK_RESULT_H
#define PTECHECK_CHECK_RESULT_H

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pte/architectures.h"
#include "scenario/choices.h"
#include "scenario/flat.h"
#include "scenario/space.h"
#include "spec/explain.h"
#include "spec/rules.h"

namespace ptecheck {

// What being careful costs, as sums over scenarios.
struct Price {
  std::uint64_t scenarios = 0;
  std::uint64_t batches = 0;          // unmapped or put back; 0 if the subject cannot tell
  std::uint64_t batched_entries = 0;  // entries in them
  std::uint64_t extra_faults = 0;  // entries that were writable and are not: each faults once more
  std::uint64_t spurious_soft_dirty = 0;  // entries that became soft-dirty unwritten
  std::uint64_t flushed = 0;              // immediate TLB flushes

  Price& operator+=(const Price& other);
};

// The first scenario (in the order of exploration, then shrunk) in which a row breaks a rule.
struct Finding {
  std::string id;  // `ptecheck replay ID` shows it again
  Arch arch = kX86;
  std::string row;  // name of the Row
  Rule rule{};
  Scenario scenario{};
  Outcome outcome{};
  // A tree: the lines of its files that ran in this scenario ("/home/me/linux/mm/rmap.c: 1642-1660,
  // 1902"). Empty for the model.
  std::string lines_ran;
  std::vector<Violation> violations;  // of all rules broken here, this one first
};

struct Row {
  std::string name;     // as given on the command line
  std::string summary;  // one line
  RuleSet broken = 0;   // rules broken at least once
  // ... and those broken in a scenario without a shadow stack. What is broken on shadow stacks
  // alone is a candidate: no kernel has been shown to get a lazyfree large folio there.
  RuleSet broken_elsewhere = 0;
  std::array<RuleSet, kFamilies> broken_in{};  // by Family
  std::array<std::uint64_t, kRules> count{};   // scenarios that break the rule
  bool stopped = false;  // the user asked to stop: what is not broken is not known
  Price price;
};

// One part of the search.
struct Part {
  Space space;
  std::uint64_t scenarios = 0;   // run, on each row
  std::uint64_t situations = 0;  // exhaustive: units of work
  std::uint64_t seed = 0;        // random
};

struct CheckResult {
  std::string subject;      // "the built-in model (x86-64)", "Linux 6.12.117 at /path"
  Arch arch = kX86;         // whose entries its outcomes hold
  std::vector<Part> parts;  // exhaustive first
  std::vector<Row> rows;
  std::vector<Finding> findings;  // by row, then rule
  // Set if the user asked to stop: about how many scenarios it would have been. `parts` has how
  // many it was.
  std::optional<std::uint64_t> stopped_of;
  // Scenarios which the subject could not express or run, and the first reason; never silent.
  std::uint64_t unsupported = 0;
  std::string unsupported_reason;

  const Finding* find(const std::string& row, Rule rule) const;
  std::uint64_t scenarios() const;  // of all parts
};

}  // namespace ptecheck

#endif
