// SPDX-License-Identifier: GPL-2.0-only
#include "subject/pattern.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace ptecheck {
namespace {

using Groups = std::vector<std::string>;

TEST(Pattern, MatchesTheWholeTextOrAPartOfIt) {
  const Pattern number("[0-9]+");
  EXPECT_TRUE(number.matches("12"));
  EXPECT_FALSE(number.matches("a12"));
  EXPECT_TRUE(number.occursIn("a12"));
  EXPECT_FALSE(number.occursIn("a"));
  EXPECT_FALSE(number.match("a12"));
  EXPECT_FALSE(number.firstIn("a"));
}

TEST(Pattern, TellsGroupsAndPlaces) {
  const Pattern hunk("@([0-9]+)(?:,([0-9]+))?");
  EXPECT_EQ(hunk.match("@3,4")->groups, (Groups{"@3,4", "3", "4"}));
  EXPECT_EQ(hunk.match("@3")->groups, (Groups{"@3", "3", ""}));
  EXPECT_EQ(hunk.firstIn("ab@3 @5")->position, 2U);
  const std::vector<Pattern::Match> all = hunk.allIn("ab@3 @5");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].position, 5U);
  EXPECT_EQ(all[1].groups[1], "5");
}

// POSIX takes the longest alternative, ECMAScript the first.
TEST(Pattern, KnowsBothGrammars) {
  EXPECT_EQ(Pattern("a|ab").firstIn("ab")->groups[0], "a");
  EXPECT_EQ(Pattern("a|ab", Pattern::Grammar::kPosixExtended).firstIn("ab")->groups[0], "ab");
}

// Each file that included <regex> took 9 s to compile with sanitizers.
TEST(Pattern, AloneIncludesRegex) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(PTECHECK_SOURCE_DIR "/src")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);)
      if (line == "#include <regex>") files.push_back(entry.path().filename().string());
  }
  EXPECT_EQ(files, Groups{"pattern.cc"});
}

}  // namespace
}  // namespace ptecheck
