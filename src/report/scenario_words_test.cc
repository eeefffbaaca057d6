// SPDX-License-Identifier: GPL-2.0-only
#include "report/scenario_words.h"

#include <gtest/gtest.h>

namespace ptecheck {
namespace {

Scenario plain() {
  Scenario s{};
  s.pages = 2;
  s.processes = 1;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  s.vma[0][0].flags = VMA_WRITE;
  return s;
}

TEST(ScenarioWords, WhatIsPlainIsNotMentioned) {
  EXPECT_EQ(scenarioInWords(plain()),
            "A clean lazyfree folio of 2 pages, mapped by process A through a writable VMA. "
            "try_to_unmap_one().");
}

TEST(ScenarioWords, EveryDeviationIs) {
  Scenario s = plain();
  s.folio_flags |= FOLIO_DIRTY | FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  s.pins = 1;
  s.folded = 1;
  s.processes = 2;
  s.split[0] = 1;
  s.vma[0][1].flags = VMA_WRITE | VMA_LOCKED;
  s.vma[1][0].flags = 0;
  s.table_end = 2;
  s.ttu = UNMAP_BATCH_FLUSH | UNMAP_IGNORE_MLOCK;
  s.remote_cpu = 1;
  s.event = EVENT_SWAP_DUPLICATE;
  s.event_at = 2;
  s.steps = 2;
  s.step[0] = {STEP_FORK, 0, ALL_PAGES};
  s.step[1] = {STEP_WRITE, 2, 1};
  EXPECT_EQ(
      scenarioInWords(s),
      "A dirty swap-backed folio of 2 pages with swap slots and 1 pin, "
      "contiguous blocks folded, mapped by process A through "
      "a "
      "writable VMA, which ends before page 1, and a writable VM_LOCKED VMA behind it and process "
      "B "
      "through a read-only VMA. The page table ends where the folio does. try_to_unmap_one() with "
      "TTU_BATCH_FLUSH and TTU_IGNORE_MLOCK, while another CPU may hold translations. "
      "swap_duplicate() "
      "fails at a later call (number 2). Then A forks C and C writes to page 1.");
}

TEST(ScenarioWords, SayWhatIsMigrated) {
  Scenario s{};
  s.pages = 32;
  s.processes = 2;
  s.operation = OPERATION_TRY_TO_MIGRATE;
  s.folio_flags = FOLIO_SWAPBACKED | FOLIO_LOCKED | FOLIO_UPTODATE;
  s.pmd_mapped = 2;
  s.vma[0][0].flags = s.vma[1][0].flags = VMA_WRITE | VMA_FILE;
  s.event = EVENT_ARCH_UNMAP;
  s.event_at = 1;
  s.steps = 2;
  s.step[0] = {STEP_FORK, 0, ALL_PAGES};
  s.step[1] = {STEP_NOT_MIGRATED, 0, ALL_PAGES};
  EXPECT_EQ(scenarioInWords(s),
            "A clean swap-backed folio of 32 pages, mapped by process A through a writable private "
            "VMA of a file and process B through one PMD in a writable private VMA of a file. "
            "try_to_migrate_one(). arch_unmap_one() fails at the first call. Then A forks C and "
            "the folio is mapped again where it was.");
}

TEST(ScenarioWords, SayWhatKindOfFolioItIs) {
  Scenario s{};
  s.pages = s.processes = 1;
  s.folio_flags = FOLIO_FILE | FOLIO_SWAPBACKED | FOLIO_HWPOISON | FOLIO_LOCKED | FOLIO_UPTODATE;
  s.vma[0][0].flags = VMA_FILE | VMA_SHARED;
  s.ttu = UNMAP_HWPOISON;
  EXPECT_EQ(scenarioInWords(s),
            "A clean shmem folio of 1 page, whose memory is broken, mapped by process A through a "
            "read-only shared VMA of a file. try_to_unmap_one() with TTU_HWPOISON.");
}

}  // namespace
}  // namespace ptecheck
