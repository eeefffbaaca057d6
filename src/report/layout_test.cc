// SPDX-License-Identifier: GPL-2.0-only
#include "report/layout.h"

#include <gtest/gtest.h>

#include <sstream>

namespace ptecheck {
namespace {

std::size_t longestLine(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return longest;
}

TEST(Layout, ParagraphsAreFilledAndIndented) {
  EXPECT_EQ(paragraph("a  b\nc", "- ", 2), "- a b c\n");
  EXPECT_EQ(paragraph(""), "\n");
  std::string words;
  for (int i = 0; i < 60; ++i) words += "words ";
  const std::string text = paragraph(words, "- ", 2);
  EXPECT_EQ(longestLine(text), 73U);  // "- " and 12 words; one more would be 79
  EXPECT_NE(text.find("\n  words"), std::string::npos);
  EXPECT_EQ(paragraph(std::string(75, 'x')), std::string(75, 'x') + "\n");
}

TEST(Layout, AWordThatIsTooLongIsCutAndNothingIsLost) {
  const std::string text = paragraph("see " + std::string(200, 'x') + " end", "  ", 4);
  EXPECT_LE(longestLine(text), kColumns);
  EXPECT_EQ(std::count(text.begin(), text.end(), 'x'), 200);
  EXPECT_NE(text.find("end"), std::string::npos);
}

TEST(Layout, TablesAlignToTheRightWithHeadingsAtTheBottom) {
  Table table;
  table.addColumn("verdict");
  table.addColumn("soft- dirty- lost");
  table.addLine("v6.16", {"BROKEN", "12"});
  table.addLine("unbatched", {"good", "."});
  EXPECT_EQ(table.print(),
            "                     soft-\n"
            "                    dirty-\n"
            "           verdict    lost\n"
            "v6.16       BROKEN      12\n"
            "unbatched     good       .\n");
}

TEST(Layout, ATableThatIsALittleTooWideShrinksItsGapsThenFoldsItsNames) {
  auto tableOf = [](std::size_t columns) {
    Table table;
    for (std::size_t i = 0; i < columns; ++i) table.addColumn("five5");
    table.addLine("short", std::vector<std::string>(columns, "1"));
    table.addLine("merge-write-safe-restore", std::vector<std::string>(columns, "2"));
    return table.print();
  };
  EXPECT_EQ(longestLine(tableOf(7)), 24U + 7 * 7);
  EXPECT_EQ(longestLine(tableOf(8)), 24U + 8 * 6);
  const std::string folded = tableOf(9);
  EXPECT_EQ(longestLine(folded), 13U + 9 * 6);
  EXPECT_NE(folded.find("\nmerge-write-\n safe-restore     2"), std::string::npos) << folded;
}

TEST(Layout, ATableThatIsTooWideContinuesBelow) {
  Table table;
  for (int i = 0; i < 12; ++i) table.addColumn("ten-digits");
  table.addLine("a-name-of-some-length", std::vector<std::string>(12, "1"));
  const std::string text = table.print();
  EXPECT_LE(longestLine(text), kColumns);
  std::size_t columns = 0;
  for (std::size_t at = 0; (at = text.find("ten-digits", at)) != std::string::npos; ++at) ++columns;
  EXPECT_EQ(columns, 12U);
  std::size_t names = 0;
  for (std::size_t at = 0; (at = text.find("a-name", at)) != std::string::npos; ++at) ++names;
  EXPECT_EQ(names, 3U);  // (75 - 21) / 12 = 4 columns a block
}

}  // namespace
}  // namespace ptecheck
