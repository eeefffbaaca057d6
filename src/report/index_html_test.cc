// SPDX-License-Identifier: GPL-2.0-only
#include "report/index_html.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "report/html_values.h"
#include "report/index_markup.h"
#include "report/json.h"
#include "report/numbers.h"
#include "report/sample_results_test.h"

namespace ptecheck {

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

IndexOptions sampleOptions() {
  return {{"0.1.0", kAllRules, false, Share{}},
          "ptecheck 0.1.0 (commit 1234)",
          "ptecheck check --pages 2",
          ""};
}

CheckResult on(Arch arch) {
  CheckResult result = sampleResult();
  result.arch = arch;
  for (Finding& finding : result.findings) finding.arch = arch;
  return result;
}

// The part of a page with this id, up to the next of its kind.
std::string section(const std::string& html, const std::string& id) {
  const std::size_t begin = html.find(" id=\"" + id + "\"");
  if (begin == std::string::npos) return "";
  const std::size_t end =
      std::min(html.find("\n<section id=", begin), html.find("\n<section class=\"of ", begin));
  return html.substr(begin, std::min(end, html.size()) - begin);
}

TEST(IndexHtml, EveryNumberLeadsToThePageOfItsFinding) {
  const std::vector<CheckResult> results = {on(kX86), on(archOf("arm64"))};
  const std::string html = indexHtml(results, {}, sampleOptions());
  const std::set<std::string> links = valuesOf(html, "href");
  std::size_t findings = 0;
  for (const CheckResult& result : results)
    for (const Finding& finding : result.findings) {
      ++findings;
      // In the table, whose cells say what they lead to; and in the list.
      EXPECT_TRUE(has(html, "<a href=\"" + pageOf(finding) + "\" title=\"" + finding.row +
                                " breaks " + std::string(ruleInfo(finding.rule).name)))
          << pageOf(finding);
      EXPECT_TRUE(has(html, "<li><a href=\"" + pageOf(finding) + "\">" + finding.row + "</a>"));
      EXPECT_TRUE(has(html, "<code class=\"command\">ptecheck replay " + finding.id + "</code>"));
    }
  EXPECT_EQ(findings, 14U);
  // And to no other; what is in the page itself is there.
  std::set<std::string> pages;
  for (const CheckResult& result : results)
    for (const Finding& finding : result.findings) pages.insert(pageOf(finding));
  const std::set<std::string> places = valuesOf(html, "id");
  for (const std::string& link : links) {
    if (link == "data:,") continue;
    EXPECT_TRUE(link[0] == '#' ? places.count(link.substr(1)) : pages.count(link)) << link;
  }
}

// The table says what JSON says.
TEST(IndexHtml, CountsAreThoseOfJson) {
  const std::vector<CheckResult> results = {on(kX86)};
  const IndexOptions options = sampleOptions();
  const std::string html = indexHtml(results, {}, options);
  const auto json = nlohmann::json::parse(checkJson(results, options.report));
  std::size_t counts = 0;
  for (const auto& row : json["architectures"][0]["rows"])
    for (const auto& [rule, count] : row["broken"].items()) {
      ++counts;
      const std::string number = std::to_string(count.get<std::uint64_t>());
      const std::string name = row["name"];
      const std::string cell = "href=\"x86_64/" + name + "/" + rule + ".html\" title=\"" + name +
                               " breaks " + rule + " in " +
                               counted(count.get<std::uint64_t>(), "scenario", "scenarios");
      EXPECT_TRUE(has(html, cell)) << cell;
      EXPECT_TRUE(has(html, ">" + compact(count.get<std::uint64_t>()) + "</a>")) << number;
    }
  EXPECT_EQ(counts, 7U);
}

TEST(IndexHtml, TellsCostsAndCandidatesFromWhatIsBroken) {
  CheckResult result = on(kX86);
  // write-gained on shadow stacks alone.
  for (Row& row : result.rows)
    if (row.name == "v6.16") row.broken_elsewhere &= ~ruleBit(Rule::kWriteGained);
  const std::string html = indexHtml(std::vector<CheckResult>{result}, {}, sampleOptions());
  const auto kind = [&](const std::string& page) {
    const std::size_t at = html.find("\"><a href=\"" + page + "\"");
    const std::size_t begin = html.rfind("class=\"", at) + 7;
    return html.substr(begin, at - begin);
  };
  EXPECT_EQ(kind("x86_64/v6.16/write-gained.html"), "number soso");
  EXPECT_TRUE(has(html, ">250k&dagger;</a>"));
  EXPECT_EQ(kind("x86_64/v6.16/soft-dirty-lost.html"), "number bad");
  EXPECT_EQ(kind("x86_64/v6.16/write-lost.html"), "number soso");
  EXPECT_EQ(kind("x86_64/merge-write-safe-restore/contents.html"), "number bad");
  EXPECT_TRUE(has(html, "<td class=\"word well\">good</td>"));
  EXPECT_TRUE(has(html, "<td class=\"word soso\">costs</td>"));
  IndexOptions strict = sampleOptions();
  strict.report.strict = true;
  EXPECT_FALSE(has(indexHtml(std::vector<CheckResult>{result}, {}, strict), ">costs</td>"));
}

// Each architecture's numbers are in its own part, and each part can be chosen by its address.
TEST(IndexHtml, KeepsArchitecturesApart) {
  const std::vector<CheckResult> results = {on(kX86), on(archOf("s390"))};
  const std::string html = indexHtml(results, {}, sampleOptions());
  EXPECT_TRUE(has(section(html, "s390"), "href=\"s390/v6.16/write-gained.html\""));
  EXPECT_FALSE(has(section(html, "s390"), "href=\"x86_64/"));
  EXPECT_FALSE(has(section(html, "x86_64"), "href=\"s390/"));
  for (const char* place : {"#x86_64", "#s390", "#x86_64.findings", "#s390.findings"})
    EXPECT_TRUE(has(html, std::string("<a href=\"") + place + "\"")) << place;
  EXPECT_TRUE(has(html, "main:has(.of-s390:target, .of-s390 :target) .of-s390 {"));
  // One architecture leaves nothing to choose.
  const std::string one = indexHtml(std::vector<CheckResult>{on(kX86)}, {}, sampleOptions());
  EXPECT_FALSE(has(one, "@supports selector(:has(a))"));
  EXPECT_FALSE(has(one, "class=\"choose\""));
}

TEST(IndexHtml, EscapesWhatOthersHaveWritten) {
  IndexOptions options = sampleOptions();
  options.command = "ptecheck check --kernel '/a <b>&\"c'";
  options.replay_with = " --kernel '<i>'";
  ArchTree tree;
  tree.check = sampleTree();
  tree.check->result.subject = "Linux <script>alert(1)</script>";
  tree.check->notes = {"a < b & c"};
  tree.check->never_ran = {"mm/<rmap>.c:1"};
  tree.check->result.findings[0].violations[0].text = "read-only <before>";
  const std::string html = indexHtml(std::vector<ArchTree>{tree}, options);
  for (const char* raw : {"<script>alert", "<b>&", "<i>", "<before>", "a < b", "<rmap>"})
    EXPECT_FALSE(has(html, raw)) << raw;
  EXPECT_TRUE(has(html, "&#39;/a &lt;b&gt;&amp;&quot;c&#39;"));
  EXPECT_TRUE(has(html, "Linux &lt;script&gt;"));
  EXPECT_EQ(markup::address("x86_64/v6.12+rss short/a.html"), "x86_64/v6.12%2Brss%20short/a.html");
}

// What a tree's text report has, the page has.
TEST(IndexHtml, TellsOfATree) {
  ArchTree tree;
  tree.check = sampleTree();
  tree.check->new_rules = ruleBit(Rule::kWriteGained);
  ArchTree other;
  other.arch = archOf("loongarch");
  other.why_not = "no cross compiler";
  IndexOptions options = sampleOptions();
  options.replay_with = " --kernel ~/linux";
  const std::string html = indexHtml(std::vector<ArchTree>{tree, other}, options);
  for (const char* part :
       {"href=\"x86_64/tree/write-gained.html\"", "<dt>loongarch</dt><dd>no cross compiler</dd>",
        "broken by the patch, not before: write-gained", "write: gained 4, lost 0",
        "3 scenarios could not be expressed", " --kernel ~/linux</code>", "Linux 6.18.1 at"})
    EXPECT_TRUE(has(html, part)) << part;
}

TEST(IndexHtml, FetchesNothing) {
  const std::string html = indexHtml(std::vector<CheckResult>{on(kX86)}, {}, sampleOptions());
  for (const char* word : {"http:", "https:", "src=", "url(", "@import", "fetch(", "//"})
    EXPECT_FALSE(has(html, word)) << word;
  EXPECT_TRUE(has(html, "default-src 'none'"));
  EXPECT_TRUE(has(html, "<meta name=\"viewport\""));
  EXPECT_TRUE(has(html, "@media print"));
}

}  // namespace

}  // namespace ptecheck
