// SPDX-License-Identifier: GPL-2.0-only
//
// The files of examples/ as text: that they mean what their names and titles say, is tested where
// subjects can be run.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "scenario/legal.h"
#include "scenario/text.h"

namespace ptecheck {
namespace {

std::vector<std::filesystem::path> examples() {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : std::filesystem::directory_iterator(PTECHECK_SOURCE_DIR "/examples")) {
    if (file.is_directory()) continue;  // own_policy: a program, not a scenario
    paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(Examples, AreLegalAndExplained) {
  const auto paths = examples();
  EXPECT_GE(paths.size(), 82U);
  for (const auto& path : paths) {
    SCOPED_TRACE(path.filename());
    EXPECT_EQ(path.extension(), kScenarioSuffix);
    const ScenarioFile file = readScenarioFile(path);
    EXPECT_EQ(whyIllegal(file.scenario), "");
    EXPECT_FALSE(file.title.empty());
    EXPECT_LE(std::count(file.title.begin(), file.title.end(), '\n') + 1, 5);
  }
}

TEST(Examples, NamesSayTheVerdict) {
  for (const auto& path : examples()) {
    SCOPED_TRACE(path.filename());
    const ScenarioFile file = readScenarioFile(path);
    ASSERT_FALSE(file.expectations.empty());
    const bool all_good = std::all_of(file.expectations.begin(), file.expectations.end(),
                                      [](const Expectation& e) { return e.rules.empty(); });
    const std::string name = path.filename();
    EXPECT_EQ(name.substr(0, name.find('_') + 1), all_good ? "good_" : "bad_");
  }
}

// They are written in the canonical form, so that what `ptecheck` prints can be compared with them.
TEST(Examples, AreCanonical) {
  for (const auto& path : examples()) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    EXPECT_EQ(printScenario(readScenarioFile(path)), text.str()) << path;
  }
}

}  // namespace
}  // namespace ptecheck
