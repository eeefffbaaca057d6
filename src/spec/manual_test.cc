// SPDX-License-Identifier: GPL-2.0-only
//
// docs/rules.md against the table of rules and the examples: a rule needs its text in the manual, a
// good and a bad example, and a mutant.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

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
  return std::regex_replace(text.substr(start + 1, text.find("\n## ", start + 1) - start),
                            std::regex("\\s+"), " ");
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
  }
}

// Every bad example that is named for a rule expects that rule of somebody.
TEST(Manual, NamesExamplesThatShowTheRule) {
  const std::string text = manual();
  const std::regex bad("`examples/(bad_[a-z0-9_]+\\.pte)`"), any("`examples/([a-z0-9_]+\\.pte)`");
  for (const RuleInfo& info : ruleTable()) {
    SCOPED_TRACE(info.name);
    const std::string rule = section(text, info.name);
    std::sregex_iterator match(rule.begin(), rule.end(), bad), end;
    EXPECT_NE(match, end);
    for (; match != end; ++match) {
      bool shown = false;
      const ScenarioFile file =
          readScenarioFile(PTECHECK_SOURCE_DIR "/examples/" + (*match)[1].str());
      for (const Expectation& e : file.expectations)
        for (const std::string& broken : e.rules) shown = shown || broken == info.name;
      EXPECT_TRUE(shown) << (*match)[1];
    }
  }
  for (std::sregex_iterator match(text.begin(), text.end(), any), end; match != end; ++match)
    EXPECT_TRUE(std::filesystem::exists(PTECHECK_SOURCE_DIR "/examples/" + (*match)[1].str()))
        << (*match)[1];
}

// Rules that examples expect are rules.
TEST(Manual, ExamplesNameRulesThatExist) {
  for (const auto& path : std::filesystem::directory_iterator(PTECHECK_SOURCE_DIR "/examples"))
    for (const Expectation& e : readScenarioFile(path.path()).expectations)
      for (const std::string& rule : e.rules) EXPECT_TRUE(findRule(rule)) << path.path() << rule;
}

}  // namespace
}  // namespace ptecheck
