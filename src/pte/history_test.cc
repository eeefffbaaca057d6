// SPDX-License-Identifier: GPL-2.0-only
//
// For each format of the past, an entry on which the fact holds today and did not then.
#include "pte/history.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

namespace ptecheck {
namespace {

using Word = std::uint64_t;

TEST(History, EveryFormatIsCompleteAndSaysWhatWasWrong) {
  std::set<std::string> ids;
  forEachHistoryFormat([&]<class F>(std::type_identity<F>) {
    static_assert(EntryFormat<F>);
    EXPECT_TRUE(ids.insert(F::kHistory.id).second) << F::kHistory.id;
    EXPECT_EQ(std::string(F::kHistory.commit).size(), 12U);
    EXPECT_STREQ(F::kId, F::Today::kId);
  });
  EXPECT_EQ(ids.size(), 14U);
  EXPECT_EQ(HistoryFormats<>::kSize, ids.size());
}

TEST(History, X86WrprotectLeavesDirty) {
  using Then = X86WrprotectLeavesDirty<Word>;
  constexpr Word kDirty = 0x8000000012345067;  // NX D A U RW P
  EXPECT_FALSE(Then::Today::pte_write(Then::Today::pte_wrprotect(kDirty)));
  EXPECT_TRUE(Then::pte_write(Then::pte_wrprotect(kDirty)));
  EXPECT_TRUE(Then::hw_writes(Then::pte_mkuffd_wp(kDirty), true));
}

TEST(History, X86MkuffdWpLeavesWrite) {
  using Then = X86MkuffdWpLeavesWrite<Word>;
  constexpr Word kWritable = 0x8000000012345027;
  EXPECT_FALSE(Then::Today::pte_write(Then::Today::pte_mkuffd_wp(kWritable)));
  EXPECT_TRUE(Then::pte_write(Then::pte_mkuffd_wp(kWritable)));
}

TEST(History, X86AdvanceIntoAHole) {
  using Then = X86AdvanceIntoAHole<Word>;
  const Word last = Then::pfn_pte(0xfffff, Then::page_readonly());
  EXPECT_EQ(Then::Today::pte_advance_pfn(last, 1), Then::pfn_pte(0x100000, Then::page_readonly()));
  EXPECT_TRUE(Then::pte_none(Then::pte_advance_pfn(last, 1)));
  EXPECT_EQ(Then::pte_advance_pfn(last - 0x1000, 1), last);
}

TEST(History, X86SwapBits) {
  using Sticks = X86SwpUffdWpSticks<Word>;
  using Asks = X86SwpSoftDirtyAsPresent<Word>;
  using Sets = X86SwpUffdWpAsPresent<Word>;
  using Today = X86_64<Word>;
  const Word entry = Today::swp_entry(1, 0x1000);
  EXPECT_EQ(Today::pte_swp_clear_uffd_wp(Today::pte_swp_mkuffd_wp(entry)), entry);
  EXPECT_NE(Sticks::pte_swp_clear_uffd_wp(Sticks::pte_swp_mkuffd_wp(entry)), entry);
  EXPECT_FALSE(Today::pte_swp_soft_dirty(entry));
  EXPECT_TRUE(Asks::pte_swp_soft_dirty(entry));  // bit 11 is of the offset, inverted
  const Word other = Today::swp_entry(1, 0x1002);
  EXPECT_EQ(Today::swp_offset(Today::pte_swp_mkuffd_wp(other)), 0x1002U);
  EXPECT_EQ(Sets::swp_offset(Sets::pte_swp_mkuffd_wp(other)), 0x1000U);
}

TEST(History, Arm64ModifyLeavesReadOnly) {
  using Then = Arm64ModifyLeavesReadOnly<Word>;
  using Today = Then::Today;
  const Word shared = Today::page_readonly() | Today::kWrite;  // PAGE_SHARED: DBM and RO
  const Word dirty = Today::pte_mkdirty(Today::pfn_pte(0x12345, shared));
  ASSERT_TRUE(Today::hw_writes(dirty, false));
  EXPECT_TRUE(Today::hw_writes(
      Today::pte_modify(Today::pte_modify(dirty, Today::page_none()), shared), false));
  const Word back = Then::pte_modify(Then::pte_modify(dirty, Then::page_none()), shared);
  EXPECT_TRUE(Then::pte_write(back) && Then::pte_dirty(back) && Then::pte_young(back));
  EXPECT_FALSE(Then::hw_writes(back, false));
}

TEST(History, Arm64AccessibleIfYoung) {
  using Then = Arm64AccessibleIfYoung<Word>;
  const Word young = Then::pfn_pte(0x12345, Then::page_readonly());
  EXPECT_TRUE(Then::pte_accessible(young));
  EXPECT_TRUE(Then::Today::pte_accessible(Then::pte_mkold(young)));
  EXPECT_FALSE(Then::pte_accessible(Then::pte_mkold(young)));
  EXPECT_FALSE(Then::clear_flushes(Then::pte_mkold(young)));
}

TEST(History, Arm64WrprotectLosesDirty) {
  using Then = Arm64WrprotectLosesDirty<Word>;
  const Word written = Then::hw_access(
      Then::pte_mkwrite(Then::pfn_pte(0x12345, Then::page_readonly()), false), true);
  ASSERT_TRUE(Then::pte_dirty(written));
  EXPECT_TRUE(Then::Today::pte_dirty(Then::Today::pte_wrprotect(written)));
  EXPECT_FALSE(Then::pte_dirty(Then::pte_wrprotect(written)));
  EXPECT_FALSE(Then::pte_dirty(Then::pte_mkuffd_wp(written)));
}

TEST(History, Arm64MkwriteMakesDirty) {
  using Then = Arm64MkwriteMakesDirty<Word>;
  const Word clean = Then::pfn_pte(0x12345, Then::page_readonly());
  EXPECT_FALSE(Then::Today::pte_dirty(Then::Today::pte_mkwrite(clean, false)));
  EXPECT_TRUE(Then::pte_dirty(Then::pte_mkwrite(clean, false)));
}

TEST(History, PowerpcSwpExclusiveTruncated) {
  using Then = PowerpcSwpExclusiveTruncated<Word>;
  const Word entry = Then::swp_entry(1, 0x1000);
  EXPECT_TRUE(Then::Today::pte_swp_exclusive(Then::Today::pte_swp_mkexclusive(entry)));
  EXPECT_FALSE(Then::pte_swp_exclusive(Then::pte_swp_mkexclusive(entry)));
  EXPECT_EQ(Then::pte_swp_clear_exclusive(Then::pte_swp_mkexclusive(entry)), entry);
}

TEST(History, LoongarchWrprotectLosesDirty) {
  using Then = LoongarchWrprotectLosesDirty<Word>;
  constexpr Word kWalked = 0x400000001234519f;  // NX W P D V
  EXPECT_TRUE(Then::Today::pte_dirty(Then::Today::pte_wrprotect(kWalked)));
  EXPECT_FALSE(Then::pte_dirty(Then::pte_wrprotect(kWalked)));
}

TEST(History, LoongarchMkdirtyPermitsStores) {
  using Then = LoongarchMkdirtyPermitsStores<Word>;
  constexpr Word kReadOnly = 0x400000001234509d;  // NX P V
  EXPECT_FALSE(Then::Today::hw_writes(Then::Today::pte_mkdirty(kReadOnly), false));
  EXPECT_TRUE(Then::hw_writes(Then::pte_mkdirty(kReadOnly), false));
  EXPECT_FALSE(Then::pte_write(Then::pte_mkdirty(kReadOnly)));
}

TEST(History, LoongarchMkwriteMakesDirty) {
  using Then = LoongarchMkwriteMakesDirty<Word>;
  constexpr Word kReadOnly = 0x400000001234509d;
  EXPECT_FALSE(Then::Today::pte_dirty(Then::Today::pte_mkwrite(kReadOnly, false)));
  EXPECT_TRUE(Then::pte_dirty(Then::pte_mkwrite(kReadOnly, false)));
}

}  // namespace
}  // namespace ptecheck
