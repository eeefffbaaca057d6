// SPDX-License-Identifier: GPL-2.0-only
#include "pte/batch.h"

#include <gtest/gtest.h>

#include <vector>

#include "pte/arm64.h"
#include "pte/test_table.h"
#include "pte/x86_64.h"

namespace ptecheck {
namespace {

using F = X86_64<>;
using Word = F::Word;
constexpr Word kPfn = 0x400;

enum : unsigned { kW = 1, kD = 2, kY = 4, kS = 8, kU = 16, kShstk = 32, kProtnone = 64 };

Word entry(unsigned page, unsigned bits) {
  Word pte = F::pte_mkold(F::pfn_pte(kPfn + page, F::page_readonly()));
  if (bits & kY) pte = F::pte_mkyoung(pte);
  if (bits & kW) pte = F::pte_mkwrite(pte, false);
  if (bits & kD) pte = F::pte_mkdirty(pte);
  pte = bits & kS ? F::pte_mksoft_dirty(pte) : F::pte_clear_soft_dirty(pte);
  if (bits & kShstk) pte = F::pte_mkwrite(pte, true);
  if (bits & kU) pte = F::pte_mkuffd_wp(pte);
  if (bits & kProtnone) pte = F::pte_modify(pte, F::page_none());
  return pte;
}

std::vector<Word> entries(std::initializer_list<unsigned> bits) {
  std::vector<Word> result;
  for (unsigned b : bits) result.push_back(entry(static_cast<unsigned>(result.size()), b));
  return result;
}

unsigned batchOf(const std::vector<Word>& ptes, unsigned flags) {
  const TestTable<F> table(ptes);
  Word first = ptes[0];
  const unsigned n = static_cast<unsigned>(ptes.size());
  return folio_pte_batch_flags<F>(table, 0, &first, n, n, flags, false).nr;
}

TEST(Batch, IgnoresWriteDirtyYoungAndSoftDirtyUnlessToldOtherwise) {
  const auto differing = [](unsigned bit) { return entries({0, bit, 0}); };
  EXPECT_EQ(batchOf(differing(kY), ~0U), 3U) << "young can never be respected";
  EXPECT_EQ(batchOf(differing(kW), 0), 3U);
  EXPECT_EQ(batchOf(differing(kW), FPB_RESPECT_WRITE), 1U);
  EXPECT_EQ(batchOf(differing(kD | kS), 0), 3U);
  EXPECT_EQ(batchOf(differing(kD), FPB_RESPECT_DIRTY), 1U);
  EXPECT_EQ(batchOf(differing(kS), 0), 3U);
  EXPECT_EQ(batchOf(differing(kS), FPB_RESPECT_SOFT_DIRTY), 1U);
  EXPECT_EQ(batchOf(differing(kU), 0), 1U) << "uffd-wp is always compared";
  EXPECT_EQ(batchOf(differing(kProtnone), 0), 1U);
}

TEST(Batch, EndsWhereThePageFramesDoNotContinue) {
  std::vector<Word> ptes = {entry(0, 0), entry(1, 0), entry(7, 0)};
  EXPECT_EQ(batchOf(ptes, 0), 2U);
  ptes[1] = F::none();
  EXPECT_EQ(batchOf(ptes, 0), 1U);
}

TEST(Batch, ProtnoneEntriesBatchAmongThemselves) {
  EXPECT_EQ(batchOf(entries({kProtnone, kProtnone, kProtnone | kD}), 0), 3U);
}

TEST(Batch, StaysInsideFolioAndMaximum) {
  const TestTable<F> table(entries({0, 0, 0, 0}));
  Word first = table.entries[0];
  PteBatch batch = folio_pte_batch_flags<F>(table, 0, &first, 4, 3, 0, false);
  EXPECT_EQ(batch.nr, 3U);
  EXPECT_EQ(batch.read, 3U);
  batch = folio_pte_batch_flags<F>(table, 0, &first, 2, 4, 0, false);
  EXPECT_EQ(batch.nr, 2U);
}

TEST(Batch, CountsTheEntryThatEndedIt) {
  const TestTable<F> table(entries({0, kU, 0}));
  Word first = table.entries[0];
  const PteBatch batch = folio_pte_batch_flags<F>(table, 0, &first, 3, 3, 0, false);
  EXPECT_EQ(batch.nr, 1U);
  EXPECT_EQ(batch.read, 2U);
}

TEST(Batch, MergesOnlyIntoTheCallersCopy) {
  const std::vector<Word> before = entries({0, kW | kD | kS, kY});
  const TestTable<F> table(before);
  Word first = before[0];
  folio_pte_batch_flags<F>(table, 0, &first, 3, 3, FPB_MERGE_WRITE, false);
  EXPECT_EQ(first, F::pte_mkwrite(before[0], false));
  first = before[0];
  folio_pte_batch_flags<F>(table, 0, &first, 3, 3, FPB_MERGE_YOUNG_DIRTY, false);
  EXPECT_EQ(first, F::pte_mkdirty(F::pte_mkyoung(before[0])));
  EXPECT_TRUE(F::pte_soft_dirty(first)) << "pte_mkdirty() sets soft-dirty on x86";
  EXPECT_EQ(table.entries, before);
}

TEST(Batch, MergeLooksAtEntriesOfTheBatchOnly) {
  const std::vector<Word> ptes = entries({0, kW | kD | kS | kY | kU});
  const TestTable<F> table(ptes);
  Word first = ptes[0];
  folio_pte_batch_flags<F>(table, 0, &first, 2, 2, FPB_MERGE_WRITE | FPB_MERGE_YOUNG_DIRTY, false);
  EXPECT_EQ(first, ptes[0]);
}

// What respecting write does not see: shadow stack is write=0, dirty=1, and dirty is normalised
// away.
TEST(Batch, RespectWriteTakesAShadowStackEntryForAReadOnlyOne) {
  const std::vector<Word> ptes = entries({kShstk, 0, 0});
  EXPECT_TRUE(F::pte_write(ptes[0]));
  EXPECT_FALSE(F::pte_write(ptes[1]));
  EXPECT_EQ(batchOf(ptes, FPB_RESPECT_WRITE | FPB_RESPECT_SOFT_DIRTY), 3U);
  EXPECT_EQ(batchOf(ptes, FPB_RESPECT_WRITE | FPB_RESPECT_DIRTY), 1U);
}

// On arm64: 16 folded entries, then single ones, of one folio.
class ContiguousBatch : public testing::Test {
 protected:
  using A = Arm64<>;

