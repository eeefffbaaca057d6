// SPDX-License-Identifier: GPL-2.0-only
#include "report/concurrent_schedule.h"

#include <fmt/format.h>

#include "report/entries.h"
#include "report/layout.h"
#include "report/schedule.h"
#include "spec/history.h"

namespace ptecheck {

namespace {

// What there is to see in a state, thing by thing, in words.
class Look {
 public:
  Look(const ConcurrentModel& model, const ConcurrentState& state)
      : setup_(model.setup()), t_(model.table()), s_(state.machine) {}

  std::string entry(Entry e) const {
    if (t_.none(e)) return "none";
    if (t_.pte_special(e)) return "the page of zeroes";
    const bool present = t_.pte_present(e);
    const bool exclusive = present && s_.frames[e.frame].has(PageFrame::kExclusive);
    // As the entry of the folio's first page, so that the letters alone are printed.
    std::string letters = entryInLetters(setup_.arch, t_.word({e.form, 0}), exclusive, 0, 1);
    if (!present) return letters + fmt::format(" of page {}", e.frame);
    return letters + (e.frame < setup_.pages ? fmt::format(" page {}", e.frame)
                                             : fmt::format(" frame {}", e.frame));
  }
  std::string contents(Contents c) const {
    if (c == kZeroes) return "zeroes";
    if (c < kFirstWrite) return "old contents";
    unsigned number = kFirstWrite;
    for (unsigned a = 0; a < setup_.count; ++a)
      for (unsigned i = 0; i < setup_.actors[a].op_count; ++i)
        if (setup_.actors[a].ops[i].kind == Op::kStore && number++ == c)
          return fmt::format("{}'s {}write", print(setup_.actors[a], setup_.pages),
                             i == 0 ? "" : "second ");
    return "?";
  }

  // Names and values of everything; equal lengths for all states of a search.
  std::vector<std::pair<std::string, std::string>> all() const {
    std::vector<std::pair<std::string, std::string>> things;
    for (unsigned space = 0; space < kMaxSpaces; ++space)
      for (unsigned r = 0; r < setup_.pages; ++r)
        things.emplace_back(fmt::format("{}entry {}", space == 1 ? "second space, " : "", r),
                            entry(s_.table[space][r]));
    for (unsigned a = 0; a < setup_.count; ++a)
      for (unsigned r = 0; r < setup_.pages; ++r)
        things.emplace_back(fmt::format("TLB of {}, {}", print(setup_.actors[a], setup_.pages), r),
                            entry(s_.tlb[a][r]));
    for (unsigned i = 0; i < kMaxFrames; ++i) {
      const PageFrame& f = s_.frames[i];
      const std::string name =
          i < setup_.pages ? fmt::format("page {}", i) : fmt::format("frame {}", i);
      things.emplace_back(name, contents(f.contents));
      if (i != 0 && i < setup_.pages) continue;
      things.emplace_back(i == 0 ? "folio" : name + " flags", flags(f));
    }
    for (unsigned r = 0; r < setup_.pages; ++r)
      things.emplace_back(fmt::format("storage {}", r), contents(s_.storage[r]));
    return things;
  }

 private:
  static std::string flags(const PageFrame& f) {
    if (!f.has(PageFrame::kInUse)) return "free";
    std::string text = f.has(PageFrame::kDirty) ? "dirty" : "clean";
    if (f.has(PageFrame::kAnon)) text += f.has(PageFrame::kSwapBacked) ? "" : ", lazyfree";
    if (f.has(PageFrame::kSwapCache))
      text += f.has(PageFrame::kAnon) ? ", in the swap cache" : ", in the page cache";
    if (f.has(PageFrame::kWriteback)) text += ", under writeback";
    if (f.pins() != 0) text += fmt::format(", {} pin{}", f.pins(), f.pins() == 1 ? "" : "s");
    return text;
  }

