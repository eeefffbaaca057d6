// SPDX-License-Identifier: GPL-2.0-only
//
// docs/rules.md against the table of rules and the examples: a rule needs its text in the manual, a
// good and a bad example, and a mutant. Examples are files, except of rules that only a history can
// break.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "scenario/text.h"
#include "spec/rules.h"

namespace ptecheck {
namespace {

std::string manual() {
  std::ostringstream text;
  text << std::ifstream(PTECHECK_SOURCE_DIR "/docs/rules.md").rdbuf();
  return text.str();
}

// The section of one rule, its blanks made one.
std::string section(const std::string& text, std::string_view rule) {
  const std::size_t start = text.find("\n## " + std::string(rule) + "\n");
  if (start == std::string::npos) return "";
  std::istringstream words(text.substr(start + 1, text.find("\n## ", start + 1) - start));
  std::string result;
  for (std::string word; words >> word;) result += (result.empty() ? "" : " ") + word;
  return result;
}

// The names of the examples that begin so and are mentioned.
std::vector<std::string> examplesIn(const std::string& text, const std::string& start) {
  const std::string mark = "`examples/";
  std::vector<std::string> names;
  for (std::size_t at = text.find(mark + start); at != std::string::npos;
       at = text.find(mark + start, at + 1))
    names.push_back(text.substr(at + mark.size(), text.find('`', at + 1) - at - mark.size()));
  return names;
}

TEST(Manual, HasEveryRule) {
  const std::string text = manual();
  for (const RuleInfo& info : ruleTable()) {
    SCOPED_TRACE(info.name);
    const std::string rule = section(text, info.name);
    EXPECT_NE(rule.find(info.text), std::string::npos) << rule;
    std::string severity(severityName(info.severity));
    severity[0] = static_cast<char>(severity[0] - 'a' + 'A');
    EXPECT_NE(rule.find("*" + severity + ".*"), std::string::npos);
    EXPECT_NE(rule.find("- Mutant: `"), std::string::npos);
    EXPECT_NE(rule.find("Good: "), std::string::npos);
    if (contains(kHistoryRules, info.rule)) {
      EXPECT_NE(rule.find("- Bad, as a history: "), std::string::npos);
    }
  }
}

// Every bad example that is named for a rule expects that rule of somebody.
TEST(Manual, NamesExamplesThatShowTheRule) {
  const std::string text = manual(), folder = PTECHECK_SOURCE_DIR "/examples/";
  for (const RuleInfo& info : ruleTable()) {
    if (contains(kHistoryRules, info.rule)) continue;
    SCOPED_TRACE(info.name);
    const auto bad = examplesIn(section(text, info.name), "bad_");
    EXPECT_FALSE(bad.empty());
    for (const std::string& name : bad) {
      bool shown = false;
      for (const Expectation& e : readScenarioFile(folder + name).expectations)
        for (const std::string& broken : e.rules) shown = shown || broken == info.name;
      EXPECT_TRUE(shown) << name;
    }
  }
  for (const std::string& name : examplesIn(text, ""))
    EXPECT_TRUE(name == "..." || std::filesystem::exists(folder + name)) << name;
}

// Rules that examples expect are rules.
TEST(Manual, ExamplesNameRulesThatExist) {
  for (const auto& path : std::filesystem::directory_iterator(PTECHECK_SOURCE_DIR "/examples")) {
    if (path.is_directory()) continue;  // a program, not a scenario
    for (const Expectation& e : readScenarioFile(path.path()).expectations)
      for (const std::string& rule : e.rules) EXPECT_TRUE(findRule(rule)) << path.path() << rule;
  }
}

}  // namespace
}  // namespace ptecheck
