// SPDX-License-Identifier: GPL-2.0-only
#include "pte/arm64.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace ptecheck {
namespace {

using F = Arm64<>;
using Sw = Arm64Sw<>;
using Word = F::Word;

// The bits that the helpers look at or change. All their combinations are all there is to test.
constexpr std::array kBits = {F::kValid, F::kPage,    F::kUser,  F::kRdonly, F::kAf,
                              F::kNg,    F::kWrite,   F::kCont,  F::kUxn,    F::kPxn,
                              F::kDirty, F::kSpecial, F::kUffdWp};
constexpr Word kPfn = 0x12345;

// Every present entry with page frame kPfn, whatever its other bits.
std::vector<Word> presentEntries() {
  std::vector<Word> entries;
  for (unsigned c = 0; c < (1U << kBits.size()); ++c) {
    Word flags = 0;
    for (unsigned i = 0; i < kBits.size(); ++i)
      if (c & (1U << i)) flags |= kBits[i];
    if (flags & (F::kValid | F::kPresentInvalid)) entries.push_back(F::pfn_pte(kPfn, flags));
  }
  return entries;
}

Word user(Word more = 0) { return F::pfn_pte(kPfn, F::page_readonly()) | more; }
Word writableClean() { return F::pte_mkwrite(user(), false); }

TEST(Arm64, PresentEntriesKeepTheirPageFrame) {
  for (Word pte : presentEntries()) {
    ASSERT_EQ(F::pte_pfn(pte), kPfn) << std::hex << pte;
    ASSERT_TRUE(F::pte_present(pte));
    ASSERT_FALSE(F::pte_none(pte));
    for (Word changed :
         {F::pte_wrprotect(pte), F::pte_mkdirty(pte), F::pte_mkclean(pte), F::pte_mkyoung(pte),
          F::pte_mkold(pte), F::pte_mkuffd_wp(pte), F::pte_clear_uffd_wp(pte), F::pte_mkcont(pte),
          F::pte_mknoncont(pte), F::pte_mkwrite(pte, false), F::hw_access(pte, true),
          F::pte_modify(pte, F::page_readonly()), F::pte_modify(pte, F::page_none())})
      ASSERT_EQ(F::pte_pfn(changed), kPfn) << std::hex << pte << " " << changed;
  }
}

TEST(Arm64, AdvanceAddsPages) {
  for (Word pte : presentEntries())
    for (Word n : {Word{0}, Word{1}, Word{15}, Word{511}})
      ASSERT_EQ(F::pte_advance_pfn(pte, n), F::pfn_pte(kPfn + n, pte & ~F::kPfnMask));
}

// The table at the top of arm64.h.
TEST(Arm64, DirtyAndWritableAreSpelledInThreeBits) {
  const Word base = user() & ~F::kRdonly;
  struct Row {
    bool dirty, writable;
    Word bits;
  };
  for (const Row& row : {Row{false, false, F::kRdonly}, Row{false, true, F::kRdonly | F::kWrite},
                         Row{true, false, F::kRdonly | F::kDirty}, Row{true, true, F::kWrite},
                         Row{true, true, F::kWrite | F::kDirty}}) {
    EXPECT_EQ(F::pte_dirty(base | row.bits), row.dirty) << std::hex << row.bits;
    EXPECT_EQ(F::pte_write(base | row.bits), row.writable) << std::hex << row.bits;
  }
}

// An entry that is as the table has it.
bool inTable(Word pte) {
  return static_cast<bool>(pte & F::kRdonly) == !(F::pte_write(pte) && F::pte_dirty(pte));
}

TEST(Arm64, HelpersLeaveTheTableOnlyWhereTheEntryWasOutsideIt) {
  for (Word pte : presentEntries()) {
    if (!inTable(pte)) continue;
    for (Word changed :
         {F::pte_wrprotect(pte), F::pte_mkdirty(pte), F::pte_mkclean(pte),
          F::pte_mkwrite(pte, false), F::pte_mkuffd_wp(pte), F::hw_access(pte, true),
          F::pte_modify(pte, F::page_readonly()), F::pte_modify(pte, F::page_none())})
      ASSERT_TRUE(inTable(changed)) << std::hex << pte << " " << changed;
  }
}

TEST(Arm64, WriteProtectingKeepsDirtyAndTakesWrite) {
  for (Word pte : presentEntries()) {
    const Word result = F::pte_wrprotect(pte);
    ASSERT_FALSE(F::pte_write(result)) << std::hex << pte;
    ASSERT_EQ(F::pte_dirty(result), F::pte_dirty(pte)) << std::hex << pte;
    ASSERT_EQ(F::pte_wrprotect(result), result);
    const Word others = ~(F::kWrite | F::kRdonly | F::kDirty);
    ASSERT_EQ(result & others, pte & others);
  }
}

TEST(Arm64, CleaningMakesTheNextWriteVisible) {
  for (Word pte : presentEntries()) {
    const Word clean = F::pte_mkclean(pte);
    ASSERT_FALSE(F::pte_dirty(clean)) << std::hex << pte;
    ASSERT_EQ(F::pte_write(clean), F::pte_write(pte));
    ASSERT_TRUE(F::pte_dirty(F::pte_mkdirty(clean)));
    if (F::hw_writes(clean, false)) {
      ASSERT_TRUE(F::pte_dirty(F::hw_access(clean, true))) << std::hex << pte;
    }
    ASSERT_FALSE(Sw::hw_writes(clean, false)) << "without hardware, the store must trap";
  }
}

TEST(Arm64, MakingWritableAndDirtyCommute) {
  for (Word pte : presentEntries())
    ASSERT_EQ(F::pte_mkwrite(F::pte_mkdirty(pte), false),
              F::pte_mkdirty(F::pte_mkwrite(pte, false)));
}

TEST(Arm64, PteModifyChangesProtectionAlone) {
  const Word kept = F::kSpecial | F::kAf | F::kUffdWp | F::kShared;
  for (Word pte : presentEntries()) {
    const Word hint = F::pte_modify(pte, F::page_none());
    ASSERT_TRUE(F::pte_protnone(hint));
    ASSERT_TRUE(F::pte_present(hint));
    ASSERT_FALSE(F::pte_accessible(hint));
    ASSERT_FALSE(F::hw_reads(hint));
    ASSERT_EQ(F::pte_dirty(hint), F::pte_dirty(pte));
    ASSERT_EQ(hint & kept, pte & kept);
    const Word back = F::pte_modify(hint, F::page_readonly());
    ASSERT_FALSE(F::pte_protnone(back));
    ASSERT_FALSE(F::pte_write(back));
    ASSERT_EQ(F::pte_dirty(back), F::pte_dirty(pte));
  }
  EXPECT_TRUE(
      F::hw_reads(F::pte_modify(F::pte_modify(user(), F::page_none()), F::page_readonly())));
}

TEST(Arm64, ProtnoneNeedsAllOfPageNone) {
  const Word none = F::pfn_pte(kPfn, F::page_none());
  EXPECT_TRUE(F::pte_protnone(none));
  EXPECT_FALSE(F::pte_protnone(none | F::kUser));
  EXPECT_FALSE(F::pte_protnone(none & ~F::kUxn));
  EXPECT_FALSE(F::pte_protnone(none | F::kValid));
}

TEST(Arm64, HardwareSetsAccessedAndDirtyWhereItCan) {
  const Word old = F::pte_mkold(writableClean());
  EXPECT_TRUE(F::hw_reads(old));
  EXPECT_TRUE(F::hw_writes(old, false));
  EXPECT_EQ(F::hw_access(old, false), old | F::kAf);
  EXPECT_EQ(F::hw_access(old, true), (old | F::kAf) & ~F::kRdonly);
  EXPECT_FALSE(F::hw_writes(user(), false));
  EXPECT_FALSE(F::hw_reads(user() & ~F::kPage)) << "bits 1-0 = 01 is no page descriptor";
}

TEST(Arm64, WithoutHardwareManagementOldAndCleanEntriesTrap) {
  const Word old = F::pte_mkold(writableClean());
  EXPECT_FALSE(Sw::hw_reads(old));
  EXPECT_TRUE(Sw::hw_reads(writableClean()));
  EXPECT_FALSE(Sw::hw_writes(writableClean(), false)) << "DBM means nothing";
  EXPECT_TRUE(Sw::hw_writes(F::pte_mkdirty(writableClean()), false));
  EXPECT_EQ(Sw::hw_access(old, true), old);
}

TEST(Arm64, AccessFlagsOnlyGrowMorePermissive) {
  const Word dirty = F::pte_mkdirty(writableClean());
  for (Word pte : {user(), F::pte_mkold(user()), writableClean(), dirty})
    for (Word wanted : {user(), F::pte_mkold(user()), writableClean(), dirty}) {
      const Word got = F::access_flags_set(pte, wanted);
      EXPECT_EQ(got & ~F::kAccessFlags, pte & ~F::kAccessFlags);
      EXPECT_EQ(F::pte_young(got), F::pte_young(pte) || F::pte_young(wanted));
      EXPECT_EQ(F::pte_write(got), F::pte_write(pte) || F::pte_write(wanted));
      EXPECT_EQ(F::pte_dirty(got), F::pte_dirty(pte) || F::pte_dirty(wanted));
      EXPECT_EQ((got & F::kRdonly) != 0, (pte & wanted & F::kRdonly) != 0);
    }
}

TEST(Arm64, ContiguousIsForValidEntries) {
  EXPECT_TRUE(F::pte_valid_cont(F::pte_mkcont(user())));
  EXPECT_FALSE(F::pte_valid_cont(user()));
  EXPECT_FALSE(F::pte_valid_cont(F::pfn_pte(kPfn, F::page_none()) | F::kCont));
  EXPECT_EQ(F::pte_mknoncont(F::pte_mkcont(user())), user());
}

TEST(Arm64, SwapEntriesHoldTypeOffsetAndTwoBits) {
  EXPECT_EQ(F::swp_entry(1, 0x1000), (Word{1} << 6) | (Word{0x1000} << 12));
  for (Word offset : {Word{1}, Word{0x1000}, Word{0x11ff}, (Word{1} << 50) - 1}) {
    const Word entry = F::swp_entry(3, offset);
    ASSERT_FALSE(F::pte_present(entry));
    ASSERT_FALSE(F::pte_none(entry));
    for (unsigned bits = 0; bits < 4; ++bits) {
      Word pte = entry;
      if (bits & 1) pte = F::pte_swp_mkuffd_wp(pte);
      if (bits & 2) pte = F::pte_swp_mkexclusive(pte);
      ASSERT_EQ(F::pte_swp_uffd_wp(pte), (bits & 1) != 0);
      ASSERT_EQ(F::pte_swp_exclusive(pte), (bits & 2) != 0);
      ASSERT_EQ(F::swp_type(pte), 3U);
      ASSERT_EQ(F::swp_offset(pte), offset);
      ASSERT_EQ(F::pte_swp_clear_exclusive(F::pte_swp_clear_uffd_wp(pte)), entry);
    }
  }
}

// The helpers written out with branches, as arch/arm64 has them; the branch-free forms must agree.
TEST(Arm64, BranchFreeFormsAgreeWithPlainOnes) {
  const auto mkdirty = [](Word pte) {
    pte |= F::kDirty;
    if (pte & F::kWrite) pte &= ~F::kRdonly;
    return pte;
  };
  for (Word pte : presentEntries()) {
    const bool hw_dirty = (pte & F::kWrite) && !(pte & F::kRdonly);
    const Word kept = hw_dirty ? pte | F::kDirty : pte;
    ASSERT_EQ(F::pte_dirty(pte), (pte & F::kDirty) || hw_dirty);
    ASSERT_EQ(F::pte_mkdirty(pte), mkdirty(pte));
    ASSERT_EQ(F::pte_wrprotect(pte), (kept & ~F::kWrite) | F::kRdonly);
    Word writable = pte | F::kWrite;
    if (pte & F::kDirty) writable &= ~F::kRdonly;
    ASSERT_EQ(F::pte_mkwrite(pte, false), writable);
    for (Word protection : {F::page_readonly(), F::page_none(), writableClean() & ~F::kPfnMask}) {
      Word wanted = (kept & ~F::kProtectionMask) | (protection & F::kProtectionMask);
      if (wanted & F::kDirty) wanted = mkdirty(wanted);
      ASSERT_EQ(F::pte_modify(pte, protection), wanted) << std::hex << pte;
    }
  }
}

}  // namespace
}  // namespace ptecheck
