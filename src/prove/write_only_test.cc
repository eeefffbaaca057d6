// SPDX-License-Identifier: GPL-2.0-only
//
// Is an entry encodable that permits writing but not reading? The table of docs/proofs.md.
#include "prove/write_only.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "prove/proofs_for_tests.h"

namespace ptecheck {
namespace {

TEST(WriteOnly, EntriesAreEncodableOnFourArchitectures) {
  const std::map<std::string, std::vector<std::uint64_t>> least = {
      {"s390", {0x21}},                      // P W
      {"powerpc", {0x6000000000000002}},     // I PTE W
      {"riscv", {0x5}},                      // V W
      {"riscv-svade", {0x5}},                //
      {"riscv-svrsw", {0x5}},                //
      {"loongarch", {0x2000000000000180}}};  // NR W P
  for (const FormatProof& proof : provedForTests().formats)
    for (const LemmaResult& result : proof.lemmas) {
      if (result.lemma != "hardware/write-only-entry") continue;
      const std::string arch = archId(proof.arch);
      EXPECT_EQ(result.verdict, ProofVerdict::kHolds) << arch;
      EXPECT_EQ(result.reach,
                result.words.empty() ? ProofReach::kAllValues : ProofReach::kWellFormed);
      const auto found = least.find(arch);
      EXPECT_EQ(result.words, found == least.end() ? std::vector<std::uint64_t>() : found->second)
          << arch;
    }
}

// No well-formed entry is one, and whatever is made is well-formed.
TEST(WriteOnly, EntriesAreBuiltByNoHelper) {
  for (const FormatProof& proof : provedForTests().formats)
    for (const LemmaResult& result : proof.lemmas)
      if (result.lemma.ends_with("/well-formed")) {
        EXPECT_NE(result.verdict, ProofVerdict::kFails) << archId(proof.arch) << result.lemma;
      }
}

}  // namespace
}  // namespace ptecheck
