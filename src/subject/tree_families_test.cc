// SPDX-License-Identifier: GPL-2.0-only
//
// Migration, files and device memory in the tree's own code: one small situation each, with what
// every good kernel leaves behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "pte/swap_entries.h"
#include "pte/x86_64.h"
#include "subject/kernel_source.h"
#include "subject/tree_arch.h"
#include "subject/tree_edit.h"
#include "subject/tree_subject.h"

namespace ptecheck {
namespace {

constexpr auto kSwap = swapEntries<X86_64<>>();
constexpr X86_64<> kX86;

bool isSwapFile(std::uint64_t pte) {
  return kSwap.types().kindOf(static_cast<unsigned>(kX86.swp_type(pte))) == SwapKind::kSwapFile;
}

class TreeFamilies : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    build_ = new TreeBuild(buildTree({.tree = getKernelSource("6.12", {})}));
    subject_ = new TreeSubject(*build_);
  }
  static void TearDownTestSuite() {
    delete subject_;
    delete build_;
  }

  TreeFamilies() : scenario_(std::make_unique<Scenario>()), outcome_(std::make_unique<Outcome>()) {
    std::memset(static_cast<void*>(scenario_.get()), 0, sizeof(Scenario));
  }

  // Two pages in one process, present, young and in a writable VMA.
  Scenario& start(unsigned folio_flags, unsigned vma_flags = 0) {
    Scenario& s = *scenario_;
    s.pages = 2, s.processes = 1;
    s.folio_flags = static_cast<unsigned short>(FOLIO_UPTODATE | FOLIO_LOCKED | folio_flags);
    s.vma[0][0].flags = static_cast<unsigned short>(VMA_WRITE | vma_flags);
    s.entry[0] = s.entry[1] = ENTRY_PRESENT | ENTRY_YOUNG;
    return s;
  }
  Scenario& migrate(unsigned folio_flags, unsigned vma_flags = 0) {
    Scenario& s = start(folio_flags, vma_flags);
    s.operation = OPERATION_TRY_TO_MIGRATE;
    return s;
  }
  // Mapped by one PMD.
  Scenario& hugeFolio(unsigned folio_flags, unsigned entry) {
    Scenario& s = start(folio_flags);
    s.pages = 512;
    s.pmd_mapped = 1;
    s.ttu = 0, s.steps = 0, s.pins = 0, s.event = EVENT_NONE;
    std::fill_n(s.entry, s.pages, static_cast<unsigned short>(ENTRY_PRESENT | ENTRY_YOUNG | entry));
    return s;
  }
  void then(unsigned action, unsigned process = 0) {
    scenario_->step[scenario_->steps++] = {static_cast<unsigned char>(action),
                                           static_cast<unsigned char>(process), ALL_PAGES};
  }
  const Outcome& run() {
    const Scenario* in[] = {scenario_.get()};
    Outcome* out[] = {outcome_.get()};
    subject_->run(in, out);
    return *outcome_;
  }
  const Outcome& runWell() {
    const Outcome& o = run();
    EXPECT_EQ(o.status, STATUS_DONE) << o.message;
    EXPECT_EQ(o.warnings, 0) << o.message;
    EXPECT_EQ(o.outside, 0);
    EXPECT_EQ(o.steps_done, scenario_->steps);
    return o;
  }

  static TreeBuild* build_;
  static TreeSubject* subject_;
  std::unique_ptr<Scenario> scenario_;
  std::unique_ptr<Outcome> outcome_;
};
TreeBuild* TreeFamilies::build_ = nullptr;
TreeSubject* TreeFamilies::subject_ = nullptr;

constexpr unsigned kSwapCached = FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;

