// SPDX-License-Identifier: GPL-2.0-only
#include "mm/policy_words.h"

#include <gtest/gtest.h>

namespace ptecheck {
namespace {

Policy named(std::string_view words) {
  const std::optional<Policy> policy = policyOfWords(words);
  EXPECT_TRUE(policy) << words;
  return policy.value_or(Policy{});
}

TEST(PolicyWords, SayWhatDiffersFromTheDefault) {
  const Policy policy = named("lazyfree:write=respect,soft-dirty=respect");
  Policy merged = *findPolicy("respect-write-softdirty");
  EXPECT_EQ(policy, merged);
  merged.of(Case::kLazyfree).write = Treat::kAnd;
  EXPECT_NE(policy, merged);
  EXPECT_EQ(policy.name, "lazyfree:write=respect,soft-dirty=respect");
}

TEST(PolicyWords, NameSeveralCases) {
  const Policy policy = named("swap-backed:exclusive=respect,restore=each~file:uffd-wp=or");
  EXPECT_FALSE(policy.batches(Case::kLazyfree));
  EXPECT_EQ(policy.of(Case::kSwapBacked).exclusive, Treat::kRespect);
  EXPECT_EQ(policy.of(Case::kSwapBacked).restore, Restore::kEach);
  EXPECT_EQ(policy.of(Case::kFile).uffd_wp, Treat::kOr);
}

// Every batching has words, which mean it.
TEST(PolicyWords, AreReadAsTheyAreWritten) {
  for (unsigned c = 0; c < kCases; ++c)
    for (const TreatedBit& bit : kTreatedBits)
      for (unsigned treat = 0; treat < 4; ++treat)
        for (unsigned restore = 0; restore < 4; ++restore) {
          Policy policy;
          Batching& batching = policy.batching[c];
          batching.reach = Reach::kAsFarAsEqual;
          batching.*bit.treat = static_cast<Treat>(treat);
          batching.restore = static_cast<Restore>(restore);
          EXPECT_EQ(named(batchingWords(static_cast<Case>(c), batching)), policy);
        }
}

TEST(PolicyWords, AreRefusedIfTheyMeanNothing) {
  for (std::string_view words :
       {"", "lazy", "lazyfree:write", "lazyfree:write=", "lazyfree:write=never", "lazyfree:pfn=or",
        "lazyfree:restore=or", "lazyfree~lazyfree", "v6.16"}) {
    EXPECT_FALSE(policyOfWords(words)) << words;
  }
}

}  // namespace
}  // namespace ptecheck
