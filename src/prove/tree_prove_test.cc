// SPDX-License-Identifier: GPL-2.0-only
//
// Against a real kernel tree, Debian's 6.12: the model's formats are its helpers', its lemmas hold
// of them.
#include "prove/tree_prove.h"

#include <gtest/gtest.h>

#include <string>

#include "prove/model_prove.h"
#include "scenario/error.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

TreeProveOptions optionsFor(const char* arch) {
  TreeProveOptions options;
  options.tree.tree = getKernelSource("6.12", {});
  options.tree.arch = arch;
  options.jobs = 2;
  options.compare.most_pfns = 1;
  options.columns.most_combinations = std::uint64_t{1} << 19;
  return options;
}

void has(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

struct Expected {
  const char* arch;
  unsigned helpers;                // compared with the model's
  std::uint64_t exhaustive_calls;  // on words of one page frame
  // Lemmas that are false on some: on x86 without shadow stacks, on riscv with Svnapot.
  bool other_processors;
  bool exhaustive;  // all combinations of defined bits in the cross-check
};

class TreeProve : public testing::TestWithParam<Expected> {};

// A helper the tree of 6.12 lacks is FPB_RESPECT_WRITE's normalisation, which came with 6.17.
TEST_P(TreeProve, ItsHelpersAreTheModelsAndItsLemmasHold) {
  const Expected& expected = GetParam();
  const TreeProof proof = proveTree(optionsFor(expected.arch));

  EXPECT_EQ(proof.comparison.missing, std::vector<std::string>{"pte_batch_clear_ignored_write"});
  for (const HelperDifference& difference : proof.comparison.differences)
    EXPECT_NE(difference.explained, "") << difference.count << " times: " << difference.text;
  EXPECT_EQ(proof.comparison.helpers, expected.helpers);
  EXPECT_EQ(proof.comparison.exhaustive_calls, expected.exhaustive_calls);

  // What fails of the tree fails of the model, and the other way round, where both can say.
  ProveOptions model;
  model.archs = {proof.arch};
  model.jobs = 2;
  const std::vector<LemmaResult> model_lemmas = proveModel(model).formats.at(0).lemmas;
  ASSERT_EQ(model_lemmas.size(), proof.lemmas.size());
  bool other_processors = false;
  for (std::size_t i = 0; i < proof.lemmas.size(); ++i) {
    const TreeLemma& lemma = proof.lemmas[i];
    const std::string& name = lemma.result.lemma;
    EXPECT_EQ(lemma.refused, "") << name;
    EXPECT_EQ(lemma.checked_rows > 0, lemma.result.verdict == ProofVerdict::kHolds) << name;
    if (lemma.result.verdict == model_lemmas[i].verdict) {
      EXPECT_EQ(lemma.result.words, model_lemmas[i].words) << name;
    } else {  // batches that respect write: this tree has none
      EXPECT_EQ(lemma.result.verdict, ProofVerdict::kNotApplicable) << name;
      EXPECT_EQ(name.substr(0, 11), "batch-write");
    }
    if (lemma.not_where.empty()) continue;
    EXPECT_NE(lemma.not_where_known, "") << name << " where " << lemma.not_where;
    other_processors = true;
  }
  EXPECT_EQ(other_processors, expected.other_processors);
  EXPECT_EQ(proof.check.exhaustive, expected.exhaustive);
}

INSTANTIATE_TEST_SUITE_P(Tree, TreeProve,
                         testing::Values(Expected{"x86_64", 44, 26220547, true, true},
                                         Expected{"arm64", 42, 402659331, false, false},
                                         Expected{"s390", 42, 202755, false, true},
                                         Expected{"powerpc", 42, 792579, false, true},
                                         Expected{"riscv", 42, 55299, true, true}),
                         [](const auto& test) { return std::string(test.param.arch); });

TEST(TreeProveNames, KnowsWhatIsNoLemma) {
  TreeProveOptions options = optionsFor("riscv");
  options.lemmas = {"no-such-lemma"};
  EXPECT_THROW(proveTree(options), Error);
}

// A processor without shadow stacks: false there, true on the model's, and replayed.
TEST(TreeProveProcessor, IsNamedWhereALemmaIsFalseOnIt) {
  TreeProveOptions options = optionsFor("x86_64");
  options.lemmas = {"mkwrite_shstk-does/shadow-stack"};
  const TreeProof proof = proveTree(options);
  EXPECT_EQ(proof.lemmas.at(0).result.verdict, ProofVerdict::kHolds);
  has(proof.lemmas.at(0).not_where, "boot_cpu_data+");
  has(proof.variables.at(0), "boot_cpu_data+");
}

}  // namespace
}  // namespace ptecheck
