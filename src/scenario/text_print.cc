// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <cstddef>

#include "scenario/text.h"
#include "scenario/text_words.h"

namespace ptecheck {

namespace {

using namespace text_detail;

std::string processLetter(unsigned process) {
  return std::string(1, static_cast<char>('A' + process));
}

void addWord(std::string& list, std::string_view word) {
  if (!list.empty()) list += ", ";
  list += word;
}

template <class Flags>
void addFlags(std::string& list, const Flags& flags, unsigned set) {
  for (const Flag& flag : flags)
    if (set & flag.bit) addWord(list, flag.name);
}

std::string folioLine(const Scenario& s) {
  std::string list = std::to_string(s.pages) + (s.pages == 1 ? " page" : " pages");
  for (const Flag& kind : kFolioKinds)
    if ((s.folio_flags & (FOLIO_FILE | FOLIO_SWAPBACKED)) == kind.bit) addWord(list, kind.name);
  addFlags(list, kFolioFlags, s.folio_flags);
  addFlags(list, kFolioNegated, ~unsigned{s.folio_flags});
  if (s.folded) addWord(list, kFolded);
  if (s.pmd_mapped != 0) {
    addWord(list, kPmdMapped);
    for (unsigned process = 0; process < MAX_PROCESSES; ++process)
      if (s.pmd_mapped & (1U << process)) list += " " + processLetter(process);
  }
  if (s.references != 0)
    addWord(list, std::string(kReferences) + " " + std::to_string(s.references));
  if (s.pins != 0) addWord(list, std::string(kPins) + " " + std::to_string(s.pins));
  return "folio: " + list + "\n";
}

std::string vmaLines(const Scenario& s, unsigned process) {
  auto flags = [](unsigned set) {
    std::string list;
    if (!(set & VMA_WRITE)) addWord(list, kReadOnly);
    addFlags(list, kVmaFlags, set);
    return list + "\n";
  };
  const std::string head = "vma " + processLetter(process);
  std::string lines = head + ": " + flags(s.vma[process][0].flags);
  if (s.split[process] != 0) {
    lines += head + " from page " + std::to_string(s.split[process]) + ": " +
             flags(s.vma[process][1].flags);
  }
  return lines;
}

void padTo(std::string& line, std::size_t column) {
  if (line.size() < column) line.append(column - line.size(), ' ');
}

void endLine(std::string& line) {
  line.erase(line.find_last_not_of(' ') + 1);
  line += '\n';
}

// One line a page; neighbours with equal entries share one.
std::string table(const Scenario& s) {
  constexpr std::size_t kFirstColumn = 9;
  std::size_t column = 9;
  for (std::size_t i = 0; i < std::size_t{s.processes} * s.pages; ++i)
    if (!(s.entry[i] & ENTRY_PRESENT))
      column = std::max(column, entryLetters(s.entry[i]).size() + 2);
  std::string head = "page", text;
  for (unsigned process = 0; process < s.processes; ++process) {
    padTo(head, kFirstColumn + process * column);
    head += processLetter(process);
  }
  endLine(head);
  auto same = [&](unsigned a, unsigned b) {
    for (std::size_t process = 0; process < s.processes; ++process)
      if (s.entry[process * s.pages + a] != s.entry[process * s.pages + b]) return false;
    return true;
  };
  for (unsigned page = 0, end; page < s.pages; page = end) {
    for (end = page + 1; end < s.pages && same(page, end); ++end) {
    }
    std::string line = std::to_string(page);
    if (end - page > 1) line += "-" + std::to_string(end - 1);
    for (std::size_t process = 0; process < s.processes; ++process) {
      padTo(line, kFirstColumn + process * column);
      line += entryLetters(s.entry[process * s.pages + page]);
    }
    endLine(line);
    text += line;
  }
  return head + text;
}

std::string operationLines(const Scenario& s) {
  std::string list(kOperations[s.operation].name);
  addFlags(list, kTtuFlags, s.ttu);
  if (s.remote_cpu) addWord(list, kRemoteCpu);
  std::string lines = "operation: " + list + "\n";
  for (const Flag& event : kEvents) {
    if (s.event == event.bit) {
      lines +=
          "event: " + std::string(event.name) + " at chance " + std::to_string(s.event_at) + "\n";
    }
  }
  for (unsigned i = 0; i < s.steps; ++i) {
    const Step step = s.step[i];
    lines += "then: ";
    if (step.action >= STEP_SWAPOFF && step.action <= STEP_NOT_MIGRATED) {
      if (step.action == STEP_NOT_MIGRATED) lines += std::string(kNot) + " ";
      unsigned action = step.action;
      if (action == STEP_NOT_MIGRATED) action = STEP_MIGRATED;
      for (const Flag& whole : kWholeSteps)
        if (action == whole.bit) lines += std::string(whole.name) + "\n";
      continue;
    }
    lines += processLetter(step.process) + " ";
    for (const Flag& action : kActions)
      if (step.action == action.bit) lines += action.name;
    if (step.action <= STEP_WRITE)
      lines += step.page == ALL_PAGES ? " all" : " " + std::to_string(step.page);
    lines += "\n";
  }
  return lines;
}

std::string expectationLine(const Expectation& e) {
  std::string line = "expect ";
  switch (e.kind) {
    case Expectation::Kind::kPolicy:
      line += e.name;
      break;
    case Expectation::Kind::kMutant:
      line += std::string(kMutant) + " " + e.name;
      break;
    case Expectation::Kind::kTree:
      line += kTree;
      break;
  }
  line += ":";
  if (e.rules.empty()) line += " " + std::string(kGood);
  for (const std::string& rule : e.rules) line += " " + rule;
  return line + "\n";
}

}  // namespace

std::string printScenario(const ScenarioFile& file) {
  const Scenario& s = file.scenario;
  std::string text;
  for (std::size_t start = 0; !file.title.empty() && start <= file.title.size();) {
    const std::size_t end = std::min(file.title.find('\n', start), file.title.size());
    const std::string line = file.title.substr(start, end - start);
    text += line.empty() ? "#\n" : "# " + line + "\n";
    start = end + 1;
  }
  if (!file.arch.empty()) text += std::string(kArch) + ": " + file.arch + "\n";
  text += folioLine(s);
  if (s.table_end != 0)
    text += "page table: ends before page " + std::to_string(s.table_end) + "\n";
  for (unsigned process = 0; process < s.processes; ++process) text += vmaLines(s, process);
  text += table(s) + operationLines(s);
  for (const Expectation& expectation : file.expectations) text += expectationLine(expectation);
  return text;
}

}  // namespace ptecheck
