// SPDX-License-Identifier: GPL-2.0-only
#include "prove/lemmas.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "prove/helpers.h"

namespace ptecheck {
namespace {

using H = Helpers<std::uint64_t>;

TEST(Lemmas, NamesAreUniqueAndOfTwoParts) {
  std::set<std::string> names;
  for (const Lemma<H>& lemma : lemmas<H>()) {
    EXPECT_TRUE(names.insert(lemma.name).second) << lemma.name;
    EXPECT_EQ(std::count(lemma.name.begin(), lemma.name.end(), '/'), 1) << lemma.name;
    EXPECT_LE(lemma.words, kMostWords) << lemma.name;
    EXPECT_LE(lemma.entries, lemma.words) << lemma.name;
  }
  EXPECT_EQ(names.size(), 526u);
}

}  // namespace
}  // namespace ptecheck
