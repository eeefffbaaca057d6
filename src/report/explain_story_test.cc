// SPDX-License-Identifier: GPL-2.0-only
#include "report/explain_story.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "check/vocabulary.h"
#include "report/explain_html.h"
#include "report/explain_text.h"
#include "report/layout.h"
#include "scenario/text.h"

namespace ptecheck {
namespace {

Story tell(const Scenario& scenario, const std::string& policy, Arch arch = kX86) {
  const Tale tale = taleOnModel(scenario, policyByName(policy), arch);
  RunReport report;
  report.scenario = scenario;
  report.arch = arch;
  report.run = tale.run;
  return storyOf(report, tale, fatesOf(scenario, arch), "");
}

Scenario lazyfree(unsigned pages) {
  Scenario s{};
  s.pages = static_cast<unsigned short>(pages);
  s.processes = 1;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  s.vma[0][0].flags = VMA_WRITE;
  for (unsigned page = 0; page < pages; ++page)
    s.entry[page] = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_EXCLUSIVE;
  return s;
}

// What is told of the operation ends with what it leaves behind, and so do the steps; under every
// policy, in every example.
TEST(ExplainStory, EndsWhereTheScenarioEnds) {
  unsigned watched = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PTECHECK_SOURCE_DIR "/examples")) {
    if (entry.path().extension() != ".pte") continue;
    const ScenarioFile file = readScenarioFile(entry.path().string(), vocabulary());
    const Scenario& s = file.scenario;
    const Arch arch = file.arch.empty() ? kX86 : archOf(file.arch);
    for (const Policy& policy : policies()) {
      SCOPED_TRACE(entry.path().filename().string() + " " + policy.name);
      const Tale tale = taleOnModel(s, policy, arch);
      const Outcome& o = tale.run.outcome;
      ASSERT_EQ(o.status, STATUS_DONE);
      ASSERT_EQ(tale.frames.size() < 2U, false);
      const TaleFrame& operation = tale.frames[tale.frames.size() - 1 - s.steps];
      const TaleFrame& last = tale.frames.back();
      watched += operation.kind == TaleFrame::kMoment;
      EXPECT_EQ(operation.mapcount, o.mapcount);
      EXPECT_EQ(operation.refcount, o.refcount);
      for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i) {
        EXPECT_EQ(tale.frames[0].entries[i].entry, o.entry[i].before);
        EXPECT_EQ(operation.entries[i].entry, o.entry[i].after);
        EXPECT_EQ(last.entries[i].entry, o.entry[i].end);
      }
    }
  }
  EXPECT_GT(watched, 1000U);
}

// A mistake that the watched code does not know is not told as if nothing had happened.
TEST(ExplainStory, IsNotToldOfWhatWasNotWatched) {
  Scenario s = lazyfree(1);
  s.references = 1;
  const Story story = tell(s, "v6.12+restore-forgotten");
  ASSERT_EQ(story.steps.size(), 2U);
  EXPECT_EQ(story.steps[1].cells[0][0], "-");
  EXPECT_EQ(story.steps[1].text, "try_to_unmap_one() is done");
}

TEST(ExplainStory, PagesThatAreAlikeShareAColumn) {
  Scenario s = lazyfree(4);
  EXPECT_EQ(tell(s, "v6.16").columns, std::vector<std::string>{"pages 0-3"});
  s.entry[2] |= ENTRY_DIRTY;
  EXPECT_EQ(tell(s, "v6.16").columns, (std::vector<std::string>{"pages 0-1", "page 2", "page 3"}));
  // One after the other: not alike throughout.
  EXPECT_EQ(tell(lazyfree(4), "unbatched").columns.size(), 4U);
  s = lazyfree(4);
  s.table_end = 2;
  const Story story = tell(s, "v6.15");  // which runs over both edges
  EXPECT_EQ(story.columns, (std::vector<std::string>{"pages 0-1", "pages 2-3"}));
  EXPECT_EQ(story.edges[0], "|#|");
  s = lazyfree(4);
  s.split[0] = 1;
  s.vma[0][1].flags = VMA_WRITE;
  EXPECT_EQ(tell(s, "v6.15").edges[0], "|:|");
}

TEST(ExplainStory, LeavesOutWhatNobodyWouldRead) {
  Scenario s = lazyfree(64);
  for (unsigned page = 0; page < 64; page += 2) s.entry[page] |= ENTRY_DIRTY;
  const Story story = tell(s, "v6.16");
  EXPECT_EQ(story.columns.size(), 16U);
  ASSERT_EQ(story.notes.size(), 1U);
  EXPECT_EQ(story.notes[0], "Pages 16 to 63 are left out here.");
  const std::string text = explainText(story, false);
  for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
    end = text.find('\n', at);
    EXPECT_LE(end - at, kColumns) << text.substr(at, end - at);
  }
}

