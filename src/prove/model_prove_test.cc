// SPDX-License-Identifier: GPL-2.0-only
#include "prove/model_prove.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "scenario/error.h"

namespace ptecheck {
namespace {

// One line a result, with everything that distinguishes it.
std::string textOf(const ProveResults& results) {
  std::string text;
  const auto add = [&text](const LemmaResult& r) {
    text += r.lemma + " " + std::to_string(int(r.verdict)) + std::to_string(int(r.reach));
    for (std::uint64_t word : r.words) text += " " + std::to_string(word);
    text += "\n";
  };
  for (const FormatProof& proof : results.formats)
    for (const LemmaResult& r : proof.lemmas) add(r);
  for (const HistoryProof& past : results.history)
    for (const LemmaResult& r : past.refuted_by) add(r);
  return text;
}

TEST(ModelProve, ThreadsDoNotShow) {
  ProveOptions options;
  options.archs = {kX86, archOf("arm64")};
  options.lemmas = {"mkdirty-keeps", "batch-write", "progress"};
  options.history = true;
  const std::string one = textOf(proveModel(options));
  options.jobs = 3;
  EXPECT_EQ(textOf(proveModel(options)), one);
  EXPECT_NE(one.find("batch-write/write 1"), std::string::npos) << one;
}

TEST(ModelProve, AnUnknownLemmaIsTheUsersMistake) {
  ProveOptions options;
  options.archs = {kX86};
  options.lemmas = {"mkdirty"};
  EXPECT_THROW(proveModel(options), Error);
}

TEST(ModelProve, AQuestionThatCostsTooMuchIsNotAnswered) {
  ProveOptions options;
  options.archs = {kX86};
  options.lemmas = {"advance-adds/twice"};
  EXPECT_EQ(proveModel(options).formats.at(0).lemmas.at(0).verdict, ProofVerdict::kHolds);
  options.limits.resources = 1;
  EXPECT_EQ(proveModel(options).formats.at(0).lemmas.at(0).verdict, ProofVerdict::kUnknown);
}

}  // namespace
}  // namespace ptecheck
