// SPDX-License-Identifier: GPL-2.0-only
//
// README.md and docs/ as a whole: what they show is what the program prints, and what they link to
// is there. (docs/tutorial.md: tutorial_test.cc.)
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "commands.h"
#include "program.h"
#include "scenario/sanitized.h"
#include "session.h"

namespace ptecheck {
namespace {

using namespace program;

std::string page(const std::string& name) { return readFile(fs::path(PTECHECK_SOURCE_DIR) / name); }

Words wordsOf(const std::string& command) {
  std::istringstream in(command);
  Words words;
  for (std::string word; in >> word;)
    if (word != "\\") words.push_back(word);
  return words;
}

// Commands that several pages show run once.
TEST(Pages, ShowWhatTheProgramPrints) {
  std::map<Words, std::string> printed;
  for (const auto& [name, at_least] : {std::pair{"README.md", 2}, {"docs/manual.md", 1}}) {
    const std::vector<Step> steps = stepsOf(page(name));
    EXPECT_GE(steps.size(), static_cast<std::size_t>(at_least)) << name;
    for (const Step& step : steps) {
      Words words = wordsOf(step.command);
      ASSERT_EQ(words[0], "ptecheck") << name;
      words.erase(words.begin());
      if (kSlow && words[0] == "check") continue;  // the whole search of five policies
      if (!printed.contains(words)) printed[words] = run(words).out;
      EXPECT_TRUE(matches(linesOf(printed[words]), 0, step.shown, 0))
          << name << ": $ " << step.command << "\n"
          << printed[words];
    }
  }
}

// The bits of one entry in the picture, in their order, and those that are marked as `mark`.
struct Drawn {
  std::string bits, wrong, cost;
};
Drawn drawn(const std::string& picture, const std::string& id) {
  Drawn entry;
  const std::size_t start = picture.find("<g id=\"" + id + "\">");
  if (start == std::string::npos) return entry;
  const std::string group = picture.substr(start, picture.find("</g>", start) - start);
  const std::regex bit("<text class=\"bit ([a-z]+)\"[^>]*>(.)</text>");
  for (std::sregex_iterator it(group.begin(), group.end(), bit), end; it != end; ++it) {
    entry.bits += (*it)[2].str();
    if ((*it)[1] == "wrong") entry.wrong += (*it)[2].str();
    if ((*it)[1] == "cost") entry.cost += (*it)[2].str();
  }
  return entry;
}

// docs/picture.svg shows the entries of the finding that it names, and marks what is wrong.
TEST(Pages, ThePictureShowsTheFinding) {
  const std::string picture = page("docs/picture.svg"), id = "e1/v6.16/100400000jd";
  EXPECT_TRUE(has(picture, "`ptecheck explain " + id + "`"));
  EXPECT_TRUE(has(page("README.md"), "](docs/picture.svg)"));
  EXPECT_FALSE(has(picture, "<script") || has(picture, "href") || has(picture, "url("));
  const json finding = json::parse(run({"replay", id, "--format", "json"}).out)["runs"][0];
  int shown = 0;
  for (const json& entry : finding["entries"]) {
    const std::string process = entry["process"], number = std::to_string(int{entry["page"]});
    std::map<std::string, std::string> marks;  // by rule
    for (const json& violation : finding["violations"])
      if (violation["process"] == process && violation["page"] == entry["page"])
        marks[violation["rule"]] = violation["bit"];
    for (const std::string when : {"before", "after"}) {
      const Drawn as = drawn(picture, process + number + "-" + when);
      std::string letters = entry[when];
      letters.erase(std::remove_if(letters.begin(), letters.end(),
                                   [](char c) { return c == '.' || c == '-'; }),
                    letters.end());
      EXPECT_EQ(as.bits, letters) << process << number << ' ' << when;
      shown += letters.empty() ? 0 : 1;
      const bool after = when == "after";
      EXPECT_EQ(as.wrong, after && marks.contains("write-gained") ? "w" : "") << process << number;
      EXPECT_EQ(as.cost, after && marks.contains("soft-dirty-gained") ? "S" : "")
          << process << number;
    }
  }
  EXPECT_EQ(shown, 6);
}

std::string anchorOf(const std::string& heading) {
  std::string anchor;
  for (const char c : heading)
    if (c == ' ')
      anchor += '-';
    else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_')
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return anchor;
}

// Headings of a page, as links name them.
std::set<std::string> anchorsOf(const std::string& text) {
  std::set<std::string> anchors;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with('#')) anchors.insert(anchorOf(line.substr(line.find(' ') + 1)));
  return anchors;
}

// No page is orphaned, and links lead to files and headings that exist.
TEST(Pages, LinkToWhatIsThere) {
  const fs::path top = PTECHECK_SOURCE_DIR;
  std::vector<fs::path> pages = {top / "README.md"};
  for (const auto& entry : fs::directory_iterator(top / "docs"))
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  EXPECT_GE(pages.size(), 14U);
  const std::string readme = page("README.md"), design = page("docs/design.md");
  const std::regex link("\\]\\(([^)]+)\\)");
  for (const fs::path& from : pages) {
    const std::string text = readFile(from), name = from.filename();
    if (name != "README.md") {
      EXPECT_TRUE(has(readme, "(docs/" + name + ")")) << name << " is not in README.md";
      EXPECT_TRUE(name == "design.md" || has(design, "(" + name + ")"))
          << name << " is not in docs/design.md";
    }
    for (const std::string& target : matchesIn(text, link)) {
      if (target.starts_with("http")) continue;
      const std::size_t hash = target.find('#');
      const fs::path to = hash == 0 ? from : from.parent_path() / target.substr(0, hash);
      ASSERT_TRUE(fs::exists(to)) << name << " links to " << target;
      if (hash != std::string::npos) {
        EXPECT_TRUE(anchorsOf(readFile(to)).contains(target.substr(hash + 1)))
            << name << " links to " << target;
      }
    }
  }
}

// Prose is at most 120 columns wide; rows of tables are as long as they are.
TEST(Pages, AreNotTooWide) {
  for (const char* name : {"README.md", "docs/manual.md", "docs/design.md", "docs/json.md",
                           "docs/limits.md", "docs/tutorial.md"}) {
    std::istringstream lines(page(name));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_TRUE(line.size() <= 120 || line.starts_with('|')) << name << ": " << line;
    }
  }
}

}  // namespace
}  // namespace ptecheck
