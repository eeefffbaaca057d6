// SPDX-License-Identifier: GPL-2.0-only
//
// The story of one scenario.
#include "report/explain_story.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/entries.h"
#include "report/explain_moments.h"
#include "report/lists.h"
#include "report/numbers.h"
#include "report/scenario_words.h"
#include "report/verdict.h"
#include "spec/describe.h"

namespace ptecheck {

namespace {

// More columns than these help nobody.
constexpr std::size_t kMostColumns = 16;

// Neighbouring pages that are shown as one.
struct Pages {
  unsigned first, last;
};

class Builder {
 public:
  Builder(const RunReport& report, const Tale& tale, Story& story)
      : s_(report.scenario), arch_(report.arch), tale_(tale), story_(story) {}

  void build() {
    if (tale_.frames.empty()) return;
    group();
    addRows();
    story_.facts = {"folio", "mapcount", "references", "TLB flushes", "batches"};
    const TaleFrame* before = nullptr;
    for (const TaleFrame& frame : tale_.frames) {
      addStep(frame, before);
      before = &frame;
    }
  }

 private:
  std::string cell(const TaleFrame& frame, unsigned process, unsigned page) const {
    if (process >= frame.processes) return "";
    const TaleFrame::Entry& e = frame.entries[process * s_.pages + page];
    return entryInLetters(arch_, e.entry, e.exclusive, page, s_.pages);
  }

  unsigned processes() const {
    unsigned most = 0;
    for (const TaleFrame& frame : tale_.frames) most = std::max(most, frame.processes);
    return most;
  }

  // Something ends between this page and the one before.
  bool isEdge(unsigned page) const {
    if (s_.table_end == page) return true;
    for (unsigned p = 0; p < s_.processes; ++p)
      if (s_.split[p] == page) return true;
    return false;
  }
  bool alike(unsigned a, unsigned b) const {
    for (const TaleFrame& frame : tale_.frames)
      for (unsigned p = 0; p < frame.processes; ++p)
        if (cell(frame, p, a) != cell(frame, p, b)) return false;
    return true;
  }

  void group() {
    unsigned left_out = 0;
    for (unsigned page = 0; page < s_.pages;) {
      unsigned end = page + 1;
      while (end < s_.pages && !isEdge(end) && alike(page, end)) ++end;
      if (pages_.size() == kMostColumns) {
        left_out = page;
        break;
      }
      pages_.push_back({page, end - 1});
      story_.columns.push_back(end - page == 1 ? fmt::format("page {}", page)
                                               : fmt::format("pages {}-{}", page, end - 1));
      page = end;
    }
    if (left_out != 0)
      story_.notes.push_back(
          fmt::format("Pages {} to {} are left out here.", left_out, s_.pages - 1));
  }

  void addRows() {
    for (unsigned p = 0; p < processes(); ++p) {
      story_.rows.emplace_back(1, processName(p));
      std::string edges;
      for (std::size_t i = 0; i <= pages_.size(); ++i) {
        const unsigned page = i < pages_.size() ? pages_[i].first : pages_.back().last + 1;
        char edge = '|';
        if (page != 0 && s_.table_end == page) edge = '#';
        if (page != 0 && edge == '|' && p < s_.processes && s_.split[p] == page) edge = ':';
        edges += edge;
      }
      story_.edges.push_back(edges);
    }
  }

  static std::string batches(const TaleFrame& frame) {
    if (frame.batches == 0) return "0";
    return fmt::format("{} of {}", frame.batches,
                       counted(frame.batched_entries, "entry", "entries"));
  }

  void addStep(const TaleFrame& frame, const TaleFrame* before) {
    StoryStep step = frameInWords(frame, before, s_, tale_,
                                  [this](const TaleFrame& at, unsigned process, unsigned page) {
                                    return cell(at, process, page);
                                  });
    for (unsigned p = 0; p < processes(); ++p) {
      step.cells.emplace_back();
      for (const Pages& pages : pages_) step.cells.back().push_back(cell(frame, p, pages.first));
    }
    step.facts = {"", std::to_string(frame.mapcount), "", "", ""};
    if (frame.counters) {
      step.facts[0] = folioState(frame.folio_flags);
      step.facts[2] = std::to_string(frame.refcount);
      step.facts[3] =
          fmt::format("{}{}", frame.flushes, frame.flush_pending ? ", one deferred" : "");
      if (tale_.run.outcome.batches != 0) step.facts[4] = batches(frame);
    }
    story_.steps.push_back(std::move(step));
  }

  const Scenario& s_;
  const Arch arch_;
  const Tale& tale_;
  Story& story_;
  std::vector<Pages> pages_;
};

std::vector<StoryRule> rulesOfRun(const ModelRun& run) {
  std::vector<StoryRule> rules;
  for (Rule rule : rulesOf(run.broken)) {
    rules.push_back({rule, {}});
    for (const Violation& violation : run.violations)
      if (violation.rule == rule) rules.back().sentences.push_back(violation.text);
  }
  return rules;
}

}  // namespace

void addFates(const std::vector<PolicyFate>& fates, Story& story) {
  for (const PolicyFate& fate : fates) {
    if (!fate.ran && fate.broken == 0)
      append(story.not_tried, fate.policy);
    else if (fate.broken == 0)
      append(story.avoided, fate.policy);
    else if ((fate.broken & ~kCostRules) == 0)
      append(story.at_a_cost, fmt::format("{} ({})", fate.policy, ruleList(fate.broken)));
    else
      append(story.broken_too, fate.policy);
  }
}

std::string verdictOfRules(RuleSet broken, bool strict, bool checked) {
  std::string text(
      verdictWord(!checked && broken == 0 ? Verdict::kNotChecked : verdictOf(broken, strict)));
  if (broken != 0) text += ": " + ruleList(broken);
  return text;
}

Story storyOf(const RunReport& report, const Tale& tale, const std::vector<PolicyFate>& fates,
              const std::string& again) {
  Story story;
  story.version = report.version;
  story.name = report.name;
  story.title = report.title;
  story.subject = report.subject;
  story.situation = scenarioInWords(report.scenario);
  const Outcome& o = tale.run.outcome;
  if (o.status != STATUS_DONE) story.not_run = o.message[0] != '\0' ? o.message : "no reason given";
  Builder(report, tale, story).build();
  if (o.status == STATUS_DONE)
    story.summary =
        entriesInLetters(report.arch, report.scenario, o, report.scenario.steps != 0, 73);
  story.rules = rulesOfRun(tale.run);
  story.verdict = verdictOfRules(tale.run.broken, report.strict, o.status == STATUS_DONE);
  addFates(fates, story);
  story.lines_ran = tale.lines_ran;
  story.meanwhile = tale.meanwhile;
  story.again = again;
  return story;
}

}  // namespace ptecheck
