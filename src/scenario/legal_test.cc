// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/legal.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace ptecheck {
namespace {

constexpr unsigned short kWritable = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_EXCLUSIVE;

// Two pages, lazyfree, in A and B: page 0 is A's own, page 1 is shared.
Scenario legal() {
  Scenario s{};
  s.pages = 2;
  s.processes = 2;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  s.vma[0][0].flags = s.vma[1][0].flags = VMA_WRITE;
  s.entry[0] = kWritable | ENTRY_DIRTY;
  s.entry[1] = ENTRY_PRESENT;
  s.entry[3] = ENTRY_PRESENT | ENTRY_DIRTY;
  return s;
}

Scenario alone() {
  Scenario s = legal();
  s.processes = 1;
  return s;
}

TEST(Legal, AcceptsPlainScenarios) {
  EXPECT_EQ(whyIllegal(legal()), "");
  EXPECT_EQ(whyIllegal(alone()), "");
}

TEST(Legal, AcceptsWhatLooksOdd) {
  struct Case {
    const char* what;
    std::function<void(Scenario&)> change;
  };
  const std::vector<Case> cases = {
      {"read-only exclusive", [](Scenario& s) { s.entry[0] = ENTRY_PRESENT | ENTRY_EXCLUSIVE; }},
      {"clean and writable", [](Scenario& s) { s.entry[0] = kWritable; }},
      {"soft-dirty without dirty", [](Scenario& s) { s.entry[1] |= ENTRY_SOFT_DIRTY; }},
      {"dirty lazyfree folio", [](Scenario& s) { s.folio_flags |= FOLIO_DIRTY; }},
      {"swap-backed", [](Scenario& s) { s.folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE; }},
      {"swap-backed, but nobody called add_to_swap()",
       [](Scenario& s) { s.folio_flags |= FOLIO_SWAPBACKED; }},
      {"pinned", [](Scenario& s) { s.pins = 3; }},
      {"a droppable VMA behind the folio",
       [](Scenario& s) {
         s.split[0] = 2;
         s.vma[0][1].flags = VMA_DROPPABLE;
       }},
      {"second VMA locked",
       [](Scenario& s) {
         s.split[0] = 1;
         s.vma[0][1].flags = VMA_WRITE | VMA_LOCKED;
       }},
      {"table ends with the folio", [](Scenario& s) { s.table_end = 2; }},
      {"a fork, then the child writes",
       [](Scenario& s) {
         s.steps = 2;
         s.step[0] = {STEP_FORK, 1, ALL_PAGES};
         s.step[1] = {STEP_WRITE, 2, 1};
       }},
  };
  for (const Case& c : cases) {
    Scenario s = legal();
    c.change(s);
    EXPECT_EQ(whyIllegal(s), "") << c.what;
  }
}

// Every demand, unmet once; the sentence must name what and where.
TEST(Legal, RefusesEachDemandUnmet) {
  struct Case {
    const char* sentence;  // part of it
    std::function<void(Scenario&)> change;
  };
  const std::vector<Case> cases = {
      {"not 3", [](Scenario& s) { s.pages = 3; }},
      {"not 0", [](Scenario& s) { s.pages = 0; }},
      {"not 1024", [](Scenario& s) { s.pages = 1024; }},
      {"not 5", [](Scenario& s) { s.processes = 5; }},
      {"unknown operation 7", [](Scenario& s) { s.operation = 7; }},
      {"flag of the operation", [](Scenario& s) { s.ttu = 0x80; }},
      {"remote_cpu", [](Scenario& s) { s.remote_cpu = 2; }},
      {"folded is 0 or 1", [](Scenario& s) { s.folded = 2; }},
      {"unknown folio flag", [](Scenario& s) { s.folio_flags |= 0x8000; }},
      {"ends at page 3", [](Scenario& s) { s.table_end = 3; }},
      {"unknown event", [](Scenario& s) { s.event = 9; }},
      {"needs a chance", [](Scenario& s) { s.event = EVENT_REFERENCE; }},
      {"but no event", [](Scenario& s) { s.event_at = 1; }},
      {"B: the second VMA begins at page 3", [](Scenario& s) { s.split[1] = 3; }},
      {"A: unknown VMA flag", [](Scenario& s) { s.vma[0][0].flags |= 0x4000; }},
      {"must be locked", [](Scenario& s) { s.folio_flags &= ~FOLIO_LOCKED; }},
      {"up to date", [](Scenario& s) { s.folio_flags &= ~FOLIO_UPTODATE; }},
      {"is not in the swap cache", [](Scenario& s) { s.folio_flags |= FOLIO_SWAPCACHE; }},
      {"B: all VMAs of a folio are shadow stacks",
       [](Scenario& s) { s.vma[1][0].flags |= VMA_SHADOW_STACK; }},
      {"A: all VMAs of a folio are droppable",
       [](Scenario& s) {
         s.split[0] = 1;
         s.vma[0][1].flags = VMA_WRITE | VMA_DROPPABLE;
       }},
      {"one process alone",
       [](Scenario& s) { s.vma[0][0].flags = s.vma[1][0].flags = VMA_WRITE | VMA_DROPPABLE; }},
      {"A page 0: writable, but its VMA is not", [](Scenario& s) { s.vma[0][0].flags = 0; }},
      {"A page 1: writable, but its page is not exclusive",
       [](Scenario& s) { s.entry[1] |= ENTRY_WRITE; }},
      {"A page 0: writable and write-protected",
       [](Scenario& s) {
         s.vma[0][0].flags |= VMA_UFFD_WP;
         s.entry[0] |= ENTRY_UFFD_WP;
       }},
      {"A page 0: writable and protnone", [](Scenario& s) { s.entry[0] |= ENTRY_PROTNONE; }},
      {"B page 1: write-protected by userfaultfd",
       [](Scenario& s) { s.entry[3] |= ENTRY_UFFD_WP; }},
      {"A page 1: exclusive, but B maps", [](Scenario& s) { s.entry[1] |= ENTRY_EXCLUSIVE; }},
      {"A page 1: a hole", [](Scenario& s) { s.entry[1] = ENTRY_DIRTY; }},
      {"A page 1: a hole", [](Scenario& s) { s.entry[1] = ENTRY_OTHER | ENTRY_SWAPPED; }},
      {"A page 1: a present entry with unknown bits",
       [](Scenario& s) { s.entry[1] = ENTRY_PRESENT | ENTRY_OTHER; }},
      {"nothing to unmap", [](Scenario& s) { s.entry[0] = s.entry[1] = s.entry[3] = 0; }},
      {"pinned, but none",
       [](Scenario& s) {
         s.pins = 1;
         s.entry[0] = 0;
       }},
      {"at most 8 steps", [](Scenario& s) { s.steps = 9; }},
      {"step 1: unknown action",
       [](Scenario& s) {
         s.steps = 1;
         s.step[0] = {7, 0, 0};
       }},
      {"step 1: there is no process C",
       [](Scenario& s) {
         s.steps = 1;
         s.step[0] = {STEP_WRITE, 2, 0};
       }},
      {"step 3: no more than 4",
       [](Scenario& s) {
         s.steps = 3;
         for (int i = 0; i < 3; ++i) s.step[i] = {STEP_FORK, 0, ALL_PAGES};
       }},
      {"step 1: the folio has no page 2",
       [](Scenario& s) {
         s.steps = 1;
         s.step[0] = {STEP_READ, 0, 2};
       }},
      {"step 2: C writes page 1, but its VMA is read-only",
       [](Scenario& s) {
         s.split[0] = 1;
         s.steps = 2;
         s.step[0] = {STEP_FORK, 0, ALL_PAGES};
         s.step[1] = {STEP_WRITE, 2, ALL_PAGES};
       }},
  };
  for (const Case& c : cases) {
    Scenario s = legal();
    c.change(s);
    EXPECT_NE(whyIllegal(s).find(c.sentence), std::string::npos)
        << c.sentence << "\ngot: " << whyIllegal(s);
  }
}

TEST(Legal, RefusesUnmetDemandsOfSpecialVmas) {
  Scenario s = alone();
  s.vma[0][0].flags = VMA_WRITE | VMA_DROPPABLE;
  EXPECT_EQ(whyIllegal(s), "");
  s.vma[0][0].flags |= VMA_LOCKED;
  EXPECT_EQ(whyIllegal(s), "A: a droppable VMA cannot be mlocked");
  s.vma[0][0].flags = VMA_WRITE | VMA_DROPPABLE | VMA_SHADOW_STACK;
  EXPECT_EQ(whyIllegal(s), "A: a shadow stack is not droppable");
  s.vma[0][0].flags = VMA_WRITE | VMA_DROPPABLE;
  s.folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  EXPECT_EQ(whyIllegal(s), "a folio in a droppable VMA is never swap-backed");

  s = alone();
  s.vma[0][0].flags = VMA_WRITE | VMA_SHADOW_STACK;
  EXPECT_EQ(whyIllegal(s), "");
  s.entry[0] = kWritable;
  EXPECT_EQ(whyIllegal(s), "A page 0: a writable shadow-stack entry is always dirty");
}

}  // namespace
}  // namespace ptecheck
