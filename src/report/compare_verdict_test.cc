// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>

#include "report/compare.h"

namespace ptecheck {
namespace {

// Two rows; the first is a tree without the patch.
Comparison baseAndPatch(RuleSet broken_by_base, RuleSet broken_by_patch) {
  Comparison comparison;
  comparison.base = {true, false};
  ComparedPart& part = comparison.exhaustive.emplace();
  part.check.parts.emplace_back().scenarios = 1;
  part.check.rows.resize(2);
  part.check.rows[0].broken = part.check.rows[0].broken_elsewhere = broken_by_base;
  part.check.rows[1].broken = part.check.rows[1].broken_elsewhere = broken_by_patch;
  part.costs.resize(2);
  return comparison;
}

TEST(CompareVerdict, ATreeWithoutThePatchDoesNotCount) {
  const RuleSet rule = ruleBit(Rule::kAccounting);
  EXPECT_EQ(verdictOf(baseAndPatch(rule, 0), false), Verdict::kGood);
  EXPECT_EQ(verdictOf(baseAndPatch(rule, 0), 0, false), Verdict::kBroken);
  EXPECT_EQ(verdictOf(baseAndPatch(0, rule), false), Verdict::kBroken);
}

}  // namespace
}  // namespace ptecheck
