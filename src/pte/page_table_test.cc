// SPDX-License-Identifier: GPL-2.0-only
#include "pte/page_table.h"

#include <gtest/gtest.h>

#include <vector>

#include "pte/arm64.h"
#include "pte/test_table.h"
#include "pte/x86_64.h"

namespace ptecheck {
namespace {

constexpr std::uint64_t kPfn = TestFolio::kPfn;

// Single entries: x86.

using X = X86_64<>;

X::Word plain(unsigned page, bool write, bool dirty, bool young) {
  X::Word pte = X::pte_mkold(X::pfn_pte(kPfn + page, X::page_readonly()));
  if (young) pte = X::pte_mkyoung(pte);
  if (write) pte = X::pte_mkwrite(pte, false);
  return dirty ? X::pte_mkdirty(pte) : pte;
}

TEST(PageTable, GetAndClearReturnsTheFirstWithDirtyAndYoungMerged) {
  TestTable<X> t({plain(0, false, false, false), plain(1, true, false, false),
                  plain(2, false, true, false), plain(3, false, false, true)});
  const X::Word first = t.entries[0], last = t.entries[3];
  const X::Word merged = t.get_and_clear_full_ptes(0, 3);
  EXPECT_EQ(merged, X::pte_mkdirty(first));
  EXPECT_TRUE(X::pte_soft_dirty(merged)) << "invented: dirty came from a later entry";
  EXPECT_FALSE(X::pte_write(merged));
  EXPECT_EQ(t.entries, std::vector<X::Word>({X::none(), X::none(), X::none(), last}));
}

TEST(PageTable, GetAndClearDemotesAShadowStackFirstEntry) {
  const X::Word shadow = X::pte_mkwrite(plain(0, false, false, false), true);
  TestTable<X> dirty({shadow, plain(1, false, true, false)});
  EXPECT_FALSE(X::pte_write(dirty.get_and_clear_full_ptes(0, 2)));
  TestTable<X> young({shadow, plain(1, false, false, true)});
  EXPECT_TRUE(X::pte_write(young.get_and_clear_full_ptes(0, 2)));
}

TEST(PageTable, SetPtesWritesCopiesOfTheFirst) {
  for (X::Word pte :
       {plain(0, true, true, true), X::pte_modify(plain(0, false, false, false), X::page_none())}) {
    TestTable<X> t(std::vector<X::Word>(4));
    t.set_ptes(0, pte, 3);
    for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(t.entries[i], X::pte_advance_pfn(pte, i));
    EXPECT_EQ(t.entries[3], X::none());
  }
}

TEST(PageTable, WrprotectPtesKeepsWhatDiffers) {
  TestTable<X> t({plain(0, true, true, false), plain(1, false, false, true)});
  const std::vector<X::Word> before = t.entries;
  t.wrprotect_ptes(0, 2);
  EXPECT_EQ(t.entries[0], X::pte_wrprotect(before[0]));
  EXPECT_TRUE(X::pte_dirty(t.entries[0]));
  EXPECT_EQ(t.entries[1], before[1]);
}

TEST(PageTable, SingleEntriesNeedNoFlush) {
  TestTable<X> t(std::vector<X::Word>(16, plain(0, true, false, false)));
  EXPECT_EQ(t.pte_batch_hint(0, t.ptep_get(0)), 1U);
  t.ptep_get_and_clear(0);
  t.set_pte(1, plain(1, true, true, true));
  t.ptep_set_access_flags(2, plain(2, true, true, true), true);
  EXPECT_EQ(t.entries[2], plain(2, true, true, true));
  t.clear_young_dirty_ptes(2, 1, CYDP_CLEAR_YOUNG);
  EXPECT_FALSE(X::pte_young(t.entries[2]));
  EXPECT_TRUE(X::pte_dirty(t.entries[2]));
  EXPECT_TRUE(X::pte_young(t.entries[1]));
  EXPECT_EQ(t.tlb.flushes, 0U);
}

// Contiguous blocks: arm64.

using F = Arm64<>;
using Word = F::Word;

// Writable, clean and old; of page `page`.
Word entry(unsigned page) {
  return F::pte_mkold(F::pte_mkwrite(F::pfn_pte(kPfn + page, F::page_readonly()), false));
}

std::vector<Word> run(unsigned nr) {
  std::vector<Word> ptes;
  for (unsigned i = 0; i < nr; ++i) ptes.push_back(entry(i));
  return ptes;
}

class Contiguous : public testing::Test {
 protected:
  // Two blocks' worth of entries; the first 16 folded.
  Contiguous() {
    t.contpte_try_fold(15, t.entries[15]);
    EXPECT_TRUE(folded(0));
    t.tlb = {};
  }
  // Is this block one? All or none of its entries must say so.
  bool folded(unsigned first) {
    unsigned marked = 0;
    for (unsigned i = first; i < first + 16; ++i) marked += F::pte_valid_cont(t.entries[i]);
    EXPECT_TRUE(marked == 0 || marked == 16) << marked << " of 16";
    return marked == 16;
  }
  unsigned count(bool (*is)(Word)) {
    unsigned n = 0;
    for (unsigned i = 0; i < 16; ++i) n += is(t.entries[i]);
    return n;
  }

