// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck check --concurrent, as a user runs it.
#include <gtest/gtest.h>

#include "program.h"

namespace ptecheck::program {
namespace {

TEST(CliConcurrent, IsGoodForTwoActors) {
  const Ended ended = run({"check", "--concurrent", "--arch", "x86_64,arm64"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.out.find("x86_64, policy v6.12: good"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("arm64, policy v6.12: good"), std::string::npos);
  EXPECT_NE(ended.out.find("fork-copies-stale"), std::string::npos);
  EXPECT_EQ(ended.err, "");
}

TEST(CliConcurrent, ShowsTheScheduleOfAMistake) {
  const Words words = {"check",  "--concurrent", "--arch",
                       "x86_64", "--mutant",     "mprotect-no-flush"};
  const Ended ended = run(words);
  EXPECT_EQ(ended.status, 1);
  EXPECT_NE(ended.out.find("anon/1:user=S0,mprotect"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("by its TLB"), std::string::npos);
  Words threads = words;
  threads.insert(threads.end(), {"--jobs", "3"});
  EXPECT_EQ(run(threads).out, ended.out);
}

TEST(CliConcurrent, RunsOneSetOfActors) {
  const Ended ended =
      run({"check", "--concurrent", "--arch", "arm64", "--mutant", "drain-only-barrier", "--actors",
           "anon/1:user=S0,reclaim,mprotect", "--format", "json"});
  EXPECT_EQ(ended.status, 1) << ended.err;
  const json document = json::parse(ended.out);
  EXPECT_EQ(whyInvalid(json::parse(readFile(PTECHECK_SOURCE_DIR "/docs/schema/concurrent.json")),
                       document),
            "");
  EXPECT_EQ(document["results"][0]["examples"][0]["rule"], "stale-tlb");
  EXPECT_EQ(document["results"][0]["sizes"][0]["setups"], 1);
}

TEST(CliConcurrent, JudgesByTheRulesThatAreWanted) {
  const Words words = {"check",    "--concurrent",      "--arch", "x86_64",
                       "--mutant", "mprotect-no-flush", "--rule", "progress"};
  EXPECT_EQ(run(words).status, 0);
}

TEST(CliConcurrent, SaysThatItDidNotFinish) {
  const Ended bound = run({"check", "--concurrent", "--arch", "x86_64", "--bound", "4"});
  EXPECT_EQ(bound.status, 125);
  EXPECT_NE(bound.out.find("searches met the bound"), std::string::npos) << bound.out;
}

TEST(CliConcurrent, RefusesWhatItDoesNotKnow) {
  for (const auto& [words, text] : {std::pair<Words, const char*>{{"--actors", "4"}, "--actors"},
                                    {{"--actors", "sleep"}, "sleep"},
                                    {{"--actors", "anon/1:user=S3"}, "S3"},
                                    {{"--folio", "3"}, "--folio"},
                                    {{"--mutant", "no-such"}, "no-such"},
                                    {{"--rule", "batch-bounds"}, "batch-bounds"},
                                    {{"--family", "swap"}, "--family"}}) {
    Words all = {"check", "--concurrent"};
    all.insert(all.end(), words.begin(), words.end());
    const Ended ended = run(all);
    EXPECT_GE(ended.status, 129) << ended.out;
    EXPECT_NE(ended.err.find(text), std::string::npos) << ended.err;
    EXPECT_EQ(ended.out, "");
  }
  EXPECT_GE(run({"check", "--bound", "3"}).status, 129);
}

}  // namespace
}  // namespace ptecheck::program
