// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck prove --kernel, as a user has it, on Debian's 6.12.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "program.h"
#include "subject/kernel_source.h"
#include "subject/tree_edit.h"

namespace ptecheck {
namespace {

using namespace program;

const std::string& kernel() {
  static const std::string tree = getKernelSource("6.12", {}).string();
  return tree;
}

// Does `text` say that, wherever its lines are broken?
bool says(const std::string& text, const std::string& part) {
  std::istringstream words(text);
  std::string flat;
  for (std::string word; words >> word;) flat += (flat.empty() ? "" : " ") + word;
  return has(flat, part);
}

Words prove(const Words& more) {
  Words words = {"prove", "--kernel", kernel()};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(TreeCliProve, DebiansHelpersAreProvedOnX86) {
  const Ended result = run(prove({}));
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_LE(longestLine(result.out), 75U);
  for (const char* part :
       {"verdict: at a cost", "all 524,288 combinations of bits 0-11 and 57-63", "seed 1",
        "different: none", "proved for all words, on every processor", "boot_cpu_data+",
        "no bit but NX and G", "cross-check:", "known to be harmless",
        "replayed in the tree's own code", "no shadow-stack VMA"})
    EXPECT_TRUE(says(result.out, part)) << part << "\n" << result.out;
  EXPECT_FALSE(has(result.out, "UNEXPLAINED")) << result.out;
  EXPECT_FALSE(has(result.out, "Refused")) << result.out;
}

TEST(TreeCliProve, OtherArchitecturesAsWellInJson) {
  const Words words = prove({"--arch", "riscv,s390,loongarch", "--format", "json", "--jobs"});
  Words one = words, three = words;
  one.emplace_back("1");
  three.emplace_back("3");
  const Ended result = run(three);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, run(one).out);
  const json document = json::parse(result.out);
  EXPECT_EQ(whyInvalid(schema(), document), "");
  EXPECT_EQ(document["verdict"], "cost");
  ASSERT_EQ(document["architectures"].size(), 3U);
  for (const json& arch : document["architectures"]) {
    if (arch["arch"] == "loongarch") {
      EXPECT_TRUE(has(arch["not_run"], "model only"));
      continue;
    }
    const json& tree = arch["kernel"];
    EXPECT_EQ(arch["results"].size(), document["lemmas"].size());
    EXPECT_EQ(tree["refused"], json::object());
    EXPECT_EQ(tree["cross_check"]["exhaustive"], true);
    for (const json& difference : tree["helpers"]["differences"])
      EXPECT_NE(difference["explained"], "") << difference;
    for (const json& other : tree["other_processors"]) EXPECT_NE(other["harmless"], "") << other;
    for (const json& failure : arch["failures"]) EXPECT_EQ(failure["standing"], "harmless");
  }
}

// riscv's pte_mkold() that forgets dirty, too.
TEST(TreeCliProve, ABrokenHeaderIsAFindingWithTheBitsByName) {
  const Scratch scratch;
  TreeEdit edit(kernel());
  edit.in("arch/riscv/include/asm/pgtable.h", "pte_mkold")
      .replace("_PAGE_ACCESSED", "(_PAGE_ACCESSED | _PAGE_DIRTY)");
  edit.writeTo(scratch.path() / "tree");
  const Ended result = run({"prove", "--kernel", (scratch.path() / "tree").string(), "--arch",
                            "riscv", "--lemma", "mkold-keeps/dirty-lost,mkold-does"});
  EXPECT_EQ(result.status, 1) << result.out << result.err;
  for (const char* part :
       {"BROKEN: mkold-keeps/dirty-lost; unlike the model's: pte_mkold()", "DIFFERENT: pte_mkold",
        "bits gained in the tree: none; lost: D", "no longer dirty", "mkold-does/young",
        "replayed in the tree's own code"})
    EXPECT_TRUE(says(result.out, part)) << part << "\n" << result.out;
}

TEST(TreeCliProve, WhatCannotBeTestedIsSaid) {
  const Ended missing = run({"prove", "--kernel", "/nowhere"});
  EXPECT_EQ(missing.status, 125) << missing.err;
  EXPECT_TRUE(has(missing.err, "/nowhere")) << missing.err;
  const Ended model_only = run(prove({"--arch", "loongarch"}));
  EXPECT_EQ(model_only.status, 125) << model_only.err;
  EXPECT_TRUE(has(model_only.err, "model only")) << model_only.err;
  EXPECT_EQ(run(prove({"--history"})).status, 129);
  EXPECT_EQ(run(prove({"--lemma", "mkold-kepes"})).status, 129);
}

}  // namespace
}  // namespace ptecheck
