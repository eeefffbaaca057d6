// SPDX-License-Identifier: GPL-2.0-only
#include "report/json.h"

#include <gtest/gtest.h>

#include <fstream>

#include "../../tests/schema_check.h"
#include "report/sample_results_test.h"

namespace ptecheck {
namespace {

using nlohmann::json;

json schema() {
  std::ifstream file(PTECHECK_SOURCE_DIR "/docs/output-schema.json");
  return json::parse(file);
}

ReportOptions options() { return {"0.1.0", kAllRules, false, {}}; }

TEST(Json, AResultObeysTheDocumentedSchema) {
  const json document = json::parse(checkJson({sampleResult()}, options()));
  EXPECT_EQ(whyInvalid(schema(), document), "");
  EXPECT_EQ(document.at("verdict"), "broken");
  EXPECT_EQ(document.at("architectures").at(0).at("rows").at(1).at("broken").at("write-gained"),
            250000);
  EXPECT_EQ(document.at("architectures").at(0).at("rows").at(0).at("broken"), json::object());
  EXPECT_EQ(document.at("architectures").at(0).at("findings").at(0).at("entries").at(1).at("after"),
            "w..Y...");
  EXPECT_EQ(document.at("share"), json({{"index", 1}, {"count", 1}}));
}

TEST(Json, ATreeObeysTheDocumentedSchema) {
  const json document = json::parse(treeJson({{kX86, sampleTree()}}, options()));
  EXPECT_EQ(whyInvalid(schema(), document), "");
  EXPECT_EQ(document.at("subject").at("kind"), "tree");
  EXPECT_EQ(document.at("architectures").at(0).at("tree").at("version"), "6.18.1");
}

TEST(Json, ARunObeysTheDocumentedSchema) {
  const Finding finding = sampleFinding("v6.16", Rule::kWriteGained);
  RunReport run;
  run.version = "0.1.0";
  run.name = "not utf-8: \xff";
  run.scenario = finding.scenario;
  run.run = {finding.outcome, ruleBit(Rule::kWriteGained), finding.violations};
  const json document = json::parse(runJson({run, run}));
  EXPECT_EQ(whyInvalid(schema(), document), "");
  EXPECT_EQ(document.at("runs").size(), 2U);
  EXPECT_EQ(document.at("runs").at(0).at("expected"), nullptr);
  EXPECT_EQ(document.at("runs").at(0).at("as_it_should"), false);
}

// The check of the schema must be able to fail.
TEST(Json, TheSchemaIsNotEmptyWords) {
  const json good = json::parse(checkJson({sampleResult()}, options()));
  json bad = good;
  bad["surprise"] = 1;
  EXPECT_NE(whyInvalid(schema(), bad), "");
  bad = good;
  bad["architectures"][0].erase("rows");
  EXPECT_NE(whyInvalid(schema(), bad), "");
  bad = good;
  bad["architectures"][0]["findings"][0]["violations"][0]["page"] = "one";
  EXPECT_NE(whyInvalid(schema(), bad), "");
  bad = good;
  bad["verdict"] = "fine";
  EXPECT_NE(whyInvalid(schema(), bad), "");
}

}  // namespace
}  // namespace ptecheck
