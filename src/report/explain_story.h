// SPDX-License-Identifier: GPL-2.0-only
//
// The story of one finding, ready to be shown: a grid of entries, one row a process (or a TLB), one
// column a page (or neighbouring pages that are alike throughout), at each step of time. Text and
// page are made of it.
#ifndef PTECHECK_REPORT_EXPLAIN_STORY_H
#define PTECHECK_REPORT_EXPLAIN_STORY_H

#include <string>
#include <vector>

#include "check/concurrent.h"
#include "check/tale.h"
#include "report/report.h"

namespace ptecheck {

struct StoryStep {
  std::string who;                              // "A", an actor; or ""
  std::string text;                             // "takes pages 0-1 out, as one batch"
  std::string function;                         // of the kernel; or "" (hardware, a program)
  std::string place;                            // "mm/rmap.c:1985" of the tree; or ""
  std::vector<std::vector<std::string>> cells;  // [row][column], entries in letters; "": not there
  std::vector<std::string> facts;               // by Story::facts; "": not known
};

struct StoryRule {
  Rule rule;
  std::vector<std::string> sentences;  // where and why it is broken
};

struct Story {
  std::string version, name, title, subject;
  std::string situation;             // sentences
  std::vector<std::string> columns;  // "page 0", "pages 2-7"
  std::vector<std::string> rows;     // "A", "TLB of user=S0"
  std::vector<std::string> edges;    // by row: what stands before each column, and behind the last:
                                     // '#' where a page table ends, ':' where a VMA does, else '|'
  std::vector<std::string> notes;    // of the drawing
  std::vector<std::string> facts;    // names
  std::vector<std::string> meanwhile;  // what other processors do within the steps, a line an event
  std::vector<StoryStep> steps;        // the first: as it begins
  std::string not_run;                 // why there is none
  std::vector<std::string> summary;    // lines: a table of before and after; or none
  std::string schedule;                // of several actors, as a table
  std::vector<StoryRule> rules;
  std::string verdict;
  std::string avoided, at_a_cost, broken_too, not_tried;  // policies
  std::string lines_ran;
  std::string again;  // a command
};

// Of a scenario. `report.run` is the tale's.
Story storyOf(const RunReport& report, const Tale& tale, const std::vector<PolicyFate>& fates,
              const std::string& again);

// Of several actors. `without`: the same search without the mutant, if there is one. `fates`:
// empty, if they were not tried, for the reason `why_not`.
struct ConcurrentStory {
  std::string version, again;
  bool strict = false;
  ConcurrentResult result;
  std::string mutant;  // name, or ""
  const ConcurrentResult* without = nullptr;
  std::vector<PolicyFate> fates;
  std::string why_not;
};
Story storyOf(const ConcurrentStory& told);

// What differs between two entries in letters: a mark for each letter of `after`. All of it, if
// they have not the same form.
std::string changedLetters(const std::string& before, const std::string& after);

// What an entry was before it was taken out: the last cell above `step` that holds an entry.
const std::string& lastEntry(const Story& story, std::size_t step, std::size_t row,
                             std::size_t column);

// "write", "dirty", ... of an entry in letters, all there are in its form.
struct NamedBit {
  std::string name;
  bool set;
  std::size_t at;  // its letter
};
std::vector<NamedBit> namedBits(const std::string& entry);
// "swap entry", "migration entry"; "" of a present one.
std::string formOf(const std::string& entry);

}  // namespace ptecheck

#endif
