// SPDX-License-Identifier: GPL-2.0-only
#include "mm/build.h"

#include <gtest/gtest.h>

#include "mm/story.h"

namespace ptecheck {
namespace {

using F = X86_64<>;
using Word = F::Word;

// Nothing is unmapped: an mlocked VMA. What is built is what is left.
Story still(std::string_view entries, unsigned flags = 0) {
  return Story(entries, VMA_LOCKED | VMA_WRITE | flags);
}

TEST(Build, EntriesAreThoseOfX86) {
  const Word base = (Word{FOLIO_PFN} << 12) | F::kPresent | F::kUser | F::kNx;
  Story story = still("r ry wx wxd rd rs ru rn");
  story.run("unbatched");
  const Word wanted[] = {base,
                         base | F::kAccessed,
                         base | F::kRw,
                         base | F::kRw | F::kDirty,
                         base | F::kSavedDirty,
                         base | F::kSoftDirty,
                         base | F::kUffdWp};
  for (unsigned i = 0; i < 7; ++i) EXPECT_EQ(story.before(i), wanted[i] + (Word{i} << 12)) << i;
  EXPECT_EQ(story.before(7), (~(Word{FOLIO_PFN + 7} << 12) & F::kPfnMask) | F::kProtnone);
  EXPECT_TRUE(story.unchanged());
}

TEST(Build, TableMakesWhatPresentEntryMakes) {
  const EntryTable<F> table;
  for (unsigned bits = ENTRY_PRESENT; bits < 256; bits += 2)
    for (bool shadow_stack : {false, true})
      for (int page : {-1, 0, 1, 7, 512})
        ASSERT_EQ(table.make(bits, shadow_stack, page),
                  presentEntry<F>(static_cast<Word>(FOLIO_PFN + page), bits, shadow_stack))
            << bits << " " << page;
}

TEST(Build, ShadowStackEntriesAreWritableWithoutTheWriteBit) {
  Story story = still("wxd wx rd", VMA_SHADOW_STACK);
  story.run("unbatched");
  for (unsigned i : {0U, 1U}) {
    EXPECT_TRUE(F::pte_shstk(story.before(i)));
    EXPECT_EQ(story.before(i) & F::kRw, 0U);
  }
  EXPECT_FALSE(F::pte_write(story.before(2)));
  EXPECT_TRUE(F::pte_dirty(story.before(2)));
}

TEST(Build, HolesAreForeignPagesForeignSwapEntriesAndNothing) {
  Story story = still("r o z -");
  story.run("unbatched");
  EXPECT_EQ(story.before(1), presentEntry<F>(OTHER_PFN + 1, ENTRY_YOUNG, false));
  EXPECT_EQ(story.before(2), F::swp_entry(SWAP_TYPE, SWAP_OFFSET + MAX_PAGES + 2));
  EXPECT_EQ(story.before(3), F::none());
  EXPECT_EQ(story.out().mapcount_before, 1);
  EXPECT_EQ(story.at(1).seen, SEEN_FAULT);
  EXPECT_EQ(story.at(2).seen, SEEN_FAULT);
  EXPECT_EQ(story.at(3).seen, SEEN_ZERO);
}

TEST(Build, NeighboursContinueTheRun) {
  Story story = still("wxd r ws ry");
  story.run("unbatched");
  EXPECT_EQ(story.out().neighbour_before[0][0], F::pte_advance_pfn(story.before(0), ~Word{0}));
  EXPECT_EQ(story.out().neighbour_before[0][1], F::pte_advance_pfn(story.before(3), 1));
  story = still("- r r o");
  story.run("unbatched");
  EXPECT_EQ(story.out().neighbour_before[0][0], presentEntry<F>(FOLIO_PFN - 1, ENTRY_YOUNG, false));
  EXPECT_EQ(story.out().neighbour_before[0][1], presentEntry<F>(FOLIO_PFN + 4, ENTRY_YOUNG, false));
}

TEST(Build, TheLargestFolioHasNoNeighbourBefore) {
  std::string entries;
  for (unsigned i = 0; i < MAX_PAGES; ++i) entries += "r ";
  Story story = still(entries);
  story.run("unbatched");
  EXPECT_EQ(story.out().neighbour_before[0][0], 0U);
  EXPECT_EQ(F::pte_pfn(story.out().neighbour_before[0][1]), Word{FOLIO_PFN} + MAX_PAGES);
  EXPECT_EQ(story.out().mapcount_before, MAX_PAGES);
}

TEST(Build, ReferencesAreIsolationMappingsSwapCacheOthersAndPins) {
  Story story = still("r r - r");
  story.process("r - - -").swapbacked();
  story.s.references = 5;
  story.s.pins = 2;
  story.run("unbatched");
  EXPECT_EQ(story.out().mapcount_before, 4);
  EXPECT_EQ(story.out().refcount_before, 1 + 4 + 4 + 5 + 2);
  EXPECT_EQ(story.out().refcount, story.out().refcount_before);

  Story small = still("rx");
  small.s.pins = 2;
  small.run("unbatched");
  EXPECT_EQ(small.out().refcount_before, 1 + 1 + 2 * 1024);
}

TEST(Build, ExclusiveIsTheSameInAllRecordsOfAPage) {
  Story story = still("rx -");
  story.process("- rx", VMA_LOCKED);
  story.run("unbatched");
  const unsigned always = PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_AFTER | PAGE_EXCLUSIVE_END;
  for (unsigned p : {0U, 1U})
    for (unsigned page : {0U, 1U}) EXPECT_EQ(story.at(page, p).page_flags, always);
}

}  // namespace
}  // namespace ptecheck
