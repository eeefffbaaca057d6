// SPDX-License-Identifier: GPL-2.0-only
#include "report/numbers.h"

#include <gtest/gtest.h>

#include <limits>

namespace ptecheck {
namespace {

TEST(Numbers, Separators) {
  EXPECT_EQ(withSeparators(0), "0");
  EXPECT_EQ(withSeparators(999), "999");
  EXPECT_EQ(withSeparators(1000), "1,000");
  EXPECT_EQ(withSeparators(123456), "123,456");
  EXPECT_EQ(withSeparators(1234567), "1,234,567");
  EXPECT_EQ(withSeparators(std::numeric_limits<std::uint64_t>::max()),
            "18,446,744,073,709,551,615");
}

TEST(Numbers, CompactRoundsAndNeverHidesASingleOne) {
  EXPECT_EQ(compact(0), ".");
  EXPECT_EQ(compact(1), "1");
  EXPECT_EQ(compact(999), "999");
  EXPECT_EQ(compact(1000), "1.0k");
  EXPECT_EQ(compact(1249), "1.2k");
  EXPECT_EQ(compact(1250), "1.3k");
  EXPECT_EQ(compact(9949), "9.9k");
  EXPECT_EQ(compact(9950), "10k");
  EXPECT_EQ(compact(345499), "345k");
  EXPECT_EQ(compact(345500), "346k");
  EXPECT_EQ(compact(999499), "999k");
  EXPECT_EQ(compact(999500), "1.0M");
  EXPECT_EQ(compact(1234567), "1.2M");
  EXPECT_EQ(compact(7000000000), "7.0G");
  EXPECT_EQ(compact(std::numeric_limits<std::uint64_t>::max()), "18E");
}

TEST(Numbers, PerMillionIsZeroForNothingOnly) {
  EXPECT_EQ(perMillion(0, 5), 0U);
  EXPECT_EQ(perMillion(5, 0), 0U);
  EXPECT_EQ(perMillion(1, 3000000000), 1U);
  EXPECT_EQ(perMillion(1, 4), 250000U);
  EXPECT_EQ(perMillion(3, 2), 1500000U);
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(perMillion(huge, huge), 1000000U);
  EXPECT_NEAR(static_cast<double>(perMillion(huge / 4, huge)), 250000, 2);
}

TEST(Numbers, RatioAndCounted) {
  EXPECT_EQ(ratio(1, 0), "-");
  EXPECT_EQ(ratio(5, 2), "2.50");
  EXPECT_EQ(counted(1, "entry", "entries"), "1 entry");
  EXPECT_EQ(counted(1200, "entry", "entries"), "1,200 entries");
}

}  // namespace
}  // namespace ptecheck
