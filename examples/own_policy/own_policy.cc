// SPDX-License-Identifier: GPL-2.0-only
//
// Checks a policy of your own with the library: is it enough if a batch of lazyfree entries
// respects the write bit, and soft-dirty is set for all where it was set for any?
//
// A policy says, for each case, which bits a batch must have equal, which are merged, and how a
// batch is put back; mm/policy.h has all there is to choose. Everything it leaves out is done as
// Linux 6.12 does it: one entry at a time.
#include <cstdio>

#include "check/families.h"
#include "check/model_check.h"
#include "mm/policy.h"

using namespace ptecheck;

int main() {
  Policy mine = policyByName("v6.12");
  mine.name = "mine";
  Batching& lazyfree = mine.batching[static_cast<unsigned>(Case::kLazyfree)];
  lazyfree.reach = Reach::kAsFarAsEqual;
  lazyfree.bounds = Bounds::kTableAndVma;
  lazyfree.write = Treat::kRespect;
  lazyfree.soft_dirty = Treat::kOr;
  lazyfree.restore = Restore::kMerged;

  // A part of what `ptecheck check` runs, so that it takes a moment only. The defaults are the
  // whole.
  SearchOptions search;
  search.exhaustive_pages = 2;
  search.random_scenarios = 0;
  const CheckResult result = checkFamilies({mine}, search, {Family::kReclaim});

  std::uint64_t scenarios = 0;
  for (const Part& part : result.parts) scenarios += part.scenarios;
  std::printf("%llu scenarios\n", static_cast<unsigned long long>(scenarios));
  bool broken = false;
  for (const Finding& finding : result.findings) {
    const RuleInfo& rule = ruleInfo(finding.rule);
    std::printf("%s (%s): %llu scenarios; %s\n", rule.name.data(),
                severityName(rule.severity).data(),
                static_cast<unsigned long long>(
                    result.rows.front().count[static_cast<unsigned>(finding.rule)]),
                finding.violations.front().text.c_str());
    broken = broken || rule.severity != RuleSeverity::kCost;
  }
  std::printf("%s\n", broken ? "BROKEN" : "good, or at a cost");
  return broken ? 1 : 0;
}