// Writable, read-only and exclusive: three types; what else there is, in the entry's other bits.
TEST_F(TreeFamilies, MigrationEntriesRememberEverything) {
  Scenario& s = migrate(FOLIO_SWAPBACKED, VMA_UFFD_WP);
  s.entry[0] |= ENTRY_WRITE | ENTRY_EXCLUSIVE | ENTRY_DIRTY | ENTRY_SOFT_DIRTY;
  s.entry[1] |= ENTRY_EXCLUSIVE | ENTRY_UFFD_WP;
  const Outcome& o = runWell();
  EXPECT_TRUE(kSwap.is(o.entry[0].after, SwapKind::kMigrationWrite));
  EXPECT_TRUE(kSwap.is(o.entry[1].after, SwapKind::kMigrationReadExclusive));
  for (unsigned page = 0; page < 2; ++page) {
    const std::uint64_t pte = o.entry[page].after;
    EXPECT_EQ(kSwap.swp_offset_pfn(pte), FOLIO_PFN + page);
    EXPECT_TRUE(kSwap.is_migration_entry_young(pte));
    EXPECT_EQ(kSwap.is_migration_entry_dirty(pte), page == 0);
    EXPECT_EQ(kX86.pte_swp_soft_dirty(pte), page == 0);
    EXPECT_EQ(kX86.pte_swp_uffd_wp(pte), page == 1);
    EXPECT_EQ(o.entry[page].end, pte) << "no steps";
    EXPECT_EQ(o.entry[page].seen, seenValue(SEEN_ORIGINAL, page)) << "waits, and finds it";
    EXPECT_EQ(o.entry[page].page_flags, PAGE_EXCLUSIVE_BEFORE);
  }
  EXPECT_TRUE(o.unmapped);
  EXPECT_EQ(o.mapcount, 0);
  EXPECT_EQ(o.refcount, o.refcount_before - 2);
  EXPECT_EQ(o.rss[0][RSS_ANON], 0);
  EXPECT_TRUE(o.folio_flags & FOLIO_DIRTY);
}

TEST_F(TreeFamilies, WhatDidNotMoveIsMappedAsBefore) {
  Scenario& s = migrate(kSwapCached, VMA_UFFD_WP);
  s.entry[0] |= ENTRY_WRITE | ENTRY_EXCLUSIVE | ENTRY_DIRTY | ENTRY_SOFT_DIRTY;
  s.entry[1] |= ENTRY_UFFD_WP;
  then(STEP_NOT_MIGRATED);
  const Outcome& o = runWell();
  EXPECT_FALSE(kX86.pte_present(o.entry[0].after));
  for (unsigned page = 0; page < 2; ++page) EXPECT_EQ(o.entry[page].end, o.entry[page].before);
  EXPECT_EQ(o.entry[0].page_flags, PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_END);
  EXPECT_EQ(o.entry[1].page_flags, 0);
  EXPECT_EQ(o.mapcount, 0);
  EXPECT_EQ(o.mapcount_end, 2);
}

TEST_F(TreeFamilies, WhatMovedIsMappedElsewhere) {
  Scenario& s = migrate(FOLIO_SWAPBACKED | FOLIO_DIRTY);
  s.entry[0] |= ENTRY_WRITE | ENTRY_EXCLUSIVE | ENTRY_DIRTY | ENTRY_SOFT_DIRTY;
  then(STEP_MIGRATED);
  then(STEP_READ);
  const Outcome& o = runWell();
  for (unsigned page = 0; page < 2; ++page) {
    const std::uint64_t end = o.entry[page].end;
    EXPECT_EQ(kX86.pte_pfn(end), MOVED_PFN + page);
    EXPECT_EQ(end - (std::uint64_t{MOVED_PFN - FOLIO_PFN} << 12), o.entry[page].before);
    EXPECT_EQ(o.entry[page].seen, seenValue(SEEN_ORIGINAL, page));
  }
  EXPECT_EQ(o.entry[0].page_flags, PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_END);
  EXPECT_EQ(o.mapcount_end, 2);
}

// A pin ends the walk: the first entry is a migration entry, the second stays.
TEST_F(TreeFamilies, APinnedPageDoesNotMigrate) {
  Scenario& s = migrate(FOLIO_SWAPBACKED);
  s.entry[1] |= ENTRY_EXCLUSIVE;
  s.pins = 1;
  then(STEP_NOT_MIGRATED);
  const Outcome& o = runWell();
  EXPECT_TRUE(kSwap.is(o.entry[0].after, SwapKind::kMigrationRead));
  EXPECT_EQ(o.entry[1].after, o.entry[1].before);
  EXPECT_EQ(o.mapcount, 1);
  EXPECT_EQ(o.entry[0].end, o.entry[0].before);
  EXPECT_EQ(o.mapcount_end, 2);
}

