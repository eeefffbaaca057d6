// SPDX-License-Identifier: GPL-2.0-only
//
// All lemmas on all formats, today's and the past's: the verdicts.
#include "prove/known_failures.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>

#include "prove/lemmas.h"
#include "prove/model_formats.h"
#include "prove/proofs_for_tests.h"

namespace ptecheck {
namespace {

TEST(KnownFailures, AreWhatTheProverRefutes) {
  std::set<std::string> known, refuted;
  for (const FormatProof& proof : provedForTests().formats) {
    for (const KnownFailure& failure : knownFailures())
      if (std::string(failure.arch) == archId(proof.arch))
        known.insert(std::string(failure.arch) + " " + failure.lemma);
    for (const LemmaResult& result : proof.lemmas) {
      EXPECT_NE(result.verdict, ProofVerdict::kUnknown)
          << archId(proof.arch) << " " << result.lemma;
      if (result.verdict == ProofVerdict::kFails)
        refuted.insert(std::string(archId(proof.arch)) + " " + result.lemma);
    }
  }
  EXPECT_EQ(known, refuted);
  if (kProveAllFormats) {
    EXPECT_EQ(known.size(), knownFailures().size());
  }
}

// A policy of the model whose batches are found with the flags that a lemma is about, or that does
// what the lemma is about.
std::string policyOf(const std::string& lemma) {
  const std::map<std::string, std::string> policies = {
      {"batch-write", "respect-write"},
      {"batch-write-soft", "respect-write-softdirty"},
      {"mkdirty-keeps", "respect-write"}};
  const auto found = policies.find(lemma.substr(0, lemma.find('/')));
  return found == policies.end() ? "" : found->second;
}

// A failure that affects a caller has an example in which it does, and says how; a harmless one
// may have one that shows what it costs. (That examples
// come out as they expect, tests/cli_test.cc tests.)
TEST(KnownFailures, ThatMatterHaveAnExampleThatBreaksARule) {
  const std::filesystem::path examples = std::filesystem::path(PTECHECK_SOURCE_DIR) / "examples";
  for (const KnownFailure& failure : knownFailures()) {
    const bool candidate = failure.status == FailureStatus::kCandidate;
    EXPECT_TRUE(!candidate || *failure.example != 0) << failure.lemma;
    if (*failure.example == 0) continue;
    std::ifstream file(examples / failure.example);
    ASSERT_TRUE(file) << failure.example;
    const std::string expectation = "expect " + policyOf(failure.lemma) + ": ";
    std::string verdict;
    for (std::string line; std::getline(file, line);)
      if (line.rfind(expectation, 0) == 0) verdict = line.substr(expectation.size());
    EXPECT_EQ(verdict, candidate ? "write-gained differs" : "write-lost soft-dirty-gained")
        << failure.lemma;
  }
}

TEST(KnownFailures, AreFoundByName) {
  ASSERT_NE(findKnownFailure("x86_64", "batch-write/write"), nullptr);
  EXPECT_EQ(findKnownFailure("arm64", "batch-write/write"), nullptr);
}

// A lemma that no mistake of the past refutes might still be good; a mistake that no lemma refutes
// shows that one is missing.
TEST(Lemmas, RefuteEveryFormatOfThePast) {
  EXPECT_EQ(provedForTests().history.size(), kProveAllFormats ? HistoryFormats<>::kSize : 7U);
  for (const HistoryProof& past : provedForTests().history)
    EXPECT_FALSE(past.refuted_by.empty()) << past.id << ": " << past.broke;
}

// What the solver has proved is tried on integers: no sample may contradict it.
TEST(Lemmas, ThatHoldHoldOnSamples) {
  std::mt19937_64 random(1);
  std::uint64_t tried = 0;
  for (const FormatProof& proof : provedForTests().formats) {
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
  EXPECT_GT(tried, provedForTests().formats.size() * 30'000);
}

}  // namespace
}  // namespace ptecheck
