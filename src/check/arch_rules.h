// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_ARCH_RULES_H
#define PTECHECK_CHECK_ARCH_RULES_H

#include <vector>

#include "check/result.h"
#include "pte/architectures.h"
#include "scenario/abilities.h"
#include "scenario/events.h"
#include "scenario/flat.h"
#include "spec/explain.h"
#include "spec/rules.h"

namespace ptecheck {

// What is said of outcomes whose raw entries are of one architecture: spec/'s templates, by an
// architecture that is known at run time only. They are instantiated in arch_rules.cc and nowhere
// else in check/.
struct ArchRules {
  RuleSet (*judge)(const Scenario&, const Outcome&);
  RuleSet (*differs)(const Scenario&, const Outcome& batched, const Outcome& one_by_one);
  std::vector<Violation> (*explain)(const Scenario&, const Outcome&, const Outcome* one_by_one);
  BitDifferences (*bitDifferences)(const Scenario&, const Outcome& batched,
                                   const Outcome& one_by_one);
  // Entries that were writable and are not, or became soft-dirty, are added to the price.
  void (*addCosts)(const Scenario&, const Outcome&, Price&);
  // How many entries were part of a contiguous block at the start.
  unsigned (*inBlocks)(const Scenario&, const Outcome&);
  // With events: judge() and explain() of spec/events.h.
  RuleSet (*judgeWithEvents)(const Scenario&, const Outcome&, const EventPlan&, const EventReport&);
  std::vector<Violation> (*explainWithEvents)(const Scenario&, const Outcome&, const EventPlan&,
                                              const EventReport&);
};

const ArchRules& archRules(Arch arch);

// What the format can express, for the space of scenarios.
Abilities abilitiesOf(Arch arch);

}  // namespace ptecheck

#endif
