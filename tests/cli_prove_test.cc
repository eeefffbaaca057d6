// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck prove, as a user has it; and that docs/proofs.md says what it prints.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "program.h"
#include "scenario/sanitized.h"

namespace ptecheck {
namespace {

using namespace program;

// All lemmas, all architectures: seconds of work, so done once. The solver, whose work most of it
// is, is not compiled with sanitizers: there, two architectures and their formats of the past have
// to do.
constexpr bool kAllArchs = !kSlow;

const json& everything() {
  static const json document = [] {
    Words words = {"prove", "--format", "json"};
    if (!kAllArchs) words.insert(words.end(), {"--arch", "x86_64,riscv", "--history"});
    return json::parse(run(words).out);
  }();
  return document;
}

// The lemmas of a small selection: some hold for all values, some for well-formed entries, and one
// fails.
Words few(const Words& more = {}) {
  Words words = {"prove", "--lemma", "progress,batch-write/write,mkdirty-keeps/*-lost"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(CliProve, JsonObeysItsSchemaAndSaysTheSameAsText) {
  EXPECT_EQ(whyInvalid(schema(), everything()), "");
  const std::set<std::string> some = {"x86_64"};
  const Ended text = run({"prove", "--arch", "x86_64"});
  EXPECT_EQ(text.status, 1);  // the candidate
  EXPECT_EQ(text.err, "");    // no progress, as stderr is no terminal
  EXPECT_LE(longestLine(text.out), 75U);
  std::size_t holds = 0, fails = 0;
  for (const json& arch : everything()["architectures"]) {
    EXPECT_EQ(arch["results"].size(), everything()["lemmas"].size());
    const bool told = some.count(arch["arch"]) != 0;
    for (const auto& [lemma, result] : arch["results"].items()) {
      EXPECT_NE(result, "undecided") << lemma;
      holds += told && (result == "all-values" || result == "well-formed");
      fails += told && result == "fails";
    }
    for (const json& failure : arch["failures"]) {
      EXPECT_EQ(arch["results"][failure["lemma"].get<std::string>()], "fails");
      if (told) {
        EXPECT_TRUE(has(text.out, "  " + failure["lemma"].get<std::string>() + ": ")) << failure;
      }
      EXPECT_NE(failure["standing"], "unexplained") << failure;
      EXPECT_GE(failure["counterexample"].size(), 1U) << failure;
    }
  }
  EXPECT_TRUE(has(text.out, "hold:        " + std::to_string(holds) + ", ")) << holds;
  EXPECT_TRUE(has(text.out, "fail:        " + std::to_string(fails) + ": ")) << fails;
}

TEST(CliProve, EveryFormatOfThePastIsRefuted) {
  EXPECT_EQ(everything()["history"].size(), kAllArchs ? 14U : 6U);
  for (const json& past : everything()["history"]) {
    ASSERT_FALSE(past["refuted_by"].empty()) << past["id"];
    for (const json& refutation : past["refuted_by"])
      EXPECT_GE(refutation["counterexample"].size(), 1U) << past["id"];
  }
}

// Two threads do not show, in text or JSON.
TEST(CliProve, TheNumberOfJobsChangesNothing) {
  for (const char* format : {"text", "json"}) {
    const Words more = {"--history", "--format", format, "--arch", "x86_64,s390", "--jobs"};
    Words one = few(more), three = few(more);
    one.emplace_back("1");
    three.emplace_back("3");
    const std::string out = run(one).out;
    EXPECT_FALSE(out.empty());
    EXPECT_EQ(out, run(three).out);
  }
}

TEST(CliProve, LemmasAreChosenByNameGroupAndPattern) {
  const auto chosen = [](const std::string& words) {
    std::set<std::string> names;
    const json document =
        json::parse(run({"prove", "--lemma", words, "--arch", "x86_64", "--format", "json"}).out);
    for (const json& lemma : document["lemmas"]) names.insert(lemma["name"]);
    return names;
  };
  EXPECT_EQ(chosen("progress/dirty"), std::set<std::string>{"progress/dirty"});
  EXPECT_EQ(chosen("wrprotect-does,mkold-does"),
            (std::set<std::string>{"wrprotect-does/write", "mkold-does/young"}));
  const std::set<std::string> lost = chosen("*-keeps/dirty-lost");
  EXPECT_TRUE(lost.count("wrprotect-keeps/dirty-lost"));
  for (const std::string& name : lost) EXPECT_TRUE(name.ends_with("-keeps/dirty-lost")) << name;
}

TEST(CliProve, ANamedLemmaIsToldArchitectureByArchitecture) {
  const Ended result = run(few({"--arch", "x86_64,s390"}));
  EXPECT_EQ(result.status, 1) << result.err;
  EXPECT_TRUE(has(result.out, "\nprogress/dirty\n")) << result.out;
  EXPECT_TRUE(has(result.out, "holds for all values: "));
  EXPECT_TRUE(has(result.out, "FAILS: x86_64"));
  EXPECT_TRUE(has(result.out, "does not apply: s390"));
  EXPECT_FALSE(has(result.out, "refute"));  // history was not asked for
  EXPECT_LE(longestLine(result.out), 75U);
  EXPECT_TRUE(has(run(few({"--history"})).out, "Not refuted by these lemmas"));
}

TEST(CliProve, ExitStatusFollowsTheVerdict) {
  EXPECT_EQ(run({"prove", "--lemma", "progress"}).status, 0);
  // Harmless: only --strict minds. A candidate is broken.
  const Words harmless = {"prove", "--lemma", "mkdirty-keeps/write-lost", "--arch", "x86_64"};
  EXPECT_EQ(run(harmless).status, 0);
  Words strict = harmless;
  strict.emplace_back("--strict");
  EXPECT_EQ(run(strict).status, 1);
  EXPECT_EQ(run({"prove", "--lemma", "batch-write/write", "--arch", "x86_64"}).status, 1);
  EXPECT_EQ(run({"prove", "--lemma", "batch-write/write", "--arch", "arm64"}).status, 0);
}

TEST(CliProve, BadInputIsExplained) {
  const std::vector<std::pair<Words, std::string>> table = {
      {{"prove", "--lemma", "mkdirty-kepes"}, "Did you mean 'mkdirty-keeps'?"},
      {{"prove", "--lemma", "progress,mkdirty-keeps/write-lots"}, "'mkdirty-keeps/write-lost'?"},
      {{"prove", "--lemma", "zzz*"}, "ptecheck list lemmas"},
      {{"prove", "--lemma", ""}, "lemma"},
      {{"prove", "--arch", "amd64"}, "Did you mean 'arm64'?"},
      {{"prove", "--jobs", "0"}, "--jobs takes a number from 1"},
      {{"prove", "--format", "xml"}, "--format"},
      {{"prove", "extra"}, "extra"},
  };
  for (const auto& [words, message] : table) {
    const Ended result = run(words);
    EXPECT_EQ(result.status, 129) << result.err;
    EXPECT_EQ(result.out, "") << message;
    EXPECT_TRUE(result.err.starts_with("ptecheck: ")) << result.err;
    EXPECT_TRUE(has(result.err, message)) << result.err;
  }
}

// An example that a failing lemma names shows its consequence: what the file expects comes out.
TEST(CliProve, ExamplesOfFailuresBreakRules) {
  std::set<std::string> examples;
  for (const json& arch : everything()["architectures"])
    for (const json& failure : arch["failures"])
      if (failure["example"] != "") examples.insert(failure["example"]);
  ASSERT_FALSE(examples.empty());
  for (const std::string& example : examples) {
    const fs::path file = fs::path(PTECHECK_SOURCE_DIR) / "examples" / example;
    const json ran = json::parse(run({"run", file.string(), "--format", "json"}).out);
    bool broken = false;
    for (const json& one : ran["runs"]) {
      EXPECT_EQ(one["as_it_should"], true) << example;
      broken = broken || !one["broken"].empty();
    }
    EXPECT_TRUE(broken) << example;
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// The lines of docs/proofs.md between the table heading `first` and the end of the table.
std::string tableInDocs(const std::string& first) {
  std::istringstream lines(readFile(PTECHECK_SOURCE_DIR "/docs/proofs.md"));
  std::string table;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    inside = inside ? line.starts_with("|") : line == first;
    if (inside) table += line + '\n';
  }
  return table;
}

TEST(CliProve, TheDocumentedFailuresAreThoseThereAre) {
  struct Row {
    std::vector<std::string> lemmas, archs;
    std::string standing, example;
  };
  std::vector<std::string> reasons;
  std::map<std::string, Row> rows;
  const auto add = [](std::vector<std::string>& words, const std::string& word) {
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  };
  for (const json& arch : everything()["architectures"])
    for (const json& failure : arch["failures"]) {
      add(reasons, failure["why"]);
      Row& row = rows[failure["why"]];
      add(row.lemmas, "`" + failure["lemma"].get<std::string>() + "`");
      add(row.archs, arch["arch"]);
      row.standing = failure["standing"];
      if (failure["example"] != "") row.example = failure["example"];
    }
  const std::string first = "| lemmas that fail | on | standing | what comes of it |";
  std::string table = first + "\n|---|---|---|---|\n";
  for (const std::string& why : reasons) {
    if (!kAllArchs) {  // not all the names that the line has
      EXPECT_TRUE(has(tableInDocs(first), " | " + rows[why].standing + " | " + why)) << why;
      continue;
    }
    const Row& row = rows[why];
    table +=
        "| " + joined(row.lemmas) + " | " + joined(row.archs) + " | " + row.standing + " | " + why;
    if (!row.example.empty())
      table += " End to end: [" + row.example + "](../examples/" + row.example + ").";
    table += " |\n";
  }
  if (kAllArchs) {
    EXPECT_EQ(tableInDocs(first), table);
  }
}

TEST(CliProve, TheDocumentedHistoryIsTheOneThereIs) {
  const std::string first = "| format | kernels | helper | what was false | repaired by |";
  std::string table = first + "\n|---|---|---|---|---|\n";
  for (const json& past : everything()["history"]) {
    const std::string line =
        "| `" + past["id"].get<std::string>() + "` | " + past["kernels"].get<std::string>() +
        " | `" + past["helper"].get<std::string>() + "()` | " + past["broke"].get<std::string>() +
        " | " + past["commit"].get<std::string>() + " |\n";
    EXPECT_TRUE(has(tableInDocs(first), line)) << line;
    table += line;
  }
  if (kAllArchs) {
    EXPECT_EQ(tableInDocs(first), table);
  }
}

}  // namespace
}  // namespace ptecheck
