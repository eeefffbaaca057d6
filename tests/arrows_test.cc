// SPDX-License-Identifier: GPL-2.0-only
//
// Which folder of src/ may know which: the table below is that of docs/design.md (a test compares
// the two), and every #include is checked against it. The arrow that matters most is one that is
// not there: spec/ does not know mm/, so that the judge shares no code with the judged.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Arrows = std::map<std::string, std::set<std::string>>;

const Arrows& mayKnow() {
  static const Arrows arrows = {
      {"scenario", {}},
      {"pte", {}},
      {"mm", {"pte", "scenario"}},
      {"smp", {"mm", "pte", "scenario"}},
      {"kernel_agent", {"scenario"}},
      {"subject", {"kernel_agent", "mm", "pte", "scenario"}},
      {"spec", {"pte", "scenario"}},
      {"explore", {"scenario"}},
      {"order", {"explore"}},
      {"check", {"explore", "mm", "pte", "scenario", "smp", "spec", "subject"}},
      {"prove", {"kernel_agent", "pte", "scenario", "subject"}},
      {"report", {"check", "order", "prove", "pte", "scenario", "smp", "spec"}},
      {"cli",
       {"check", "explore", "kernel_agent", "mm", "order", "prove", "pte", "report", "scenario",
        "smp", "spec", "subject"}},
  };
  return arrows;
}

std::string readFile(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The folders that `text` includes from, by lines `#include "folder/...`.
std::set<std::string> includedFolders(const std::string& text) {
  std::set<std::string> folders;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line.erase(
        std::remove_if(line.begin(), line.end(), [](char c) { return c == ' ' || c == '\t'; }),
        line.end());
    const std::string start = "#include";
    if (line.compare(0, start.size(), start) != 0 || line.size() == start.size()) continue;
    const std::string name = line.substr(start.size() + 1);  // without the quote
    const std::string folder = name.substr(0, name.find('/'));
    if (mayKnow().count(folder) != 0) folders.insert(folder);
  }
  return folders;
}

// The cells of a line of a table in Markdown, trimmed; none if it is no such line.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result;
  if (line.empty() || line[0] != '|') return result;
  std::istringstream parts(line.substr(1));
  for (std::string part; std::getline(parts, part, '|');) {
    const std::size_t begin = part.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    result.push_back(part.substr(begin, part.find_last_not_of(' ') + 1 - begin));
  }
  return result;
}

bool isSource(const fs::path& path) {
  static const std::set<std::string> suffixes = {".cc", ".h", ".c", ".S", ".inc"};
  return suffixes.count(path.extension().string()) != 0;
}

TEST(Arrows, EveryIncludeFollowsThem) {
  const fs::path top = fs::path(PTECHECK_SOURCE_DIR) / "src";
  int files = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top)) {
    if (!entry.is_regular_file() || !isSource(entry.path())) continue;
    ++files;
    const fs::path relative = entry.path().lexically_relative(top);
    const std::string folder = relative.begin()->string();
    ASSERT_TRUE(mayKnow().count(folder)) << relative << ": this folder is not in the table";
    // The agent's headers include those of the kernel, whose folders have names of their own
    // (mm/...).
    if (folder == "kernel_agent") continue;
    for (const std::string& other : includedFolders(readFile(entry.path())))
      EXPECT_TRUE(other == folder || mayKnow().at(folder).count(other))
          << relative.string() << " includes from " << other << "/, which " << folder
          << "/ must not know (docs/design.md)";
  }
  EXPECT_GT(files, 50);
}

// Of our folders, the agent may include scenario/ alone; C++ headers are out of its reach anyway.
TEST(Arrows, TheAgentKnowsTheFlatStructsAlone) {
  const fs::path agent = fs::path(PTECHECK_SOURCE_DIR) / "src" / "kernel_agent";
  static const std::set<std::string> ours = {"pte",   "spec",   "explore", "order",  "smp",
                                             "check", "report", "cli",     "subject"};
  bool flat = false;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(agent)) {
    if (!entry.is_regular_file() || !isSource(entry.path())) continue;
    const std::string text = readFile(entry.path());
    for (const std::string& other : includedFolders(text))
      EXPECT_FALSE(ours.count(other)) << entry.path() << " includes from " << other << "/";
    flat = flat || text.find("scenario/flat.h") != std::string::npos;
  }
  EXPECT_TRUE(flat);
}

TEST(Arrows, TheTableIsThatOfTheDesignPage) {
  const std::string text = readFile(fs::path(PTECHECK_SOURCE_DIR) / "docs" / "design.md");
  Arrows documented;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> row = cells(line);
    if (row.size() != 3 || row[0].size() < 4 || row[0].substr(row[0].size() - 2) != "/`") continue;
    std::set<std::string>& known = documented[row[0].substr(1, row[0].size() - 3)];
    std::istringstream words(row[2]);
    for (std::string word; std::getline(words, word, ',');) {
      word.erase(0, word.find_first_not_of(' '));
      if (word != "nothing") known.insert(word);
    }
  }
  EXPECT_EQ(documented, mayKnow());
}

TEST(Arrows, IncludesAreRecognised) {
  EXPECT_EQ(
      includedFolders("#include \"mm/a.h\"\n  #  include <spec/b.h>\n// #include \"pte/c.h\"\n"
                      "#include <vector>\n#include \"linux/mm.h\"\n"),
      (std::set<std::string>{"mm", "spec"}));
}

}  // namespace
