// SPDX-License-Identifier: GPL-2.0-only
//
// A type's name stands for one type in the whole program. Two of a namespace with one name compile,
// if no file includes both headers; but the linker keeps only one of two constructors, and whoever
// gets the other type's writes past the end.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace ptecheck {
namespace {

namespace fs = std::filesystem;

// "Policy" of "struct Policy {", "class Machine final {"; else "". Only definitions at the
// beginning of a line are looked for: the format has no others outside of functions and types.
std::string definedType(const std::string& line) {
  for (const std::string kind : {"struct ", "class ", "enum class ", "enum ", "union "}) {
    if (!line.starts_with(kind) || line.find('{') == std::string::npos) continue;
    std::istringstream words(line.substr(kind.size(), line.find('{') - kind.size()));
    for (std::string word; words >> word;)  // behind alignas(64), say
      if (std::isupper(static_cast<unsigned char>(word[0])) != 0) return word;
  }
  return "";
}

// The names that a header defines, each with its namespace. Not templates: their names are mangled
// with what they are of.
std::set<std::string> typesOf(const fs::path& header) {
  std::ifstream file(header);
  std::set<std::string> types;
  std::string inside, before;
  for (std::string line; std::getline(file, line); before = line) {
    if (line.starts_with("namespace ")) inside += line.substr(10, line.find(' ', 10) - 10) + "::";
    if (line.starts_with("}  // namespace") && !inside.empty()) {
      inside.resize(inside.size() - 2);
      const std::size_t last = inside.rfind("::");
      inside.resize(last == std::string::npos ? 0 : last + 2);
    }
    const std::string type = definedType(line);
    if (!type.empty() && !before.starts_with("template")) types.insert(inside + type);
  }
  return types;
}

TEST(Names, OfTypesAreOfOneType) {
  std::map<std::string, std::string> where;
  for (const auto& entry : fs::recursive_directory_iterator(PTECHECK_SOURCE_DIR "/src")) {
    if (entry.path().extension() != ".h" ||
        entry.path().string().find("/kernel_agent/") != std::string::npos)
      continue;
    for (const std::string& type : typesOf(entry.path())) {
      const auto [at, is_new] = where.try_emplace(type, entry.path().string());
      EXPECT_TRUE(is_new) << type << " is defined in " << at->second << " and in " << entry.path();
    }
  }
  EXPECT_GT(where.size(), 200U);
  EXPECT_TRUE(where.count("ptecheck::Policy") == 1 && where.count("ptecheck::SearchOptions") == 1);
}

}  // namespace
}  // namespace ptecheck
