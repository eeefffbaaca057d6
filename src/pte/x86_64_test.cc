// SPDX-License-Identifier: GPL-2.0-only
#include "pte/x86_64.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "pte/test_word.h"

namespace ptecheck {
namespace {

using F = X86_64<>;
using Word = F::Word;

// The bits that the helpers look at or change. All their combinations are all there is to test.
constexpr std::array kBits = {F::kPresent,   F::kRw,         F::kUser,    F::kAccessed,
                              F::kDirty,     F::kProtnone,   F::kSpecial, F::kUffdWp,
                              F::kSoftDirty, F::kSavedDirty, F::kNx};
constexpr Word kPfn = 0x12345;

Word flagsOf(unsigned combination) {
  Word flags = 0;
  for (unsigned i = 0; i < kBits.size(); ++i)
    if (combination & (1U << i)) flags |= kBits[i];
  return flags;
}

// Every present entry with page frame kPfn, whatever its other bits.
std::vector<Word> presentEntries() {
  std::vector<Word> entries;
  for (unsigned c = 0; c < (1U << kBits.size()); ++c) {
    const Word flags = flagsOf(c);
    if (flags & (F::kPresent | F::kProtnone)) entries.push_back(F::pfn_pte(kPfn, flags));
  }
  return entries;
}

// No write=0, dirty=1: what an ordinary VMA may hold.
std::vector<Word> ordinaryEntries() {
  std::vector<Word> entries;
  for (Word pte : presentEntries())
    if (!F::pte_shstk(pte)) entries.push_back(pte);
  return entries;
}

TEST(X86_64, PresentEntriesKeepTheirPageFrame) {
  for (Word pte : presentEntries()) {
    ASSERT_EQ(F::pte_pfn(pte), kPfn) << std::hex << pte;
    ASSERT_TRUE(F::pte_present(pte));
    ASSERT_FALSE(F::pte_none(pte));
    for (Word changed :
         {F::pte_wrprotect(pte), F::pte_mkdirty(pte), F::pte_mkclean(pte), F::pte_mkyoung(pte),
          F::pte_mkold(pte), F::pte_mksoft_dirty(pte), F::pte_clear_soft_dirty(pte),
          F::pte_mkuffd_wp(pte), F::pte_clear_uffd_wp(pte), F::pte_mkwrite(pte, false),
          F::pte_mkwrite(pte, true), F::pte_modify(pte, F::page_readonly()),
          F::pte_modify(pte, F::page_none())})
      ASSERT_EQ(F::pte_pfn(changed), kPfn) << std::hex << pte << " " << changed;
  }
}

TEST(X86_64, AdvanceAddsPagesWhicheverWayThePageFrameIsStored) {
  for (Word pte : presentEntries())
    for (Word n : {Word{0}, Word{1}, Word{7}, Word{511}}) {
      const Word advanced = F::pte_advance_pfn(pte, n);
      ASSERT_EQ(F::pte_pfn(advanced), kPfn + n);
      ASSERT_EQ(advanced & ~F::kPfnMask, pte & ~F::kPfnMask);
      ASSERT_EQ(advanced, F::pfn_pte(kPfn + n, pte & ~F::kPfnMask));
    }
}

TEST(X86_64, ProtnoneStoresThePageFrameInverted) {
  const Word pte = F::pfn_pte(kPfn, F::page_none());
  EXPECT_EQ(pte, (~(kPfn << 12) & F::kPfnMask) | F::kProtnone | F::kAccessed);
  EXPECT_TRUE(F::pte_protnone(pte));
  EXPECT_FALSE(F::pte_accessible(pte));
  EXPECT_FALSE(F::hw_reads(pte));
}

TEST(X86_64, WriteProtectingKeepsDirtyAndTakesWrite) {
  for (Word pte : presentEntries()) {
    const Word result = F::pte_wrprotect(pte);
    ASSERT_FALSE(F::pte_write(result)) << std::hex << pte;
    ASSERT_EQ(F::pte_dirty(result), F::pte_dirty(pte)) << std::hex << pte;
    ASSERT_EQ(F::pte_wrprotect(result), result);
    const Word others = ~(F::kRw | F::kDirtyBits);
    ASSERT_EQ(result & others, pte & others);
  }
}

TEST(X86_64, NoHelperMakesAShadowStackEntryByAccident) {
  for (Word pte : ordinaryEntries())
    for (Word changed :
         {F::pte_wrprotect(pte), F::pte_mkdirty(pte), F::pte_mkclean(pte), F::pte_mkuffd_wp(pte),
          F::pte_mkwrite(pte, false), F::pte_modify(pte, F::page_readonly()),
          F::pte_modify(pte, F::page_none())})
      ASSERT_FALSE(F::pte_shstk(changed)) << std::hex << pte << " " << changed;
}

TEST(X86_64, DirtyMeansDirtyAndSoftDirtyAndNoMoreWritable) {
  for (Word pte : presentEntries()) {
    const Word result = F::pte_mkdirty(pte);
    ASSERT_TRUE(F::pte_dirty(result));
    ASSERT_TRUE(F::pte_soft_dirty(result));
    if (!F::pte_shstk(pte)) {
      ASSERT_EQ(F::pte_write(result), F::pte_write(pte));
    }
    ASSERT_FALSE(F::pte_dirty(F::pte_mkclean(result)));
  }
}

TEST(X86_64, ShadowStackIsWritableUntilCleanedOrDirtied) {
  const Word pte = F::pte_mkwrite(F::pfn_pte(kPfn, F::page_readonly()), true);
  EXPECT_TRUE(F::pte_shstk(pte));
  EXPECT_TRUE(F::pte_write(pte));
  EXPECT_TRUE(F::hw_writes(pte, true));
  EXPECT_FALSE(F::hw_writes(pte, false));
  EXPECT_FALSE(F::pte_write(F::pte_mkclean(pte)));
  EXPECT_FALSE(F::pte_write(F::pte_mkdirty(pte)));
  EXPECT_FALSE(F::pte_write(F::pte_wrprotect(pte)));
}

TEST(X86_64, MkwriteBringsSavedDirtyBack) {
  for (Word pte : ordinaryEntries()) {
    const Word result = F::pte_mkwrite(pte, false);
    ASSERT_TRUE(F::pte_write(result));
    ASSERT_EQ(F::pte_dirty(result), F::pte_dirty(pte));
    ASSERT_EQ(result & F::kSavedDirty, 0U);
  }
}

TEST(X86_64, UffdWpMeansNotWritable) {
  for (Word pte : presentEntries()) {
    const Word result = F::pte_mkuffd_wp(pte);
    ASSERT_TRUE(F::pte_uffd_wp(result));
    ASSERT_FALSE(F::pte_write(result));
    ASSERT_FALSE(F::pte_uffd_wp(F::pte_clear_uffd_wp(result)));
  }
}

TEST(X86_64, PteModifyChangesProtectionAlone) {
  const Word kept = F::kSpecial | F::kAccessed | F::kSoftDirty | F::kUffdWp;
  for (Word pte : ordinaryEntries()) {
    const Word hint = F::pte_modify(pte, F::page_none());
    ASSERT_TRUE(F::pte_protnone(hint));
    ASSERT_EQ(F::pte_dirty(hint), F::pte_dirty(pte));
    ASSERT_EQ(hint & kept, pte & kept);
    const Word back = F::pte_modify(hint, F::page_readonly());
    ASSERT_TRUE(F::hw_reads(back));
    ASSERT_FALSE(F::pte_write(back));
    ASSERT_EQ(F::pte_dirty(back), F::pte_dirty(pte));
    ASSERT_EQ(F::pte_pfn(back), kPfn);
  }
}

TEST(X86_64, NoneIgnoresWhatHardwareMayLeaveBehind) {
  EXPECT_TRUE(F::pte_none(F::none()));
  EXPECT_TRUE(F::pte_none(F::kAccessed | F::kDirty));
  EXPECT_FALSE(F::pte_none(F::kSavedDirty));
}

TEST(X86_64, SwapEntriesHoldTypeOffsetAndThreeBits) {
  EXPECT_EQ(F::swp_entry(1, 0x1000),
            (Word{1} << 59) | (((~Word{0x1000}) << 9) & ((Word{1} << 59) - (Word{1} << 9))));
  for (Word offset : {Word{0}, Word{1}, Word{0x1000}, Word{0x11ff}, (Word{1} << 50) - 1}) {
    const Word entry = F::swp_entry(3, offset);
    ASSERT_FALSE(F::pte_present(entry));
    ASSERT_FALSE(F::pte_none(entry));
    for (unsigned bits = 0; bits < 8; ++bits) {
      Word pte = entry;
      if (bits & 1) pte = F::pte_swp_mksoft_dirty(pte);
      if (bits & 2) pte = F::pte_swp_mkuffd_wp(pte);
      if (bits & 4) pte = F::pte_swp_mkexclusive(pte);
      ASSERT_EQ(F::pte_swp_soft_dirty(pte), (bits & 1) != 0);
      ASSERT_EQ(F::pte_swp_uffd_wp(pte), (bits & 2) != 0);
      ASSERT_EQ(F::pte_swp_exclusive(pte), (bits & 4) != 0);
      ASSERT_EQ(F::swp_type(pte), 3U);
      ASSERT_EQ(F::swp_offset(pte), offset);
      ASSERT_EQ(F::pte_swp_clear_exclusive(F::pte_swp_clear_uffd_wp(pte)) & ~F::kSwpSoftDirty,
                entry);
    }
  }
}

// The helpers written out with branches, as arch/x86 has them; the branch-free forms must agree.
TEST(X86_64, BranchFreeFormsAgreeWithPlainOnes) {
  const auto shift_away = [](Word pte) {
    if (!(pte & F::kRw) && (pte & F::kDirty)) pte = (pte & ~F::kDirty) | F::kSavedDirty;
    return pte;
  };
  const auto shift_back = [](Word pte) {
    if ((pte & F::kRw) && (pte & F::kSavedDirty)) pte = (pte & ~F::kSavedDirty) | F::kDirty;
    return pte;
  };
  for (unsigned c = 0; c < (1U << kBits.size()); ++c) {
    const Word pte = flagsOf(c);
    ASSERT_EQ(F::mksaveddirty_shift(pte), shift_away(pte));
    ASSERT_EQ(F::clear_saveddirty_shift(pte), shift_back(pte));
    ASSERT_EQ(F::protnone_mask(pte), pte != 0 && !(pte & F::kPresent) ? ~Word{0} : Word{0});
    ASSERT_EQ(F::pte_write(pte), (pte & F::kRw) || F::pte_shstk(pte));
    if (!F::pte_present(pte)) continue;
    for (Word protection : {F::page_readonly(), F::page_none()}) {
      Word wanted = (pte & F::kChangeMask) | (protection & ~F::kChangeMask);
      if (!(pte & F::kPresent) != !(wanted & F::kPresent)) wanted ^= F::kPfnMask;
      wanted = (pte & F::kRw) ? shift_away(wanted) : shift_back(wanted);
      ASSERT_EQ(F::pte_modify(pte, protection), wanted) << std::hex << pte;
    }
  }
}

TEST(X86_64, WorksOnAnyWord) {
  using S = X86_64<TestWord>;
  static_assert(EntryFormat<S>);
  for (Word pte : presentEntries()) {
    ASSERT_EQ(S::pte_mkdirty(TestWord(pte)).value, F::pte_mkdirty(pte));
    ASSERT_EQ(S::pte_modify(TestWord(pte), S::page_none()).value,
              F::pte_modify(pte, F::page_none()));
    ASSERT_EQ(S::pte_advance_pfn(TestWord(pte), TestWord(3)).value, F::pte_advance_pfn(pte, 3));
    ASSERT_EQ(S::pte_write(TestWord(pte)), F::pte_write(pte));
  }
  EXPECT_EQ(S::swp_entry(TestWord(1), TestWord(0x1000)).value, F::swp_entry(1, 0x1000));
}

}  // namespace
}  // namespace ptecheck
