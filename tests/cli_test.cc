// SPDX-License-Identifier: GPL-2.0-only
//
// The program as a user has it: words in, exit status and text out. No shell is involved.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "program.h"
#include "scenario/sanitized.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

using namespace program;

// What a check says of its first architecture: a part of the document, which must outlive it.
const json& of(const json& document) { return document.at("architectures").at(0); }

// A check that takes a moment only, on one architecture, and still breaks rules.
Words smallCheck(const Words& more = {}) {
  Words words = {
      "check",    "--pages", kSlow ? "2" : "4", "--deviations", kSlow ? "1.0.0" : "1.1.0",
      "--random", "500",     "--arch",          "x86_64"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::vector<fs::path> examples() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(PTECHECK_SOURCE_DIR "/examples"))
    if (entry.path().extension() == ".pte") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Cli, HelpIsEnoughToWorkFrom) {
  const Ended top = run({"--help"});
  EXPECT_EQ(top.status, 0);
  EXPECT_EQ(top.err, "");
  for (const char* command : {"check", "prove", "replay", "run", "list", "kernel"}) {
    EXPECT_TRUE(has(top.out, command));
    const Ended help = run({command, "--help"});
    EXPECT_EQ(help.status, 0) << command;
    EXPECT_TRUE(has(help.out, "Example")) << command;
    EXPECT_TRUE(has(help.out, std::string("ptecheck ") + command)) << command;
    EXPECT_LE(longestLine(help.out), 100U) << command;
  }
  const std::string check = run({"check", "--help"}).out;
  for (const char* option :
       {"--policy", "--rule", "--pages", "--seed", "--jobs", "--share", "--deviations", "--strict",
        "--mutant", "--format", "--exit-style", "--kernel", "--patch", "--agree"})
    EXPECT_TRUE(has(check, option)) << option;
}

TEST(Cli, VersionAndLists) {
  EXPECT_TRUE(run({"--version"}).out.starts_with("ptecheck "));
  EXPECT_TRUE(has(run({"list", "policies"}).out, "respect-write-softdirty"));
  EXPECT_TRUE(has(run({"list", "rules"}).out, "soft-dirty-lost"));
  EXPECT_TRUE(has(run({"list", "mutants"}).out, "rss-not-reduced"));
  EXPECT_TRUE(has(run({"list", "archs"}).out, "loongarch"));
  EXPECT_TRUE(has(run({"list", "lemmas"}).out, "wrprotect-keeps/dirty-lost"));
  for (const char* what : {"policies", "rules", "mutants", "archs", "lemmas"})
    EXPECT_LE(longestLine(run({"list", what}).out), 75U) << what;
}

TEST(Cli, CheckFindsAndFitsIn75Columns) {
  const Ended result = run(smallCheck());
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "");  // no progress, as stderr is no terminal
  EXPECT_LE(longestLine(result.out), 75U);
  EXPECT_TRUE(has(result.out, "v6.16"));
  EXPECT_TRUE(has(result.out, "write-gained (isolation)"));
  EXPECT_TRUE(has(result.out, "ptecheck replay e1"));
}

TEST(Cli, ExitStatusFollowsTheVerdict) {
  EXPECT_EQ(run(smallCheck({"--policy", "unbatched"})).status, 0);
  EXPECT_EQ(run(smallCheck({"--policy", "v6.16", "--rule", "write-gained"})).status, 1);
  EXPECT_EQ(run(smallCheck({"--policy", "wrprotect", "--rule", "write-gained"})).status, 0);
  // write-lost is a cost: only --strict minds.
  EXPECT_EQ(run(smallCheck({"--policy", "wrprotect", "--rule", "write-lost"})).status, 0);
  EXPECT_EQ(run(smallCheck({"--policy", "wrprotect", "--rule", "write-lost", "--strict"})).status,
            1);
}

