// SPDX-License-Identifier: GPL-2.0-only
//
// The drivers of choices, on a toy: a list of up to three letters, some of which allow no
// successor.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <string>

#include "explore/choice_id.h"
#include "explore/odometer.h"
#include "explore/parallel.h"
#include "explore/random_choices.h"
#include "explore/replay.h"
#include "explore/shrink.h"

namespace ptecheck {
namespace {

template <Chooser C>
std::string buildWord(C& chooser) {
  std::string word;
  unsigned length = chooser.choose(4);
  chooser.boundary();
  for (unsigned i = 0; i < length; ++i) {
    unsigned letter = chooser.choose(3);
    word.push_back(static_cast<char>('a' + letter));
    if (letter == 2) break;  // the number of choices depends on what was chosen
  }
  return word;
}

std::vector<std::string> allWords() {
  std::vector<std::string> words;
  Odometer odometer;
  do {
    odometer.rewind();
    words.push_back(buildWord(odometer));
  } while (odometer.next());
  return words;
}

TEST(Odometer, VisitsEveryListOnceInOrder) {
  const std::vector<std::string> words = allWords();
  // Lengths 0, 1, 2, 3 give 1, 3, 1 + 2 * 3, 1 + 2 * (1 + 2 * 3) words; those cut at 'c' recur.
  EXPECT_EQ(words.size(), 1U + 3U + 7U + 15U);
  EXPECT_EQ(words.front(), "");
  EXPECT_EQ(words.back(), "c");
  std::set<std::string> distinct(words.begin(), words.end());
  EXPECT_EQ(distinct.size(), 1U + 3U + 6U + 12U);
}

TEST(Odometer, UnitsPartitionTheSpace) {
  std::vector<std::string> words;
  Odometer units;
  do {
    units.rewind();
    buildWord(units);
    Odometer odometer(units.unit());
    do {
      odometer.rewind();
      words.push_back(buildWord(odometer));
    } while (odometer.next());
  } while (units.nextUnit());
  EXPECT_EQ(words, allWords());
}

TEST(Odometer, ReplayOfItsChoicesBuildsTheSame) {
  Odometer odometer;
  do {
    odometer.rewind();
    const std::string word = buildWord(odometer);
    std::optional<Choices> decoded = decodeChoices(encodeChoices(odometer.choices()));
    ASSERT_TRUE(decoded.has_value());
    Replay replay(*decoded);
    EXPECT_EQ(buildWord(replay), word);
    EXPECT_TRUE(replay.inRange());
    EXPECT_FALSE(replay.tooLong());
  } while (odometer.next());
}

TEST(RandomChoices, DependsOnSeedAndIndexAlone) {
  std::set<std::string> words;
  for (unsigned index = 0; index < 2000; ++index) {
    RandomChoices once(7, index);
    RandomChoices again(7, index);
    const std::string word = buildWord(once);
    EXPECT_EQ(word, buildWord(again));
    words.insert(word);
    Replay replay(once.choices());
    EXPECT_EQ(buildWord(replay), word);
  }
  const std::vector<std::string> all = allWords();
  EXPECT_EQ(words, std::set<std::string>(all.begin(), all.end()));
}

TEST(RandomChoices, IsRoughlyUniform) {
  std::vector<unsigned> count(7);
  for (unsigned index = 0; index < 70000; ++index) ++count[RandomChoices(1, index).choose(7)];
  for (unsigned n : count) EXPECT_NEAR(n, 10000, 500);
}

TEST(Replay, SaysWhenAListDoesNotFit) {
  Replay out_of_range({1, 3});
  EXPECT_EQ(buildWord(out_of_range), "c");
  EXPECT_FALSE(out_of_range.inRange());
  Replay too_long({1, 0, 1});
  EXPECT_EQ(buildWord(too_long), "a");
  EXPECT_TRUE(too_long.inRange());
  EXPECT_TRUE(too_long.tooLong());
}

TEST(ChoiceId, RoundTripsLargeChoices) {
  for (unsigned choice : {0U, 1U, 34U, 35U, 36U, 69U, 70U, 511U, 1000U}) {
    Choices list = {choice, 0, choice, 1};
    std::optional<Choices> decoded = decodeChoices(encodeChoices(list));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(*decoded, list);
  }
  EXPECT_EQ(encodeChoices({3, 0, 0}), "3");
  EXPECT_EQ(encodeChoices({}), "0");
  for (const char* bad : {"", "1z", "A", "1 2", "1.2", "-1"})
    EXPECT_FALSE(decodeChoices(bad)) << bad;
}

TEST(Shrink, ReachesTheFirstFailingList) {
  // Fails if the word holds a 'b': the first such word in the odometer's order is "b" itself.
  StillFails fails = [](const Choices& tried, Choices* used) {
    Replay replay(tried);
    const std::string word = buildWord(replay);
    *used = replay.used();
    return word.find('b') != std::string::npos;
  };
  Odometer odometer;
  do {
    odometer.rewind();
    if (buildWord(odometer).find('b') == std::string::npos) continue;
    EXPECT_EQ(shrink(odometer.choices(), fails), (Choices{1, 1}));
  } while (odometer.next());
}

TEST(Shrink, LowersPairsThatMustChangeTogether) {
  StillFails fails = [](const Choices& tried, Choices* used) {
    *used = tried;
    return tried.size() == 2 && tried[0] == tried[1] && tried[0] >= 2;
  };
  EXPECT_EQ(shrink({6, 6}, fails), (Choices{2, 2}));
}

TEST(Shrink, ComparesAsTheOdometerCounts) {
  EXPECT_TRUE(simpler({1, 2}, {2}));
  EXPECT_TRUE(simpler({}, {0, 1}));
  EXPECT_FALSE(simpler({1}, {1, 0, 0}));
  EXPECT_FALSE(simpler({1, 0, 0}, {1}));
}

TEST(Parallel, EveryUnitOfTheShareOnceAtAnyThreadCount) {
  for (unsigned jobs : {1U, 2U, 5U})
    for (std::size_t count : {1U, 2U, 3U}) {
      std::vector<int> done(100);
      for (std::size_t index = 0; index < count; ++index) {
        std::vector<std::size_t> sums = runUnits(
            done.size(), {index, count}, jobs, [](unsigned) { return std::size_t{0}; },
            [&](std::size_t& sum, std::size_t unit) {
              ++done[unit];
              sum += unit;
            });
        EXPECT_EQ(sums.size(), jobs);
      }
      EXPECT_EQ(done, std::vector<int>(100, 1));
    }
}

TEST(Parallel, RethrowsTheFirstFailure) {
  auto run = [] {
    runUnits(
        50, {}, 2, [](unsigned) { return 0; },
        [](int&, std::size_t unit) {
          if (unit == 20) throw std::runtime_error("unit 20");
        });
  };
  EXPECT_THROW(run(), std::runtime_error);
}

}  // namespace
}  // namespace ptecheck
