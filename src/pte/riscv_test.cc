// SPDX-License-Identifier: GPL-2.0-only
//
// Entries of riscv worked out by hand from the page in riscv.h. All have page frame 0x12345, which
// begins at bit 10: 0x48d1400. The last three digits, but for the page frame's 0x400, are
//   0x200 devm, 0x100 Spec | 0x80 D, 0x40 A, 0x20 G or protnone, 0x10 U | 8 X, 4 W, 2 R, 1 V
// What all formats have in common is in format_laws_test.cc.
#include "pte/riscv.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace ptecheck {
namespace {

using F = Riscv<>;
using Trapping = RiscvSvade<>;
using Marking = RiscvSvrsw<>;

constexpr std::uint64_t kReadOnly = 0x48d1453;  // A U R V
constexpr std::uint64_t kWritable = 0x48d14d7;  // D A U W R V
constexpr std::uint64_t kOldClean = 0x48d1417;  // U W R V
constexpr std::uint64_t kProtnone = 0x48d1422;  // protnone R
constexpr std::uint64_t kSoftDirty = 0x0800000000000000;
constexpr std::uint64_t kUffdWp = 0x1000000000000000;

TEST(Riscv, MakesEntries) {
  EXPECT_EQ(F::pfn_pte(0x12345, F::page_readonly()), kReadOnly);
  EXPECT_EQ(F::pfn_pte(0x12345, F::page_none()), kProtnone);
  EXPECT_EQ(F::pte_mkdirty(F::pte_mkwrite(kReadOnly, false)), kWritable);
  EXPECT_EQ(F::pte_mkclean(F::pte_mkold(kWritable)), kOldClean);
  EXPECT_EQ(F::pte_wrprotect(kWritable), 0x48d14d3U);
  EXPECT_EQ(F::pte_pfn(kWritable), 0x12345U);
  EXPECT_EQ(F::pte_advance_pfn(kReadOnly, 3), 0x48d2053U);
}

TEST(Riscv, ProtnoneIsPresentToLinuxAlone) {
  EXPECT_TRUE(F::pte_present(kProtnone));
  EXPECT_TRUE(F::pte_protnone(kProtnone));
  EXPECT_FALSE(F::pte_accessible(kProtnone));
  EXPECT_FALSE(F::hw_reads(kProtnone));
  EXPECT_FALSE(F::pte_protnone(kReadOnly | 0x20));  // V: G means global
}

TEST(Riscv, PteModifyChangesProtectionAlone) {
  EXPECT_EQ(F::pte_modify(kWritable, F::page_none()), 0x48d14e2U);
  EXPECT_EQ(F::pte_modify(0x48d14e2, F::page_readonly()), 0x48d14d3U);
  EXPECT_EQ(F::pte_modify(0x48d1700, F::page_readonly()), 0x48d1753U);  // A comes with it
}

TEST(Riscv, HardwareRefusesWhatIsReserved) {
  EXPECT_TRUE(F::hw_writes(kWritable, false));
  EXPECT_FALSE(F::hw_writes(kReadOnly, false));
  EXPECT_FALSE(F::hw_writes(kWritable & ~std::uint64_t{2}, false));  // W without R
  EXPECT_FALSE(F::hw_reads(kWritable | kSoftDirty));
  EXPECT_FALSE(F::hw_reads(kWritable | std::uint64_t{1} << 63));
  EXPECT_TRUE(Marking::hw_reads(kWritable | kSoftDirty | kUffdWp));
  EXPECT_FALSE(Marking::hw_reads(kWritable | std::uint64_t{1} << 58));
}

TEST(Riscv, SvaduSetsAccessedAndDirtyAndSvadeTraps) {
  EXPECT_TRUE(F::hw_writes(kOldClean, false));
  EXPECT_EQ(F::hw_access(kOldClean, false), 0x48d1457U);
  EXPECT_EQ(F::hw_access(kOldClean, true), 0x48d14d7U);
  EXPECT_FALSE(Trapping::hw_reads(kOldClean));
  EXPECT_FALSE(Trapping::hw_writes(kOldClean, false));
  EXPECT_TRUE(Trapping::hw_reads(0x48d1457));           // A
  EXPECT_FALSE(Trapping::hw_writes(0x48d1457, false));  // no D
  EXPECT_TRUE(Trapping::hw_writes(kWritable, false));
  EXPECT_EQ(Trapping::hw_access(kWritable, true), kWritable);
}

TEST(Riscv, SoftDirtyAndUffdWpNeedSvrsw60t59b) {
  EXPECT_EQ(Marking::pte_mkdirty(0x48d1457), 0x8000000048d14d7U);
  EXPECT_EQ(Marking::pte_mkuffd_wp(kWritable), 0x10000000048d14d3U);  // W goes
  EXPECT_EQ(Marking::pte_modify(kWritable | kSoftDirty | kUffdWp, F::page_none()),
            0x18000000048d14e2U);
  EXPECT_TRUE(Marking::pte_soft_dirty(kWritable | kSoftDirty));
  EXPECT_TRUE(Marking::pte_uffd_wp(kWritable | kUffdWp));
  EXPECT_FALSE(F::pte_soft_dirty(kWritable | kSoftDirty));
  EXPECT_FALSE(F::pte_uffd_wp(kWritable | kUffdWp));
  EXPECT_EQ(F::pte_mksoft_dirty(kWritable), kWritable);
  EXPECT_EQ(F::pte_mkuffd_wp(kWritable), kWritable);
}

TEST(Riscv, SwapEntriesHoldTypeOffsetAndBits) {
  EXPECT_EQ(F::swp_entry(1, 0x1000), 0x1000080U);
  EXPECT_EQ(F::swp_entry(31, 0xfffffffffffff), 0xffffffffffffff80U);
  EXPECT_EQ(F::pte_swp_mkexclusive(0x1000080), 0x10000c0U);
  EXPECT_EQ(F::pte_swp_mksoft_dirty(0x1000080), 0x1000080U);
  EXPECT_EQ(Marking::pte_swp_mksoft_dirty(0x1000080), 0x1000088U);
  EXPECT_EQ(Marking::pte_swp_mkuffd_wp(0x1000080), 0x1000090U);
  EXPECT_EQ(Marking::swp_type(0x10000d8), 1U);
  EXPECT_EQ(Marking::swp_offset(0x10000d8), 0x1000U);
}

}  // namespace
}  // namespace ptecheck