TEST_F(TreeFamilies, AFileMigratesThereAndBack) {
  Scenario& s = migrate(FOLIO_FILE, VMA_FILE | VMA_SHARED);
  s.entry[0] |= ENTRY_WRITE | ENTRY_DIRTY;
  then(STEP_MIGRATED);
  const Outcome& o = runWell();
  EXPECT_TRUE(kSwap.is(o.entry[0].after, SwapKind::kMigrationWrite));
  EXPECT_TRUE(kSwap.is(o.entry[1].after, SwapKind::kMigrationRead));
  EXPECT_EQ(o.refcount_before, 1 + 2 + 2);
  EXPECT_EQ(kX86.pte_pfn(o.entry[1].end), MOVED_PFN + 1);
  EXPECT_TRUE(kX86.pte_write(o.entry[0].end));
  EXPECT_TRUE(kX86.pte_dirty(o.entry[0].end));
  EXPECT_EQ(o.rss_end[0][RSS_FILE], 0);
}

TEST_F(TreeFamilies, AFileLeavesMarkersWhereItWasProtected) {
  for (const bool shmem : {false, true}) {
    Scenario& s =
        start(FOLIO_FILE | (shmem ? FOLIO_SWAPBACKED : 0), VMA_FILE | VMA_SHARED | VMA_UFFD_WP);
    s.entry[0] |= ENTRY_UFFD_WP | ENTRY_DIRTY;
    const Outcome& o = runWell();
    EXPECT_TRUE(kSwap.is_pte_marker(o.entry[0].after));
    EXPECT_EQ(kSwap.pte_marker_get(o.entry[0].after), kSwap.kMarkerUffdWp);
    EXPECT_EQ(o.entry[1].after, 0u);
    EXPECT_EQ(o.entry[0].seen, seenValue(SEEN_ORIGINAL, 0));
    EXPECT_TRUE(o.folio_flags & FOLIO_DIRTY);
    EXPECT_TRUE(o.folio_flags & FOLIO_FILE);
    EXPECT_EQ(o.rss[0][shmem ? RSS_SHMEM : RSS_FILE], -2);
    EXPECT_EQ(o.rss[0][shmem ? RSS_FILE : RSS_SHMEM], 0);
    EXPECT_EQ(o.refcount, 1 + 2) << "isolation and page cache";
  }
}

// A page written in a private mapping of a file: anonymous, and swapped.
TEST_F(TreeFamilies, APrivatePageOfAFileIsSwapped) {
  Scenario& s = start(kSwapCached, VMA_FILE);
  s.entry[0] |= ENTRY_EXCLUSIVE;
  s.entry[1] = ENTRY_MARKER;
  const Outcome& o = runWell();
  EXPECT_TRUE(isSwapFile(o.entry[0].after));
  EXPECT_TRUE(kX86.pte_swp_exclusive(o.entry[0].after));
  EXPECT_EQ(o.entry[1].after, o.entry[1].before);
  EXPECT_EQ(o.entry[1].seen, SEEN_FAULT) << "the file's page, which is none of ours";
}

TEST_F(TreeFamilies, SwapEntriesAmongPresentOnesStay) {
  Scenario& s = start(kSwapCached);
  s.entry[0] = ENTRY_SWAP | ENTRY_EXCLUSIVE | ENTRY_SOFT_DIRTY;
  const Outcome& o = runWell();
  EXPECT_EQ(kX86.swp_offset(o.entry[0].before), SWAP_OFFSET);
  EXPECT_TRUE(kX86.pte_swp_exclusive(o.entry[0].before));
  EXPECT_TRUE(kX86.pte_swp_soft_dirty(o.entry[0].before));
  EXPECT_EQ(o.entry[0].after, o.entry[0].before);
  EXPECT_EQ(o.mapcount_before, 1);
  EXPECT_EQ(o.entry[0].seen, seenValue(SEEN_ORIGINAL, 0));
}

TEST_F(TreeFamilies, ADeviceExclusivePageIsSwappedWithItsBits) {
  Scenario& s = start(kSwapCached, VMA_UFFD_WP);
  s.entry[0] = ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE | ENTRY_SOFT_DIRTY | ENTRY_UFFD_WP;
  s.entry[1] = ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE | ENTRY_WRITE;
  const Outcome& o = runWell();
  EXPECT_TRUE(kSwap.is(o.entry[0].before, SwapKind::kDeviceExclusiveRead));
  EXPECT_TRUE(kSwap.is(o.entry[1].before, SwapKind::kDeviceExclusiveWrite));
  for (unsigned page = 0; page < 2; ++page) {
    EXPECT_TRUE(isSwapFile(o.entry[page].after));
    EXPECT_EQ(kX86.pte_swp_soft_dirty(o.entry[page].after), page == 0);
    EXPECT_EQ(kX86.pte_swp_uffd_wp(o.entry[page].after), page == 0);
  }
  EXPECT_EQ(o.flushes, 0u);
}

