// SPDX-License-Identifier: GPL-2.0-only
//
// Entries of loongarch worked out by hand from the page in loongarch.h. All have page frame
// 0x12345; the last three digits are
//   0x800 Spec, 0x400 protnone, 0x200 M, 0x100 W | 0x80 P, 0x40 G, 0x10 MAT | 0xc PLV, 2 D, 1 V
// and the first is 0x4 NX, 0x2 NR. What all formats have in common is in format_laws_test.cc.
#include "pte/loongarch.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace ptecheck {
namespace {

using F = Loongarch<>;

constexpr std::uint64_t kReadOnly = 0x400000001234509d;       // NX P V
constexpr std::uint64_t kWritableClean = 0x400000001234519d;  // NX W P V
constexpr std::uint64_t kWritableDirty = 0x400000001234539f;  // NX M W P D V
constexpr std::uint64_t kWalked = 0x400000001234519f;         // NX W P D V: D without M
constexpr std::uint64_t kOld = 0x400000001234519c;            // NX W P
constexpr std::uint64_t kProtnone = 0x600000001234541c;       // NX NR protnone

TEST(Loongarch, MakesEntries) {
  EXPECT_EQ(F::pfn_pte(0x12345, F::page_readonly()), kReadOnly);
  EXPECT_EQ(F::pfn_pte(0x12345, F::page_none()), kProtnone);
  EXPECT_EQ(F::pte_mkwrite(kReadOnly, false), kWritableClean);
  EXPECT_EQ(F::pte_mkold(kWritableClean), kOld);
  EXPECT_EQ(F::pte_pfn(kWritableDirty), 0x12345U);
  EXPECT_EQ(F::pte_advance_pfn(kWritableDirty, 3), 0x400000001234839fU);
}

TEST(Loongarch, TheTlbMayStoreOnceWriteAndModifiedMeet) {
  EXPECT_EQ(F::pte_mkdirty(kWritableClean), kWritableDirty);
  EXPECT_EQ(F::pte_mkdirty(kReadOnly), 0x400000001234529dU);  // M alone
  EXPECT_EQ(F::pte_mkwrite(0x400000001234529d, false), kWritableDirty);
  EXPECT_EQ(F::pte_mkclean(kWritableDirty), kWritableClean);
}

TEST(Loongarch, WhatTheWalkerMarkedIsNotLost) {
  EXPECT_TRUE(F::pte_dirty(kWalked));
  EXPECT_EQ(F::pte_wrprotect(kWalked), 0x400000001234529dU);
  EXPECT_EQ(F::pte_modify(kWalked, F::page_none()), 0x600000001234561cU);
}

TEST(Loongarch, HandlersSetWhatTheTlbNeeds) {
  EXPECT_TRUE(F::hw_reads(kOld));
  EXPECT_TRUE(F::hw_writes(kOld, false));
  EXPECT_EQ(F::hw_access(kOld, false), kWritableClean);
  EXPECT_EQ(F::hw_access(kOld, true), kWritableDirty);
  EXPECT_EQ(F::hw_access(kWritableClean, true), kWritableDirty);
  EXPECT_EQ(F::hw_access(kWalked, true), kWalked);  // no handler runs
  EXPECT_FALSE(F::hw_writes(kReadOnly, false));
  EXPECT_FALSE(F::hw_writes(0x400000001234509c, false));        // old, not writable
  EXPECT_FALSE(F::hw_writes(kOld & ~std::uint64_t{8}, false));  // PLV 1
}

TEST(Loongarch, ProtnoneStaysOutOfReachEvenIfYoung) {
  EXPECT_TRUE(F::pte_present(kProtnone));
  EXPECT_TRUE(F::pte_protnone(kProtnone));
  EXPECT_FALSE(F::pte_accessible(kProtnone));
  EXPECT_FALSE(F::hw_reads(kProtnone));
  const std::uint64_t young = F::pte_mkyoung(F::pte_mkdirty(kProtnone));
  EXPECT_EQ(young, 0x600000001234561dU);
  EXPECT_FALSE(F::hw_reads(young));
  EXPECT_FALSE(F::hw_writes(young, false));
}

TEST(Loongarch, PteModifyMakesYoung) {
  EXPECT_EQ(F::pte_modify(kWritableDirty, F::page_none()), 0x600000001234561cU);
  EXPECT_EQ(F::pte_modify(0x600000001234561c, F::page_readonly()), 0x400000001234529dU);
  EXPECT_EQ(F::pte_modify(kOld, F::page_readonly()), kReadOnly);
}

TEST(Loongarch, NoneIgnoresGlobal) {
  EXPECT_EQ(F::none(), 0U);
  EXPECT_TRUE(F::pte_none(0x40));
  EXPECT_FALSE(F::pte_none(0x41));
}

TEST(Loongarch, SwapEntriesHoldTypeOffsetAndExclusive) {
  EXPECT_EQ(F::swp_entry(1, 0x1000), 0x1000010000U);
  EXPECT_EQ(F::swp_entry(127, 0xffffffffff), 0xffffffffff7f0000U);
  EXPECT_EQ(F::pte_swp_mkexclusive(0x1000010000), 0x1000810000U);
  EXPECT_EQ(F::swp_type(0x1000810000), 1U);
  EXPECT_EQ(F::swp_offset(0x1000810000), 0x1000U);
}

}  // namespace
}  // namespace ptecheck
