// SPDX-License-Identifier: GPL-2.0-only
#include "prove/counterexample.h"

#include <gtest/gtest.h>

namespace ptecheck {
namespace {

using Strings = std::vector<std::string>;

const ModelFormat& format(const char* arch) { return modelFormats().at(archOf(arch)); }

LemmaResult failing(unsigned entries, std::vector<std::uint64_t> words,
                    std::optional<std::uint64_t> result) {
  return {"group/part", "",    "",    Severity::kBroken, entries, ProofVerdict::kFails,
          ProofReach{}, words, result};
}

TEST(Counterexample, AnEntryIsShownBeforeAndAfter) {
  const auto words = showWords(format("x86_64"), failing(1, {0x41}, 0x400000000012803));
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].role, "entry");
  EXPECT_EQ(words[0].value, 0x41U);
  EXPECT_TRUE(words[0].is_entry);
  EXPECT_EQ(words[0].bits, "P D");
  EXPECT_EQ(words[0].is,
            (Strings{"write", "dirty", "accessible", "flush-on-clear", "shadow-stack"}));
  EXPECT_EQ(words[1].role, "becomes");
  EXPECT_EQ(words[1].bits, "P RW SD SavD, pfn 0x12");
  EXPECT_EQ(onlyFirst(words[0], words[1]), (Strings{"shadow-stack"}));
  EXPECT_EQ(onlyFirst(words[1], words[0]), (Strings{"soft-dirty"}));
}

TEST(Counterexample, WhatHardwareDoesIsSaid) {
  const auto words = showWords(format("x86_64"), failing(1, {0x7, 0x3}, std::nullopt));
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].bits, "P RW U");
  EXPECT_EQ(words[0].is, (Strings{"write", "accessible", "flush-on-clear", "hw-read", "hw-write"}));
  EXPECT_EQ(words[1].role, "pages on");
  EXPECT_FALSE(words[1].is_entry);
  EXPECT_TRUE(words[1].bits.empty());
  EXPECT_TRUE(words[1].is.empty());
}

TEST(Counterexample, AProtnoneEntrysPageFrameIsTheOneItMaps) {
  const auto words = showWords(format("x86_64"), failing(1, {0x000ffffffffff100}, 0));
  EXPECT_EQ(words[0].bits, "G");  // stored inverted
  EXPECT_EQ(words[0].is, (Strings{"protnone"}));
  EXPECT_EQ(words[1].bits, "none");
  EXPECT_EQ(words[1].is, (Strings{"empty"}));
}

TEST(Counterexample, TwoEntriesAreTold) {
  const auto words = showWords(format("arm64"), failing(2, {0x3, 0x1003, 1}, std::nullopt));
  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(words[0].role, "first");
  EXPECT_EQ(words[1].role, "second");
  EXPECT_EQ(words[1].bits, "V page, pfn 0x1");
  EXPECT_EQ(words[2].role, "pages on");
}

TEST(Counterexample, SwapEntriesAreTypeOffsetAndWhatTheyRemember) {
  const std::uint64_t pte = format("x86_64").words->swp_entry(3, 5) | 2;  // soft-dirty
  const auto words = showWords(format("x86_64"), failing(0, {3, 5, 1}, pte));
  ASSERT_EQ(words.size(), 4U);
  EXPECT_EQ(words[0].role, "type");
  EXPECT_EQ(words[1].role, "offset");
  EXPECT_EQ(words[2].role, "with");
  EXPECT_EQ(words[2].bits, "soft-dirty");
  EXPECT_EQ(words[3].role, "makes");
  EXPECT_EQ(words[3].bits, "SD, type 0x3, offset 0x5");
  EXPECT_EQ(words[3].is, (Strings{"not present", "soft-dirty"}));
}

TEST(Counterexample, FormatsOfThePastAnswerWithTheirOwnHelpers) {
  const LemmaResult result = failing(0, {0, 1, 0}, format("x86_64").words->swp_entry(0, 1));
  EXPECT_EQ(showWords(format("x86_64"), result).back().is, (Strings{"not present"}));
  EXPECT_EQ(showWords(pastFormat("x86-swp-soft-dirty"), result).back().is,
            (Strings{"not present", "soft-dirty"}));
}

}  // namespace
}  // namespace ptecheck