// 6.12 takes the page frame of a device-exclusive entry as if it were present (mended in 6.15): its
// own checks see a page that is not of the folio. Nothing of it is left for the next scenario.
TEST_F(TreeFamilies, AMigratingDeviceExclusiveEntryIsTheTreesOwnMistake) {
  Scenario& s = migrate(FOLIO_SWAPBACKED);
  s.entry[0] = ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE | ENTRY_WRITE;
  const Outcome& o = run();
  EXPECT_EQ(o.status, STATUS_BUG);
  EXPECT_NE(std::string(o.message).find("at a device-exclusive entry"), std::string::npos)
      << o.message;
  s.entry[0] = ENTRY_PRESENT | ENTRY_YOUNG;
  runWell();
}

// arch_unmap_one() says no to the second page: its entry is put back as it was, its swap slot
// freed.
TEST_F(TreeFamilies, WhatTheArchitectureDoesNotLetGoIsPutBack) {
  for (const bool migrates : {false, true}) {
    Scenario& s = migrates ? migrate(FOLIO_SWAPBACKED) : start(kSwapCached);
    s.entry[1] |= ENTRY_WRITE | ENTRY_EXCLUSIVE | ENTRY_DIRTY | ENTRY_SOFT_DIRTY;
    s.event = EVENT_ARCH_UNMAP;
    s.event_at = 2;
    const Outcome& o = runWell();
    EXPECT_TRUE(o.event_fired);
    EXPECT_FALSE(kX86.pte_present(o.entry[0].after));
    EXPECT_EQ(o.entry[1].after, o.entry[1].before);
    EXPECT_EQ(o.entry[1].page_flags,
              PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_AFTER | PAGE_EXCLUSIVE_END);
    EXPECT_EQ(o.entry[0].swap_count, migrates ? 0 : 1);
    EXPECT_EQ(o.entry[1].swap_count, 0);
    EXPECT_EQ(o.mapcount, 1);
  }
}

// 6.12 takes the entry that stayed for a migration entry, and counts its mapping once more.
TEST_F(TreeFamilies, ADeviceExclusiveEntryThatStayedIsMappedTwice) {
  Scenario& s = migrate(FOLIO_SWAPBACKED);
  s.pages = 1;
  s.entry[0] = ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE;
  s.event = EVENT_ARCH_UNMAP;
  s.event_at = 1;
  then(STEP_NOT_MIGRATED);
  const Outcome& o = run();
  ASSERT_EQ(o.status, STATUS_DONE) << o.message;
  EXPECT_EQ(o.entry[0].after, o.entry[0].before);
  EXPECT_TRUE(kX86.pte_present(o.entry[0].end));
  EXPECT_EQ(o.mapcount, 1);
  EXPECT_EQ(o.mapcount_end, 2);
  EXPECT_EQ(o.warnings, 1) << "exclusive, and mapped twice";
}

// As hardware does it: accessed and dirty, not soft-dirty.
TEST_F(TreeFamilies, AWriteLeavesItsMarksInTheEntry) {
  Scenario& s = start(kSwapCached);
  s.entry[0] = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_EXCLUSIVE;
  s.event = EVENT_SWAP_DUPLICATE;
  s.event_at = 1;
  s.step[s.steps++] = {STEP_WRITE, 0, 0};
  const Outcome& o = runWell();
  EXPECT_EQ(o.entry[0].after, o.entry[0].before);
  EXPECT_TRUE(kX86.pte_dirty(o.entry[0].end) && kX86.pte_young(o.entry[0].end));
  EXPECT_FALSE(kX86.pte_soft_dirty(o.entry[0].end));
  EXPECT_EQ(o.entry[0].seen, seenValue(SEEN_WRITER, 0));
}

