// SPDX-License-Identifier: GPL-2.0-only
//
// Entries of s390 worked out by hand from the page in s390.h. All have page frame 0x12345; the last
// three digits are
//   0x800 L, 0x400 I, 0x200 RO, 0x100 NX | 0x80 U, 0x40 Spec, 0x20 W, 0x10 R | 8 D, 4 Y, 2 SD, 1 P
// What all formats have in common is in format_laws_test.cc.
#include "pte/s390.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace ptecheck {
namespace {

using F = S390<>;

constexpr std::uint64_t kReadOnlyClean = 0x12345315;  // RO NX R Y P
constexpr std::uint64_t kReadOnlyDirty = 0x1234531f;  // RO NX R D Y SD P
constexpr std::uint64_t kWritableClean = 0x12345335;  // RO NX W R Y P: the first store traps
constexpr std::uint64_t kWritableDirty = 0x1234513f;  // NX W R D Y SD P
constexpr std::uint64_t kProtnone = 0x12345605;       // I RO Y P

TEST(S390, NewEntriesAreYoung) {
  EXPECT_EQ(F::pfn_pte(0x12345, F::page_readonly()), kReadOnlyClean);
  EXPECT_EQ(F::pfn_pte(0x12345, F::page_none()), kProtnone);
}

TEST(S390, ReadOnlyGoesWhenWriteAndDirtyMeet) {
  EXPECT_EQ(F::pte_mkdirty(kReadOnlyClean), kReadOnlyDirty);
  EXPECT_EQ(F::pte_mkwrite(kReadOnlyDirty, false), kWritableDirty);
  EXPECT_EQ(F::pte_mkwrite(kReadOnlyClean, false), kWritableClean);
  EXPECT_EQ(F::pte_mkdirty(kWritableClean), kWritableDirty);
  EXPECT_EQ(F::pte_mkclean(kWritableDirty), 0x12345337U);  // SD stays
  EXPECT_EQ(F::pte_wrprotect(kWritableDirty), kReadOnlyDirty);
  EXPECT_TRUE(F::pte_write(kWritableClean));
  EXPECT_FALSE(F::hw_writes(kWritableClean, false));
  EXPECT_TRUE(F::hw_writes(kWritableDirty, false));
}

TEST(S390, InvalidGoesWhenReadAndYoungMeet) {
  EXPECT_EQ(F::pte_mkold(kWritableDirty), 0x1234553bU);
  EXPECT_FALSE(F::hw_reads(0x1234553b));
  EXPECT_FALSE(F::hw_writes(0x1234553b, false));
  EXPECT_FALSE(F::clear_flushes(0x1234553b));
  EXPECT_TRUE(F::pte_accessible(0x1234553b));
  EXPECT_EQ(F::pte_mkyoung(0x1234553b), kWritableDirty);
  EXPECT_EQ(F::pte_mkyoung(F::pte_mkold(kProtnone)), kProtnone);
  EXPECT_TRUE(F::hw_reads(kWritableDirty));
  EXPECT_TRUE(F::clear_flushes(kWritableDirty));
}

TEST(S390, PteModifyDerivesTheHardwareBitsAgain) {
  EXPECT_EQ(F::pte_modify(kWritableDirty, F::page_none()), 0x1234560fU);
  EXPECT_EQ(F::pte_modify(0x1234560f, F::page_readonly()), kReadOnlyDirty);
  EXPECT_EQ(F::pte_modify(0x1234560f, 0x731), kWritableDirty);  // PAGE_RW: I RO NX W R P
  EXPECT_EQ(F::pte_modify(kProtnone, 0x731), kWritableClean);
  EXPECT_EQ(F::pte_modify(0x12345601, 0x731), 0x12345731U);  // old: stays invalid
  EXPECT_EQ(F::pte_modify(0x123450c5 | F::kNoExec, F::page_none()), 0x12345645U);  // U is dropped
}

TEST(S390, EmptyIsTheInvalidBitAlone) {
  EXPECT_EQ(F::none(), 0x400U);
  EXPECT_FALSE(F::hw_reads(F::none()));
  EXPECT_FALSE(F::pte_none(0));  // to hardware: page frame 0
  EXPECT_TRUE(F::hw_reads(0));
}

TEST(S390, AdvanceAddsToThePageFrame) {
  EXPECT_EQ(F::pte_advance_pfn(kWritableDirty, 3), 0x1234813fU);
  EXPECT_EQ(F::pte_advance_pfn(kProtnone, 1), 0x12346605U);
}

TEST(S390, SwapEntriesHoldTypeOffsetAndTwoBits) {
  EXPECT_EQ(F::swp_entry(1, 0x1000), 0x1000604U);
  EXPECT_EQ(F::swp_entry(31, 0xfffffffffffff), 0xfffffffffffff67cU);
  EXPECT_EQ(F::pte_swp_mksoft_dirty(0x1000604), 0x1000606U);
  EXPECT_EQ(F::pte_swp_mkexclusive(0x1000604), 0x1000e04U);
  EXPECT_EQ(F::swp_type(0x1000e7e), 31U);
  EXPECT_EQ(F::swp_offset(0x1000e7e), 0x1000U);
}

}  // namespace
}  // namespace ptecheck