  const SmpSetup& setup_;
  const EntryTable& t_;
  const SmpState& s_;
};

std::string describeEvent(const Look& look, const Event& event) {
  switch (event.kind) {
    case EventKind::kLoad:
      return fmt::format("loads from page {}, and sees {}", event.range,
                         look.contents(event.contents));
    case EventKind::kStore:
      return fmt::format("stores to page {}", event.range);
    case EventKind::kDeviceLoad:
      return fmt::format("its device loads from page {}, and sees {}", event.range,
                         look.contents(event.contents));
    case EventKind::kDeviceStore:
      return fmt::format("its device stores to page {}", event.range);
    default:
      return "";
  }
}

// What the step was, by what it told and what kind of step it is.
std::string describeStep(const ConcurrentModel& model, const Look& look, unsigned actor,
                         unsigned label, const std::vector<Event>& events) {
  const ProgramStep& step = model.stepOf(actor, label);
  const unsigned choice = label % ConcurrentModel::kMaxChoices;
  const bool access = step.choices > 1;  // of a program, the only step that has any
  std::string what;
  for (const Event& event : events) {
    const std::string one = describeEvent(look, event);
    if (one.empty()) continue;
    what = one;
    if (access) what += choice == 0 ? ", by its TLB" : ", walking the table";
  }
  if (what.empty() && access) what = choice == 2 ? "faults" : "fills its TLB, speculating";
  if (what.empty()) what = step.text;
  for (const Event& event : events) {
    if (event.kind == EventKind::kReturns && what.find("returns") == std::string::npos)
      what += ", and returns";
    if (event.kind == EventKind::kFrees) what += fmt::format("; frame {} is free", event.frame);
  }
  return what;
}

}  // namespace

Schedule scheduleOf(const ConcurrentExample& example) {
  const EntryTable table(example.setup.arch);
  const ConcurrentModel model(example.setup, table);
  Schedule schedule;
  ConcurrentState before = example.schedule.initial;
  const ConcurrentState nothing{};
  {
    const auto empty = Look(model, nothing).all(), first = Look(model, before).all();
    for (std::size_t i = 0; i < first.size(); ++i)
      if (first[i].second != empty[i].second)
        schedule.start.push_back(first[i].first + ": " + first[i].second);
  }
  for (const auto& step : example.schedule.steps) {
    ConcurrentState after = before;
    std::vector<Event> events;
    model.take(after, step.actor, step.label % ConcurrentModel::kMaxChoices, &events);
    const Look look(model, after);
    ScheduleStep& out = schedule.steps.emplace_back();
    out.actor = step.actor;
    out.what = describeStep(model, look, step.actor, step.label, events);
    out.function = model.stepOf(step.actor, step.label).function;
    const auto old = Look(model, before).all(), now = look.all();
    for (std::size_t i = 0; i < now.size(); ++i)
      if (now[i].second != old[i].second)
        out.changes.push_back(now[i].first + ": " + old[i].second + " -> " + now[i].second);
    History history = before.history;
    for (const Event& event : events) {
      const std::string why = explain(model.historySetup(), history, event, example.rule);
      if (!why.empty()) schedule.why = why;
      judge(model.historySetup(), history, event);
    }
    if (schedule.why.empty() && model.done(after))
      schedule.why = explainAtRest(model.historySetup(), history,
                                   atRest(after.machine, example.setup, table), example.rule);
    before = after;
  }
  return schedule;
}

std::string scheduleText(const ConcurrentExample& example) {
  const Schedule schedule = scheduleOf(example);
  std::string text = "At first:\n";
  for (const std::string& line : schedule.start) text += paragraph(line, "    ", 6);
  std::vector<std::string> names;
  for (unsigned a = 0; a < example.setup.count; ++a)
    names.push_back(print(example.setup.actors[a], example.setup.pages));
  std::vector<ScheduleLine> lines;
  for (const ScheduleStep& step : schedule.steps) {
    std::string cell = step.what;
    if (!step.function.empty()) cell += " (" + step.function + ")";
    ScheduleLine& line = lines.emplace_back(ScheduleLine{step.actor, true, cell, {}});
    for (const std::string& change : step.changes) line.below += paragraph(change, "      | ", 8);
  }
  text += '\n' + scheduleTable({names.begin(), names.end()}, lines);
  if (!schedule.why.empty()) text += '\n' + paragraph(schedule.why);
  return text;
}

}  // namespace ptecheck
