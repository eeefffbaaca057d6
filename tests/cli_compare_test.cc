// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck compare as a user has it.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "program.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

using namespace program;

json compareSchema() {
  return json::parse(readFile(PTECHECK_SOURCE_DIR "/docs/schema/compare.json"));
}

// A comparison that takes a moment only.
Words small(const Words& candidates, const Words& more = {}) {
  Words words = {"compare", "--pages", "2", "--deviations", "1.1.0", "--random", "200"};
  words.insert(words.end(), candidates.begin(), candidates.end());
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(CliCompare, HelpIsEnoughToWorkFrom) {
  const Ended help = run({"compare", "--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_LE(longestLine(help.out), 100U);
  for (const char* option : {"--mix", "--patch", "--backport", "--changes", "--arch", "--seed",
                             "--random", "--strict", "--format", "Example"})
    EXPECT_TRUE(has(help.out, option)) << option;
}

TEST(CliCompare, PutsPoliciesSideBySide) {
  const Ended result = run(small({"v6.16", "wrprotect", "restore-each"}));
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "");
  EXPECT_LE(longestLine(result.out), 75U);
  EXPECT_TRUE(has(result.out, "\nv6.16: breaks write-gained"));
  EXPECT_TRUE(has(result.out, "\nrestore-each: breaks no rule; its batches are as long as those"));
  EXPECT_TRUE(has(result.out, "  write-gained       e1.1.1.0/v6.16/"));
}

TEST(CliCompare, SaysWhatIsOnShadowStacksOnly) {
  const json document =
      json::parse(run(small({"v6.16", "respect-write-softdirty", "--format", "json"})).out);
  const std::string sentence = document["architectures"][0]["candidates"][1]["sentence"];
  EXPECT_TRUE(sentence.starts_with("respect-write-softdirty: breaks write-gained")) << sentence;
  EXPECT_TRUE(has(sentence, " on shadow stacks only; its batches are ")) << sentence;
  EXPECT_TRUE(has(sentence, "% shorter than those of v6.16")) << sentence;
}

TEST(CliCompare, ExitStatusFollowsTheVerdict) {
  EXPECT_EQ(run(small({"unbatched", "restore-each"})).status, 0);
  // write-lost is a cost: only --strict minds.
  const Words rule = {"--rule", "write-lost"};
  EXPECT_EQ(run(small({"wrprotect"}, rule)).status, 0);
  EXPECT_EQ(run(small({"wrprotect", "--strict"}, rule)).status, 1);
}

TEST(CliCompare, JsonObeysItsSchema) {
  const Ended result =
      run(small({"v6.16", "unbatched"}, {"--format", "json", "--arch", "x86_64,arm64"}));
  const json document = json::parse(result.out);
  EXPECT_EQ(whyInvalid(compareSchema(), document), "");
  const json& x86 = document["architectures"][0];
  ASSERT_EQ(x86["parts"].size(), 2U);
  EXPECT_EQ(x86["parts"][1]["scenarios"], 200);
  EXPECT_EQ(x86["candidates"][0]["verdict"], "broken");
  EXPECT_EQ(x86["candidates"][1]["verdict"], "good");
  const json& single = x86["parts"][0]["rows"][1]["costs"];
  EXPECT_EQ(single["batches"], single["batched_entries"]);
  // What it found can be looked at.
  for (const json& finding : x86["parts"][0]["findings"])
    EXPECT_EQ(run({"replay", "--strict", finding["id"].get<std::string>()}).status, 1)
        << finding["id"];
  const Scratch scratch;
  const json& drawn = x86["parts"][1]["findings"][0];
  const fs::path file =
      scratch.file("drawn.pte", drawn["scenario_file"].get<std::string>() + "expect v6.16: good\n");
  EXPECT_TRUE(has(run({"run", file.string()}).out, drawn["rule"].get<std::string>()));
  // The check of the schema can fail.
  json bad = document;
  bad["architectures"][0]["parts"][0]["more"] = 1;
  EXPECT_NE(whyInvalid(compareSchema(), bad), "");
}

// Batches by case, and what only shows after the steps, for people and for programs.
TEST(CliCompare, TellsWhatEachCaseCosts) {
  const Words candidates = {"unbatched", "migration:write=and", "--family", "migration"};
  const json document = json::parse(run(small(candidates, {"--format", "json"})).out);
  EXPECT_EQ(whyInvalid(compareSchema(), document), "");
  const json& rows = document["architectures"][0]["parts"][0]["rows"];
  const json& single = rows[0]["costs"];
  const json& batched = rows[1]["costs"];
  EXPECT_EQ(single["cases"].size(), 2U);
  for (const char* one : {"migration", "migration-back"}) {
    EXPECT_EQ(single["cases"][one]["batches"], single["cases"][one]["batched_entries"]);
    EXPECT_EQ(single["cases"][one]["shortest"], single["cases"][one]["most"]);
  }
  EXPECT_LT(batched["cases"]["migration"]["batches"],
            batched["cases"]["migration"]["batched_entries"]);
  const json& back = batched["cases"]["migration-back"];
  EXPECT_EQ(back["batches"], back["batched_entries"]) << "one entry at a time, as before";
  std::uint64_t sum = 0;
  for (const json& one : batched["cases"]) sum += one["batches"].get<std::uint64_t>();
  EXPECT_EQ(batched["batches"], sum);
  // A migration entry is not present: that it lost write shows when it comes back.
  EXPECT_EQ(single["extra_faults_in_all"], 0);
  EXPECT_GT(batched["extra_faults_in_all"], batched["extra_faults"]);
  const std::string text = run(small(candidates)).out;
  EXPECT_TRUE(has(text, "\nmigration\n  unbatched  ")) << text;
  EXPECT_TRUE(has(text, "One entry at a time, whatever the candidate: migration-back.\n")) << text;
  EXPECT_LE(longestLine(text), 75U);
}

// What a policy batches is compared where it shows, without being asked to.
TEST(CliCompare, EveryCaseThatIsBatched) {
  const Ended result = run(small({"v7.0", "v7.0-rc-file", "batch-all"}, {"--format", "json"}));
  const json document = json::parse(result.out);
  EXPECT_EQ(whyInvalid(compareSchema(), document), "");
  const json& part = document["architectures"][0]["parts"][0];
  std::uint64_t sum = 0;
  for (const char* family : {"reclaim", "swap", "file", "migration"}) {
    ASSERT_TRUE(part["families"].contains(family)) << family;
    sum += part["families"][family].get<std::uint64_t>();
  }
  EXPECT_EQ(part["families"].size(), 4U);
  EXPECT_EQ(part["scenarios"], sum);
  EXPECT_FALSE(part["rows"][0]["broken"].contains("uffd-wp-changed"));
  EXPECT_TRUE(part["rows"][1]["broken"].contains("uffd-wp-changed"));  // a marker is missing
  EXPECT_EQ(document["architectures"][0]["candidates"][2]["verdict"], "good");
  for (const json& finding : part["findings"])
    EXPECT_EQ(run({"replay", "--strict", finding["id"].get<std::string>()}).status, 1)
        << finding["id"];
  const Ended text = run(small({"v7.0", "batch-all"}, {"--family", "file,device"}));
  EXPECT_TRUE(has(text.out, "family:      file\n")) << text.out;
  EXPECT_TRUE(has(text.out, "device")) << text.out;
}

TEST(CliCompare, TheNumberOfJobsChangesNothing) {
  const Ended one = run(small({"v6.16", "batch-all"}, {"--jobs", "1"}));
  EXPECT_EQ(one.out, run(small({"v6.16", "batch-all"}, {"--jobs", "3"})).out);
  EXPECT_NE(one.out, run(small({"v6.16", "batch-all"}, {"--seed", "2"})).out);
}

TEST(CliCompare, TheMixIsTheOneGiven) {
  const Ended shown = run({"compare", "--show-mix"});
  EXPECT_EQ(shown.status, 0);
  const Scratch scratch;
  const fs::path file = scratch.file("my.mix", shown.out);
  const Words names = {"v6.16", "--format", "json"};
  json ours = json::parse(run(small(names, {"--mix", file.string()})).out);
  json built_in = json::parse(run(small(names)).out);
  EXPECT_EQ(ours["architectures"], built_in["architectures"]);
  EXPECT_EQ(ours["mix"], file.string());
  writeFile(file, "pages 1 = 1\n");
  ours = json::parse(run(small(names, {"--mix", file.string()})).out);
  EXPECT_EQ(ours["architectures"][0]["parts"][1]["rows"][0]["costs"]["batches"],
            ours["architectures"][0]["parts"][1]["rows"][0]["costs"]["batched_entries"]);
  writeFile(file, "pages 1 = 1\npages 3 = 1\n");
  const Ended bad = run(small(names, {"--mix", file.string()}));
  EXPECT_EQ(bad.status, 129);
  EXPECT_TRUE(has(bad.err, "my.mix:2: 'pages' is never '3'"));
}

TEST(CliCompare, MistakesAreUsageErrors) {
  for (const Words& words :
       {Words{"compare"}, small({"v6.61"}), small({"v6.16"}, {"--family", "lazyfree"}),
        small({}, {"--backport", "v6.16", "--family", "file"}), small({"v6.16", "v6.16"}),
        small({"v6.16"}, {"--patch", "x.patch"}), small({"v6.16"}, {"--mix", "/nowhere.mix"}),
        small({"v6.16"}, {"--pages", "5"}), small({"v6.16"}, {"--backport", "v6.16"}),
        Words{"compare", "--changes", "2"},
        Words{"compare", "v6.16", "--pages", "0", "--random", "0"}}) {
    const Ended result = run(words);
    EXPECT_EQ(result.status, 129) << words.back();
    EXPECT_NE(result.err, "") << words.back();
    EXPECT_EQ(result.out, "") << words.back();
  }
  EXPECT_EQ(run(small({"/nowhere/linux"})).status, 125);
}

TEST(CliCompare, NamesTheSmallestRepair) {
  const Words words = small({"--backport", "v6.16"});
  const Ended text = run(words);
  EXPECT_EQ(text.status, 0);
  EXPECT_LE(longestLine(text.out), 75U);
  EXPECT_TRUE(has(text.out,
                  "lazyfree: respect write + lazyfree: respect soft-dirty (2 bits)\n"
                  "   Not on shadow stacks"));
  EXPECT_TRUE(has(text.out, "* lazyfree: respect write\n"));
  EXPECT_TRUE(has(text.out,
                  "\nv6.16: the smallest change that breaks no rule above cost is lazyfree: put\n"
                  "  back every entry as it was (1 code path); of bits alone it is lazyfree:\n"
                  "  respect write + lazyfree: respect dirty + lazyfree: respect soft-dirty (3\n"
                  "  bits), or but for shadow stacks lazyfree: respect write + lazyfree:\n"
                  "  respect soft-dirty (2 bits).\n"))
      << text.out;
  const json document = json::parse(run(small({"--backport", "v6.16", "--format", "json"})).out);
  EXPECT_EQ(whyInvalid(compareSchema(), document), "");
  const json& arch = document["architectures"][0];
  ASSERT_EQ(arch["answers"].size(), 6U);
  const json& killed = arch["killed"][0];
  EXPECT_EQ(killed["changes"].size(), 0U);
  EXPECT_EQ(run({"replay", killed["id"].get<std::string>()}).status, 1);
  // One change at once, and nothing may cost: only what gives up batching or remembers.
  const json strict = json::parse(
      run(small({"--backport", "v6.16", "--changes", "1", "--strict", "--format", "json"})).out);
  EXPECT_EQ(strict["architectures"][0]["answers"].size(), 2U);
  EXPECT_EQ(run(small({"--backport", "v6.16", "--changes", "0"})).status, 1);
  const std::string sentence = strict["architectures"][0]["sentence"];
  EXPECT_TRUE(sentence.starts_with("v6.16: the smallest change that breaks no rule is "))
      << sentence;
  EXPECT_TRUE(
      has(run(small({"--backport", "v6.16", "--changes", "0"})).out,
          "\nv6.16: no set of up to 0 changes is enough, each breaks a rule above cost.\n"));
  EXPECT_TRUE(has(run(small({"--backport", "restore-each"})).out,
                  "\nrestore-each: nothing has to be changed, it breaks no rule above cost.\n"));
}

// A patch that takes away the first line of the tree's mm/rmap.c that holds `text`.
std::string patchWithout(const fs::path& tree, const std::string& text) {
  std::istringstream file(readFile(tree / "mm/rmap.c"));
  std::size_t number = 1;
  std::string line;
  while (std::getline(file, line) && !has(line, text)) ++number;
  return "--- a/mm/rmap.c\n+++ b/mm/rmap.c\n@@ -" + std::to_string(number) + ",1 +" +
         std::to_string(number) + ",1 @@\n-" + line + "\n+;\n";
}

// What a patch breaks is held against the patch, and not against the tree it is laid over.
TEST(TreeCliCompare, ATreeWithoutAndWithAPatch) {
  const fs::path tree = getKernelSource("6.12", {});
  const Scratch scratch;
  const fs::path patch =
      scratch.file("no-rss.patch", patchWithout(tree, "dec_mm_counter(mm, MM_ANONPAGES)"));
  const Ended result = run({"compare", "v6.12", tree.string(), "--patch", patch.string(), "--pages",
                            "1", "--deviations", "1.1.0", "--random", "50", "--format", "json"});
  EXPECT_EQ(result.status, 1) << result.err;
  const json document = json::parse(result.out);
  EXPECT_EQ(whyInvalid(compareSchema(), document), "");
  const json& arch = document["architectures"][0];
  ASSERT_EQ(arch["candidates"].size(), 3U);
  EXPECT_TRUE(arch["candidates"][1]["base"]);
  EXPECT_FALSE(arch["candidates"][2]["base"]);
  EXPECT_EQ(arch["candidates"][1]["verdict"], arch["candidates"][0]["verdict"]);
  EXPECT_EQ(arch["candidates"][2]["verdict"], "broken");
  const json& rows = arch["parts"][0]["rows"];
  EXPECT_GT(rows[2]["broken"].value("accounting", 0), 0);
  EXPECT_EQ(rows[0]["costs"]["flushes"], rows[1]["costs"]["flushes"]);
  EXPECT_TRUE(rows[1]["costs"]["batches"].is_null());
  EXPECT_TRUE(rows[0]["costs"]["batches"].is_number());
  EXPECT_TRUE(rows[1]["costs"]["cases"].is_null());
  // Its agent handles no fault, so that it does not run every step.
  EXPECT_EQ(rows[0]["costs"]["extra_faults"], rows[1]["costs"]["extra_faults"]);
  EXPECT_TRUE(rows[0]["costs"]["extra_faults_in_all"].is_number());
  EXPECT_TRUE(rows[1]["costs"]["extra_faults_in_all"].is_null());
  EXPECT_TRUE(rows[1]["costs"]["spurious_soft_dirty_in_all"].is_null());
  const std::string sentence = arch["candidates"][1]["sentence"];
  EXPECT_TRUE(has(sentence, "as far as the operation alone shows")) << sentence;
}

}  // namespace
}  // namespace ptecheck
