// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck explain, as a user runs it: as text, and as a page.
#include <gtest/gtest.h>
#include <pty.h>

#include <thread>

#include "program.h"
#include "subject/kernel_source.h"

namespace ptecheck::program {
namespace {

const std::string kCve = "e1/v6.16/100400000jd";

// With environment variables of its own, its stdout a terminal: what stands on the terminal.
std::string onTerminal(const Words& words, bool no_color) {
  int terminal = -1, end = -1;
  if (::openpty(&terminal, &end, nullptr, nullptr, nullptr) != 0) return "no terminal";
  ::setenv("TERM", "xterm", 1);
  no_color ? ::setenv("NO_COLOR", "1", 1) : ::unsetenv("NO_COLOR");
  std::string text;
  std::thread reader([&] {
    char some[4096];
    for (ssize_t count; (count = ::read(terminal, some, sizeof some)) > 0;)
      text.append(some, static_cast<std::size_t>(count));
  });
  run(words, end);
  ::close(end);
  reader.join();
  ::close(terminal);
  ::unsetenv("NO_COLOR");
  return text;
}

// Every element that is opened is closed, in order; those without an end apart.
std::string whyUnbalanced(const std::string& page) {
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    if (page.compare(at, 2, "<!") == 0) continue;
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "'<' without '>'";
    const bool closes = page[at + 1] == '/';
    const std::size_t begin = at + (closes ? 2 : 1);
    const std::string name = page.substr(begin, page.find_first_of(" >", begin) - begin);
    if (name == "meta" || name == "input" || name == "link" || name == "wbr") continue;
    if (!closes) {
      open.push_back(name);
      if (name == "script" || name == "style") at = page.find("</" + name, at) - 1;
      continue;
    }
    if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
    open.pop_back();
  }
  return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++times;
  return times;
}

std::string page(const Words& words) {
  const Scratch scratch;
  const std::string out = (scratch.path() / "page.html").string();
  Words all = {"explain", "--html", out};
  all.insert(all.end(), words.begin(), words.end());
  const Ended ended = run(all);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err, "");
  return readFile(out);
}

TEST(CliExplain, TellsAFinding) {
  const Ended ended = run({"explain", kCve});
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_LE(longestLine(ended.out), 75U);
  EXPECT_EQ(ended.out.find('\033'), std::string::npos) << "colour in a pipe";
  // The drawing: the folio, and who maps what.
  EXPECT_TRUE(has(ended.out, "     folio  | page 0  | page 1  |\n")) << ended.out;
  EXPECT_TRUE(has(ended.out, "     A      | wE..... | r.D.... |\n"));
  EXPECT_TRUE(has(ended.out, "     B      | -       | r...... |\n"));
  // A step, where in the kernel it is, and what has changed.
  EXPECT_TRUE(has(ended.out, "pages 0-1 are taken out of the table as one batch"));
  EXPECT_TRUE(has(ended.out, "get_and_clear_ptes"));
  EXPECT_TRUE(has(ended.out, "back as copies of the first"));
  EXPECT_TRUE(has(ended.out,
                  "     A before  -        -\n"
                  "       after   wED.S..  w.D.S..\n"
                  "                 ^ ^    ^   ^\n"))
      << ended.out;
  EXPECT_TRUE(has(ended.out, "write-gained (isolation): "));
  EXPECT_TRUE(has(ended.out, "If not: "));
  EXPECT_TRUE(has(ended.out, "read-only before, writable after"));
  EXPECT_TRUE(has(ended.out, "Again: ptecheck replay " + kCve));
}

