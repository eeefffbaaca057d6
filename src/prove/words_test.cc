// SPDX-License-Identifier: GPL-2.0-only
#include "prove/words.h"

#include <gtest/gtest.h>

#include <set>

namespace ptecheck {
namespace {

TEST(EntryWords, AreEveryCombinationOnceForEachPageFrame) {
  const FormatFacts facts = formatFacts(archOf("riscv"));
  const EntryWords words(facts, 4);
  EXPECT_EQ(words.bits(), 10u);
  EXPECT_EQ(words.size(), 4096u);
  std::set<std::uint64_t> all, frames;
  for (std::uint64_t word : words.chunk(0, 4096)) {
    EXPECT_EQ(word & ~facts.defined_bits, 0u);
    all.insert(word);
    frames.insert(word & facts.pfn_mask);
  }
  EXPECT_EQ(all.size(), 4096u);
  EXPECT_EQ(frames.size(), 4u);
  EXPECT_TRUE(frames.count(0) && frames.count(facts.pfn_mask));
  EXPECT_EQ(EntryWords(facts, 1).size(), 1024u);
}

// splitmix64's published first numbers for the seed 1234567.
TEST(RandomWords, AreTheSameEverywhere) {
  RandomWords random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(RandomWords(1).take(3), RandomWords(1).take(3));
  EXPECT_NE(RandomWords(1).take(3), RandomWords(2).take(3));
}

TEST(DescribeEntry, NamesBitsAndFields) {
  const FormatFacts facts = formatFacts(kX86);
  EXPECT_EQ(describeEntry(facts, 0x8000000000001067),
            "0x8000000000001067 = P RW U A D NX, pfn 0x1, pkey 0x0");
  EXPECT_NE(describeEntry(facts, 2).find("SD"), std::string::npos);
  EXPECT_NE(describeEntry(facts, 2).find("not present"), std::string::npos);
}

}  // namespace
}  // namespace ptecheck
