// SPDX-License-Identifier: GPL-2.0-only
//
// Progress at a terminal, and Ctrl-C.
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "sarif_check.h"
#include "scenario/sanitized.h"
#include "subject/kernel_source.h"
#include "terminal.h"

namespace ptecheck {
namespace {

using namespace program;

// With sanitizers, and beside other work, everything takes longer.
constexpr double kAtOnce = kSlow ? 15 : 2;

constexpr const char* kWiped = "\r\033[K";

// Minutes, if nobody stops it.
Words longCheck(const Words& more = {}, const char* deviations = "5.5.5") {
  Words words = {"check", "--arch", "x86_64", "--family", "reclaim", "--deviations", deviations};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Runs it until it has something to tell, and stops it.
Ended stoppedRun(const Words& words, const std::string& when = "/s") {
  Terminal terminal(words);
  EXPECT_TRUE(terminal.waitFor(when)) << terminal.shown();
  terminal.pressControlC();
  const Ended result = terminal.end();
  EXPECT_LT(terminal.secondsToEnd(), kAtOnce);
  EXPECT_EQ(result.status, 130) << result.err;
  EXPECT_EQ(processesOf(terminal.session()), 0U);
  return result;
}

// Soon finds that v6.16 is broken, which takes folios of two pages.
Ended stoppedWhenFound(const Words& more = {}) {
  Words words = {"--policy", "v6.16", "--policy", "unbatched"};
  words.insert(words.end(), more.begin(), more.end());
  return stoppedRun(longCheck(words, "1.2.6"), " M of ");
}

// What was drawn, one after another.
std::vector<std::string> drawings(const std::string& shown) {
  std::vector<std::string> list;
  for (std::size_t at = 0; (at = shown.find(kWiped, at)) != std::string::npos;) {
    at += std::string(kWiped).size();
    list.push_back(shown.substr(at, shown.find(kWiped, at) - at));
  }
  return list;
}

TEST(CliProgress, CountsRateAndTimeAreShownAndGoneAtTheEnd) {
  const Ended result = stoppedRun(longCheck({"--policy", "unbatched"}), " left");
  const std::regex counted(
      "ptecheck: (x86-64, reclaim: )?[0-9.]+ [kM] of [0-9.]+ [MG] scenarios, [0-9.]+( [kM])?/s(, "
      "about [0-9]+ (s|min|h) left)?");
  std::vector<std::string> lines = drawings(result.err);
  ASSERT_GT(lines.size(), 3U) << result.err;
  EXPECT_EQ(lines.back(), "") << "not wiped";
  lines.pop_back();
  bool any = false;
  bool named = false, left = false;
  for (std::string& line : lines) {
    if (line.ends_with("^C")) line.resize(line.size() - 2);  // the terminal's echo
    EXPECT_LT(line.size(), kTerminalColumns) << line;
    any = any || std::regex_match(line, counted);
    named = named || has(line, "x86-64, reclaim: ");
    left = left || has(line, "/s, about ");
  }
  EXPECT_TRUE(any && named && left) << result.err;
}

TEST(CliProgress, APipeAndADumbTerminalAreSilent) {
  const Words words = {"check",    "--arch",  "x86_64",  "--policy", "unbatched",
                       "--family", "reclaim", "--pages", "2"};
  const Ended piped = run(words);
  EXPECT_EQ(piped.status, 0);
  EXPECT_EQ(piped.err, "");
  Terminal dumb(words, "dumb");
  const Ended result = dumb.end();
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, piped.out);
}

TEST(CliStop, TextSaysHowFarItCame) {
  const Ended nothing = stoppedRun(longCheck({"--policy", "unbatched"}));
  EXPECT_TRUE(has(nothing.out, "\nstopped:     ")) << nothing.out;
  EXPECT_TRUE(has(nothing.out, "\nverdict:     not checked: stopped before anything was found\n"))
      << nothing.out;
  EXPECT_TRUE(has(nothing.out, "None is broken in what was run.")) << nothing.out;
  EXPECT_FALSE(has(nothing.out, "good")) << nothing.out;
  EXPECT_LE(longestLine(nothing.out), 75U);

  const Ended found = stoppedWhenFound();
  EXPECT_TRUE(has(found.out, "1 of 2 policies BROKEN")) << found.out;
  EXPECT_TRUE(has(found.out, "not checked to the end: unbatched")) << found.out;
  EXPECT_TRUE(has(found.out, "/v6.16/")) << found.out;
}

TEST(CliStop, JsonObeysItsSchemaAndSaysSo) {
  const Ended result = stoppedWhenFound({"--format", "json"});
  const json document = json::parse(result.out);
  EXPECT_EQ(whyInvalid(schema(), document), "");
  EXPECT_EQ(document["verdict"], "broken");
  const json& arch = document["architectures"][0];
  EXPECT_GT(arch["stopped"]["scenarios"], 0);
  EXPECT_LT(arch["stopped"]["scenarios"], arch["stopped"]["of"]);
  EXPECT_EQ(arch["rows"][0]["verdict"], "broken");
  EXPECT_EQ(arch["rows"][1]["verdict"], "not-checked");
}

TEST(CliStop, KtapHasNoPlainOk) {
  const Ended result = stoppedWhenFound({"--format", "ktap"});
  EXPECT_TRUE(has(result.out, "    not ok 1 v6.16\n")) << result.out;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const std::string rest = line.substr(std::min(line.size(), line.find_first_not_of(' ')));
    // Cost rules that were seen broken are ok unless --strict, and diagnostics tell them.
    const bool cost = has(line, " write-lost") || has(line, " soft-dirty-gained");
    const bool plain = rest.starts_with("ok ") && !cost && !has(line, "# SKIP stopped: ");
    EXPECT_FALSE(plain) << line;
  }
}

TEST(CliStop, SarifWasNotSuccessful) {
  const Ended result = stoppedWhenFound({"--format", "sarif"});
  const json document = json::parse(result.out);
  EXPECT_EQ(whyNoSarif(document), "");
  const json& run = document["runs"][0];
  EXPECT_FALSE(run["results"].empty());
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], false);
  EXPECT_TRUE(has(run["invocations"][0].dump(), "stopped: ")) << run["invocations"].dump();
}

