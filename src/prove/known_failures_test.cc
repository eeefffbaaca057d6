// SPDX-License-Identifier: GPL-2.0-only
//
// All lemmas on all formats, today's and the past's: the verdicts.
#include "prove/known_failures.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <set>
#include <string>

#include "prove/lemmas.h"
#include "prove/model_formats.h"
#include "prove/model_prove.h"

namespace ptecheck {
namespace {

const ProveResults& everything() {
  static const ProveResults results = [] {
    ProveOptions options;
    for (Arch arch = 0; arch < kArchs; ++arch) options.archs.push_back(arch);
    options.jobs = 2;
    options.history = true;
    return proveModel(options);
  }();
  return results;
}

TEST(KnownFailures, AreWhatTheProverRefutes) {
  std::set<std::string> known, refuted;
  for (const KnownFailure& failure : knownFailures())
    known.insert(std::string(failure.arch) + " " + failure.lemma);
  for (const FormatProof& proof : everything().formats)
    for (const LemmaResult& result : proof.lemmas) {
      EXPECT_NE(result.verdict, ProofVerdict::kUnknown)
          << archId(proof.arch) << " " << result.lemma;
      if (result.verdict == ProofVerdict::kFails)
        refuted.insert(std::string(archId(proof.arch)) + " " + result.lemma);
    }
  EXPECT_EQ(known, refuted);
  EXPECT_EQ(known.size(), knownFailures().size());
}

TEST(KnownFailures, ExamplesExist) {
  const std::filesystem::path examples = std::filesystem::path(PTECHECK_SOURCE_DIR) / "examples";
  for (const KnownFailure& failure : knownFailures()) {
    EXPECT_EQ(failure.status == FailureStatus::kCandidate, *failure.example != 0) << failure.lemma;
    EXPECT_TRUE(std::filesystem::exists(examples / failure.example)) << failure.example;
  }
}

TEST(KnownFailures, AreFoundByName) {
  ASSERT_NE(findKnownFailure("x86_64", "batch-write/write"), nullptr);
  EXPECT_EQ(findKnownFailure("arm64", "batch-write/write"), nullptr);
}

// A lemma that no mistake of the past refutes might still be good; a mistake that no lemma refutes
// shows that one is missing.
TEST(Lemmas, RefuteEveryFormatOfThePast) {
  EXPECT_EQ(everything().history.size(), HistoryFormats<>::kSize);
  for (const HistoryProof& past : everything().history)
    EXPECT_FALSE(past.refuted_by.empty()) << past.id << ": " << past.broke;
}

// What the solver has proved is tried on integers: no sample may contradict it.
TEST(Lemmas, ThatHoldHoldOnSamples) {
  std::mt19937_64 random(1);
  std::uint64_t tried = 0;
  for (const FormatProof& proof : everything().formats) {
    const WordHelpers& helpers = *modelFormats().at(proof.arch).words;
    for (std::size_t i = 0; i < proof.lemmas.size(); ++i) {
      const LemmaResult& result = proof.lemmas[i];
      if (result.verdict != ProofVerdict::kHolds) continue;
      const Lemma<WordHelpers>& lemma = lemmas<WordHelpers>().at(i);
      for (int n = 0; n < 300; ++n) {
        // Few bits, many bits; a second entry is near the first; numbers are small.
        std::uint64_t w[kMostWords] = {n % 2 ? random() & random() : random(), 0, random() & 7};
        w[1] = lemma.entries == 2 ? helpers.pte_advance_pfn(w[0], w[2]) ^ (1ULL << random() % 64)
                                  : random() & 0xff;
        if (lemma.entries == 0) w[0] &= lemma.words == 3 ? 0x1f : helpers.pfn_mask();
        if (result.reach == ProofReach::kWellFormed && !allWellFormed(helpers, lemma, w)) continue;
        if (!lemma.premise(helpers, w)) continue;
        ++tried;
        ASSERT_TRUE(lemma.conclusion(helpers, w))
            << archId(proof.arch) << " " << lemma.name << std::hex << " " << w[0] << " " << w[1];
      }
    }
  }
  EXPECT_GT(tried, 300'000u);
}

}  // namespace
}  // namespace ptecheck