// A search of folios of one page asks for no size; its ids are read as any others.
TEST(Cli, IdsOfOnePageCanBeReplayed) {
  const Ended found = run({"check", "--mutant", "rss-not-reduced", "--pages", "1", "--random", "0",
                           "--arch", "x86_64", "--family", "reclaim"});
  EXPECT_EQ(found.status, 1);
  const std::string id = "e1/unbatched+rss-not-reduced/0000000003";
  EXPECT_NE(found.out.find(id), std::string::npos) << found.out;
  const Ended again = run({"replay", id});
  EXPECT_EQ(again.status, 1) << again.err;
  EXPECT_NE(again.out.find("accounting"), std::string::npos);
}

TEST(Cli, AMutantIsFound) {
  const Ended result = run(smallCheck({"--mutant", "rss-not-reduced"}));
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(has(result.out, "unbatched+rss-not-reduced"));
  EXPECT_TRUE(has(result.out, "accounting (corruption)"));
  EXPECT_EQ(run(smallCheck({"--policy", "rss-not-reduced"})).status, 1);
  EXPECT_EQ(run(smallCheck({"--policy", "v6.12+rss-not-reduced"})).status, 1);
}

TEST(Cli, TheNumberOfJobsChangesNothing) {
  const Ended one = run(smallCheck({"--jobs", "1"})), two = run(smallCheck({"--jobs", "2"}));
  EXPECT_EQ(one.out, two.out);
  EXPECT_FALSE(one.out.empty());
}

TEST(Cli, SharesAddUp) {
  const json whole = json::parse(run(smallCheck({"--format", "json"})).out);
  const json first = json::parse(run(smallCheck({"--format", "json", "--share", "1/2"})).out);
  const json second = json::parse(run(smallCheck({"--format", "json", "--share", "2/2"})).out);
  for (std::size_t part = 0; part < of(whole)["parts"].size(); ++part) {
    const std::uint64_t a = of(first)["parts"][part]["scenarios"],
                        b = of(second)["parts"][part]["scenarios"];
    EXPECT_EQ(a + b, of(whole)["parts"][part]["scenarios"].get<std::uint64_t>());
    if (of(whole)["parts"][part]["kind"] != "exhaustive") continue;  // may be a few samples
    EXPECT_GT(a, 0U);
    EXPECT_GT(b, 0U);
  }
  for (std::size_t row = 0; row < of(whole)["rows"].size(); ++row) {
    for (const auto& [rule, count] : of(whole)["rows"][row]["broken"].items())
      EXPECT_EQ(count.get<std::uint64_t>(),
                of(first)["rows"][row]["broken"].value(rule, std::uint64_t{0}) +
                    of(second)["rows"][row]["broken"].value(rule, std::uint64_t{0}))
          << rule;
    for (const auto& [what, sum] : of(whole)["rows"][row]["price"].items())
      EXPECT_EQ(sum.get<std::uint64_t>(),
                of(first)["rows"][row]["price"][what].get<std::uint64_t>() +
                    of(second)["rows"][row]["price"][what].get<std::uint64_t>())
          << what;
  }
}

TEST(Cli, TheSearchIsTheOneAskedFor) {
  const json parts = of(json::parse(
      run({"check", "--policy", "unbatched", "--format", "json", "--pages", "8", "--family", "file",
           "--deviations", "1.0.0", "--random", "300", "--seed", "7"})
          .out))["parts"];
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0]["max_pages"], 4);
  EXPECT_EQ(parts[0]["deviations"], json({1, 0, 0}));
  EXPECT_EQ(parts[1]["max_pages"], 8);
  EXPECT_EQ(parts[1]["seed"], 7);
  EXPECT_LE(parts[1]["scenarios"], 300);
  const json only_exhaustive = json::parse(
      run({"check", "--policy", "unbatched", "--format", "json", "--pages", "1", "--random", "0"})
          .out);
  ASSERT_EQ(of(only_exhaustive)["parts"].size(), 6U);  // families; huge is too large
  EXPECT_EQ(of(only_exhaustive)["parts"][0]["max_pages"], 1);
}