  TestTable<F> t{run(32)};
};

TEST_F(Contiguous, ReadingOneEntryShowsAccessedAndDirtyOfAll) {
  t.entries[7] = F::hw_access(t.entries[7], true);
  EXPECT_FALSE(F::pte_dirty(t.entries[3]));
  EXPECT_TRUE(F::pte_dirty(t.ptep_get(3)));
  EXPECT_TRUE(F::pte_young(t.ptep_get(3)));
  EXPECT_EQ(F::pte_pfn(t.ptep_get(3)), kPfn + 3);
  EXPECT_FALSE(F::pte_dirty(t.ptep_get(16))) << "another block";
}

TEST_F(Contiguous, TheHintIsWhatIsLeftOfTheBlock) {
  EXPECT_EQ(t.pte_batch_hint(0, t.ptep_get(0)), 16U);
  EXPECT_EQ(t.pte_batch_hint(13, t.ptep_get(13)), 3U);
  EXPECT_EQ(t.pte_batch_hint(16, t.ptep_get(16)), 1U);
}

TEST_F(Contiguous, ClearingAPartUnfolds) {
  t.entries[7] = F::hw_access(t.entries[7], true);
  const Word old = t.ptep_get_and_clear(3);
  EXPECT_TRUE(F::pte_dirty(old)) << "the dirty bit was the block's";
  EXPECT_FALSE(F::pte_cont(old));
  EXPECT_FALSE(folded(0));
  EXPECT_EQ(t.entries[3], F::none());
  EXPECT_EQ(count(F::pte_dirty), 15U) << "and so is all others'";
  EXPECT_EQ(count(F::pte_young), 15U);
  EXPECT_EQ(F::pte_pfn(t.entries[9]), kPfn + 9);
  EXPECT_EQ(t.tlb.flushes, 1U);
  EXPECT_EQ(t.tlb.flushed_pages, 16U);
}

TEST_F(Contiguous, ClearingAllDoesNot) {
  t.entries[7] = F::hw_access(t.entries[7], true);
  const Word old = t.get_and_clear_full_ptes(0, 16);
  EXPECT_TRUE(F::pte_dirty(old));
  EXPECT_TRUE(F::pte_cont(old)) << "the hint leaks out";
  EXPECT_EQ(t.tlb.flushes, 0U);
  t.set_ptes(0, old, 16);
  EXPECT_TRUE(folded(0));
  EXPECT_EQ(count(F::pte_dirty), 16U);
}

TEST_F(Contiguous, ARunUnfoldsTheBlocksItBeginsAndEndsIn) {
  t.contpte_try_fold(31, t.entries[31]);
  t.tlb = {};
  t.get_and_clear_full_ptes(0, 20);
  EXPECT_EQ(t.tlb.flushes, 1U) << "the second block only";
  EXPECT_EQ(t.entries[20], entry(20));
  t.get_and_clear_full_ptes(20, 12);
  EXPECT_EQ(t.tlb.flushes, 1U);
}

TEST_F(Contiguous, WriteProtectingAllKeepsTheBlock) {
  t.wrprotect_ptes(0, 16);
  EXPECT_TRUE(folded(0));
  EXPECT_EQ(count(F::pte_write), 0U);
  EXPECT_EQ(t.tlb.flushes, 0U);
}

TEST_F(Contiguous, WriteProtectingAPartUnfolds) {
  t.wrprotect_ptes(15, 1);
  EXPECT_FALSE(folded(0));
  EXPECT_EQ(count(F::pte_write), 15U);
  EXPECT_EQ(t.tlb.flushed_pages, 16U);
}

TEST_F(Contiguous, ClearingAccessedAndDirtyReachesTheWholeBlock) {
  for (unsigned i = 0; i < 32; ++i) t.entries[i] = F::hw_access(t.entries[i], true);
  t.clear_young_dirty_ptes(14, 4, CYDP_CLEAR_YOUNG | CYDP_CLEAR_DIRTY);
  EXPECT_TRUE(folded(0));
  EXPECT_EQ(count(F::pte_young), 0U);
  EXPECT_EQ(count(F::pte_dirty), 0U);
  EXPECT_FALSE(F::pte_young(t.entries[17]));
  EXPECT_TRUE(F::pte_dirty(t.entries[18]));
}

TEST_F(Contiguous, WritingTheLastEntryFoldsIfAllAreEqual) {
  t.set_pte(31, entry(31));
  EXPECT_TRUE(folded(16));
  EXPECT_EQ(t.tlb.flushed_pages, 16U);
}

TEST_F(Contiguous, FoldingGathersAccessedAndDirty) {
  t.entries[20] = F::hw_access(t.entries[20], true);
  t.set_pte(31, entry(31));
  EXPECT_TRUE(folded(16));
  for (unsigned i = 16; i < 32; ++i) EXPECT_TRUE(F::pte_dirty(t.entries[i])) << i;
}

TEST_F(Contiguous, NothingFoldsThatMustNot) {
  const auto foldsWith = [](unsigned page, Word pte) {
    TestTable<F> other(run(16));
    other.entries[page] = pte;
    other.contpte_try_fold(15, other.entries[15]);
    return F::pte_cont(other.entries[0]);
  };
  EXPECT_TRUE(foldsWith(3, F::hw_access(entry(3), true)));
  EXPECT_FALSE(foldsWith(3, F::pte_wrprotect(entry(3))));
  EXPECT_FALSE(foldsWith(3, F::pte_mkuffd_wp(entry(3))));
  EXPECT_FALSE(foldsWith(3, entry(4)));
  EXPECT_FALSE(foldsWith(3, F::none()));
  EXPECT_FALSE(foldsWith(0, F::pte_modify(entry(0), F::page_none())));

  TestTable<F> early(run(16));
  early.contpte_try_fold(14, early.entries[14]);
  EXPECT_EQ(early.entries, run(16)) << "not the last entry";
  TestTable<F> small(run(16));
  small.folio.pages = 15;
  small.contpte_try_fold(15, small.entries[15]);
  EXPECT_EQ(small.entries, run(16)) << "two folios";
  std::vector<Word> shifted;
  for (unsigned i = 0; i < 16; ++i) shifted.push_back(entry(i + 1));
  TestTable<F> unaligned(shifted);
  unaligned.contpte_try_fold(15, unaligned.entries[15]);
  EXPECT_EQ(unaligned.entries, shifted) << "page frames not aligned";
  std::vector<Word> special;
  for (unsigned i = 0; i < 16; ++i) special.push_back(F::pte_mkspecial(entry(i)));
  TestTable<F> no_folio(special);
  no_folio.contpte_try_fold(15, no_folio.entries[15]);
  EXPECT_EQ(no_folio.entries, special);
}

TEST_F(Contiguous, SettersTakeTheHintOff) {
  t.set_pte(16, F::pte_mkcont(entry(16)));
  EXPECT_FALSE(F::pte_cont(t.entries[16]));
  t.get_and_clear_full_ptes(16, 8);
  t.set_ptes(16, F::pte_mkcont(entry(16)), 8);
  EXPECT_FALSE(folded(16));
}

TEST_F(Contiguous, SetPtesFoldsWholeBlocksOnly) {
  TestTable<F> other(std::vector<Word>(64, F::none()));
  other.set_ptes(8, entry(8), 50);
  for (unsigned i = 8; i < 58; ++i) {
    EXPECT_EQ(F::pte_cont(other.entries[i]), i >= 16 && i < 48) << i;
    EXPECT_EQ(F::pte_pfn(other.entries[i]), kPfn + i);
  }
  TestTable<F> shifted(std::vector<Word>(32, F::none()));
  shifted.set_ptes(0, entry(1), 32);
  EXPECT_FALSE(F::pte_cont(shifted.entries[0])) << "page frames not aligned";
  TestTable<F> hints(std::vector<Word>(16, F::none()));
  hints.set_ptes(0, F::pte_modify(entry(0), F::page_none()), 16);
  EXPECT_FALSE(F::pte_cont(hints.entries[0]));
}

TEST_F(Contiguous, AccessFlagsAreSetInAllEntriesAndNeedNoUnfolding) {
  t.ptep_set_access_flags(3, F::pte_mkyoung(F::pte_mkdirty(t.ptep_get(3))), true);
  EXPECT_TRUE(folded(0));
  EXPECT_EQ(count(F::pte_dirty), 16U);
  EXPECT_EQ(count(F::pte_young), 16U);
  EXPECT_EQ(F::pte_pfn(t.entries[9]), kPfn + 9);
  EXPECT_EQ(t.tlb.flushed_pages, 16U);
}

// 97c5550b7631: entry 7 was marked by a processor that can; the fault is of one that cannot, on
// entry 3.
TEST_F(Contiguous, AccessFlagsAreSetEvenIfASiblingHasThem) {
  t.entries[7] = F::pte_mkyoung(F::pte_mkdirty(t.entries[7]));
  const Word wanted = F::pte_mkyoung(F::pte_mkdirty(t.ptep_get(3)));
  EXPECT_TRUE(F::pte_same(t.ptep_get(3), wanted)) << "the gathered view has it all";
  t.ptep_set_access_flags(3, wanted, true);
  EXPECT_TRUE(Arm64Sw<>::hw_writes(t.entries[3], false));
}

TEST_F(Contiguous, GainingWriteUnfolds) {
  t.wrprotect_ptes(0, 16);
  const Word wanted = F::pte_mkwrite(F::pte_mkdirty(F::pte_mkyoung(t.ptep_get(3))), false);
  t.ptep_set_access_flags(3, wanted, true);
  EXPECT_FALSE(folded(0));
  EXPECT_EQ(count(F::pte_write), 1U);
  EXPECT_EQ(count(F::pte_dirty), 1U);
  EXPECT_TRUE(F::hw_writes(t.entries[3], false));
}

}  // namespace
}  // namespace ptecheck