TEST_F(TreeFamilies, ADevicePrivatePageMigrates) {
  Scenario& s = migrate(FOLIO_SWAPBACKED | FOLIO_DEVICE_PRIVATE);
  s.pages = 1;
  s.entry[0] = ENTRY_DEVICE_PRIVATE | ENTRY_WRITE | ENTRY_EXCLUSIVE | ENTRY_SOFT_DIRTY;
  then(STEP_NOT_MIGRATED);
  const Outcome& o = runWell();
  EXPECT_TRUE(kSwap.is(o.entry[0].before, SwapKind::kDevicePrivateWrite));
  EXPECT_TRUE(kSwap.is(o.entry[0].after, SwapKind::kMigrationWrite));
  EXPECT_EQ(o.entry[0].end, o.entry[0].before);
  EXPECT_TRUE(o.folio_flags & FOLIO_DEVICE_PRIVATE);
  s.step[0].action = STEP_MIGRATED;
  runWell();
  EXPECT_TRUE(kX86.pte_present(o.entry[0].end)) << "back in memory";
}

TEST_F(TreeFamilies, ABrokenPageLeavesAHwpoisonEntry) {
  for (const bool migrates : {false, true}) {
    Scenario& s = start(FOLIO_SWAPBACKED | FOLIO_HWPOISON);
    s.pages = 1;
    s.ttu = migrates ? 0 : UNMAP_HWPOISON;
    s.operation = migrates ? OPERATION_TRY_TO_MIGRATE : OPERATION_TRY_TO_UNMAP;
    const Outcome& o = runWell();
    EXPECT_TRUE(kSwap.is(o.entry[0].after, SwapKind::kHwpoison));
    EXPECT_EQ(o.rss[0][RSS_ANON], -1);
    EXPECT_EQ(o.entry[0].seen, SEEN_FAULT);
  }
}

// Whatever form an entry has, nothing of userfaultfd's stays: a swap entry's bit, a marker, and
// what was not unmapped, which becomes writable again.
TEST_F(TreeFamilies, UserfaultfdLetsGo) {
  Scenario& s = start(kSwapCached, VMA_FILE | VMA_UFFD_WP);
  s.pages = 4;
  s.entry[0] |= ENTRY_EXCLUSIVE | ENTRY_SOFT_DIRTY | ENTRY_UFFD_WP;
  s.entry[1] = ENTRY_MARKER;
  s.entry[2] = s.entry[3] = ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_SOFT_DIRTY | ENTRY_UFFD_WP;
  s.event = EVENT_SWAP_DUPLICATE;
  s.event_at = 2;
  s.split[0] = 3;
  s.vma[0][1].flags = VMA_WRITE | VMA_FILE;
  s.entry[3] &= static_cast<unsigned short>(~ENTRY_UFFD_WP);
  then(STEP_UNREGISTER);
  const Outcome& o = runWell();
  EXPECT_TRUE(isSwapFile(o.entry[0].after) && kX86.pte_swp_uffd_wp(o.entry[0].after));
  EXPECT_EQ(o.entry[0].end, kX86.pte_swp_clear_uffd_wp(o.entry[0].after));
  EXPECT_EQ(o.entry[1].after, o.entry[1].before);
  EXPECT_EQ(o.entry[1].end, 0u);
  EXPECT_TRUE(kX86.pte_uffd_wp(o.entry[2].after));
  EXPECT_FALSE(kX86.pte_uffd_wp(o.entry[2].end));
  EXPECT_TRUE(kX86.pte_write(o.entry[2].end));
  EXPECT_EQ(o.entry[3].end, o.entry[3].after) << "its VMA was not registered";
  EXPECT_EQ(o.rss_end[0][RSS_ANON], o.rss[0][RSS_ANON]);
}

// What a swap entry remembered comes back: not young, not writable. The entry of another folio
// stays, and what is mapped.
TEST_F(TreeFamilies, SwapoffBringsEveryPageBack) {
  Scenario& s = start(kSwapCached, VMA_UFFD_WP);
  s.pages = 4;
  s.entry[0] |= ENTRY_WRITE | ENTRY_EXCLUSIVE | ENTRY_DIRTY | ENTRY_SOFT_DIRTY;
  s.entry[1] |= ENTRY_UFFD_WP;
  s.entry[2] = ENTRY_SWAP | ENTRY_EXCLUSIVE;
  s.entry[3] = ENTRY_SWAPPED;
  then(STEP_SWAPOFF);
  then(STEP_READ);
  s.step[1].page = 0;
  const Outcome& o = runWell();
  const auto made = [](unsigned page) {
    return kX86.pfn_pte(FOLIO_PFN + page, kX86.page_readonly());
  };
  EXPECT_TRUE(isSwapFile(o.entry[0].after) && isSwapFile(o.entry[1].after));
  EXPECT_EQ(o.entry[0].end, kX86.pte_mkyoung(kX86.pte_mksoft_dirty(made(0)))) << "read";
  EXPECT_EQ(o.entry[1].end, kX86.pte_mkold(kX86.pte_mkuffd_wp(made(1))));
  EXPECT_EQ(o.entry[2].end, kX86.pte_mkold(made(2)));
  EXPECT_EQ(o.entry[3].end, o.entry[3].before);
  EXPECT_EQ(o.mapcount_end, 3);
  EXPECT_EQ(o.rss_end[0][RSS_ANON], 1) << "two as before, and one that was swapped out";
  EXPECT_EQ(o.rss_end[0][RSS_SWAP], -1);
  for (unsigned page = 0; page < 3; ++page) {
    EXPECT_EQ((o.entry[page].page_flags & PAGE_EXCLUSIVE_END) != 0, page != 1) << page;
    EXPECT_EQ(o.entry[page].seen, seenValue(SEEN_ORIGINAL, page));
  }
}

