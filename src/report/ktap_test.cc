// SPDX-License-Identifier: GPL-2.0-only
#include "report/ktap.h"

#include <gtest/gtest.h>

#include "report/sample_results_test.h"

namespace ptecheck {
namespace {

ReportOptions options(bool strict = false) { return {"0.1.0", kAllRules, strict, {}}; }

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Does every plan ("1..N") come with N results, numbered from 1, at its own indentation?
std::string whyNoKtap(const std::string& text) {
  struct Level {
    std::size_t indent, planned, seen;
  };
  std::vector<Level> levels;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t indent = line.find_first_not_of(' ');
    const std::string rest = line.substr(indent);
    if (rest.starts_with("KTAP version 1") || rest.starts_with("#")) continue;
    if (rest.starts_with("1..")) {
      levels.push_back({indent, std::stoul(rest.substr(3)), 0});
      continue;
    }
    while (!levels.empty() && levels.back().indent > indent) {
      if (levels.back().seen != levels.back().planned) return "results are missing above: " + line;
      levels.pop_back();
    }
    const std::size_t number = rest.starts_with("ok ") ? 3 : rest.starts_with("not ok ") ? 7 : 0;
    if (number == 0) return "not a line of KTAP: " + line;
    if (levels.empty() || levels.back().indent != indent) return "no plan for: " + line;
    if (std::stoul(rest.substr(number)) != ++levels.back().seen) return "wrong number: " + line;
  }
  return levels.size() == 1 && levels[0].seen == levels[0].planned ? "" : "it ends too soon";
}

TEST(Ktap, ARuleIsATestAndAPolicyASetOfThem) {
  const std::string text = checkKtap({sampleResult()}, options());
  EXPECT_EQ(whyNoKtap(text), "");
  EXPECT_TRUE(
      text.starts_with("KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: x86_64\n"));
  EXPECT_TRUE(has(text, "        not ok 1 write-gained\n"));
  EXPECT_TRUE(has(text, "# write-gained: isolation; broken in 250000 scenarios\n"));
  EXPECT_TRUE(has(text, "# write-gained: ptecheck replay e1/v6.16/1001\n"));
  EXPECT_TRUE(has(text, "\n    ok 1 unbatched\n"));
  EXPECT_TRUE(has(text, "\n    not ok 2 v6.16\n"));
  EXPECT_TRUE(has(text, "\nnot ok 1 x86_64\n"));
}

TEST(Ktap, ACostIsNotOkOnlyIfStrict) {
  EXPECT_TRUE(has(checkKtap({sampleResult()}, options()), "\n    ok 4 respect-write-softdirty\n"));
  EXPECT_TRUE(
      has(checkKtap({sampleResult()}, options(true)), "\n    not ok 4 respect-write-softdirty\n"));
}

TEST(Ktap, WhatDidNotRunIsSkipped) {
  CheckResult nothing = sampleResult();
  nothing.parts.clear();
  nothing.rows = {sampleRow("unbatched", {})};
  EXPECT_TRUE(has(checkKtap({nothing}, options()), " ok 1 write-gained # SKIP no scenario ran\n"));
  EXPECT_EQ(whyNoKtap(checkKtap({nothing}, options())), "");
}

TEST(Ktap, OfATreeOnlyThePatchedOneCounts) {
  TreeCheck check = sampleTree();
  check.result.rows = {sampleRow("base", {{Rule::kContents, 9}}), sampleRow("tree", {})};
  check.result.findings.clear();
  const std::string good =
      treeKtap({{kX86, check}, {kX86 + 1, {}, "no compiler\nhere"}}, options());
  EXPECT_EQ(whyNoKtap(good), "");
  EXPECT_TRUE(has(good, "    # base: breaks contents\n"));
  EXPECT_TRUE(has(good, "    ok 1 base # SKIP the tree without the patch\n    KTAP") ||
              has(good, "    ok 1 base # SKIP the tree without the patch\n        KTAP"));
  EXPECT_TRUE(has(good, "\nok 1 x86_64\n"));
  EXPECT_TRUE(has(good, " # SKIP no compiler here\n"));

  check.never_ran = {"mm/rmap.c:1857"};
  EXPECT_TRUE(has(treeKtap({{kX86, check}}, options()),
                  "ok 1 write-gained # SKIP changed lines never ran: mm/rmap.c:1857\n"));
  check.never_ran.clear();
  check.batches = false;
  EXPECT_TRUE(
      has(treeKtap({{kX86, check}}, options()), "differs # SKIP takes one entry at a time"));
}

// The check must be able to fail.
TEST(Ktap, TheCheckIsNotEmptyWords) {
  EXPECT_NE(whyNoKtap("KTAP version 1\n1..2\nok 1 a\n"), "");
  EXPECT_NE(whyNoKtap("KTAP version 1\n1..1\nok 2 a\n"), "");
  EXPECT_NE(whyNoKtap("KTAP version 1\n1..1\nperhaps\n"), "");
  EXPECT_EQ(whyNoKtap("KTAP version 1\n1..1\nok 1 a\n"), "");
}

}  // namespace
}  // namespace ptecheck
