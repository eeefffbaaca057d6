// SPDX-License-Identifier: GPL-2.0-only
//
// docs/manual.md against the program: it has every command, option, name and format that there is,
// and lists are as the program prints them. (docs/rules.md: src/spec/manual_test.cc.)
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "commands.h"
#include "mm/policy.h"
#include "mm/policy_words.h"
#include "program.h"
#include "scenario/family.h"
#include "smp/mutant.h"

namespace ptecheck {
namespace {

using namespace program;

std::string page(const std::string& name) { return readFile(fs::path(PTECHECK_SOURCE_DIR) / name); }

// From a heading to the next one of the same depth; "" if there is none.
std::string section(const std::string& text, const std::string& heading) {
  const std::size_t start = text.find("\n" + heading + "\n");
  if (start == std::string::npos) return "";
  const std::string next = "\n" + heading.substr(0, heading.find(' ') + 1);
  return text.substr(start + 1, text.find(next, start + 1) - start);
}

// Not as part of a longer name.
bool hasWord(const std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if (end == text.size() ||
        (std::isalnum(static_cast<unsigned char>(text[end])) == 0 && text[end] != '-'))
      return true;
  }
  return false;
}

TEST(CliManual, HasEveryCommandAndOption) {
  const std::string manual = page("docs/manual.md");
  const std::vector<Words> commands = allCommands();
  EXPECT_GE(commands.size(), 12U);
  for (const Words& words : commands) {
    const std::string name = words.size() == 1 ? words[0] : words[0] + " " + words[1];
    const std::string said = section(manual, "## " + name);
    EXPECT_TRUE(has(said, "    ptecheck " + name)) << name;
    for (const std::string& option : optionsOf(words)) {
      EXPECT_TRUE(option == "--help" || hasWord(said, option)) << name << ' ' << option;
    }
  }
}

// What follows a comment that names the command, up to the next comment.
TEST(CliManual, ListsAreWhatTheProgramPrints) {
  const std::string manual = page("docs/manual.md"), end = "\n<!-- end -->\n";
  for (const char* what : {"policies", "rules", "archs"}) {
    const std::string mark = "<!-- ptecheck list " + std::string(what) + " -->\n\n";
    const std::size_t start = manual.find(mark);
    ASSERT_NE(start, std::string::npos) << what;
    std::string printed;
    std::istringstream lines(run({"list", what}).out);
    for (std::string line; std::getline(lines, line);)
      printed += line.empty() ? "\n" : "    " + line + "\n";
    const std::size_t from = start + mark.size();
    EXPECT_EQ(manual.substr(from, manual.find(end, from) - from), printed) << what;
  }
}

TEST(CliManual, HasEveryFamilyCaseAndFormat) {
  const std::string manual = page("docs/manual.md");
  for (unsigned i = 0; i < kFamilies; ++i) {
    const std::string name(familyName(static_cast<Family>(i)));
    EXPECT_TRUE(has(manual, "\n| `" + name + "` | ")) << name;
  }
  const std::string synth = section(manual, "## synth");
  for (unsigned i = 0; i < kCases; ++i) {
    const std::string name(caseName(static_cast<Case>(i)));
    EXPECT_TRUE(has(synth, "`" + name + "`")) << name;
  }
  const std::regex choices("--format FORMAT:\\{([a-z,]+)\\}");
  for (const Words& words : allCommands()) {
    const std::string name = words.size() == 1 ? words[0] : words[0] + " " + words[1];
    Words help = words;
    help.emplace_back("--help");
    std::smatch found;
    const std::string text = run(help).out;
    if (!std::regex_search(text, found, choices)) continue;
    const std::string said = section(manual, "## " + name);
    std::string synopsis = found[1];
    for (char& c : synopsis)
      if (c == ',') c = '|';
    EXPECT_TRUE(has(said, "[--format " + synopsis + "]")) << name << " --format " << synopsis;
  }
}

// "ptecheck-run-1" ... in a text.
std::set<std::string> schemasIn(const std::string& text) {
  return matchesIn(text, std::regex("(ptecheck-[a-z]+-[0-9]+)"));
}

// Each kind of JSON has a schema and a place in docs/json.md; so has each command that prints any.
TEST(CliManual, EveryKindOfJsonHasASchemaAndAPlaceInThePage) {
  std::string schemas = page("docs/output-schema.json");
  for (const auto& entry : fs::directory_iterator(PTECHECK_SOURCE_DIR "/docs/schema"))
    schemas += readFile(entry.path());
  std::string printed;
  for (const char* folder : {"/src/report", "/src/cli"})
    for (const auto& entry : fs::directory_iterator(PTECHECK_SOURCE_DIR + std::string(folder)))
      if (entry.path().extension() == ".cc") printed += readFile(entry.path());
  const std::string json_page = page("docs/json.md");
  EXPECT_GE(schemasIn(printed).size(), 11U);
  EXPECT_EQ(schemasIn(printed), schemasIn(schemas));
  EXPECT_EQ(schemasIn(printed), schemasIn(json_page));
  for (const Words& words : allCommands())
    if (has(run({words[0], "--help"}).out, "json,") ||
        has(run({words[0], "--help"}).out, "json}")) {
      EXPECT_TRUE(has(json_page, "`ptecheck " + words[0] + "`")) << words[0];
    }
}

// What is listed as JSON are the names of the text.
TEST(CliManual, ListsAsJsonHaveTheNamesOfTheText) {
  const json list_schema = json::parse(page("docs/schema/list.json"));
  for (const std::string what : {"policies", "rules", "mutants", "archs", "lemmas"}) {
    const json document = json::parse(run({"list", what, "--format", "json"}).out);
    EXPECT_EQ(whyInvalid(list_schema, document), "") << what;
    const std::string text = "\n" + run({"list", what}).out;
    EXPECT_GT(document["items"].size(), 5U) << what;
    for (const json& item : document["items"])
      EXPECT_TRUE(has(text, "\n" + item["name"].get<std::string>())) << what << item;
    EXPECT_EQ(document["what"], what);
  }
}

// docs/limits.md has each command that judges anything, and each candidate that the model leaves
// out.
TEST(CliManual, LimitsSayWhatGoodMeansOfEveryCommand) {
  const std::string limits = page("docs/limits.md");
  std::string first_cells;
  for (const std::string& cell :
       matchesIn(section(limits, "## What \"good\" means"), std::regex("\n\\| ([^|]+) \\|")))
    first_cells += cell + "\n";
  for (const Words& words : allCommands())
    EXPECT_TRUE(words[0] == "list" || words[0] == "kernel" ||
                has(first_cells, "`" + words[0] + "`"))
        << words[0];
  int candidates = 0;
  for (const SmpMutantInfo& mutant : smpMutants())
    if (mutant.bug == kCandidate) {
      EXPECT_TRUE(has(limits, std::string(mutant.name) + "`")) << mutant.name;
      ++candidates;
    }
  EXPECT_EQ(candidates, 3);  // "Three candidates"
}

// Mutants are told in docs/bugs-found.md, groups of lemmas in docs/proofs.md.
TEST(CliManual, EveryMutantIsInAPage) {
  const std::string bugs = page("docs/bugs-found.md");
  for (const MutantInfo& mutant : mutants())
    EXPECT_TRUE(has(bugs, "`" + std::string(mutant.name) + "`")) << mutant.name;
  for (const SmpMutantInfo& mutant : smpMutants())
    EXPECT_TRUE(has(bugs, "`" + std::string(mutant.name) + "`")) << mutant.name;
}

}  // namespace
}  // namespace ptecheck
