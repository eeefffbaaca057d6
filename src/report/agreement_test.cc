// SPDX-License-Identifier: GPL-2.0-only
#include "report/agreement.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "../../tests/schema_check.h"
#include "check/difference.h"
#include "report/layout.h"
#include "report/sample_results_test.h"

namespace ptecheck {
namespace {

using nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

ReportOptions options() { return {"0.1.0", kAllRules, false, {}}; }

Agreement agreeing(Arch arch) {
  Agreement agreement;
  agreement.arch = arch;
  agreement.subject = "Linux 6.12.117 at /home/someone/linux";
  agreement.policy = "v6.12";
  agreement.features = "user shadow stacks";
  agreement.parts = {{Space{}, 3809438, 2286, 0}};
  agreement.exhaustive = {80400, 1469076, 2259962};
  return agreement;
}

// Two entries, the second of which comes back writable on the tree alone.
Agreement differing(Arch arch) {
  const Finding finding = sampleFinding("v6.12", Rule::kWriteGained);
  Disagreement difference;
  difference.scenario = finding.scenario;
  difference.model = difference.tree = finding.outcome;
  difference.model.entry[1].after = difference.model.entry[1].before;
  const std::optional<Difference> first =
      firstDifference(difference.scenario, difference.model, difference.tree);
  difference.what = first->what;
  difference.text = first->text;
  difference.scenarios = 12;
  difference.id = finding.id;
  Agreement agreement = agreeing(arch);
  agreement.differing = 12;
  agreement.differences = {difference};
  return agreement;
}

const std::vector<ArchAgreement>& several() {
  static const std::vector<ArchAgreement> all = {
      {.arch = kX86, .agreement = agreeing(kX86)},
      {.arch = archOf("s390"), .agreement = agreeing(archOf("s390"))},
      {.arch = archOf("loongarch"), .why_not = "model only: no compiler", .model_only = true}};
  return all;
}

TEST(Agreement, IsGoodBrokenOrNotChecked) {
  EXPECT_EQ(verdictOf(agreeing(kX86)), Verdict::kGood);
  EXPECT_EQ(verdictOf(differing(kX86)), Verdict::kBroken);
  EXPECT_EQ(verdictOf(Agreement{}), Verdict::kNotChecked);
  EXPECT_EQ(verdictOf(several()), Verdict::kGood);  // what is model only says nothing against it
  std::vector<ArchAgreement> agreements = several();
  agreements.push_back({.arch = archOf("riscv"), .why_not = "not checked: no compiler"});
  EXPECT_EQ(verdictOf(agreements), Verdict::kNotChecked);
  agreements.push_back({.arch = archOf("arm64"), .agreement = differing(archOf("arm64"))});
  EXPECT_EQ(verdictOf(agreements), Verdict::kBroken);
  EXPECT_EQ(verdictOf(std::vector<ArchAgreement>{several()[2]}), Verdict::kNotChecked);
}

TEST(Agreement, TextSaysWhatWasComparedAndWhatWasNot) {
  const std::string text = agreementText(several(), options());
  EXPECT_TRUE(text.starts_with("verdict:     agree")) << text;
  for (const char* part : {"policy v6.12", "1,469,076", "user shadow stacks", "loongarch",
                           "model only: no compiler", "Linux 6.12.117"})
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  EXPECT_LE(longestLine(text), kColumns);
}

TEST(Agreement, TextShowsBothSidesOfADifference) {
  const std::string text = agreementText({{.arch = kX86, .agreement = differing(kX86)}}, options());
  EXPECT_TRUE(text.starts_with("verdict:     DIFFER")) << text;
  for (const char* part :
       {"x86_64: entry after", "In 12 scenarios.", "ptecheck replay e1/v6.12/1001", "  model:\n",
        "  tree:\n", "A page 1, entry after: model 0x"})
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  EXPECT_LE(longestLine(text), kColumns);
}

TEST(Agreement, TextCountsWhatTheTreesOwnChecksEnded) {
  std::vector<ArchAgreement> agreements = several();
  EXPECT_FALSE(has(agreementText(agreements, options()), "not\n"));
  agreements[0].agreement->ended = 1234;
  agreements[0].agreement->ended_reason = "BUG mm/rmap.c:1 some check";
  const std::string text = agreementText(agreements, options());
  for (const char* part : {"1,234 scenarios were ended", "compared", "BUG mm/rmap.c:1 some check"})
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  EXPECT_LE(longestLine(text), kColumns);
}

TEST(Agreement, JsonObeysTheDocumentedSchema) {
  std::ifstream file(PTECHECK_SOURCE_DIR "/docs/output-schema.json");
  const json schema = json::parse(file);
  std::vector<ArchAgreement> agreements = several();
  agreements.push_back({.arch = archOf("arm64"), .agreement = differing(archOf("arm64"))});
  const json document = json::parse(agreementJson(agreements, options()));
  EXPECT_EQ(whyInvalid(schema, document), "");
  EXPECT_EQ(document.at("verdict"), "differ");
  const json& last = document.at("architectures").at(3);
  EXPECT_EQ(last.at("differences").at(0).at("scenarios"), 12);
  EXPECT_NE(last.at("differences").at(0).at("model"), last.at("differences").at(0).at("tree"));
  EXPECT_EQ(whyInvalid(schema, json::parse(agreementJson({several()[2]}, options()))), "");
}

}  // namespace
}  // namespace ptecheck