TEST_F(TreeFamilies, SwapoffOfAFolioThatStayedChangesNothing) {
  Scenario& s = start(kSwapCached);
  s.event = EVENT_SWAP_DUPLICATE;
  s.event_at = 1;
  then(STEP_SWAPOFF);
  const Outcome& o = runWell();
  for (unsigned page = 0; page < 2; ++page) EXPECT_EQ(o.entry[page].end, o.entry[page].before);
  EXPECT_EQ(o.mapcount_end, 2);
}

// As many pages as a page table has entries, mapped by one PMD. What is counted, and shown before,
// are the entries that it stands for.
TEST_F(TreeFamilies, APmdIsSplitAndItsPagesAreSwapped) {
  Scenario& s = hugeFolio(kSwapCached, ENTRY_WRITE | ENTRY_EXCLUSIVE | ENTRY_DIRTY);
  const Outcome& o = runWell();
  EXPECT_EQ(o.mapcount_before, s.pages);
  EXPECT_EQ(o.refcount_before, 1 + 2 * s.pages);
  EXPECT_EQ(o.mapcount, 0);
  EXPECT_EQ(o.refcount, 1 + s.pages);
  EXPECT_TRUE(o.folio_flags & FOLIO_DIRTY);
  EXPECT_EQ(o.flushes, 1U + s.pages) << "the PMD, and each entry";
  EXPECT_EQ(o.flushed_pages, 2U * s.pages);
  EXPECT_EQ(o.rss[0][RSS_SWAP], s.pages);
  for (unsigned page = 0; page < s.pages; ++page) {
    const EntryResult& entry = o.entry[page];
    ASSERT_EQ(kX86.pte_pfn(entry.before), FOLIO_PFN + page);
    EXPECT_TRUE(kX86.pte_write(entry.before) && kX86.pte_dirty(entry.before));
    EXPECT_TRUE(kX86.pte_soft_dirty(entry.before)) << "pte_mkdirty() sets it";
    EXPECT_TRUE(isSwapFile(entry.after) && kX86.pte_swp_exclusive(entry.after));
    EXPECT_EQ(kX86.swp_offset(entry.after), SWAP_OFFSET + page);
    EXPECT_TRUE(kX86.pte_swp_soft_dirty(entry.after));
    EXPECT_EQ(entry.page_flags, PAGE_EXCLUSIVE_BEFORE);
  }
}

TEST_F(TreeFamilies, WhatAPmdMapsComesBackFromSwapEntryByEntry) {
  Scenario& s = hugeFolio(kSwapCached, ENTRY_EXCLUSIVE | ENTRY_SOFT_DIRTY);
  then(STEP_SWAPOFF);
  then(STEP_READ);
  const Outcome& o = runWell();
  for (unsigned page = 0; page < s.pages; ++page) {
    ASSERT_EQ(o.entry[page].end, o.entry[page].before);
    EXPECT_TRUE(o.entry[page].page_flags & PAGE_EXCLUSIVE_END);
  }
  EXPECT_EQ(o.mapcount_end, s.pages);
}

