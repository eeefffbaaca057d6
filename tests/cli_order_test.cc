// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck order, as a user has it.
#include <gtest/gtest.h>

#include "program.h"

namespace ptecheck {
namespace {

using namespace program;

std::size_t longest(const std::string& text) {
  std::istringstream lines(text);
  std::size_t result = 0;
  for (std::string line; std::getline(lines, line);) result = std::max(result, line.size());
  return result;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Order, AllBarriersAreEnough) {
  const Ended ended = run({"order"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(contains(ended.out, "verdict:     good\n"));
  EXPECT_FALSE(contains(ended.out, "BROKEN"));
  EXPECT_LE(longest(ended.out), 75U);
}

TEST(Order, HelpIsEnoughToWorkFrom) {
  EXPECT_TRUE(contains(run({"--help"}).out, "order"));
  const Ended help = run({"order", "--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* word : {"--model", "--without", "--format", "Examples:", "Exit status:"})
    EXPECT_TRUE(contains(help.out, word)) << word;
  EXPECT_LE(longest(help.out), 100U);
}

TEST(Order, ATestShowsASchedule) {
  const Ended ended = run({"order", "unmap"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(contains(ended.out, R"(
Without smp_mb on tso: reclaim discards a folio to which GUP-fast keeps a
reference. A shortest way there (5 steps; 25 states in all):

    reclaim                             GUP-fast
    ----------------------------------  ----------------------------------
 1  folio_ref_count(): refs is 0
 2                                      ptep_get_lockless(): entry is 1
 3                                      try_get_folio(): refs from 0 to 1
 4                                      ptep_get(): entry is 1
 5  get_and_clear_ptes(): entry = 0

at first:   entry 1, refs 0
in the end: entry 0, refs 1
)")) << ended.out;
  const auto document = json::parse(run({"order", "--format", "json"}).out);
  std::vector<std::string> all = {"order"};
  for (const auto& test : document["tests"]) all.push_back(test["name"].get<std::string>());
  EXPECT_GT(all.size(), 10U);
  EXPECT_LE(longest(run(all).out), 75U);
}

TEST(Order, WithoutABarrierTheExitStatusIsThatOfTheModel) {
  EXPECT_EQ(run({"order", "unmap", "--without", "smp_mb"}).status, 1);
  EXPECT_EQ(run({"order", "unmap", "--without", "smp_mb", "--model", "tso"}).status, 1);
  const Ended ended = run({"order", "unmap", "--without", "smp_mb", "--model", "sc"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_TRUE(contains(ended.out, "Without smp_mb: no bad outcome.\n")) << ended.out;
}

TEST(Order, JsonObeysItsSchema) {
  const auto schema = json::parse(readFile(PTECHECK_SOURCE_DIR "/docs/schema/order.json"));
  const auto all = json::parse(run({"order", "--format", "json"}).out);
  EXPECT_EQ(whyInvalid(schema, all), "");
  EXPECT_EQ(all["verdict"], "good");
  EXPECT_EQ(all["tests"][0]["results"].size(), 3U);
  const auto one = json::parse(
      run({"order", "unmap", "--without", "smp_mb", "--model", "weak", "--format", "json"}).out);
  EXPECT_EQ(whyInvalid(schema, one), "");
  EXPECT_EQ(one["verdict"], "broken");
  EXPECT_EQ(one["without"], "smp_mb");
  EXPECT_EQ(one["tests"][0]["results"][1]["models"].size(), 1U);
}

TEST(Order, WrongWordsAreRefused) {
  for (const Words& words :
       {Words{"order", "unmapp"}, Words{"order", "--without", "smp_mb"},
        Words{"order", "unmap", "--without", "smp_rmb"}, Words{"order", "--model", "alpha"},
        Words{"order", "unmap", "unmap-xchg", "--without", "smp_mb"}}) {
    const Ended ended = run(words);
    EXPECT_EQ(ended.status, 129) << words.back();
    EXPECT_EQ(ended.out, "");
    EXPECT_TRUE(contains(ended.err, "ptecheck: "));
  }
  EXPECT_TRUE(contains(run({"order", "unmapp"}).err, "Did you mean 'unmap'?"));
}

// docs/memory-order.md holds the table that this prints.
TEST(Order, ThePageHasTheTable) {
  const Ended ended = run({"order", "--format", "markdown"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_FALSE(ended.out.empty());
  EXPECT_TRUE(contains(readFile(PTECHECK_SOURCE_DIR "/docs/memory-order.md"), "\n" + ended.out))
      << ended.out;
}

}  // namespace
}  // namespace ptecheck
