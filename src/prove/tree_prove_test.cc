// SPDX-License-Identifier: GPL-2.0-only
//
// Against a real kernel tree, Debian's 6.12: the model's formats are its helpers', its lemmas hold
// of them, and neither a broken header nor a mistake of the translator goes unseen.
#include "prove/tree_prove.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "prove/model_prove.h"
#include "scenario/error.h"
#include "subject/kernel_source.h"
#include "subject/tree_edit.h"

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

std::set<std::string> named(const std::vector<TreeLemma>& lemmas, ProofVerdict verdict) {
  std::set<std::string> out;
  for (const TreeLemma& lemma : lemmas)
    if (lemma.result.verdict == verdict) out.insert(lemma.result.lemma);
  return out;
}

// The Error that an attempt ends in.
template <class Attempt>
std::string failure(ErrorKind kind, Attempt attempt) {
  try {
    attempt();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

void has(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

struct Expected {
  const char* arch;
  unsigned helpers;                // compared with the model's
  std::uint64_t exhaustive_calls;  // on words of one page frame
  std::size_t holds, fails, other_processors, refused;
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
  std::size_t other_processors = 0, refused = 0;
  for (std::size_t i = 0; i < proof.lemmas.size(); ++i) {
    const TreeLemma& lemma = proof.lemmas[i];
    other_processors += !lemma.not_where.empty();
    refused += !lemma.refused.empty();
    EXPECT_EQ(lemma.checked_rows > 0, lemma.result.verdict == ProofVerdict::kHolds);
    if (lemma.result.verdict != ProofVerdict::kNotApplicable && lemma.refused.empty()) {
      EXPECT_EQ(lemma.result.verdict, model_lemmas[i].verdict) << lemma.result.lemma;
    }
  }
  EXPECT_EQ(named(proof.lemmas, ProofVerdict::kHolds).size(), expected.holds);
  EXPECT_EQ(named(proof.lemmas, ProofVerdict::kFails).size(), expected.fails);
  EXPECT_EQ(named(proof.lemmas, ProofVerdict::kUnknown).size(), expected.refused);
  EXPECT_EQ(other_processors, expected.other_processors);
  EXPECT_EQ(refused, expected.refused);
  EXPECT_EQ(proof.exhaustive, expected.exhaustive);
}

INSTANTIATE_TEST_SUITE_P(Archs, TreeProve,
                         testing::Values(Expected{"x86_64", 44, 26220547, 506, 7, 5, 0, true},
                                         Expected{"arm64", 42, 402659331, 361, 1, 0, 0, false},
                                         Expected{"s390", 42, 202755, 359, 4, 0, 0, true},
                                         Expected{"powerpc", 42, 792579, 361, 4, 0, 0, true},
                                         Expected{"riscv", 42, 55299, 186, 0, 0, 93, true}),
                         [](const auto& test) { return std::string(test.param.arch); });

// What is not translated is refused with the helper's and the instruction's name.
TEST(TreeProveRefuses, AssemblerCodeByName) {
  TreeProveOptions options = optionsFor("riscv");
  options.lemmas = {"modify_none-does/protnone"};
  const TreeProof proof = proveTree(options);
  has(proof.lemmas.at(0).refused, "helper_pte_modify");
  has(proof.lemmas.at(0).refused, "asm");
  options.lemmas = {"no-such-lemma"};
  has(failure(ErrorKind::kUsage, [&] { proveTree(options); }), "no-such-lemma");
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

// One header, broken: pte_mkclean() leaves one of x86's two dirty bits.
TEST(TreeProveBroken, HeadersAreRefutedAndFlaggedAndTranslatorsCaught) {
  TreeProveOptions options = optionsFor("x86_64");
  options.lemmas = {"mkclean-does"};
  TreeEdit edit(options.tree.tree);
  edit.in("arch/x86/include/asm/pgtable.h", "pte_mkclean")
      .replace("_PAGE_DIRTY_BITS", "_PAGE_DIRTY");
  const TreeHelpersBuild good = buildTreeHelpers(TreeView(options.tree.tree), options.tree);
  const TreeHelpersBuild broken = buildTreeHelpers(edit.view(), options.tree);

  const TreeProof proof = proveHelpers(broken, options);
  EXPECT_EQ(proof.lemmas.at(0).result.verdict, ProofVerdict::kFails);
  EXPECT_FALSE(proof.comparison.equal());
  std::set<std::string> different;
  for (const HelperDifference& difference : proof.comparison.differences)
    different.insert(difference.helper);
  EXPECT_EQ(different, (std::set<std::string>{"pte_mkclean", "pte_batch_clear_ignored"}));
  has(proof.comparison.differences.at(0).text, "bits gained in the tree: SavD; lost: none");

  // Formulas that are not those of the compiled code, as a mistake of the translator would make
  // them: a counterexample that cannot be replayed, a lemma that holds of the formulas alone.
  TreeHelpersBuild mixed = good;
  mixed.ir = broken.ir;
  has(failure(ErrorKind::kInternal, [&] { proveHelpers(mixed, options); }), "mistake in ptecheck");
  mixed = broken;
  mixed.ir = good.ir;
  has(failure(ErrorKind::kInternal, [&] { proveHelpers(mixed, options); }), "is false for");
}

}  // namespace
}  // namespace ptecheck
