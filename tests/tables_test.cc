// SPDX-License-Identifier: GPL-2.0-only
//
// docs/batching.md and docs/bugs-found.md hold tables that commands print: they print them still.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "program.h"

namespace ptecheck {
namespace {

using namespace program;

std::vector<std::string> tableLines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("| ") && line.find("---") == std::string::npos) lines.push_back(line);
  return lines;
}

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result;
  std::string cell;
  std::istringstream in(line.substr(1));
  while (std::getline(in, cell, '|')) {
    const std::size_t from = cell.find_first_not_of(' ');
    result.push_back(
        from == std::string::npos ? "" : cell.substr(from, cell.find_last_not_of(' ') - from + 1));
  }
  return result;
}

std::vector<std::string> everyCase() {
  return {"lazyfree", "swap-backed", "file", "migration", "migration-back"};
}
std::vector<std::string> everyArch() {
  return {"x86_64", "arm64",       "arm64-sw",    "s390",     "powerpc",
          "riscv",  "riscv-svade", "riscv-svrsw", "loongarch"};
}

// The lines of one case and architecture, without the architectures.
std::multiset<std::string> answersOf(const std::vector<std::string>& lines,
                                     const std::string& which, const std::string& arch) {
  std::multiset<std::string> result;
  for (const std::string& line : lines) {
    const std::vector<std::string> cell = cells(line);
    if (cell.size() < 8 || cell[0] != which) continue;
    if ((", " + cell[1] + ",").find(", " + arch + ",") == std::string::npos) continue;
    std::string rest;
    for (std::size_t i = 2; i < cell.size(); ++i) rest += cell[i] + " | ";
    result.insert(rest);
  }
  return result;
}

// All 45 pairs of a case and an architecture, each searched again.
TEST(Tables, BatchingIsWhatSynthFinds) {
#if defined(PTECHECK_SANITIZED)
  const std::vector<std::string> some = {"--case", "file", "--arch", "s390"};
#else
  const std::vector<std::string> some = {"--case", "all", "--arch", "all"};
#endif
  Words words = {"synth", "--format", "markdown", "--jobs", "2"};
  words.insert(words.end(), some.begin(), some.end());
  const Ended ended = run(words);
  EXPECT_EQ(ended.status, 0) << ended.err;
  const std::vector<std::string> page =
                                     tableLines(readFile(PTECHECK_SOURCE_DIR "/docs/batching.md")),
                                 now = tableLines(ended.out);
  if (some[1] == "all") {
    EXPECT_EQ(page, now);  // order and headings, too
  }
  for (const std::string& which : everyCase())
    for (const std::string& arch : everyArch()) {
      EXPECT_FALSE(answersOf(page, which, arch).empty()) << which << " on " << arch;
      const auto found = answersOf(now, which, arch);
      const bool asked = some[1] == "all" || (which == "file" && arch == "s390");
      EXPECT_EQ(!found.empty(), asked) << which << " on " << arch;
      if (asked) {
        EXPECT_EQ(answersOf(page, which, arch), found) << which << " on " << arch;
      }
    }
}

TEST(Synth, JsonObeysItsSchema) {
  const Ended ended = run({"synth", "--case", "file", "--arch", "arm64", "--format", "json"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  const auto document = nlohmann::json::parse(ended.out);
  const auto schema =
      nlohmann::json::parse(readFile(PTECHECK_SOURCE_DIR "/docs/schema/synth.json"));
  EXPECT_EQ(whyInvalid(schema, document), "");
  EXPECT_FALSE(document["results"][0]["frontier"].empty());
  EXPECT_EQ(run({"synth", "--case", "hugetlb"}).status, 129);
}

TEST(Bugs, JsonObeysItsSchema) {
  const Ended ended = run({"bugs", "rss-not-reduced", "free-no-flush", "--format", "json"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  const json document = json::parse(ended.out);
  json bugs = json::parse(readFile(PTECHECK_SOURCE_DIR "/docs/schema/bugs.json"));
  EXPECT_EQ(whyInvalid(bugs, document), "");
  const json& found = document["mutants"][0];
  EXPECT_EQ(found["found"], true);
  EXPECT_EQ(run({"replay", found["id"].get<std::string>()}).status, 1) << found;
  const std::string actors = document["interleavings"][0]["actors"];
  EXPECT_EQ(run({"check", "--concurrent", "--mutant", "free-no-flush", "--actors", actors}).status,
            1)
      << actors;
  bugs["properties"].erase("mutants");
  EXPECT_NE(whyInvalid(bugs, document), "");
}

TEST(Tables, BugsFoundAreStillFound) {
  const std::vector<std::string> page =
      tableLines(readFile(PTECHECK_SOURCE_DIR "/docs/bugs-found.md"));
#if defined(PTECHECK_SANITIZED)
  const Ended ended = run({"bugs", "swap-entry-loses-uffd-wp", "--format", "markdown"});
  for (const std::string& line : tableLines(ended.out))
    EXPECT_NE(std::find(page.begin(), page.end(), line), page.end()) << line;
#else
  const Ended ended = run({"bugs", "--format", "markdown"});
  EXPECT_EQ(page, tableLines(ended.out));
#endif
  EXPECT_EQ(ended.status, 0) << ended.out;
  EXPECT_GT(page.size(), 70U);
}

}  // namespace
}  // namespace ptecheck
