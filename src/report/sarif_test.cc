// SPDX-License-Identifier: GPL-2.0-only
#include "report/sarif.h"

#include <gtest/gtest.h>

#include "../../tests/sarif_check.h"
#include "report/sample_results_test.h"

namespace ptecheck {
namespace {

using nlohmann::json;

ReportOptions options(bool strict = false) { return {"0.1.0", kAllRules, strict, {}}; }

const json& resultsOf(const json& document) { return document.at("runs").at(0).at("results"); }

TEST(Sarif, AResultOfTheModelObeysTheStandard) {
  const json document = json::parse(checkSarif({sampleResult()}, options()));
  EXPECT_EQ(whyNoSarif(document), "");
  const json& first = resultsOf(document).at(0);
  EXPECT_EQ(first.at("ruleId"), "write-gained");
  EXPECT_EQ(first.at("level"), "error");
  EXPECT_EQ(first.at("occurrenceCount"), 250000);
  EXPECT_FALSE(first.at("locations").at(0).contains("physicalLocation"));
  EXPECT_EQ(first.at("locations").at(0).at("logicalLocations").at(0).at("fullyQualifiedName"),
            "try_to_unmap_one");
  // What is wrong comes last.
  EXPECT_EQ(first.at("codeFlows")
                .at(0)
                .at("threadFlows")
                .at(0)
                .at("locations")
                .back()
                .at("location")
                .at("message")
                .at("text"),
            "write-gained: A page 1: read-only before, writable after");
}

TEST(Sarif, CostsAreNotesUnlessStrict) {
  const auto level = [](bool strict) {
    const json document = json::parse(checkSarif({sampleResult()}, options(strict)));
    for (const json& result : resultsOf(document))
      if (result.at("ruleId") == "write-lost") return result.at("level").get<std::string>();
    return std::string("none at all");
  };
  EXPECT_EQ(level(false), "note");
  EXPECT_EQ(level(true), "error");
}

TEST(Sarif, ATreesResultsNameItsLines) {
  TreeCheck check = sampleTree();
  check.result.findings[0].lines_ran =
      "/home/me/my linux/mm/rmap.c: 5, 10-12; /home/me/my linux/mm/swapfile.c: 7-8";
  const json document = json::parse(treeSarif({{kX86, check}}, options()));
  EXPECT_EQ(whyNoSarif(document), "");
  const json& result = resultsOf(document).at(0);
  const json& place = result.at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(place.at("artifactLocation").at("uri"), "file:///home/me/my%20linux/mm/rmap.c");
  EXPECT_EQ(place.at("region"), json({{"startLine", 10}, {"endLine", 12}}));
  std::size_t lines = 0;
  for (const json& step : result.at("codeFlows").at(0).at("threadFlows").at(0).at("locations"))
    lines += step.at("location").at("message").at("text") == "ran in this scenario";
  EXPECT_EQ(lines, 3U);
  EXPECT_FALSE(result.contains("baselineState"));
}

TEST(Sarif, TheLineThatTheKernelsOwnCheckNamesComesFirst) {
  TreeCheck check = sampleTree();
  check.result.findings = {sampleFinding("tree", Rule::kOwnChecks)};
  check.result.findings[0].lines_ran = "/l/mm/rmap.c: 10-20";
  check.result.findings[0].violations[0].text = "WARN /l/mm/rmap.c:1343 VM_WARN_ON_FOLIO(x)";
  const json document = json::parse(treeSarif({{kX86, check}}, options()));
  EXPECT_EQ(resultsOf(document)
                .at(0)
                .at("locations")
                .at(0)
                .at("physicalLocation")
                .at("region")
                .at("startLine"),
            1343);
}

TEST(Sarif, APatchIsComparedWithItsBaseAndWhatNeverRanIsSaid) {
  TreeCheck check = sampleTree();
  check.result.rows.insert(check.result.rows.begin(), sampleRow("base", {{Rule::kContents, 9}}));
  check.result.findings.push_back(sampleFinding("base", Rule::kContents));
  check.new_rules = ruleBit(Rule::kWriteGained);
  json document = json::parse(treeSarif({{kX86, check}}, options()));
  ASSERT_EQ(resultsOf(document).size(), 1U);
  EXPECT_EQ(resultsOf(document).at(0).at("baselineState"), "new");

  check.result.rows[1] = sampleRow("tree", {});
  check.result.findings.clear();
  check.never_ran = {"mm/rmap.c:1857"};
  document = json::parse(treeSarif({{kX86, check}}, options()));
  EXPECT_EQ(whyNoSarif(document), "");
  const json& invocation = document.at("runs").at(0).at("invocations").at(0);
  EXPECT_EQ(invocation.at("executionSuccessful"), false);
  EXPECT_NE(invocation.dump().find("mm/rmap.c:1857"), std::string::npos);
}

TEST(Sarif, LinesThatRanAreReadBack) {
  EXPECT_EQ(rangesOf(""), std::vector<LineRange>{});
  EXPECT_EQ(rangesOf("nonsense"), std::vector<LineRange>{});
  EXPECT_EQ(rangesOf("/a: b/x.c: 3-2, 4, 0, 6-7"),
            (std::vector<LineRange>{{"/a: b/x.c", 4, 4}, {"/a: b/x.c", 6, 7}}));
}

// The check must be able to fail.
TEST(Sarif, TheCheckIsNotEmptyWords) {
  const json good = json::parse(checkSarif({sampleResult()}, options()));
  json bad = good;
  bad["runs"][0]["results"][0]["ruleIndex"] = 3;
  EXPECT_NE(whyNoSarif(bad), "");
  bad = good;
  bad["runs"][0]["results"][0]["surprise"] = 3;
  EXPECT_NE(whyNoSarif(bad), "");
  bad = good;
  bad["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"] = json::array();
  EXPECT_NE(whyNoSarif(bad), "");
  bad = good;
  bad["runs"][0]["results"][0].erase("message");
  EXPECT_NE(whyNoSarif(bad), "");
}

}  // namespace
}  // namespace ptecheck
