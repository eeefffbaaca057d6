// SPDX-License-Identifier: GPL-2.0-only
//
// What comes along with the program: its version, man page and completions; what `cmake --install`
// puts where; and the example of the library, built against that and run.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "program.h"
#include "sarif_check.h"
#include "subject/kernel_source.h"

namespace ptecheck {
namespace {

using namespace program;

const std::string kSource = PTECHECK_SOURCE_DIR;

// Runs another program; its exit status and output.
Ended tool(const Words& words, const fs::path& folder = kSource) {
  const Scratch scratch;
  const fs::path out = scratch.path() / "out";
  Words all = {"/bin/sh",
               "-c",
               "cd \"$1\" && shift && out=$1 && shift && exec \"$@\" >\"$out\" 2>&1",
               "sh",
               folder.string(),
               out.string()};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  Ended result;
  if (::posix_spawn(&pid, "/bin/sh", nullptr, nullptr, argv.data(), environ) != 0) return result;
  int status = 0;
  ::waitpid(pid, &status, 0);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  result.out = readFile(out);
  return result;
}

bool isThere(const std::string& name) {
  return tool({"sh", "-c", "command -v " + name}).status == 0;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

TEST(Installed, VersionNamesTheCommit) {
  const std::string version = run({"--version"}).out;
  EXPECT_TRUE(std::regex_match(version,
                               std::regex("ptecheck \\d+\\.\\d+\\.\\d+( \\(commit [^ ()]+\\))?\n")))
      << version;
  // A checkout that is the whole of a repository: what was configured was some commit of it.
  if (tool({"git", "rev-parse", "--verify", "HEAD"}).status == 0 &&
      tool({"git", "rev-parse", "--show-prefix"}).out == "\n") {
    EXPECT_TRUE(has(version, "(commit ")) << version;
  }
}

TEST(Installed, ManPageAndCompletionsAreWhatHelpSays) {
  for (const auto& [what, file] : {std::pair{"man", "docs/ptecheck.1"},
                                   {"bash", "completions/ptecheck.bash"},
                                   {"zsh", "completions/_ptecheck"}}) {
    const Ended made = tool({"completions/generate", PTECHECK_BINARY, what});
    EXPECT_EQ(made.status, 0) << made.out;
    EXPECT_TRUE(made.out == readFile(kSource + "/" + file))
        << file << " is out of date; the head of completions/generate says how it is made anew";
  }
}

TEST(Installed, EveryCommandAndOptionIsInManPageAndCompletions) {
  const std::string man = replaced(readFile(kSource + "/docs/ptecheck.1"), "\\-", "-");
  const std::string zsh = readFile(kSource + "/completions/_ptecheck");
  const std::vector<Words> commands = allCommands();
  EXPECT_GE(commands.size(), 11U);
  for (const Words& words : commands) {
    const std::string name = words.size() == 1 ? words[0] : words[0] + " " + words[1];
    const std::size_t section = man.find("\n.SS \"" + name + "\"\n");
    ASSERT_NE(section, std::string::npos) << name;
    const std::string said = man.substr(section, man.find("\n.S", section + 4) - section);
    const std::size_t part = zsh.find("    (\"" + name + "\")\n");
    ASSERT_NE(part, std::string::npos) << name;
    const std::string completed = zsh.substr(part, zsh.find(";;", part) - part);
    const std::set<std::string> options = optionsOf(words);
    EXPECT_GE(options.size(), 1U) << name;
    for (const std::string& option : options) {
      EXPECT_TRUE(has(said, option)) << name << ' ' << option;
      EXPECT_TRUE(has(completed, "'*" + option)) << name << ' ' << option;
    }
  }
  if (isThere("groff")) {
    EXPECT_EQ(tool({"groff", "-ww", "-man", "-z", "docs/ptecheck.1"}).out, "");
  }
  if (isThere("zsh")) {
    EXPECT_EQ(tool({"zsh", "-n", "completions/_ptecheck"}).out, "");
  }
}

// What bash offers for the last of `words`, one a line.
std::set<std::string> offered(const Words& words) {
  std::string script = "ptecheck() { '" + std::string(PTECHECK_BINARY) +
                       "' \"$@\"; }; . completions/ptecheck.bash; COMP_WORDS=(ptecheck";
  for (const std::string& word : words) script += " '" + word + "'";
  script += "); COMP_CWORD=" + std::to_string(words.size()) +
            "; _ptecheck; printf '%s\\n' \"${COMPREPLY[@]}\"";
  std::istringstream lines(tool({"bash", "-c", script}).out);
  std::set<std::string> result;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) result.insert(line);
  return result;
}

TEST(Installed, BashCompletesWhatThereIs) {
  std::set<std::string> names;
  for (Words words : allCommands()) {
    names.insert(words[0]);
    const std::set<std::string> options = optionsOf(words);
    words.emplace_back("--");
    EXPECT_EQ(offered(words), options) << words[0];
  }
  EXPECT_EQ(offered({""}), names);
  EXPECT_EQ(offered({"kernel", ""}), (std::set<std::string>{"get", "tools"}));
  EXPECT_EQ(offered({"check", "--format", ""}),
            (std::set<std::string>{"json", "ktap", "sarif", "text"}));
  EXPECT_EQ(offered({"check", "--policy", "v6.1"}),
            (std::set<std::string>{"v6.12", "v6.15", "v6.16"}));
  EXPECT_EQ(offered({"list", "m"}), std::set<std::string>{"mutants"});
}

TEST(Installed, AnInstalledLibraryChecksAPolicyOfTheReadersOwn) {
  const Scratch scratch;
  const std::string prefix = (scratch.path() / "prefix").string(),
                    build = (scratch.path() / "build").string();
  const Ended installed = tool({"cmake", "--install", PTECHECK_BUILD_DIR, "--prefix", prefix});
  ASSERT_EQ(installed.status, 0) << installed.out;
  for (const char* file :
       {"bin/ptecheck", "share/man/man1/ptecheck.1", "share/zsh/site-functions/_ptecheck",
        "share/bash-completion/completions/ptecheck", "share/doc/ptecheck/LICENSE",
        "share/doc/ptecheck/docs/manual.md", "share/doc/ptecheck/examples/bad_accounting.pte",
        "share/doc/ptecheck/examples/own_policy/own_policy.cc",
        "include/ptecheck/check/families.h"})
    EXPECT_TRUE(fs::exists(fs::path(prefix) / file)) << file;
  EXPECT_FALSE(fs::exists(fs::path(prefix) / "include/ptecheck/prove"));

  // Of the installed copy, as a reader would.
  const std::string source = prefix + "/share/doc/ptecheck/examples/own_policy";
  const std::string code = readFile(source + "/own_policy.cc");
  EXPECT_LT(std::count(code.begin(), code.end(), '\n'), 60);
  const Ended configured =
      tool({"cmake", "-S", source, "-B", build, "-DCMAKE_PREFIX_PATH=" + prefix,
            "-DCMAKE_CXX_COMPILER=" PTECHECK_CXX, "-DCMAKE_CXX_FLAGS=" PTECHECK_CXX_FLAGS});
  ASSERT_EQ(configured.status, 0) << configured.out;
  const Ended built = tool({"cmake", "--build", build});
  ASSERT_EQ(built.status, 0) << built.out;
  const Ended ran = tool({build + "/own_policy"});
  EXPECT_EQ(ran.status, 1) << ran.out;
  EXPECT_TRUE(has(ran.out, " scenarios\n")) << ran.out;
  EXPECT_TRUE(has(ran.out, "write-gained (isolation): ")) << ran.out;
  EXPECT_TRUE(has(ran.out, "\nBROKEN\n")) << ran.out;
}

Words smallCheck(const std::string& format) {
  return {"check", "--arch",       "x86_64", "--pages",  "2",   "--random",
          "0",     "--deviations", "1.0.0",  "--format", format};
}

TEST(Installed, SarifOfACheckIsWhatTheStandardDemands) {
  const Ended result = run(smallCheck("sarif"));
  EXPECT_EQ(result.status, 1);
  const json document = json::parse(result.out);
  EXPECT_EQ(whyNoSarif(document), "");
  EXPECT_GT(document["runs"][0]["results"].size(), 10U);
  EXPECT_EQ(run({"check", "--kernel", "/", "--agree", "--format", "sarif"}).status, 129);
  EXPECT_EQ(run({"compare", "v6.12", "--format", "ktap"}).status, 129);
}

TEST(TreeInstalled, KunitReadsKtapAndSarifNamesLinesOfTheTree) {
  const fs::path kernel = getKernelSource("6.12", {});
  const Scratch scratch;
  const Ended model = run(smallCheck("ktap"));
  EXPECT_EQ(model.status, 1);
  // What 6.12 itself breaks: the page of a device-exclusive entry (check/families.h).
  Words words = {"check",    "--kernel", kernel.string(), "--family", "migration", "--pages", "1",
                 "--random", "0",        "--format",      "ktap"};
  const Ended tree = run(words);
  EXPECT_EQ(tree.status, 1);
  const auto kunit = [&](const Ended& result) {
    return tool({"python3", "-B", "tools/testing/kunit/kunit.py", "parse",
                 scratch.file("ktap", result.out).string()},
                kernel)
        .out;
  };
  const std::string of_model = kunit(model), of_tree = kunit(tree);
  EXPECT_TRUE(has(of_model, "[FAILED] v6.16")) << of_model;
  EXPECT_TRUE(has(of_model, "[PASSED] unbatched")) << of_model;
  EXPECT_TRUE(has(of_model, "Ran 224 tests: passed: ")) << of_model;  // 16 policies, 14 rules
  EXPECT_TRUE(has(of_tree, "[FAILED] accounting")) << of_tree;
  EXPECT_TRUE(has(of_tree, "[SKIPPED] differs")) << of_tree;
  for (const std::string& text : {of_model, of_tree}) {
    EXPECT_FALSE(has(text, "[ERROR]")) << text;
    EXPECT_FALSE(has(text, "rashed")) << text;
  }

  words.back() = "sarif";
  const json document = json::parse(run(words).out);
  EXPECT_EQ(whyNoSarif(document), "");
  const std::string uri = "file://" + kernel.string() + "/mm/rmap.c";
  std::size_t lines = 0;
  for (const json& result : document["runs"][0]["results"])
    for (const json& step : result["codeFlows"][0]["threadFlows"][0]["locations"])
      if (step["location"].contains("physicalLocation"))
        lines += step["location"]["physicalLocation"]["artifactLocation"]["uri"] == uri;
  EXPECT_GT(lines, 20U);
}

}  // namespace
}  // namespace ptecheck
