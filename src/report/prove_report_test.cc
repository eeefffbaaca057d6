// SPDX-License-Identifier: GPL-2.0-only
//
// Reports and verdicts of results made by hand: also of those that no proof of today's formats has.
#include "report/prove_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/prove_verdict.h"

namespace ptecheck {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

LemmaResult lemma(const std::string& name, ProofVerdict verdict,
                  Severity severity = Severity::kBroken) {
  LemmaResult result{name, "it is so", "all is lost",          severity,
                     1,    verdict,    ProofReach::kAllValues, {}};
  if (verdict == ProofVerdict::kFails) result.words = {0x41};
  return result;
}

ProveResults only(const LemmaResult& result, const char* arch = "x86_64") {
  return {{{archOf(arch), {result}}}, {}};
}

constexpr auto kFails = ProofVerdict::kFails;

TEST(ProveVerdict, AFailureThatNobodyExplainedIsBroken) {
  EXPECT_EQ(verdictOf(only(lemma("new/one", kFails)), false), Verdict::kBroken);
  EXPECT_EQ(verdictOf(only(lemma("new/one", kFails, Severity::kCost)), false), Verdict::kAtACost);
  EXPECT_EQ(verdictOf(only(lemma("new/one", kFails, Severity::kCost)), true), Verdict::kBroken);
}

TEST(ProveVerdict, KnownFailuresCountByTheirStanding) {
  EXPECT_EQ(verdictOf(only(lemma("swap/not-none", kFails)), false), Verdict::kAtACost);
  EXPECT_EQ(verdictOf(only(lemma("swap/not-none", kFails)), true), Verdict::kBroken);
  EXPECT_EQ(verdictOf(only(lemma("batch-write/write", kFails)), false), Verdict::kBroken);
  // Known on one architecture is not known on another.
  EXPECT_EQ(verdictOf(only(lemma("swap/not-none", kFails), "arm64"), false), Verdict::kBroken);
}

TEST(ProveVerdict, WhatTheSolverGaveUpIsNotChecked) {
  ProveResults results = only(lemma("a/b", ProofVerdict::kUnknown));
  EXPECT_EQ(verdictOf(results, false), Verdict::kNotChecked);
  results.formats[0].lemmas.push_back(lemma("new/one", kFails));
  EXPECT_EQ(verdictOf(results, false), Verdict::kBroken);
  EXPECT_EQ(verdictOf(only(lemma("a/b", ProofVerdict::kNotApplicable)), true), Verdict::kGood);
  EXPECT_EQ(verdictOf(only(lemma("a/b", ProofVerdict::kHolds)), true), Verdict::kGood);
}

TEST(ProveText, AnUnexplainedFailureIsShown) {
  const std::string text = proveText(only(lemma("new/one", kFails)), {"1.2.3"});
  EXPECT_TRUE(has(text, "fail:        1: 1 UNEXPLAINED\n")) << text;
  EXPECT_TRUE(has(text, "verdict:     BROKEN: new/one on x86_64\n")) << text;
  EXPECT_TRUE(has(text, "Lemmas that fail: UNEXPLAINED\n")) << text;
  EXPECT_TRUE(has(text,
                  "  new/one: it is so\n  False on x86_64 for\n"
                  "    entry  0x0000000000000041 = P D\n"
                  "           is write, dirty, accessible, flush-on-clear, shadow-stack\n"
                  "  Consequence: all is lost.\n"))
      << text;
}

TEST(ProveText, ACandidateIsCalledOne) {
  const std::string text = proveText(only(lemma("batch-write/write", kFails)), {"1.2.3"});
  EXPECT_TRUE(has(text, "verdict:     candidate: batch-write/write on x86_64\n")) << text;
  EXPECT_TRUE(has(text, "examples/bad_shadow_stack.pte")) << text;
  ProveReportOptions strict{"1.2.3"};
  strict.strict = true;
  ProveResults both = only(lemma("batch-write/write", kFails));
  both.formats[0].lemmas.push_back(lemma("swap/not-none", kFails));
  EXPECT_TRUE(has(proveText(both, strict),
                  "verdict:     BROKEN: batch-write/write, swap/not-none on x86_64\n"));
}

TEST(ProveText, FailuresOfOneKindAreToldOnce) {
  ProveResults results = only(lemma("modify_readonly-keeps/young-gained", kFails), "riscv");
  results.formats.push_back(
      {archOf("riscv-svade"), {lemma("modify_readonly-keeps/young-gained", kFails)}});
  const std::string text = proveText(results, {"1.2.3"});
  EXPECT_TRUE(has(text, "False on riscv, riscv-svade; on riscv for\n")) << text;
  EXPECT_TRUE(has(text, "verdict:     at a cost: ")) << text;
  EXPECT_FALSE(has(text, "Consequence")) << text;  // the reason says it
}

TEST(ProveText, WhatIsUndecidedIsSaid) {
  const std::string text = proveText(only(lemma("a/b", ProofVerdict::kUnknown)), {"1.2.3"});
  EXPECT_TRUE(has(text, "undecided:   1\n")) << text;
  EXPECT_TRUE(has(text, "verdict:     not checked: a/b on x86_64\n")) << text;
  EXPECT_FALSE(has(proveText(only(lemma("a/b", ProofVerdict::kHolds)), {"1.2.3"}), "undecided"));
}

TEST(ProveJson, HasTheSame) {
  const auto json = nlohmann::json::parse(proveJson(only(lemma("new/one", kFails)), {"1.2.3"}));
  EXPECT_EQ(json["verdict"], "broken");
  const auto& arch = json["architectures"][0];
  EXPECT_EQ(arch["results"]["new/one"], "fails");
  EXPECT_EQ(arch["failures"][0]["standing"], "unexplained");
  EXPECT_EQ(arch["failures"][0]["counterexample"][0]["raw"], "0x0000000000000041");
}

// The lemma that says what the note says; else the first that is not of severity cost.
TEST(ProveReport, TheBestRefutationIsTold) {
  HistoryProof past;
  EXPECT_EQ(bestRefutation(past), nullptr);
  past.refuted_by = {lemma("a/cost", kFails, Severity::kCost), lemma("a/broken", kFails)};
  EXPECT_EQ(bestRefutation(past)->lemma, "a/broken");
  past.broke = "that is it";
  past.refuted_by.push_back(lemma("a/said", kFails));
  past.refuted_by.back().says = past.broke;
  EXPECT_EQ(bestRefutation(past)->lemma, "a/said");
}

}  // namespace
}  // namespace ptecheck