TEST_F(TreeFamilies, APmdOfALockedVmaIsNotSplit) {
  Scenario& s = hugeFolio(kSwapCached, ENTRY_WRITE | ENTRY_EXCLUSIVE);
  s.vma[0][0].flags |= VMA_LOCKED;
  then(STEP_WRITE);
  const Outcome& o = runWell();
  EXPECT_EQ(o.mapcount, s.pages);
  EXPECT_EQ(o.refcount, o.refcount_before);
  EXPECT_EQ(o.flushes, 0U);
  EXPECT_EQ(o.mapcount_end, s.pages);
  for (unsigned page = 0; page < s.pages; ++page) {
    ASSERT_EQ(o.entry[page].after, o.entry[page].before);
    EXPECT_TRUE(kX86.pte_dirty(o.entry[page].end));
    EXPECT_FALSE(kX86.pte_soft_dirty(o.entry[page].end)) << "as hardware does it";
    EXPECT_EQ(o.entry[page].page_flags,
              PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_AFTER | PAGE_EXCLUSIVE_END);
    EXPECT_EQ(o.entry[page].seen, seenValue(SEEN_WRITER, page));
  }
}

// Migration entries are made at once, and nobody asks for each page.
TEST_F(TreeFamilies, APmdMigratesThereAndBack) {
  Scenario& s = hugeFolio(FOLIO_SWAPBACKED, ENTRY_WRITE | ENTRY_EXCLUSIVE | ENTRY_DIRTY);
  s.operation = OPERATION_TRY_TO_MIGRATE;
  s.event = EVENT_ARCH_UNMAP;
  s.event_at = 1;
  then(STEP_NOT_MIGRATED);
  const Outcome& o = runWell();
  EXPECT_FALSE(o.event_fired);
  EXPECT_EQ(o.flushes, 1U);
  EXPECT_TRUE(o.folio_flags & FOLIO_DIRTY);
  EXPECT_EQ(o.mapcount, 0);
  for (unsigned page = 0; page < s.pages; ++page) {
    ASSERT_TRUE(kSwap.is(o.entry[page].after, SwapKind::kMigrationWrite));
    EXPECT_TRUE(kSwap.is_migration_entry_dirty(o.entry[page].after));
    EXPECT_FALSE(kX86.pte_soft_dirty(o.entry[page].before));
    EXPECT_FALSE(kX86.pte_swp_soft_dirty(o.entry[page].after));
    EXPECT_TRUE(o.entry[page].page_flags & PAGE_EXCLUSIVE_END);
  }
  EXPECT_EQ(o.mapcount_end, s.pages);
}

// The PMD is split all the same, and then each entry asked for.
TEST_F(TreeFamilies, APinnedPmdIsSplitAndStays) {
  Scenario& s = hugeFolio(FOLIO_SWAPBACKED, ENTRY_EXCLUSIVE);
  s.operation = OPERATION_TRY_TO_MIGRATE;
  s.pins = 1;
  const Outcome& o = runWell();
  EXPECT_EQ(o.flushes, 2U) << "the PMD, and the first entry";
  EXPECT_EQ(o.mapcount, s.pages);
  EXPECT_EQ(o.refcount, o.refcount_before);
  for (unsigned page = 0; page < s.pages; ++page) {
    ASSERT_EQ(o.entry[page].after, o.entry[page].before);
    EXPECT_TRUE(o.entry[page].page_flags & PAGE_EXCLUSIVE_AFTER);
  }
}

// What one scenario does to a PMD is gone in the next.
TEST_F(TreeFamilies, PmdsLeaveNothingBehind) {
  const auto split = std::make_unique<Scenario>(hugeFolio(0, 0));
  const auto locked =
      std::make_unique<Scenario>(hugeFolio(kSwapCached, ENTRY_WRITE | ENTRY_EXCLUSIVE));
  locked->vma[0][0].flags |= VMA_LOCKED;
  const auto small = std::make_unique<Scenario>(start(kSwapCached));
  start(0);
  scenario_->pages = 1;
  const Scenario* in[] = {locked.get(), split.get(), small.get(), scenario_.get()};
  EXPECT_NO_THROW(subject_->checkIndependence(in));
}

TEST_F(TreeFamilies, WhatThisEnvironmentCannotDoIsSaid) {
  const auto reason = [&] {
    const Outcome& o = run();
    EXPECT_EQ(o.status, STATUS_UNSUPPORTED);
    return std::string(o.message);
  };
  start(kSwapCached).pmd_mapped = 1;
  EXPECT_NE(reason().find("as many pages as a page table has entries"), std::string::npos);
  hugeFolio(FOLIO_FILE, 0);
  EXPECT_NE(reason().find("maps a file"), std::string::npos);
  start(kSwapCached).pmd_mapped = 0;
  runWell();
}