// The policies it names are those that `run` finds good.
TEST(CliExplain, NamesThePoliciesThatAvoidIt) {
  const std::string file = PTECHECK_SOURCE_DIR "/examples/bad_cve_2026_31398.pte";
  const Ended ended = run({"explain", file});
  EXPECT_EQ(ended.status, 1) << ended.err;
  std::string text = ended.out.substr(ended.out.find("Which policies avoid it"));
  const std::size_t good = text.find("Break no rule here: "), cost = text.find("At a cost only: "),
                    bad = text.find("Break one as well: "), end = text.find("\n\n", bad);
  ASSERT_LT(good, cost);
  ASSERT_LT(cost, bad);
  ASSERT_NE(end, std::string::npos) << text;
  const auto at = [&](const std::string& policy) {
    return run({"run", file, "--policy", policy, "--format", "json"}).status;
  };
  for (const char* policy : {"unbatched", "v6.12", "restore-each"}) {
    EXPECT_TRUE(has(text.substr(good, cost - good), policy)) << text;
    EXPECT_EQ(at(policy), 0);
  }
  for (const char* policy : {"wrprotect", "merge-write-safe-restore"})
    EXPECT_TRUE(has(text.substr(cost, bad - cost), policy)) << text;
  for (const char* policy : {"v6.15", "v6.16", "merge-write"}) {
    EXPECT_TRUE(has(text.substr(bad, end - bad), policy)) << text;
    EXPECT_EQ(at(policy), 1);
  }
}

TEST(CliExplain, IsInColourOnATerminalAlone) {
  EXPECT_TRUE(has(onTerminal({"explain", kCve}, false), "\033[1;31m"));
  const std::string plain = onTerminal({"explain", kCve}, true);
  EXPECT_FALSE(has(plain, "\033"));
  EXPECT_TRUE(has(plain, "write-gained"));
}

// Every example, whatever its case: told within 75 columns, and its steps end where `run` ends.
TEST(CliExplain, TellsEveryExample) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(PTECHECK_SOURCE_DIR "/examples")) {
    if (entry.path().extension() != ".pte") continue;
    SCOPED_TRACE(entry.path());
    ++files;
    const Ended ended = run({"explain", entry.path().string()});
    EXPECT_LE(ended.status, 1) << ended.err;
    EXPECT_LE(longestLine(ended.out), 75U) << ended.out;
    EXPECT_TRUE(has(ended.out, "What happens")) << ended.out;
    EXPECT_EQ(has(entry.path().filename().string(), "bad_"),
              has(ended.out, "that is broken") || has(ended.out, "that are broken"))
        << ended.out;
  }
  EXPECT_GT(files, 70U);
}

TEST(CliExplain, TellsOfSeveralActors) {
  const Ended ended = run({"explain", "lazyfree/1:free,user=S0", "--mutant", "free-no-flush"});
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_LE(longestLine(ended.out), 75U);
  EXPECT_TRUE(has(ended.out, "| page 0")) << ended.out;
  EXPECT_TRUE(has(ended.out, "TLB of user=S0"));
  EXPECT_TRUE(has(ended.out, "stores to page 0, by its TLB"));
  EXPECT_TRUE(has(ended.out, "dirty-lost (data loss): "));
  EXPECT_TRUE(has(ended.out, "v6.12 without the mutant free-no-flush")) << ended.out;
  EXPECT_TRUE(has(ended.out, "Break one as well: all "));
  const Ended good = run({"explain", "lazyfree/1:free,user=S0"});
  EXPECT_EQ(good.status, 0);
  EXPECT_TRUE(has(good.out, "no interleaving breaks a rule")) << good.out;
}

TEST(CliExplain, RefusesWhatItCannotExplain) {
  for (const auto& [words, text] :
       {std::pair<Words, const char*>{{"nothing-like-it"}, "no file, no finding's id"},
        {{"e1/tree/100000000f6"}, "--kernel"},
        {{"e1/v6.16/zzz"}, "not the id of a finding"},
        {{"lazyfree/1:free,user=S0", "--mutant", "none-such"}, "none-such"},
        {{kCve, "--arch", "arm64"}, "--arch"},
        {{kCve, "--html", "/dev/null/page.html"}, "/dev/null"}}) {
    Words all = {"explain"};
    all.insert(all.end(), words.begin(), words.end());
    const Ended ended = run(all);
    EXPECT_GE(ended.status, 129) << text;
    EXPECT_TRUE(has(ended.err, text)) << ended.err;
    EXPECT_EQ(ended.out, "");
  }
}

