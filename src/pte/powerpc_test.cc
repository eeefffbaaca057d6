// SPDX-License-Identifier: GPL-2.0-only
//
// Entries of powerpc worked out by hand from the page in powerpc.h. All have page frame 0x1234; the
// last three digits are
//   0x800 devm, 0x400 Spec, 0x200 SD, 0x100 A | 0x80 D, 0x30 ATT | 8 Priv, 4 R, 2 W, 1 X
// and the first is 0x8 P, 0x4 PTE, 0x2 I. What all formats have in common is in
// format_laws_test.cc.
#include "pte/powerpc.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace ptecheck {
namespace {

using F = Powerpc<>;

constexpr std::uint64_t kReadOnly = 0xc000000012340104;  // P PTE A R
constexpr std::uint64_t kWritable = 0xc000000012340386;  // P PTE SD A D R W
constexpr std::uint64_t kProtnone = 0xc000000012340100;  // P PTE A
constexpr std::uint64_t kRaised = 0x6000000012340106;    // PTE I A R W: invalid for a moment
constexpr std::uint64_t kSwap = 0x4000000010000001;      // PTE, type 1, offset 0x1000

TEST(Powerpc, MakesEntries) {
  EXPECT_EQ(F::pfn_pte(0x1234, F::page_readonly()), kReadOnly);
  EXPECT_EQ(F::pfn_pte(0x1234, F::page_none()), kProtnone);
  EXPECT_EQ(F::pte_mkdirty(F::pte_mkwrite(kReadOnly, false)), kWritable);
  EXPECT_EQ(F::pte_pfn(kWritable), 0x1234U);
  EXPECT_EQ(F::pte_advance_pfn(kWritable, 3), 0xc000000012370386U);
}

TEST(Powerpc, InvalidForAMomentIsPresentAndOfNoUseToHardware) {
  EXPECT_TRUE(F::pte_present(kRaised));
  EXPECT_FALSE(F::pte_none(kRaised));
  EXPECT_FALSE(F::hw_reads(kRaised));
  EXPECT_FALSE(F::hw_writes(kRaised, false));
  EXPECT_FALSE(F::pte_protnone(kRaised));
  EXPECT_FALSE(F::pte_present(kSwap));
  EXPECT_FALSE(F::pte_none(kSwap));
  EXPECT_FALSE(F::pte_present(F::kPresent));  // without bit 62: a table, or nothing of ours
}

TEST(Powerpc, ProtnoneIsValidAndPermitsNothing) {
  EXPECT_TRUE(F::pte_protnone(kProtnone));
  EXPECT_TRUE(F::pte_present(kProtnone));
  EXPECT_FALSE(F::hw_reads(kProtnone));
  EXPECT_FALSE(F::hw_writes(kProtnone, false));
  EXPECT_TRUE(F::clear_flushes(kProtnone));
  EXPECT_EQ(F::pte_mkwrite(kProtnone, false), 0xc000000012340106U);  // R comes with W
}

TEST(Powerpc, HardwareSetsAccessedAndDirty) {
  EXPECT_EQ(F::hw_access(0xc000000012340006, false), 0xc000000012340106U);
  EXPECT_EQ(F::hw_access(0xc000000012340006, true), 0xc000000012340186U);  // not SD
  EXPECT_TRUE(F::hw_writes(0xc000000012340006, false));
  EXPECT_FALSE(F::hw_writes(kReadOnly, false));
  EXPECT_FALSE(F::hw_reads(kReadOnly | F::kPrivileged));
}

TEST(Powerpc, PteModifyChangesProtectionAlone) {
  EXPECT_EQ(F::pte_modify(kWritable, F::page_none()), 0xc000000012340380U);
  EXPECT_EQ(F::pte_modify(0xc000000012340380, F::page_readonly()), 0xc000000012340384U);
  EXPECT_EQ(F::pte_modify(0xc000000012340c08, F::page_readonly()), 0xc000000012340d04U);
}

TEST(Powerpc, NoneIgnoresAccessedAndDirty) {
  EXPECT_EQ(F::none(), 0U);
  EXPECT_TRUE(F::pte_none(0x180));
  EXPECT_FALSE(F::pte_none(0x200));
  EXPECT_FALSE(F::pte_none(F::kPte));
}

TEST(Powerpc, SwapEntriesHoldTypeOffsetAndTwoBits) {
  EXPECT_EQ(F::swp_entry(1, 0x1000), kSwap);
  EXPECT_EQ(F::swp_entry(31, 0x1fffffffff), 0x401fffffffff001fU);
  EXPECT_EQ(F::pte_swp_mksoft_dirty(kSwap), 0x4000000010000201U);
  EXPECT_EQ(F::pte_swp_mkexclusive(kSwap), 0x4000000010000021U);
  EXPECT_EQ(F::swp_type(0x4000000010000221), 1U);
  EXPECT_EQ(F::swp_offset(0x4000000010000221), 0x1000U);
}

}  // namespace
}  // namespace ptecheck
