// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: which rules an outcome made by hand breaks.
#ifndef PTECHECK_SPEC_HAND_MADE_VERDICT_H
#define PTECHECK_SPEC_HAND_MADE_VERDICT_H

#include <gtest/gtest.h>

#include <string>

#include "spec/explain.h"
#include "spec/hand_made_cases.h"
#include "spec/judge.h"

namespace ptecheck {

// Their names. explain() must name the same rules, each with a sentence.
template <class F>
std::string broken(const HandMadeCase<F>& made) {
  const RuleSet rules = judge<F>(made.s, made.o);
  RuleSet explained = 0;
  for (const Violation& violation : explain<F>(made.s, made.o)) {
    explained |= ruleBit(violation.rule);
    EXPECT_FALSE(violation.bit.empty());
    EXPECT_GT(violation.text.size(), 8U);
  }
  EXPECT_EQ(ruleNames(rules), ruleNames(explained));
  return ruleNames(rules);
}

}  // namespace ptecheck

#endif
