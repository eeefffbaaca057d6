// SPDX-License-Identifier: GPL-2.0-only
#include "mm/policy.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace ptecheck {
namespace {

TEST(Policy, NamesAreThoseOfTheQuestion) {
  std::string names;
  for (const Policy& policy : policies()) names += policy.name + " ";
  EXPECT_EQ(names,
            "unbatched v6.12 v6.15 v6.16 wrprotect wrprotect-early respect-write "
            "respect-write-softdirty merge-write merge-write-safe-restore restore-each "
            "v7.0 v7.0-rc-file anon-rfc anon-2026 batch-all ");
}

TEST(Policy, IsFoundByName) {
  for (const Policy& policy : policies()) {
    EXPECT_EQ(findPolicy(policy.name), &policy);
    EXPECT_FALSE(policy.summary.empty());
    EXPECT_LE(policy.name.size() + policy.summary.size(), 85U) << policy.name;
  }
  EXPECT_EQ(findPolicy("v6.17"), nullptr);
}

TEST(Policy, NoTwoDoTheSame) {
  for (const Policy& a : policies())
    for (const Policy& b : policies()) EXPECT_EQ(a == b, &a == &b) << a.name << " " << b.name;
}

TEST(Policy, ReferenceIsTheSameCodeOneEntryAtATime) {
  for (const Policy& policy : policies()) {
    Policy reference = policy.reference();
    for (const Batching& batching : reference.batching) EXPECT_EQ(batching.reach, Reach::kOne);
    EXPECT_EQ(reference.reference(), reference);
    for (unsigned i = 0; i < kCases; ++i) reference.batching[i].reach = policy.batching[i].reach;
    EXPECT_EQ(reference, policy);
  }
  EXPECT_EQ(findPolicy("unbatched")->reference(), *findPolicy("unbatched"));
}

TEST(Mutant, TableIsConsistent) {
  std::set<std::string_view> names;
  std::set<Mutant> values;
  for (const MutantInfo& info : mutants()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_TRUE(values.insert(info.mutant).second) << info.name;
    ASSERT_NE(findPolicy(info.base), nullptr) << info.name;
    EXPECT_EQ(findMutant(info.name), &info);
    const Policy policy = policyOf(info);
    EXPECT_EQ(policy.name, std::string(info.base) + "+" + std::string(info.name));
    EXPECT_NE(policy, *findPolicy(info.base));
    EXPECT_EQ(policy.reference().mutant, info.mutant) << "the mistake is in the reference too";
  }
  EXPECT_EQ(values.size(), static_cast<std::size_t>(Mutant::kMismatchLosesEntry));
}

TEST(Mutant, EveryRuleOfASequentialReclaimHasOneThatBreaksItAlone) {
  std::set<std::string_view> rules;
  for (const MutantInfo& info : mutants())
    if (info.alone) rules.insert(info.rule);
  EXPECT_EQ(rules,
            (std::set<std::string_view>{
                "write-gained", "uffd-wp-changed", "dirty-lost", "soft-dirty-lost",
                "soft-dirty-gained", "write-lost", "entry-lost", "batch-bounds", "accounting",
                "exclusive-broken", "block-broken", "contents", "differs", "own-checks"}));
}

}  // namespace
}  // namespace ptecheck
