// SPDX-License-Identifier: GPL-2.0-only
#include "check/families.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ptecheck {
namespace {

TEST(Families, ListsAreWhatTheCommandLineTakes) {
  EXPECT_EQ(familyList({}), "");
  EXPECT_EQ(familyList({Family::kHuge}), "huge");
  EXPECT_EQ(familyList(treeFamilies()), "reclaim,swap,file");
}

TEST(Families, ATreeTakesSomeOfAllInTheirOrder) {
  const std::vector<Family> all = allFamilies(), tree = treeFamilies();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_TRUE(std::includes(all.begin(), all.end(), tree.begin(), tree.end()));
}

}  // namespace
}  // namespace ptecheck
