// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck check --html DIR, as a user runs it: a folder of pages, whole or not at all.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "browser.h"
#include "program.h"
#include "report/html_values.h"

namespace ptecheck::program {
namespace {

using Files = std::map<std::string, std::string>;  // by path below the folder

// Small, but with findings on two architectures.
const Words kCheck = {"check",    "--arch",   "x86_64,arm64", "--family", "reclaim",
                      "--pages",  "2",        "--random",     "0",        "--deviations",
                      "1.1.1",    "--policy", "v6.16",        "--policy", "unbatched",
                      "--policy", "wrprotect"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Files filesOf(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory())
      files[entry.path().lexically_relative(folder).string()] = readFile(entry.path());
  return files;
}

std::string decoded(const std::string& address) {
  std::string text;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (address[i] != '%') {
      text += address[i];
      continue;
    }
    text += static_cast<char>(std::stoi(address.substr(i + 1, 2), nullptr, 16));
    i += 2;
  }
  return text;
}

// Every link of every page leads to something that is there; nothing leads out of the folder, and
// every page is led to.
void expectNoDeadLinks(const Files& files) {
  std::set<std::string> reached = {"index.html", ".ptecheck-files"};
  for (const auto& [name, html] : files) {
    if (name == ".ptecheck-files") continue;
    for (const char* word : {"http:", "https:", "src=", "url(", "@import"})
      EXPECT_EQ(html.find(word), std::string::npos) << name << " " << word;
    for (const std::string& link : valuesOf(html, "href")) {
      if (link == "data:,") continue;
      const std::size_t hash = std::min(link.find('#'), link.size());
      const std::string path = decoded(link.substr(0, hash));
      const std::string target =
          path.empty() ? name : (fs::path(name).parent_path() / path).lexically_normal().string();
      ASSERT_TRUE(files.count(target)) << name << " leads to " << link;
      reached.insert(target);
      if (hash == link.size()) continue;
      EXPECT_TRUE(valuesOf(files.at(target), "id").count(decoded(link.substr(hash + 1))))
          << name << " leads to " << link;
    }
  }
  for (const auto& [name, text] : files) EXPECT_TRUE(reached.count(name)) << name;
}

std::string folderIn(const Scratch& scratch) { return (scratch.path() / "report").string(); }

std::size_t namesIn(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(CliHtml, WritesAnIndexAndTheStoriesOfAllFindings) {
  const Scratch scratch;
  const Ended plain = run(kCheck);
  const Ended ended = run(with(kCheck, {"--html", folderIn(scratch), "--jobs", "1"}));
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(ended.out, plain.out) << "the report is the same";
  EXPECT_EQ(ended.err, "") << "no terminal is there to be told";
  const Files files = filesOf(folderIn(scratch));
  expectNoDeadLinks(files);
  const json result = json::parse(run(with(kCheck, {"--format", "json"})).out);
  std::size_t pages = 0;
  for (const json& arch : result["architectures"])
    for (const json& finding : arch["findings"]) {
      ++pages;
      const std::string name = arch["arch"].get<std::string>() + "/" +
                               finding["row"].get<std::string>() + "/" +
                               finding["rule"].get<std::string>() + ".html";
      ASSERT_TRUE(files.count(name)) << name;
      EXPECT_TRUE(has(files.at(name), finding["id"])) << name;
      EXPECT_TRUE(
          has(files.at("index.html"), "ptecheck replay " + finding["id"].get<std::string>()));
    }
  EXPECT_GT(pages, 6U);
  EXPECT_EQ(files.size(), pages + 2);
  EXPECT_TRUE(has(files.at("index.html"), "(commit ") || !has(run({"--version"}).out, "(commit "));
  // What changes nothing is not part of the command that is to be typed again.
  EXPECT_TRUE(has(files.at("index.html"), "--deviations 1.1.1 "));
  EXPECT_FALSE(has(files.at("index.html"), "--jobs"));

  // Again, with two threads: the same bytes, nothing left over beside it.
  EXPECT_EQ(run(with(kCheck, {"--html", folderIn(scratch), "--jobs=2"})).status, 1);
  EXPECT_EQ(filesOf(folderIn(scratch)), files);
  EXPECT_EQ(namesIn(scratch.path()), 1U);

  // Another check replaces it all.
  EXPECT_EQ(run({"check", "--arch", "arm64", "--family", "reclaim", "--pages", "1", "--random", "0",
                 "--policy", "unbatched", "--html", folderIn(scratch), "--format", "json"})
                .status,
            0);
  EXPECT_EQ(filesOf(folderIn(scratch)).size(), 2U);
}

TEST(CliHtml, RemovesNobodysFiles) {
  const Scratch scratch;
  const fs::path folder = folderIn(scratch);
  const Words small = {"check",    "--arch", "x86_64",   "--family", "reclaim", "--pages",      "1",
                       "--random", "0",      "--policy", "v6.16",    "--html",  folder.string()};
  fs::create_directories(folder / "below");
  writeFile(folder / "below" / "notes.txt", "mine");
  const auto refused = [&](const std::string& why) {
    const Ended ended = run(small);
    EXPECT_EQ(ended.status, 129);
    EXPECT_TRUE(has(ended.err, why)) << ended.err;
    EXPECT_EQ(ended.out, "") << "refused before the search";
  };
  refused("below/notes.txt, which ptecheck has not written");
  EXPECT_EQ(readFile(folder / "below" / "notes.txt"), "mine");
  fs::remove_all(folder / "below");
  EXPECT_LE(run(small).status, 1) << "an empty folder is taken";
  // In a folder of ours, too; and a link is not followed.
  writeFile(folder / "x86_64.txt", "mine");
  refused("x86_64.txt, which");
  fs::remove(folder / "x86_64.txt");
  fs::create_symlink("/", folder / "link");
  refused("link, which");
  fs::remove(folder / "link");
  EXPECT_LE(run(small).status, 1);
  fs::remove_all(folder);
  writeFile(folder, "a file");
  refused("is a file");
  EXPECT_EQ(readFile(folder), "a file");
}

TEST(CliHtml, ReplacesWhatALinkLeadsTo) {
  const Scratch scratch;
  fs::create_directory(scratch.path() / "real");
  fs::create_directory_symlink("real", folderIn(scratch));
  EXPECT_LE(run(with(kCheck, {"--html", folderIn(scratch) + "/"})).status, 1);
  EXPECT_TRUE(fs::is_symlink(folderIn(scratch)));
  EXPECT_TRUE(fs::exists(scratch.path() / "real" / "index.html"));
}

TEST(CliHtml, RefusesWhatHasNoFindings) {
  const Scratch scratch;
  for (const Words& words :
       {Words{"--kernel", "/nowhere", "--agree"}, Words{"--kernel", "/nowhere", "--events", "1"}}) {
    const Ended ended = run(with(with({"check"}, words), {"--html", folderIn(scratch)}));
    EXPECT_EQ(ended.status, 129);
    EXPECT_TRUE(has(ended.err, "--html")) << ended.err;
  }
  EXPECT_EQ(run(with(kCheck, {"--html", "/dev/null/report"})).status, 129);
  EXPECT_EQ(namesIn(scratch.path()), 0U);
}

TEST(CliHtml, TellsOfSeveralProcessors) {
  const Scratch scratch;
  const Words words = {"check",    "--concurrent", "--arch",
                       "x86_64",   "--actors",     "lazyfree/1:free,user=S0",
                       "--mutant", "free-no-flush"};
  const Ended ended = run(with(words, {"--html", folderIn(scratch)}));
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_EQ(ended.out, run(words).out);
  const Files files = filesOf(folderIn(scratch));
  expectNoDeadLinks(files);
  const std::string page = "several/x86_64/v6.12+free-no-flush/dirty-lost.html";
  ASSERT_TRUE(files.count(page));
  EXPECT_TRUE(has(files.at(page), "stores to page 0, by its TLB"));
  EXPECT_TRUE(has(files.at("index.html"), "several/x86_64/v6.12%2Bfree-no-flush/dirty-lost.html"));
}

// As a reader has it: on a telephone too, and with and without scripts.
TEST(CliHtml, IsShownByABrowser) {
  const Scratch scratch;
  ASSERT_EQ(run(with(kCheck, {"--html", folderIn(scratch)})).status, 1);
  const fs::path index = fs::path(folderIn(scratch)) / "index.html";
  Browser browser;
  const std::string shown =
      "Array.from(document.querySelectorAll('.of')).filter(e => e.checkVisibility())"
      ".map(e => e.id).join(' ')";
  for (const bool scripts : {true, false})
    for (const int width : {1200, 360}) {
      Look look;
      look.width = width;
      look.scripts = scripts;
      browser.open(index, look);
      EXPECT_TRUE(browser.complaints().empty()) << browser.complaints().front();
      EXPECT_EQ(browser.requests().size(), 1U) << "only the page itself is asked for";
      EXPECT_LE(browser.evaluate("document.documentElement.scrollWidth"), width);
      EXPECT_EQ(browser.evaluate(shown), "x86_64 x86_64.findings");
      browser.open(index, look, "#arm64");
      EXPECT_EQ(browser.evaluate(shown), "arm64 arm64.findings");
    }
  // What is inside a part shows that part.
  browser.open(index, {}, "#arm64.rule.write-gained");
  EXPECT_EQ(browser.evaluate(shown), "arm64 arm64.findings");
}

}  // namespace
}  // namespace ptecheck::program