TEST(Cli, JsonObeysItsSchema) {
  const Ended check = run(smallCheck({"--format", "json"}));
  EXPECT_EQ(check.status, 1);
  const json document = json::parse(check.out);
  EXPECT_EQ(whyInvalid(schema(), document), "");
  EXPECT_EQ(of(document)["rows"].size(), 16U);
}

// Every finding's id shows the same rule broken again, also under --format json.
TEST(Cli, EveryFindingReplays) {
  const json document = json::parse(run(smallCheck({"--format", "json"})).out);
  const json& findings = of(document)["findings"];
  ASSERT_FALSE(findings.empty());
  for (std::size_t i = 0; i < findings.size(); i += kSlow ? 7 : 1) {
    const json& finding = findings[i];
    const std::string id = finding["id"];
    const Ended text = run({"replay", id, "--strict"});
    EXPECT_EQ(text.status, 1) << id;
    EXPECT_LE(longestLine(text.out), 75U) << id;
    const json again = json::parse(run({"replay", id, "--format", "json"}).out);
    EXPECT_EQ(whyInvalid(schema(), again), "") << id;
    const json& broken = again["runs"][0]["broken"];
    EXPECT_NE(std::find(broken.begin(), broken.end(), finding["rule"]), broken.end()) << id;
    EXPECT_EQ(again["runs"][0]["entries"], finding["entries"]) << id;
  }
}

TEST(Cli, EveryExampleComesOutAsItsFileExpects) {
  ASSERT_GE(examples().size(), 4U);
  for (const fs::path& file : examples()) {
    const Ended result = run({"run", file.string()});
    EXPECT_EQ(result.status, 0) << result.err << result.out;
    EXPECT_TRUE(has(result.out, "expected:")) << file;
    EXPECT_LE(longestLine(result.out), 75U) << file;
  }
}

// The ids that help and documentation give as examples are real ones.
TEST(Cli, EveryIdInHelpAndDocumentationReplays) {
  std::string text = run({"--help"}).out + run({"replay", "--help"}).out;
  for (const char* page :
       {"README.md", "docs/manual.md", "docs/json.md", "docs/rules.md", "docs/tutorial.md"})
    text += readFile(fs::path(PTECHECK_SOURCE_DIR) / page);
  for (char& c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && !has("/+-.", std::string(1, c)))
      c = ' ';
  std::set<std::string> ids;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool id = word.size() > 5 && (word[0] == 'e' || word[0] == 'r') && word[1] == '1' &&
                    std::count(word.begin(), word.end(), '/') >= 2;
    if (!id || has(word, "/tree/")) continue;
    while (word.back() == '.') word.pop_back();  // the end of a sentence
    ids.insert(word);
  }
  for (const std::string& id : ids) EXPECT_EQ(run({"replay", id, "--strict"}).status, 1) << id;
  EXPECT_GE(ids.size(), 2U);
}

// The scenario of a finding, saved as a file, breaks the same rule.
TEST(Cli, AFindingCanBecomeAFile) {
  const Scratch scratch;
  const json document = json::parse(run(smallCheck({"--format", "json", "--policy", "v6.16"})).out);
  ASSERT_FALSE(of(document)["findings"].empty());
  for (const json& finding : of(document)["findings"]) {
    const fs::path file = scratch.file("finding.pte", finding["scenario_file"]);
    const Ended result = run({"run", file.string(), "--policy", "v6.16", "--strict"});
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_TRUE(has(result.out, finding["rule"].get<std::string>() + ":")) << result.out;
  }
}

TEST(Cli, AnExpectationThatIsNotMetIsSaid) {
  const Scratch scratch;
  const json document = json::parse(
      run(smallCheck({"--format", "json", "--policy", "v6.16", "--rule", "write-gained"})).out);
  const std::string scenario = of(document)["findings"][0]["scenario_file"];
  const fs::path wrong = scratch.file("wrong.pte", scenario + "expect v6.16: good\n");
  EXPECT_EQ(run({"run", wrong.string()}).status, 1);
  EXPECT_TRUE(has(run({"run", wrong.string()}).out, "NOT what happened"));
  const fs::path none = scratch.file("none.pte", scenario);
  EXPECT_EQ(run({"run", none.string()}).status, 129);
  EXPECT_TRUE(has(run({"run", none.string()}).err, "--policy"));
}

