// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/format.h>

#include <algorithm>

#include "report/head.h"
#include "report/layout.h"
#include "report/lists.h"
#include "report/numbers.h"
#include "report/order.h"
#include "report/schedule.h"

namespace ptecheck {

using order::Barrier;
using order::MemoryModel;
using order::TestVerdicts;
using order::Verdict;

namespace {

// Which of a test's verdicts is asked about: 0 with all barriers, i + 1 without barrier i.
std::size_t askedOf(const OrderReport& report, const TestVerdicts& test) {
  const std::vector<Barrier>& barriers = test.test->barriers;
  for (std::size_t i = 0; i < barriers.size(); ++i)
    if (barriers[i].name == report.without) return i + 1;
  return 0;
}

const Verdict& verdictOf(const TestVerdicts& test, std::size_t row, MemoryModel model) {
  return test.verdicts[row][static_cast<std::size_t>(model)];
}

std::string_view neededWord(bool needed) { return needed ? "needed" : "not needed"; }
std::string_view goodWord(const Verdict& verdict) { return verdict.bad ? "BROKEN" : "good"; }

constexpr std::size_t kNames = 36, kCell = 13;

std::string line(std::string_view name, const std::vector<std::string>& cells) {
  std::string text = fmt::format("{:<{}}", name, kNames);
  for (const std::string& cell : cells) text += fmt::format("{:<{}}", cell, kCell);
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

std::string models(const OrderReport& report) {
  std::vector<std::string> cells;
  for (MemoryModel model : report.models) cells.emplace_back(memoryModelName(model));
  return line("", cells);
}

std::string tableOf(const OrderReport& report, const TestVerdicts& test) {
  const auto row = [&](std::size_t number) {
    std::vector<std::string> cells;
    for (MemoryModel model : report.models) {
      const Verdict& verdict = verdictOf(test, number, model);
      cells.emplace_back(number == 0 ? goodWord(verdict) : neededWord(verdict.bad));
    }
    return cells;
  };
  std::string text = line(test.test->name, row(0));
  for (std::size_t b = 0; b < test.test->barriers.size(); ++b)
    text += line("  " + std::string(test.test->barriers[b].name), row(b + 1));
  return text;
}

std::string scheduleText(const TestVerdicts& test, std::size_t row, MemoryModel model) {
  const Verdict& verdict = verdictOf(test, row, model);
  const std::string what = row == 0 ? std::string("With all barriers")
                                    : fmt::format("Without {}", test.test->barriers[row - 1].name);
  std::string text =
      '\n' + paragraph(fmt::format("{} on {}: {}. A shortest way there ({}; {} in all):", what,
                                   memoryModelName(model), verdict.outcome,
                                   counted(verdict.steps, "step", "steps"),
                                   counted(verdict.states, "state", "states")));
  std::vector<std::string_view> columns;
  for (const order::Thread& thread : test.test->program.threads) columns.push_back(thread.name);
  std::vector<ScheduleLine> lines;
  for (const order::ScheduleRow& step : verdict.schedule)
    lines.push_back({step.thread, step.is_step, step.text, {}});
  text += '\n' + scheduleTable(columns, lines) + '\n';
  text += paragraph(verdict.at_first, "at first:   ", 12);
  return text + paragraph(verdict.in_the_end, "in the end: ", 12);
}

// On the strongest of the models on which the bad outcome can be reached.
std::string firstSchedule(const OrderReport& report, const TestVerdicts& test, std::size_t row) {
  for (MemoryModel model : report.models)
    if (verdictOf(test, row, model).bad) return scheduleText(test, row, model);
  return "";
}

std::string detailsOf(const OrderReport& report, const TestVerdicts& test) {
  const order::KernelTest& it = *test.test;
  std::string text = heading(it.name);
  text += paragraph(it.title) + '\n' + paragraph(it.about);
  text += paragraph(fmt::format("Source: {}.", it.source));
  text += '\n';
  for (const order::Outcome& outcome : it.bad) text += paragraph(outcome.text, "bad:  ", 6);
  for (const order::Outcome& outcome : it.good) text += paragraph(outcome.text, "good: ", 6);
  text += '\n' + models(report) + tableOf(report, test) + '\n';
  for (const Barrier& barrier : it.barriers)
    text += paragraph(
        fmt::format("{}: {}{}", barrier.name, barrier.where,
                    barrier.bug.empty() ? "" : fmt::format(" (once missing: {})", barrier.bug)),
        "  ", 4);
  const std::size_t asked = askedOf(report, test);
  if (!report.without.empty()) {
    const std::string schedule = firstSchedule(report, test, asked);
    return text +
           (schedule.empty()
                ? '\n' + paragraph(fmt::format("Without {}: no bad outcome.", report.without))
                : schedule);
  }
  for (std::size_t row = 0; row < test.verdicts.size(); ++row)
    text += firstSchedule(report, test, row);
  return text;
}

}  // namespace

bool OrderReport::bad() const {
  return std::any_of(tests.begin(), tests.end(), [&](const TestVerdicts& test) {
    const std::size_t asked = askedOf(*this, test);
    return std::any_of(models.begin(), models.end(),
                       [&](MemoryModel model) { return verdictOf(test, asked, model).bad; });
  });
}

std::string orderText(const OrderReport& report) {
  std::string text = labelled("ptecheck", report.version);
  text += labelled("checked", fmt::format("{} of memory order, all interleavings",
                                          counted(report.tests.size(), "test", "tests")));
  if (report.details) {
    for (const TestVerdicts& test : report.tests) text += detailsOf(report, test);
  } else {
    text += '\n' + models(report);
    for (const TestVerdicts& test : report.tests) text += tableOf(report, test);
  }
  text += '\n' + paragraph(
                     "good: with all barriers, no bad outcome can be reached. needed: without this "
                     "barrier, one can.");
  text += '\n' + labelled("verdict", report.bad() ? "BROKEN" : "good");
  return text;
}

std::string orderMarkdown(const OrderReport& report) {
  std::string text = "| test | without | what that is |";
  for (MemoryModel model : report.models) text += fmt::format(" {} |", memoryModelName(model));
  text += " states |\n|---|---|---|";
  for (std::size_t i = 0; i <= report.models.size(); ++i) text += "---|";
  text += '\n';
  for (const TestVerdicts& test : report.tests)
    for (std::size_t row = 0; row < test.verdicts.size(); ++row) {
      const Barrier* barrier = row == 0 ? nullptr : &test.test->barriers[row - 1];
      text += fmt::format(
          "| {} | {} | {}{} |", test.test->name,
          barrier == nullptr ? "-" : std::string(barrier->name),
          barrier == nullptr ? test.test->title : barrier->where,
          barrier == nullptr || barrier->bug.empty() ? "" : fmt::format(" ({})", barrier->bug));
      std::string states;
      for (MemoryModel model : report.models) {
        const Verdict& verdict = verdictOf(test, row, model);
        text += fmt::format(" {} |", row == 0 ? goodWord(verdict) : neededWord(verdict.bad));
        states += (states.empty() ? "" : ", ") + withSeparators(verdict.states);
      }
      text += fmt::format(" {} |\n", states);
    }
  return text;
}

}  // namespace ptecheck
