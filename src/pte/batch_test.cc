// SPDX-License-Identifier: GPL-2.0-only
#include "pte/batch.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

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
  Word first = ptes[0];
  const unsigned n = static_cast<unsigned>(ptes.size());
  return folio_pte_batch_flags<F>(ptes.data(), &first, n, n, flags, false).nr;
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
  const std::vector<Word> ptes = entries({0, 0, 0, 0});
  Word first = ptes[0];
  PteBatch batch = folio_pte_batch_flags<F>(ptes.data(), &first, 4, 3, 0, false);
  EXPECT_EQ(batch.nr, 3U);
  EXPECT_EQ(batch.read, 3U);
  batch = folio_pte_batch_flags<F>(ptes.data(), &first, 2, 4, 0, false);
  EXPECT_EQ(batch.nr, 2U);
}

TEST(Batch, CountsTheEntryThatEndedIt) {
  const std::vector<Word> ptes = entries({0, kU, 0});
  Word first = ptes[0];
  const PteBatch batch = folio_pte_batch_flags<F>(ptes.data(), &first, 3, 3, 0, false);
  EXPECT_EQ(batch.nr, 1U);
  EXPECT_EQ(batch.read, 2U);
}

TEST(Batch, MergesOnlyIntoTheCallersCopy) {
  const std::vector<Word> before = entries({0, kW | kD | kS, kY});
  std::vector<Word> ptes = before;
  Word first = ptes[0];
  folio_pte_batch_flags<F>(ptes.data(), &first, 3, 3, FPB_MERGE_WRITE, false);
  EXPECT_EQ(first, F::pte_mkwrite(before[0], false));
  first = ptes[0];
  folio_pte_batch_flags<F>(ptes.data(), &first, 3, 3, FPB_MERGE_YOUNG_DIRTY, false);
  EXPECT_EQ(first, F::pte_mkdirty(F::pte_mkyoung(before[0])));
  EXPECT_TRUE(F::pte_soft_dirty(first)) << "pte_mkdirty() sets soft-dirty on x86";
  EXPECT_EQ(ptes, before);
}

TEST(Batch, MergeLooksAtEntriesOfTheBatchOnly) {
  const std::vector<Word> ptes = entries({0, kW | kD | kS | kY | kU});
  Word first = ptes[0];
  folio_pte_batch_flags<F>(ptes.data(), &first, 2, 2, FPB_MERGE_WRITE | FPB_MERGE_YOUNG_DIRTY,
                           false);
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

TEST(Batch, GetAndClearReturnsTheFirstWithDirtyAndYoungMerged) {
  std::vector<Word> ptes = entries({0, kW | kS, kD, kY});
  const Word first = ptes[0];
  const Word merged = get_and_clear_ptes<F>(ptes.data(), 3);
  EXPECT_EQ(merged, F::pte_mkdirty(first));
  EXPECT_TRUE(F::pte_soft_dirty(merged)) << "invented: dirty came from a later entry";
  EXPECT_FALSE(F::pte_write(merged));
  EXPECT_EQ(ptes[0], F::none());
  EXPECT_EQ(ptes[2], F::none());
  EXPECT_EQ(ptes[3], entry(3, kY)) << "outside the batch";
}

TEST(Batch, GetAndClearDemotesAShadowStackFirstEntry) {
  std::vector<Word> ptes = entries({kShstk, kD});
  EXPECT_FALSE(F::pte_write(get_and_clear_ptes<F>(ptes.data(), 2)));
  ptes = entries({kShstk, kY});
  EXPECT_TRUE(F::pte_write(get_and_clear_ptes<F>(ptes.data(), 2)));
}

TEST(Batch, SetPtesWritesCopiesOfTheFirst) {
  std::array<Word, 4> ptes{};
  for (unsigned bits : {unsigned{kW | kD}, unsigned{kProtnone}}) {
    set_ptes<F>(ptes.data(), entry(0, bits), 3);
    for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(ptes[i], entry(i, bits));
    EXPECT_EQ(ptes[3], F::none());
  }
}

TEST(Batch, WrprotectPtesKeepsWhatDiffers) {
  std::vector<Word> ptes = entries({kW | kD, kY, kW | kS});
  wrprotect_ptes<F>(ptes.data(), 3);
  EXPECT_EQ(ptes[0], F::pte_wrprotect(entry(0, kW | kD)));
  EXPECT_TRUE(F::pte_dirty(ptes[0]));
  EXPECT_EQ(ptes[1], entry(1, kY));
  EXPECT_EQ(ptes[2], entry(2, kS));
}

}  // namespace
}  // namespace ptecheck