// A tree whose files do not compile is tested without them, and says so where they are asked for.
TEST(TreeFamiliesLeftOut, AreRefusedByName) {
  const auto tree = getKernelSource("6.12", {});
  TreeEdit edit(tree);
  edit.in("mm/swapfile.c").insertBefore("static int unuse_pte\\(", "#error no swapoff\n");
  edit.in("mm/huge_memory.c")
      .insertBefore("static void __split_huge_pmd_locked\\(", "#error no split\n");
  const TreeBuild build = buildTree(edit.view(), {.tree = tree});
  ASSERT_EQ(build.left_out.size(), 2U);
  TreeSubject subject(build);
  Scenario s;
  std::memset(static_cast<void*>(&s), 0, sizeof s);
  s.pages = 512, s.processes = 1, s.pmd_mapped = 1;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED | kSwapCached;
  std::fill_n(s.entry, s.pages, static_cast<unsigned short>(ENTRY_PRESENT | ENTRY_YOUNG));
  const auto o = std::make_unique<Outcome>();
  const Scenario* in[] = {&s};
  Outcome* out[] = {o.get()};
  subject.run(in, out);
  EXPECT_EQ(o->status, STATUS_UNSUPPORTED);
  EXPECT_NE(std::string(o->message).find("mm/huge_memory.c"), std::string::npos) << o->message;
  s.pmd_mapped = 0;
  s.steps = 1;
  s.step[0] = {STEP_SWAPOFF, 0, ALL_PAGES};
  subject.run(in, out);
  EXPECT_EQ(o->status, STATUS_UNSUPPORTED);
  EXPECT_NE(std::string(o->message).find("mm/swapfile.c"), std::string::npos) << o->message;
}

// Each architecture's own entries: there and back; and the kinds that its configuration has, which
// the model counts swap types with.
TEST(TreeFamiliesElsewhere, MigrateThereAndBack) {
  for (const TreeArch& arch : treeArchs()) {
    SCOPED_TRACE(arch.id);
    const TreeBuild build = buildTree({.tree = getKernelSource("6.12", {}), .arch = arch.id});
    EXPECT_TRUE(build.left_out.empty());
    TreeSubject subject(build);
    Scenario s;
    const auto o = std::make_unique<Outcome>();
    const auto run = [&](bool device_private, bool broken) {
      std::memset(static_cast<void*>(&s), 0, sizeof s);
      const unsigned kind = device_private ? ENTRY_DEVICE_PRIVATE : ENTRY_PRESENT;
      s.operation = OPERATION_TRY_TO_MIGRATE;
      s.pages = device_private || broken ? 1 : 2, s.processes = 1;
      s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED | FOLIO_SWAPBACKED;
      if (device_private) s.folio_flags |= FOLIO_DEVICE_PRIVATE;
      if (broken) s.folio_flags |= FOLIO_HWPOISON;
      s.vma[0][0].flags = VMA_WRITE;
      s.entry[0] = static_cast<unsigned short>(kind | ENTRY_WRITE | ENTRY_EXCLUSIVE);
      if (!device_private) s.entry[0] |= ENTRY_YOUNG | ENTRY_DIRTY;
      s.entry[1] = ENTRY_PRESENT | ENTRY_EXCLUSIVE;
      s.steps = 1;
      s.step[0] = {STEP_NOT_MIGRATED, 0, ALL_PAGES};
      const Scenario* in[] = {&s};
      Outcome* out[] = {o.get()};
      subject.run(in, out);
      return o->status;
    };
    const SwapConfig config = swapConfig(arch.id);
    EXPECT_EQ(run(false, true), config.memory_failure ? STATUS_DONE : STATUS_UNSUPPORTED)
        << o->message;
    EXPECT_EQ(run(true, false), config.device_private ? STATUS_DONE : STATUS_UNSUPPORTED)
        << o->message;
    if (config.device_private) {
      EXPECT_EQ(o->entry[0].end, o->entry[0].before);
    }
    EXPECT_EQ(run(false, false), STATUS_DONE) << o->message;
    for (unsigned page = 0; page < 2; ++page) {
      EXPECT_NE(o->entry[page].after, o->entry[page].before);
      EXPECT_EQ(o->entry[page].end, o->entry[page].before) << page;
    }
    EXPECT_EQ(o->warnings, 0) << o->message;
    EXPECT_EQ(o->mapcount_end, 2);
  }
}

}  // namespace
}  // namespace ptecheck