TEST(CliStop, InterleavingsKnowNoTimeLeft) {
  const Words words = {"check", "--concurrent", "--actors", "3", "--folio",
                       "2",     "--arch",       "x86_64"};
  const Ended text = stoppedRun(words);
  EXPECT_TRUE(has(text.err, " states, ")) << text.err;
  EXPECT_FALSE(has(text.err, "left")) << text.err;
  EXPECT_TRUE(has(text.out, "not checked: ") && has(text.out, "were stopped.")) << text.out;
  Words in_json = words;
  in_json.insert(in_json.end(), {"--format", "json"});
  const json document = json::parse(stoppedRun(in_json).out);
  const json concurrent = json::parse(readFile(PTECHECK_SOURCE_DIR "/docs/schema/concurrent.json"));
  EXPECT_EQ(whyInvalid(concurrent, document), "");
  EXPECT_EQ(document["verdict"], "not-checked");
  EXPECT_LT(document["results"][0]["stopped"]["sets"], document["results"][0]["stopped"]["of"]);
}

TEST(CliStop, AComparisonIsOfWhatWasRun) {
  const Ended result =
      stoppedRun({"compare", "unbatched", "v6.12", "--deviations", "5.5.5", "--format", "json"});
  const json document = json::parse(result.out);
  const json compared = json::parse(readFile(PTECHECK_SOURCE_DIR "/docs/schema/compare.json"));
  EXPECT_EQ(whyInvalid(compared, document), "");
  EXPECT_EQ(document["verdict"], "not-checked");
  EXPECT_TRUE(document["architectures"][0].contains("stopped"));
}

TEST(CliStop, WhatIsOfNoUseHalfDoneEndsWithAMessage) {
  const struct {
    Words words;
    const char* says;
  } cases[] = {{{"prove", "--arch", "x86_64"}, "ptecheck: stopped while proving"},
               {{"synth", "--case", "swap-backed"}, "ptecheck: stopped while trying batchings"},
               {{"bugs"}, "ptecheck: stopped while looking for mistakes"}};
  for (const auto& one : cases) {
    const Ended result = stoppedRun(one.words);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(has(result.err, one.says)) << result.err;
  }
}

TEST(CliStop, SigtermDoesTheSame) {
  Terminal terminal(longCheck({"--policy", "unbatched"}));
  ASSERT_TRUE(terminal.waitFor("/s")) << terminal.shown();
  terminal.send(SIGTERM);
  const Ended result = terminal.end();
  EXPECT_LT(terminal.secondsToEnd(), kAtOnce);
  EXPECT_EQ(result.status, 143);
  EXPECT_TRUE(has(result.out, "\nstopped:     ")) << result.out;
}

// --- On a kernel tree

Words treeCheck(const fs::path& tree, const Words& more = {}) {
  Words words = {"check",    "--kernel",     tree.string(), "--family", "reclaim",
                 "--random", "100000000000", "--pages",     "512"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(TreeCliStop, ACheckOfATreeReportsAndLeavesNoAgent) {
  const fs::path tree = getKernelSource("6.12", {});
  const Ended text = stoppedRun(treeCheck(tree), "scenarios, ");
  EXPECT_TRUE(has(text.out, "verdict:     not checked: stopped\n")) << text.out;
  EXPECT_TRUE(has(text.out, "\nstopped:     ")) << text.out;
  const Ended in_json = stoppedRun(treeCheck(tree, {"--format", "json"}), "scenarios, ");
  const json document = json::parse(in_json.out);
  EXPECT_EQ(whyInvalid(schema(), document), "");
  EXPECT_EQ(document["verdict"], "not-checked");
  EXPECT_TRUE(document["architectures"][0].contains("stopped"));
  const Ended ktap = stoppedRun(treeCheck(tree, {"--format", "ktap"}), "scenarios, ");
  EXPECT_TRUE(has(ktap.out, "ok 1 x86_64 # SKIP stopped: ")) << ktap.out;
}

TEST(TreeCliStop, AgreementAndEventsReportToo) {
  const fs::path tree = getKernelSource("6.12", {});
  const Ended agree = stoppedRun(treeCheck(tree, {"--agree"}), "scenarios, ");
  EXPECT_TRUE(has(agree.out, "verdict:     not compared\n")) << agree.out;
  EXPECT_TRUE(has(agree.out, "\nstopped:     ")) << agree.out;
  const Ended events =
      stoppedRun({"check", "--kernel", tree.string(), "--events", "2"}, "scenarios, ");
  EXPECT_TRUE(has(events.out, "verdict:     not checked\n")) << events.out;
  EXPECT_TRUE(has(events.out, "\nstopped:     ")) << events.out;
}

// Kbuild and the compilers end with us, and nothing half-made stays.
TEST(TreeCliStop, ConfiguringEndsToo) {
  const fs::path tree = getKernelSource("6.12", {});
  const Scratch scratch;
  const Ended result =
      stoppedRun(treeCheck(tree, {"--cache", scratch.path().string()}), "configuring");
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(has(result.err, "ptecheck: stopped while ")) << result.err;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(scratch.path()))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".unfinished")) << entry.path();
}

}  // namespace
}  // namespace ptecheck
