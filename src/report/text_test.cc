// SPDX-License-Identifier: GPL-2.0-only
#include "report/text.h"

#include <gtest/gtest.h>

#include "report/answers.h"
#include "report/examples.h"
#include "report/layout.h"
#include "report/matrix.h"
#include "report/names.h"
#include "report/sample_results_test.h"
#include "report/verdict.h"

namespace ptecheck {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

ReportOptions options() { return {"0.1.0", kAllRules, false, {}}; }

std::string answerTo(const CheckResult& result, const std::string& row, bool strict = false) {
  ReportOptions asked = options();
  asked.strict = strict;
  for (const Answer& answer : answers(std::span(&result, 1), asked))
    if (has(answer.question, row)) return answer.text;
  return "not asked";
}

TEST(Matrix, OnlyBrokenRulesGetAColumn) {
  CheckResult result;
  result.rows = {sampleRow("unbatched", {}),
                 sampleRow("v6.16", {{Rule::kWriteGained, 1234567}, {Rule::kWriteLost, 5}}),
                 sampleRow("wrprotect", {{Rule::kWriteLost, 12345}})};
  EXPECT_EQ(ruleMatrix(result, options()),
            "                     write  write\n"
            "           verdict  gained   lost\n"
            "unbatched     good       .      .\n"
            "v6.16       BROKEN    1.2M      5\n"
            "wrprotect    costs       .    12k\n");
}

TEST(Matrix, WhatOnlyShadowStacksBreakIsACandidate) {
  CheckResult result = sampleResult();
  Row& affected = result.rows[1];
  affected.broken_elsewhere &= kCostRules;
  EXPECT_TRUE(isCandidate(affected, false));
  EXPECT_TRUE(has(ruleMatrix(result, options()), "candid."));
  affected.broken_elsewhere = affected.broken;
  EXPECT_FALSE(isCandidate(affected, false));
  EXPECT_FALSE(isCandidate(result.rows[0], false)) << "nothing is broken";
}

TEST(Matrix, EveryRuleBrokenStillFits) {
  CheckResult result = sampleResult();
  for (const RuleInfo& info : ruleTable()) {
    result.rows.back().broken |= ruleBit(info.rule);
    result.rows.back().count[static_cast<std::size_t>(info.rule)] = 999499;
  }
  const std::string text = ruleMatrix(result, options());
  EXPECT_LE(longestLine(text), kColumns);
  for (const char* word : {"exclusive", "accounting", "contents", "differs", "bounds"})
    EXPECT_TRUE(has(text, word)) << word;
}

TEST(Matrix, PricesArePerMillionAndOnlyOfJudgedRules) {
  const std::string text = priceTable(sampleResult(), options());
  EXPECT_TRUE(has(text, "62,000"));
  EXPECT_TRUE(has(text, "2.50"));
  ReportOptions few = options();
  few.rules = ruleBit(Rule::kWriteGained);
  const std::string less = priceTable(sampleResult(), few);
  EXPECT_FALSE(has(less, "faults"));  // nobody counted them
  EXPECT_FALSE(has(less, "soft-dirty"));
  EXPECT_TRUE(has(less, "2.50"));
}

TEST(Answers, FollowFromTheCounts) {
  CheckResult result = sampleResult();
  EXPECT_EQ(
      answerTo(result, "v6.16"),
      "Of 1,000,000 scenarios, it breaks these rules in so many: write-gained (250,000), "
      "soft-dirty-lost (70,000), write-lost (10). It upgrades permissions in one of 4 scenarios.");
  EXPECT_EQ(
      answerTo(result, "wrprotect"),
      "No. Cured: write-gained. Not cured: soft-dirty-lost (70,000; v6.16: 70,000). For instance: "
      "ptecheck replay e1/wrprotect/1001. At a cost: write-lost (31,000). A batch has 2.50 "
      "entries (before: 2.50).");
  EXPECT_EQ(answerTo(result, "respect-write-softdirty"),
            "Yes, at a cost. Cured: write-gained, soft-dirty-lost, write-lost. At a cost: "
            "soft-dirty-gained (1,234). A batch has 2.50 entries (before: 2.50).");
  EXPECT_TRUE(
      has(answerTo(result, "merge-write-safe-restore"), "New: contents (1). For instance: "));
  result.findings.back().scenario.vma[0][0].flags |= VMA_SHADOW_STACK;
  EXPECT_TRUE(
      has(answerTo(result, "merge-write-safe-restore"), "For instance, on a shadow stack: "));
  EXPECT_EQ(answerTo(result, "restore-each"), "not asked");  // not among the rows
}

TEST(Answers, TurnWhenTheCountsDo) {
  CheckResult result = sampleResult();
  result.rows[2] = sampleRow("wrprotect", {});
  EXPECT_TRUE(
      answerTo(result, "wrprotect").starts_with("Yes. Cured: write-gained, soft-dirty-lost"));
  result.rows[1] = sampleRow("v6.16", {});
  EXPECT_EQ(answerTo(result, "v6.16"), "Nothing, in 1,000,000 scenarios.");
  EXPECT_TRUE(has(answerTo(result, "respect-write-softdirty"), "Yes, at a cost."));
  EXPECT_TRUE(answerTo(result, "respect-write-softdirty", true).starts_with("No."));
  result.rows.erase(result.rows.begin() + 1);
  EXPECT_TRUE(answers(std::span(&result, 1), options()).empty());  // nothing to compare with
}

TEST(Verdicts, CostFailsOnlyIfStrict) {
  EXPECT_EQ(verdictOf(RuleSet{0}, true), Verdict::kGood);
  EXPECT_EQ(verdictOf(kCostRules, false), Verdict::kAtACost);
  EXPECT_EQ(verdictOf(kCostRules, true), Verdict::kBroken);
  EXPECT_EQ(verdictOf(kCostRules | ruleBit(Rule::kContents), false), Verdict::kBroken);
}

TEST(Verdicts, NothingRunIsNeverGood) {
  CheckResult result;
  result.rows = {sampleRow("unbatched", {})};
  EXPECT_EQ(verdictOf(result, false), Verdict::kNotChecked);
  result.parts = {{Space{}, 100, 1, 0}};
  EXPECT_EQ(verdictOf(result, false), Verdict::kGood);
  result.parts[0].scenarios = 0;
  result.unsupported = 100;
  EXPECT_EQ(verdictOf(result, false), Verdict::kNotChecked);
}

TEST(Verdicts, OfATreeItIsThePatchedOneThatCounts) {
  TreeCheck check = sampleTree();
  EXPECT_EQ(verdictOf(check, false), Verdict::kBroken);
  check.result.rows = {sampleRow("base", {{Rule::kWriteGained, 4}}), sampleRow("tree", {})};
  EXPECT_EQ(verdictOf(check, false), Verdict::kGood);
  check.never_ran = {"mm/rmap.c:1857"};
  EXPECT_EQ(verdictOf(check, false), Verdict::kNotChecked);
  check.result.rows[1] = sampleRow("tree", {{Rule::kContents, 1}});
  EXPECT_EQ(verdictOf(check, false), Verdict::kBroken);  // what was found, was found
}

TEST(Verdicts, OfARunFollowTheExpectation) {
  RunReport run;
  run.run.broken = ruleBit(Rule::kWriteGained);
  EXPECT_EQ(verdictOf(run), Verdict::kBroken);
  run.has_expectation = true;
  EXPECT_EQ(verdictOf(run), Verdict::kBroken);
  run.expected = ruleBit(Rule::kWriteGained);
  EXPECT_EQ(verdictOf(run), Verdict::kGood);
  run.run.outcome.status = STATUS_UNMODELLED;
  run.run.broken = run.expected = 0;
  EXPECT_EQ(verdictOf(run), Verdict::kNotChecked);
}

TEST(Examples, TheSmallestOfAllRowsIsShown) {
  CheckResult result = sampleResult();
  for (Finding& finding : result.findings)
    if (finding.row == "v6.16") finding = sampleFinding("v6.16", finding.rule, 4);
  const std::vector<const Finding*> chosen = smallestFindings(std::span(&result, 1));
  ASSERT_EQ(chosen.size(), 5U);
  EXPECT_EQ(chosen[0]->rule, Rule::kWriteGained);
  EXPECT_EQ(chosen[1]->rule, Rule::kSoftDirtyLost);
  EXPECT_EQ(chosen[1]->row, "wrprotect");  // v6.16's has four pages
  const std::string text = examplesText(std::span(&result, 1));
  EXPECT_TRUE(has(text, "Broken by: wrprotect, v6.16\n"));
  EXPECT_TRUE(has(text, "Smallest example: ptecheck replay e1/wrprotect/1001\n"));
  EXPECT_TRUE(has(text, "* A page 1: read-only before, writable after\n"));
  EXPECT_TRUE(has(text, "A dirty lazyfree folio of 2 pages, mapped by process A"));
  EXPECT_TRUE(
      has(text, "If not: " + std::string(ruleInfo(Rule::kSoftDirtyLost).meaning.substr(0, 50))));
}

TEST(Examples, LongOnesAreCutAndSayHowMuch) {
  Finding finding = sampleFinding("v6.16", Rule::kWriteGained, 64);
  for (unsigned page = 0; page < 64; page += 2) finding.outcome.entry[page].seen = SEEN_ZERO;
  finding.scenario.steps = 1;  // so that what is read is shown, and no two lines are equal
  const std::string text = situationText(kX86, finding.scenario, finding.outcome, 10);
  EXPECT_TRUE(has(text, "... and 55 lines more")) << text;
  finding.violations.resize(7, finding.violations[0]);
  EXPECT_TRUE(has(violationsText(finding.violations, 4, true), "* and 3 more\n"));
  EXPECT_FALSE(has(violationsText(finding.violations, 7, true), "more"));
}

TEST(Text, TheMainJobFitsIn75Columns) {
  const std::string text = checkText({sampleResult()}, options());
  EXPECT_LE(longestLine(text), kColumns);
  EXPECT_TRUE(has(text, "900,000 scenarios"));
  EXPECT_TRUE(has(text, "2 (2 pages), 1 (4 pages)\n"));
  EXPECT_TRUE(has(text, "seed 1"));
  EXPECT_FALSE(has(text, "Not run"));
  EXPECT_TRUE(has(text, "verdict:     3 of 5 policies BROKEN; good: unbatched; at a cost:\n"));
}

TEST(Text, IfNothingIsBrokenThereIsNoTable) {
  CheckResult result = sampleResult();
  result.rows.resize(1);
  result.findings.clear();
  const std::string text = checkText({result}, options());
  EXPECT_TRUE(has(text, "verdict:     0 of 1 policy BROKEN; good: unbatched\n"));
  EXPECT_TRUE(has(text, "None is broken.\n"));
  EXPECT_FALSE(has(text, "smallest example"));
}

TEST(Text, WhatDidNotRunIsSaid) {
  CheckResult result = sampleResult();
  result.unsupported = 1200;
  result.unsupported_reason = "no shadow stacks here";
  const std::string text = checkText({result}, options());
  EXPECT_TRUE(has(text, "Not run: 1,200 scenarios"));
  EXPECT_TRUE(has(text, "no shadow stacks here"));
}

TEST(Text, ATreeStartsWithItsVerdict) {
  TreeCheck check = sampleTree();
  std::string text = treeText({{kX86, check}}, options());
  EXPECT_TRUE(text.starts_with("verdict:     BROKEN: write-gained\n"));
  EXPECT_LE(longestLine(text), kColumns);
  EXPECT_TRUE(has(text, "write: gained 4, lost 0"));
  EXPECT_TRUE(has(text, "* 3 scenarios could not be expressed"));
  check.result.rows = {sampleRow("tree", {})};
  check.result.findings.clear();
  check.never_ran = {"mm/rmap.c:1857"};
  text = treeText({{kX86, check}}, options());
  EXPECT_TRUE(text.starts_with("verdict:     not checked: changed lines never ran\n"));
  EXPECT_TRUE(has(text, "  mm/rmap.c:1857\n"));
}

TEST(Text, ARunShowsVerdictAndExpectation) {
  const Finding finding = sampleFinding("v6.16", Rule::kWriteGained);
  RunReport run;
  run.name = "examples/bad_x.pte";
  run.title = "What the file says.";
  run.subject = "the built-in model (x86-64), policy v6.16";
  run.scenario = finding.scenario;
  run.run = {finding.outcome, ruleBit(Rule::kWriteGained), finding.violations};
  run.has_expectation = true;
  run.expected = ruleBit(Rule::kWriteGained);
  std::string text = runText({run});
  EXPECT_LE(longestLine(text), kColumns);
  EXPECT_TRUE(has(text, "verdict:     BROKEN: write-gained\nexpected:    write-gained\n"));
  EXPECT_TRUE(has(text, "* write-gained: A page 1"));
  run.expected = 0;
  EXPECT_TRUE(has(runText({run}), "expected:    good, and that is NOT what happened\n"));
}

TEST(Names, StandInAColumn) {
  EXPECT_EQ(nameList({{"a", "first"}, {"long-name", "second"}}),
            "a          first\nlong-name  second\n");
}

}  // namespace
}  // namespace ptecheck
