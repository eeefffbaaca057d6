// SPDX-License-Identifier: GPL-2.0-only
#include "report/prove_tree.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace ptecheck {
namespace {

TreeLemma lemma(const char* name, ProofVerdict verdict, std::vector<std::uint64_t> words = {}) {
  TreeLemma out;
  out.result = {name, "so it is", "so it is not",         Severity::kBroken,
                1,    verdict,    ProofReach::kAllValues, std::move(words)};
  return out;
}

// One proof with a lemma of each kind that does not make it bad.
TreeProof sample() {
  TreeProof proof;
  proof.arch = kX86;
  proof.version = "6.12.117";
  proof.lemmas = {lemma("mkold-does/young", ProofVerdict::kHolds),
                  lemma("batch-write/pfn", ProofVerdict::kNotApplicable),
                  lemma("progress/shstk", ProofVerdict::kHolds)};
  proof.lemmas[0].checked_rows = 1024;
  proof.lemmas[2].result.reach = ProofReach::kWellFormed;
  proof.variables = {"boot_cpu_data+40"};
  proof.comparison.helpers = 44;
  proof.comparison.missing = {"pte_batch_clear_ignored_write"};
  proof.comparison.combinations = 1024;
  proof.comparison.pfns = 4;
  proof.comparison.exhaustive_calls = 123456;
  proof.comparison.samples = 65536;
  proof.comparison.seed = 7;
  proof.comparison.differences = {{"swp_entry", 40, 1, 2, 3, 5, "no swap file is that large", ""}};
  proof.check = {1024, 1, true, 0, 1, 2048};
  return proof;
}

HelperDifference wrongMkold() {
  return {"pte_mkold", 0x21, 0,  0x1,
          0x21,        9,    "", "pte_mkold(0x21 = P A)\n  model: 0x1\n  tree:  0x21"};
}

std::string textOf(const TreeProof& proof) {
  return treeProofText({{kX86, proof, "", false}}, {"0.1.0", "/linux", false});
}

// Wherever lines are broken.
void has(const std::string& text, const std::string& part) {
  std::istringstream words(text);
  std::string flat;
  for (std::string word; words >> word;) flat += (flat.empty() ? "" : " ") + word;
  EXPECT_NE(flat.find(part), std::string::npos) << "no '" << part << "' in:\n" << text;
}

TEST(TreeProofVerdict, IsTheWorstOfLemmasAndHelpers) {
  TreeProof proof = sample();
  EXPECT_EQ(verdictOf(proof, false), Verdict::kGood);  // an explained difference is none
  proof.lemmas.push_back(lemma("x/unknown", ProofVerdict::kUnknown));
  EXPECT_EQ(verdictOf(proof, false), Verdict::kNotChecked);
  proof.comparison.differences.push_back(wrongMkold());
  EXPECT_EQ(verdictOf(proof, false), Verdict::kBroken);
  proof.comparison.differences.clear();
  proof.lemmas.push_back(lemma("x/false", ProofVerdict::kFails, {0x21}));
  EXPECT_EQ(verdictOf(proof, false), Verdict::kBroken);
}

TEST(TreeProofVerdict, CountsWhatIsFalseOnOtherProcessors) {
  TreeProof proof = sample();
  proof.lemmas[0].not_where = "boot_cpu_data+40 = 0x0";
  EXPECT_EQ(verdictOf(proof, false), Verdict::kBroken);
  proof.lemmas[0].not_where_known = "such a processor has no shadow stacks";
  EXPECT_EQ(verdictOf(proof, false), Verdict::kGood);
  EXPECT_EQ(countLemmas(proof).other_processors, 1u);
}

TEST(TreeProofVerdict, OfArchitecturesWithoutATreeIsNoVerdict) {
  const ArchTreeProof good{kX86, sample(), "", false};
  const ArchTreeProof model_only{archOf("loongarch"), {}, "model only", true};
  const ArchTreeProof failed{archOf("s390"), {}, "not checked: no compiler", false};
  EXPECT_EQ(verdictOf({good, model_only}, false), Verdict::kGood);
  EXPECT_EQ(verdictOf({good, failed}, false), Verdict::kNotChecked);
  EXPECT_EQ(verdictOf({model_only}, false), Verdict::kNotChecked);
}

TEST(TreeProofText, SaysWhatWasExhaustiveAndWhatWasSampled) {
  const std::string text = textOf(sample());
  has(text, "verdict: good");
  has(text, "44 helpers");
  has(text, "no pte_batch_clear_ignored_write");
  has(text, "all 1,024 combinations of bits 0-11 and 57-63, with 4 page");
  has(text, "123,456 calls");
  has(text, "65,536 words of 64 random bits for each helper, seed 7");
  has(text, "no swap file is that large");
  has(text, "boot_cpu_data+40");
  has(text, "2,048 ");
  EXPECT_EQ(text.find("UNEXPLAINED"), text.npos);
  EXPECT_EQ(text.find("Refused"), text.npos);
}

TEST(TreeProofText, ShowsWhatIsWrongByTheNamesOfBits) {
  TreeProof proof = sample();
  proof.comparison.differences.push_back(wrongMkold());
  proof.lemmas.push_back(lemma("mkold-does/dirty", ProofVerdict::kFails, {0x21}));
  proof.lemmas.push_back(lemma("x/refused", ProofVerdict::kUnknown));
  proof.lemmas.back().refused = "helper_pte_x: 'store'";
  const std::string text = textOf(proof);
  has(text, "verdict: BROKEN: mkold-does/dirty; unlike the model's: pte_mkold()");
  has(text, "DIFFERENT: pte_mkold, on 9 words");
  has(text, "replayed in the tree's own code");
  has(text, "= P A");
  has(text, "UNEXPLAINED");
  has(text, "helper_pte_x: 'store'");
}

TEST(TreeProofText, ListsArchitectures) {
  const std::string text =
      treeProofText({{kX86, sample(), "", false}, {archOf("loongarch"), {}, "model only", true}},
                    {"0.1.0", "/linux", false});
  has(text, "x86_64 good: 2 proved, 0 false; 0 of 44 helpers unlike the model's");
  has(text, "loongarch model only");
}

TEST(BitRanges, AreInWords) {
  EXPECT_EQ(bitRanges(0x8000000000000fff), "bits 0-11 and 63");
  EXPECT_EQ(bitRanges(0x5), "bits 0 and 2");
  EXPECT_EQ(bitRanges(0x2a), "bits 1, 3 and 5");
}

}  // namespace
}  // namespace ptecheck