TEST(ExplainStory, TellsManyBatchesAsOne) {
  EXPECT_EQ(tell(lazyfree(8), "unbatched").steps.size(), 17U);
  const Story story = tell(lazyfree(16), "unbatched");
  ASSERT_EQ(story.steps.size(), 2U);
  EXPECT_EQ(story.columns, std::vector<std::string>{"pages 0-15"});
}

TEST(ExplainStory, MarksTheLettersThatDiffer) {
  EXPECT_EQ(changedLetters("wE.....", "wED.S.."), "  ^ ^  ");
  EXPECT_EQ(changedLetters("r......", "w......"), "^      ");
  EXPECT_EQ(changedLetters("w......", "w......"), "       ");
  EXPECT_EQ(changedLetters("-", "w......"), "^^^^^^^");
  EXPECT_EQ(changedLetters("wE.....", "-"), "^");
  EXPECT_EQ(changedLetters("swap:E..", "swap:ES."), "      ^ ");
  EXPECT_EQ(changedLetters("wE.....", "mig:wE...."), "^^^^^^^^^^");
  EXPECT_EQ(changedLetters("w......", "w......=page 1"), "       ^^^^^^^");
}

TEST(ExplainStory, NamesTheBits) {
  const auto names = [](const std::string& entry) {
    std::string list;
    for (const NamedBit& bit : namedBits(entry))
      if (bit.set) list += (list.empty() ? "" : " ") + bit.name;
    return list;
  };
  EXPECT_EQ(names("wEDYSUN"), "write exclusive dirty young soft-dirty uffd-wp protnone");
  EXPECT_EQ(names("r.D...."), "dirty");
  EXPECT_EQ(names("s......"), "shadow stack");
  EXPECT_EQ(names("swap:.SU"), "soft-dirty uffd-wp");
  EXPECT_EQ(names("mig:wE.Y.."), "write exclusive young");
  EXPECT_EQ(names("devpriv:r.S."), "soft-dirty");
  for (const char* none : {"-", "none", "marker", "poison", "the page of zeroes", ""})
    EXPECT_TRUE(namedBits(none).empty()) << none;
  EXPECT_EQ(formOf("mig:wE.Y.."), "migration entry");
  EXPECT_EQ(formOf("wE....."), "");
}

TEST(ExplainText, ColourAddsNothingButColour) {
  Scenario s = lazyfree(2);
  s.entry[0] |= ENTRY_DIRTY;
  const Story story = tell(s, "v6.16");
  std::string coloured = explainText(story, true);
  const std::string plain = explainText(story, false);
  EXPECT_NE(coloured, plain);
  for (std::size_t at; (at = coloured.find('\033')) != std::string::npos;)
    coloured.erase(at, coloured.find('m', at) + 1 - at);
  EXPECT_EQ(coloured, plain);
}

TEST(ExplainHtml, LinksToWhereTheReaderComesFrom) {
  const Story story = tell(lazyfree(1), "v6.16");
  const std::string alone = explainHtml(story), linked = explainHtml(story, {"a\"b.html", "<all>"});
  EXPECT_EQ(alone.find("&larr; "), std::string::npos);
  EXPECT_NE(linked.find("<nav><a href=\"a&quot;b.html\">&larr; &lt;all&gt;</a></nav>"),
            std::string::npos);
  EXPECT_NE(explainHtml(story, {"index.html"}).find("All findings</a>"), std::string::npos);
}

// What has a "was" is what differs from the step before, in table and counters.
TEST(ExplainHtml, MarksWhatIsNew) {
  Scenario s = lazyfree(2);
  s.references = 1;
  s.entry[1] |= ENTRY_DIRTY;
  const Story story = tell(s, "v6.16");
  std::size_t differ = 0;
  for (std::size_t i = 1; i < story.steps.size(); ++i) {
    for (std::size_t row = 0; row < story.rows.size(); ++row)
      for (std::size_t column = 0; column < story.columns.size(); ++column)
        differ += story.steps[i].cells[row][column] != story.steps[i - 1].cells[row][column];
    for (std::size_t f = 0; f < story.facts.size(); ++f)
      differ += story.steps[i].facts[f] != story.steps[i - 1].facts[f];
  }
  const std::string html = explainHtml(story);
  std::size_t marked = 0;
  for (const char* mark : {"<td class=\"new\">", "<div class=\"fact new\">"})
    for (std::size_t at = 0; (at = html.find(mark, at + 1)) != std::string::npos;) ++marked;
  EXPECT_GT(differ, 4U);
  EXPECT_EQ(marked, differ);
}

}  // namespace
}  // namespace ptecheck