Words everywhere(const Words& more = {}) {
  Words words = {"check", "--random", "100"};
  if (kSlow)
    words.insert(words.end(), {"--pages", "2", "--deviations", "0.0.0"});
  else
    words.insert(words.end(), {"--pages", "2", "--deviations", "1.1.0"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Without --arch, the model's check is of all architectures; each is what --arch gives alone, at
// any number of threads.
TEST(Cli, TheModelIsCheckedOnAllArchitectures) {
  const Ended text = run(everywhere());
  EXPECT_EQ(text.status, 1);
  EXPECT_LE(longestLine(text.out), 75U);
  EXPECT_TRUE(has(text.out, "the built-in model, 9 architectures"));
  EXPECT_TRUE(has(text.out, "Which policy is good on which architecture"));
  EXPECT_EQ(text.out, run(everywhere({"--arch", "all", "--jobs", "1"})).out);
  const json all = json::parse(run(everywhere({"--format", "json"})).out);
  EXPECT_EQ(whyInvalid(schema(), all), "");
  ASSERT_EQ(all["architectures"].size(), 9U);
  for (const json& arch : all["architectures"]) {
    const std::string id = arch["arch"];
    if (!kSlow || id == "s390") {
      const json alone = json::parse(run(everywhere({"--format", "json", "--arch", id})).out);
      EXPECT_EQ(of(alone), arch) << id;
    }
    ASSERT_FALSE(arch["findings"].empty()) << id;
    for (const json& finding : arch["findings"]) {
      const std::string name = finding["id"];
      EXPECT_EQ(has(name, "/" + id + "/"), id != "x86_64") << name;
    }
    const std::string first = arch["findings"][0]["id"];
    const json again = json::parse(run({"replay", first, "--format", "json"}).out)["runs"][0];
    EXPECT_EQ(again["entries"], arch["findings"][0]["entries"]) << first;
    EXPECT_EQ(again["arch"], id);
    // As a file, it names its architecture, and shows the same.
    const Scratch scratch;
    const fs::path file = scratch.file("finding.pte", arch["findings"][0]["scenario_file"]);
    const json ran = json::parse(
        run({"run", file.string(), "--policy", arch["findings"][0]["row"], "--format", "json"})
            .out)["runs"][0];
    EXPECT_EQ(ran["entries"], again["entries"]) << first;
  }
}

TEST(Cli, WhatAnArchitectureLacksIsRefused) {
  const Scratch scratch;
  const std::string file =
      scratch
          .file("x.pte",
                "arch: arm64\nfolio: 1 page, lazyfree\nvma A: write\npage A\n0 rES\n"
                "operation: try_to_unmap\n")
          .string();
  const Ended refused = run({"run", file, "--policy", "v6.16"});
  EXPECT_EQ(refused.status, 129);
  EXPECT_TRUE(has(refused.err, "arm64 has no soft-dirty (A page 0)")) << refused.err;
  EXPECT_EQ(run({"run", file, "--policy", "v6.16", "--arch", "s390"}).status, 0);
}

struct BadInput {
  Words words;
  int status;
  std::string message;  // part of what stderr must say
};

TEST(Cli, BadInputIsExplained) {
  const Scratch scratch;
  const std::string malformed =
      scratch.file("malformed.pte", "folio: 3 pages, lazyfree\n").string();
  const std::string binary =
      scratch.file("binary.pte", std::string("\0\xff\x01 nonsense", 13)).string();
  const std::string empty_folder = (scratch.path() / "empty").string();
  fs::create_directory(empty_folder);
  const std::string other_folder = (scratch.path() / "other").string();
  fs::create_directory(other_folder);
  writeFile(fs::path(other_folder) / "Makefile", "all:\n");
  const std::string missing = (scratch.path() / "missing").string();

  const std::vector<BadInput> table = {
      {{}, 129, "--help"},
      {{"frobnicate"}, 129, "--help"},
      {{"check", "--frobnicate"}, 129, "ptecheck check --help"},
      {{"check", "extra"}, 129, "extra"},
      {{"check", "--policy"}, 129, "--policy"},
      {{"check", "--policy", "v6.61"}, 129, "Did you mean 'v6.16'?"},
      {{"check", "--policy", "zzzzzzzzzzzz"}, 129, "ptecheck list policies"},
      {{"check", "--policy", ""}, 129, "policy"},
      {{"check", "--policy", "v6.16+rss-not-reducde"}, 129, "Did you mean 'rss-not-reduced'?"},
      {{"check", "--rule", "write-gaind"}, 129, "Did you mean 'write-gained'?"},
      {{"check", "--rule", "stale-tlb"}, 129, "nothing would be checked"},
      {{"check", "--mutant", "nonsense"}, 129, "ptecheck list mutants"},
      {{"check", "--pages", "0"}, 129, "--pages takes a number from 1 to 512"},
      {{"check", "--pages", "513"}, 129, "--pages takes a number from 1 to 512"},
      {{"check", "--pages", "-1"}, 129, "--pages"},
      {{"check", "--pages=-1"}, 129, "--pages takes a number from 1 to 512"},
      {{"check", "--pages", "4k"}, 129, "not '4k'"},
      {{"check", "--pages", "99999999999999999999"}, 129, "--pages takes"},
      {{"check", "--jobs", "0"}, 129, "--jobs takes a number from 1"},
      {{"check", "--seed", "0x10"}, 129, "--seed takes"},
      {{"check", "--seed", "18446744073709551616"}, 129, "--seed takes"},
      {{"check", "--random", "1e6"}, 129, "--random takes"},
      {{"check", "--share", "0/2"}, 129, "--share takes I/N"},
      {{"check", "--share", "3/2"}, 129, "--share takes I/N"},
      {{"check", "--share", "1"}, 129, "--share takes I/N"},
      {{"check", "--share", "/"}, 129, "--share takes I/N"},
      {{"check", "--deviations", "1.2"}, 129, "--deviations takes three"},
      {{"check", "--deviations", "1.2.3.4"}, 129, "--deviations takes three"},
      {{"check", "--deviations", "1.2.21"}, 129, "--deviations takes three"},
      {{"check", "--arch", "amd64"}, 129, "Did you mean 'arm64'?"},
      {{"check", "--arch", "vax"}, 129, "x86_64, arm64, arm64-sw, s390, powerpc, riscv, "},
      {{"check", "--arch", "s390,"}, 129, "architecture ''"},
      {{"check", "--kernel", empty_folder, "--arch", "loongarch"}, 125, "model only"},
      {{"replay", "e1/vax/v6.16/1"}, 129, "architecture 'vax'"},
      {{"replay", "e1/arm64/b/v6.16/1"}, 129, "policy"},
      {{"run", missing, "--arch", "all"}, 129, "one architecture"},
      {{"check", "--format", "xml"}, 129, "--format"},
      {{"check", "--exit-style", "odd"}, 129, "--exit-style"},
      {{"check", "--patch", "x.patch"}, 129, "--kernel"},
      {{"check", "--kernel", empty_folder, "--policy", "v6.16"}, 129, "--policy"},
      {{"check", "--kernel", empty_folder, "--mutant", "rss-not-reduced"}, 129, "--mutant"},
      {{"check", "--agree"}, 129, "--kernel"},
      {{"check", "--kernel", empty_folder, "--agree", "--rule", "contents"}, 129, "--rule"},
      {{"check", "--kernel", empty_folder, "--agree", "--policy", "v6.12", "--policy", "v6.16"},
       129,
       "one --policy"},
      {{"check", "--kernel", empty_folder, "--agree"}, 125, empty_folder},
      {{"check", "--kernel", missing}, 125, missing},
      {{"check", "--kernel", empty_folder}, 125, empty_folder},
      {{"check", "--kernel", other_folder}, 125, other_folder},
      {{"check", "--kernel", malformed}, 125, malformed},
      {{"check", "--kernel", empty_folder, "--exit-style=kselftest"}, 4, empty_folder},
      {{"replay"}, 129, "id"},
      {{"replay", "nonsense"}, 129, "nonsense"},
      {{"replay", ""}, 129, "id"},
      {{"replay", "e1/v6.16/!"}, 129, "0-9"},
      {{"replay", "e1/v6.16/z"}, 129, "'z'"},
      {{"replay", "e9/v6.16/1"}, 129, "version"},
      {{"replay", "q1/v6.16/1"}, 129, "'e'"},
      {{"replay", "e1/v6.61/1"}, 129, "Did you mean 'v6.16'?"},
      {{"replay", "e1/v6.16/yyyyyyy"}, 129, "alternatives"},
      {{"replay", "e1/tree/1001"}, 129, "--kernel"},
      {{"run"}, 129, "file"},
      {{"kernel", "tools", "--arch", "vax"}, 129, "architecture 'vax'"},
      {{"kernel", "tools", "--arch", "loongarch"}, 125, "no cross compiler"},
      {{"run", missing}, 129, missing},
      {{"run", empty_folder}, 129, empty_folder},
      {{"run", malformed}, 129, "malformed.pte:1:"},
      {{"run", binary}, 129, "binary.pte:1:"},
      {{"list"}, 129, "what"},
      {{"list", "nonsense"}, 129, "policies"},
      {{"kernel"}, 129, "--help"},
      {{"kernel", "get"}, 129, "version"},
      {{"kernel", "get", "../../etc"}, 129, "../../etc"},
      {{"kernel", "get", "six"}, 129, "six"},
  };
  for (const BadInput& bad : table) {
    std::string words;
    for (const std::string& word : bad.words) words += " " + word;
    const Ended result = run(bad.words);
    EXPECT_EQ(result.status, bad.status) << words << "\n" << result.err;
    EXPECT_EQ(result.out, "") << words;
    EXPECT_TRUE(result.err.starts_with("ptecheck: ")) << words << "\n" << result.err;
    EXPECT_TRUE(has(result.err, bad.message)) << words << "\n" << result.err;
  }
}

TEST(Cli, AFullDiskIsNotSilent) {
  const int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  const Ended result = run({"list", "rules"}, full);
  ::close(full);
  EXPECT_EQ(result.status, 129);
  EXPECT_TRUE(has(result.err, "could not be written")) << result.err;
}

TEST(Cli, AClosedPipeIsNotSilent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  const Ended result = run({"list", "rules"}, ends[1]);
  ::close(ends[1]);
  EXPECT_EQ(result.status, 129);
  EXPECT_TRUE(has(result.err, "could not be written")) << result.err;
}

Words treeCheck(const Words& more = {}) {
  static const std::string tree = getKernelSource("6.12", {}).string();
  Words words = {"check",        "--kernel", tree,       "--pages", "2",
                 "--deviations", "1.0.0",    "--random", "100"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// kselftest knows 4 as "skip"; 125 is for git bisect.
TEST(Cli, WhatCannotBeTestedIs125OrTheSkipOfKselftest) {
  const Scratch scratch;
  const fs::path example = fs::path(PTECHECK_SOURCE_DIR) / "examples/bad_cve_2026_31398.pte";
  const Words all[] = {{"check", "--kernel", "/nowhere"},
                       {"compare", "/nowhere/linux"},
                       {"prove", "--kernel", "/nowhere"},
                       {"replay", "e1/tree/100000000f6", "--kernel", "/nowhere"},
                       {"explain", "e1/tree/100000000f6", "--kernel", "/nowhere"},
                       {"run", example.string(), "--kernel", "/nowhere"},
                       {"kernel", "get", "0.1", "--cache", scratch.path().string()},
                       {"kernel", "tools", "--arch", "loongarch"}};
  for (Words words : all) {
    if (words[1] != "get") {  // apt-get takes its time
      const Ended standard = run(words);
      EXPECT_EQ(standard.status, 125) << words[0] << standard.err;
    }
    words.emplace_back("--exit-style=kselftest");
    EXPECT_EQ(run(words).status, 4) << words[0];
  }
}

TEST(TreeCli, DebiansKernelIsGood) {
  const Ended result = run(treeCheck());
  EXPECT_EQ(result.status, 0) << result.err << result.out;
  EXPECT_TRUE(has(result.out, "verdict:     good") || has(result.out, "verdict:     at a cost"))
      << result.out;
  EXPECT_TRUE(has(result.out, "Linux 6.12"));
  EXPECT_LE(longestLine(result.out), 75U);
}

TEST(TreeCli, JsonObeysItsSchema) {
  const Ended result = run(treeCheck({"--format", "json"}));
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(whyInvalid(schema(), json::parse(result.out)), "");
}

TEST(TreeCli, ModelAndTreeAgree) {
  const Ended result = run(treeCheck({"--agree", "--arch", "x86_64,loongarch"}));
  EXPECT_EQ(result.status, 0) << result.err << result.out;
  EXPECT_TRUE(result.out.starts_with("verdict:     agree")) << result.out;
  EXPECT_TRUE(has(result.out, "no cross compiler")) << result.out;
  EXPECT_LE(longestLine(result.out), 75U);
}

// What differs comes with an id that shows each side again.
TEST(TreeCli, ADifferenceIsReplayedOnModelAndTree) {
  const Ended result =
      run(treeCheck({"--agree", "--mutant", "rss-not-reduced", "--format", "json"}));
  EXPECT_EQ(result.status, 1) << result.err;
  const json document = json::parse(result.out);
  EXPECT_EQ(whyInvalid(schema(), document), "");
  EXPECT_EQ(document["policy"], "v6.12+rss-not-reduced");
  const json& difference = document["architectures"][0]["differences"][0];
  EXPECT_TRUE(has(difference["what"], "MM_")) << difference["text"];
  const std::string id = difference["id"];
  EXPECT_EQ(run({"replay", id}).status, 1);
  EXPECT_EQ(run({"replay", id, "--kernel", treeCheck()[2]}).status, 0);
}

TEST(TreeCli, AScenarioOfTheModelRunsOnTheTree) {
  const json document = json::parse(
      run(smallCheck({"--format", "json", "--policy", "v6.16", "--rule", "write-gained"})).out);
  const std::string id = of(document)["findings"][0]["id"];
  const std::string tree = treeCheck()[2];
  const Ended result = run({"replay", id, "--kernel", tree});
  EXPECT_EQ(result.status, 0) << result.err << result.out;  // 6.12 does not batch here
  const Scratch scratch;
  const fs::path file = scratch.file("x.pte", of(document)["findings"][0]["scenario_file"]);
  EXPECT_EQ(run({"run", file.string(), "--kernel", tree}).status, 0);
}

// At once, so that the tree is made ready once; and each that says what a tree does is met.
TEST(TreeCli, ExamplesComeOutAsTheirFilesExpectOfATree) {
  Words words = {"run", "--kernel", treeCheck()[2]};
  for (const fs::path& file : examples())
    if (has(readFile(file), "\nexpect tree: ")) words.push_back(file.string());
  EXPECT_GE(words.size(), 60U);
  const Ended result = run(words);
  EXPECT_EQ(result.status, 0) << result.err << result.out;
  std::size_t met = 0;
  for (std::size_t at = 0; (at = result.out.find("expected:", at)) != std::string::npos; ++at)
    ++met;
  EXPECT_EQ(met, words.size() - 3);
}

TEST(TreeCli, ABrokenPatchCannotBeTested) {
  const Scratch scratch;
  const fs::path patch = scratch.file(
      "broken.patch", "--- a/mm/rmap.c\n+++ b/mm/rmap.c\n@@ -1,1 +1,1 @@\n-no such line\n+x\n");
  const Ended result = run(treeCheck({"--patch", patch.string()}));
  EXPECT_EQ(result.status, 125) << result.out;
  EXPECT_TRUE(has(result.err, "broken.patch")) << result.err;
}

}  // namespace
}  // namespace ptecheck