  static std::vector<A::Word> blockAndSingles(unsigned singles) {
    const A::Word first = A::pte_mkwrite(A::pfn_pte(kPfn, A::page_readonly()), false);
    std::vector<A::Word> ptes;
    for (unsigned i = 0; i < 16 + singles; ++i) {
      const A::Word pte = A::pte_advance_pfn(first, i);
      ptes.push_back(i < 16 ? A::pte_mkcont(pte) : pte);
    }
    return ptes;
  }
  PteBatch batch(unsigned slot, unsigned max_nr, unsigned flags = 0) {
    first_ = table_.ptep_get(slot);
    return folio_pte_batch_flags<A>(table_, slot, &first_, max_nr, 32 - slot, flags, false);
  }

  TestTable<A> table_{blockAndSingles(16)};
  A::Word first_ = 0;
};

TEST_F(ContiguousBatch, EndsWhereBlocksAndSingleEntriesMeet) {
  EXPECT_EQ(batch(0, 32).nr, 16U);
  EXPECT_EQ(batch(16, 16).nr, 16U) << "single ones among themselves";
  table_.contpte_try_fold(31, table_.entries[31]);
  EXPECT_EQ(batch(0, 32).nr, 32U) << "two blocks";
  EXPECT_EQ(batch(0, 32).read, 17U) << "the first entry of the second says it all";
}

TEST_F(ContiguousBatch, TakesARestOfABlockWithoutLooking) {
  const PteBatch rest = batch(5, 27);
  EXPECT_EQ(rest.nr, 11U);
  EXPECT_EQ(rest.read, 12U) << "the first single one ended it";
}

TEST_F(ContiguousBatch, ClipsTheHintToTheMaximum) {
  EXPECT_EQ(batch(0, 3).nr, 3U);
  EXPECT_EQ(batch(0, 3).read, 1U);
  table_.contpte_try_fold(31, table_.entries[31]);
  EXPECT_EQ(batch(0, 20).nr, 20U) << "in the second block";
}

TEST_F(ContiguousBatch, SeesAccessedAndDirtyOfAWholeBlock) {
  table_.contpte_try_fold(31, table_.entries[31]);
  table_.entries[20] = A::hw_access(table_.entries[20], true);
  EXPECT_EQ(batch(0, 32).nr, 32U);
  EXPECT_EQ(batch(0, 32, FPB_RESPECT_DIRTY).nr, 16U) << "the second block is dirty";
  batch(0, 32, FPB_MERGE_YOUNG_DIRTY);
  EXPECT_TRUE(A::pte_dirty(first_));
}

}  // namespace
}  // namespace ptecheck