TEST(CliExplain, MakesAPageOfItsOwn) {
  const std::string html = page({kCve});
  EXPECT_EQ(html.rfind("<!DOCTYPE html>", 0), 0U);
  EXPECT_EQ(whyUnbalanced(html), "");
  // Nothing is fetched, from nowhere (explain_page_test.cc has a browser try).
  for (const char* word : {"http:", "https:", "src=", "url(", "@import", "fetch("})
    EXPECT_FALSE(has(html, word)) << word;
  EXPECT_EQ(count(html, "href="), count(html, "href=\"#") + count(html, "href=\"data:,\""));
  // A slider over all the steps, all of which are there without a script too.
  const std::size_t steps = count(html, "<article class=\"step\"");
  EXPECT_EQ(steps, 4U);
  EXPECT_TRUE(has(html, "type=\"range\" min=\"0\" max=\"" + std::to_string(steps - 1) + "\""));
  EXPECT_FALSE(has(html, " hidden>"));
  // Processes are rows, pages columns, bits have names; what was gained is marked.
  EXPECT_EQ(count(html, "<th scope=\"row\">Process A</th>"), steps);
  EXPECT_EQ(count(html, "<th scope=\"col\">page 1</th>"), steps);
  EXPECT_TRUE(has(html, "<i class=\"on gained\">w</i>")) << html;
  EXPECT_TRUE(has(html, "<ins>+write</ins>")) << html;
  EXPECT_TRUE(has(html, "<dt>mapcount</dt><dd>3</dd>"));
  EXPECT_TRUE(has(html, "<dt>batches</dt><dd><b>1 of 2 entries</b>"));
  EXPECT_EQ(page({kCve}), html);
}

TEST(CliExplain, ShowsTlbsBesideTheEntries) {
  const std::string html = page({"lazyfree/1:free,user=S0", "--mutant", "free-no-flush"});
  EXPECT_EQ(whyUnbalanced(html), "");
  EXPECT_EQ(count(html, "<th scope=\"row\">TLB of user=S0</th>"), 6U);
  EXPECT_EQ(count(html, "<article class=\"step\""), 6U);
  // The entry is clean, and the TLB does not know: with step 2 it is out, with 3 back.
  EXPECT_EQ(count(html, "class=\"stale\""), 4U);
}

// The command can be pasted into a shell, whatever the file's name.
TEST(CliExplain, QuotesTheCommandThatShowsItAgain) {
  const Scratch scratch;
  const std::string file = scratch.file("it's a $(finding).pte",
                                        readFile(PTECHECK_SOURCE_DIR "/examples/bad_vma_end.pte"));
  const Ended ended = run({"explain", file});
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_TRUE(has(ended.out, "/it'\\''s a $(finding).pte'\n")) << ended.out;
}

// Each store is told with a line of the tree that makes one.
TEST(TreeExplain, NamesTheLineOfEachStore) {
  const fs::path tree = getKernelSource("6.12", {});
  std::istringstream source(readFile(tree / "mm/rmap.c"));
  std::vector<std::string> lines(1);
  for (std::string line; std::getline(source, line);) lines.push_back(line);
  const Ended ended = run({"explain", "e1/tree/100400000jd", "--kernel", tree.string()});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_LE(longestLine(ended.out), 75U + tree.string().size());
  const std::string happens =
      ended.out.substr(ended.out.find("What happens"),
                       ended.out.find("Before and after") - ended.out.find("What happens"));
  EXPECT_TRUE(has(happens, "  1. A, page 0 is taken out of the table (mm/rmap.c:")) << happens;
  EXPECT_TRUE(has(happens, "  2. A, page 1 is taken out of the table (mm/rmap.c:")) << happens;
  EXPECT_TRUE(has(happens, "  3. A, page 1 is put into the table (mm/rmap.c:")) << happens;
  std::size_t named = 0;
  for (std::size_t at = 0; (at = happens.find("mm/rmap.c:", at + 1)) != std::string::npos;
       ++named) {
    const std::string& line = lines.at(std::stoul(happens.substr(at + 10)));
    EXPECT_TRUE(has(line, named < 2 ? "ptep_clear_flush(" : "set_pte_at(")) << line;
  }
  EXPECT_EQ(named, 3U);
}

}  // namespace
}  // namespace ptecheck::program
