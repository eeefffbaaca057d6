// SPDX-License-Identifier: GPL-2.0-only
#include "pte/swap_entries.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>

#include "pte/architectures.h"
#include "pte/test_word.h"

namespace ptecheck {
namespace {

using Word = std::uint64_t;

template <class Visit>
void forEachFormat(Visit&& visit) {
  [&]<class... F>(FormatList<F...>) { (visit(std::type_identity<F>()), ...); }(AllFormats<>());
}

// Entries worked out by hand: type in x86's bits 63-59 and ~offset in 58-9, in s390's 6-2 and
// 63-12, in powerpc's 4-0 and 52-16, in riscv's 11-7 and 63-12, in loongarch's 22-16 and 63-24, in
// arm64's 10-6 and 61-12.
TEST(SwapEntries, HaveTheseValues) {
  constexpr auto x86 = swapEntries<X86_64<>>();
  EXPECT_EQ(x86.make(SwapKind::kMigrationWrite, 0x12345), 0xd7fffffffdb97400U);
  EXPECT_EQ(x86.make_migration_entry_young(0xd7fffffffdb97400), 0xd7fff7fffdb97400U);
  EXPECT_EQ(x86.make_migration_entry_dirty(0xd7fff7fffdb97400), 0xd7ffe7fffdb97400U);
  EXPECT_EQ(x86.make_pte_marker(x86.kMarkerUffdWp), 0xfffffffffffffc00U);
  constexpr auto arm = swapEntries<Arm64<>>();
  EXPECT_EQ(arm.make(SwapKind::kHwpoison, 0x12345), 0x123455c0U);
  EXPECT_EQ(arm.make(SwapKind::kDeviceExclusiveRead, 0x12345), 0x12345780U);
  constexpr auto s390 = swapEntries<S390<>>();
  EXPECT_EQ(s390.make(SwapKind::kMigrationRead, 0x12345), 0x12345670U);
  EXPECT_EQ(s390.make_migration_entry_dirty(0x12345670), 0x0000800012345670U);
  EXPECT_EQ(s390.make_pte_marker(s390.kMarkerPoisoned), 0x267cU | 0x2000U);
  constexpr auto powerpc = swapEntries<Powerpc<>>();
  EXPECT_EQ(powerpc.make(SwapKind::kDevicePrivateWrite, 0x1234), 0x400000001234001bU);
  EXPECT_EQ(powerpc.make_migration_entry_dirty(powerpc.make(SwapKind::kMigrationWrite, 0x1234)),
            0x401000001234001aU);  // the highest bit of the offset
  constexpr auto riscv = swapEntries<Riscv<>>();
  EXPECT_EQ(riscv.make(SwapKind::kMigrationReadExclusive, 0x12345), 0x12345c80U);
  EXPECT_EQ(riscv.make_migration_entry_young(0x12345c80), 0x0100000012345c80U);
  constexpr auto loongarch = swapEntries<Loongarch<>>();
  EXPECT_EQ(loongarch.make(SwapKind::kDevicePrivateRead, 0x12345), 0x123451c0000U);
  EXPECT_EQ(loongarch.make_migration_entry_young(0x12345180000), 0x1000012345180000U);
}

TEST(SwapEntries, LeaveTheseTypesToSwapFiles) {
  std::map<std::string, unsigned> files;
  forEachFormat([&]<class F>(std::type_identity<F>) {
    files[F::kKernelArch] = swapEntries<F>().types().swap_files;
  });
  const std::map<std::string, unsigned> expected = {{"x86_64", 23},    {"arm64", 23},
                                                    {"powerpc", 23},   {"riscv", 24},
                                                    {"loongarch", 24}, {"s390", 28}};
  EXPECT_EQ(files, expected);
}

TEST(SwapEntries, EachTypeHasOneKind) {
  forEachFormat([]<class F>(std::type_identity<F>) {
    constexpr auto entries = swapEntries<F>();
    std::map<SwapKind, unsigned> types;
    for (unsigned type = 0; type < SwapTypes::kTypes; ++type) {
      const SwapKind kind = entries.types().kindOf(type);
      ++types[kind];
      EXPECT_EQ(kind == SwapKind::kSwapFile, type < entries.types().swap_files)
          << F::kId << " " << type;
      if (kind != SwapKind::kSwapFile) {
        EXPECT_EQ(entries.types().typeOf(kind), type) << F::kId;
      }
    }
    for (const auto& [kind, count] : types)
      EXPECT_EQ(count, kind == SwapKind::kSwapFile ? entries.types().swap_files : 1U) << F::kId;
  });
  EXPECT_EQ(swapEntries<S390<>>().types().typeOf(SwapKind::kHwpoison), 32U);
  EXPECT_EQ(swapEntries<Riscv<>>().types().typeOf(SwapKind::kHwpoison), 32U);
  EXPECT_EQ(swapEntries<S390<>>().types().typeOf(SwapKind::kDevicePrivateRead), 32U);
}

TEST(SwapEntries, OffsetsHaveTheBitsTheConfigurationSays) {
  forEachFormat([]<class F>(std::type_identity<F>) {
    constexpr auto entries = swapEntries<F>();
    const Word most = (Word{1} << entries.config().offset_bits) - 1;
    EXPECT_EQ(F::swp_offset(F::swp_entry(1, most)), most) << F::kId;
    EXPECT_NE(F::swp_offset(F::swp_entry(1, most + 1)), most + 1) << F::kId;
    EXPECT_TRUE(entries.migration_entry_supports_ad()) << F::kId;
  });
}

// A migrating page's entry brings back what it took: all combinations, on all formats.
TEST(SwapEntries, MigrationRemembersEverything) {
  forEachFormat([]<class F>(std::type_identity<F>) {
    constexpr auto entries = swapEntries<F>();
    for (Word pfn : {Word{0}, Word{0x1234}, (Word{1} << entries.config().pfn_bits) - 1})
      for (unsigned bits = 0; bits < 16; ++bits) {
        Word pte = entries.make(SwapKind::kMigrationReadExclusive, pfn);
        if (bits & 1) pte = entries.make_migration_entry_young(pte);
        if (bits & 2) pte = entries.make_migration_entry_dirty(pte);
        const Word bare = pte;
        if (bits & 4) pte = F::pte_swp_mksoft_dirty(pte);
        if (bits & 8) pte = F::pte_swp_mkuffd_wp(pte);
        EXPECT_TRUE(!F::pte_present(pte) && !F::pte_none(pte)) << F::kId;
        EXPECT_TRUE(entries.is_migration_entry(pte) && entries.is_pfn_swap_entry(pte)) << F::kId;
        EXPECT_EQ(entries.swp_offset_pfn(pte), pfn) << F::kId;
        EXPECT_EQ(entries.is_migration_entry_young(pte), (bits & 1) != 0) << F::kId;
        EXPECT_EQ(entries.is_migration_entry_dirty(pte), (bits & 2) != 0) << F::kId;
        EXPECT_EQ(F::pte_swp_soft_dirty(pte), F::kHasSoftDirty && (bits & 4)) << F::kId;
        EXPECT_EQ(F::pte_swp_uffd_wp(pte), F::kHasUffdWp && (bits & 8)) << F::kId;
        EXPECT_EQ(entries.pte_swp_clear_flags(pte), bare) << F::kId;
      }
  });
}

// With 52-bit physical addresses (and 4K pages), young is where a present entry has the contiguous
// hint, which set_pte() takes out of whatever it stores: the page comes back old.
TEST(SwapEntries, Arm64StoresNoYoungMigrationEntryWith52BitAddresses) {
  constexpr Arm64<> arm64;
  const auto storesAllOf = [&arm64](unsigned pfn_bits) {
    const SwapEntries<Arm64<>> entries(arm64, {true, true, pfn_bits, 50});
    Word pte = entries.make(SwapKind::kMigrationWrite, (Word{1} << pfn_bits) - 1);
    pte = entries.make_migration_entry_dirty(entries.make_migration_entry_young(pte));
    EXPECT_TRUE(entries.is_migration_entry_young(pte));
    EXPECT_TRUE(entries.is_migration_entry_dirty(arm64.pte_mknoncont(pte)));
    return arm64.pte_mknoncont(pte) == pte;
  };
  EXPECT_TRUE(storesAllOf(48 - 12));
  EXPECT_FALSE(storesAllOf(52 - 12));
}

TEST(SwapEntries, KindsAreToldApart) {
  forEachFormat([]<class F>(std::type_identity<F>) {
    constexpr auto entries = swapEntries<F>();
    for (unsigned type = 0; type < SwapTypes::kTypes; ++type) {
      const Word pte = F::swp_entry(type, 5);
      const SwapKind kind = entries.types().kindOf(type);
      const bool migration = SwapKind::kMigrationRead <= kind && kind <= SwapKind::kMigrationWrite;
      const bool device_private =
          kind == SwapKind::kDevicePrivateRead || kind == SwapKind::kDevicePrivateWrite;
      const bool device_exclusive =
          kind == SwapKind::kDeviceExclusiveRead || kind == SwapKind::kDeviceExclusiveWrite;
      EXPECT_EQ(entries.is_migration_entry(pte), migration) << F::kId << " " << type;
      EXPECT_EQ(entries.is_device_private_entry(pte), device_private) << F::kId << " " << type;
      EXPECT_EQ(entries.is_device_exclusive_entry(pte), device_exclusive) << F::kId << " " << type;
      EXPECT_EQ(entries.is_pte_marker(pte), kind == SwapKind::kMarker) << F::kId << " " << type;
      EXPECT_EQ(entries.is_pfn_swap_entry(pte), swapMemory(kind).page_frame)
          << F::kId << " " << type;
    }
  });
}

TEST(SwapEntries, MarkersAreEmptyPlacesThatRemember) {
  forEachFormat([]<class F>(std::type_identity<F>) {
    constexpr auto entries = swapEntries<F>();
    for (Word marker : {entries.kMarkerUffdWp, entries.kMarkerPoisoned}) {
      const Word pte = entries.make_pte_marker(marker);
      EXPECT_FALSE(F::pte_none(pte)) << F::kId;
      EXPECT_TRUE(entries.pte_none_mostly(pte)) << F::kId;
      EXPECT_EQ(entries.pte_marker_get(pte), marker) << F::kId;
    }
    EXPECT_TRUE(entries.pte_none_mostly(F::none())) << F::kId;
    EXPECT_FALSE(entries.pte_none_mostly(F::swp_entry(0, 1))) << F::kId;
    EXPECT_FALSE(entries.pte_none_mostly(F::pfn_pte(0x1234, F::page_readonly()))) << F::kId;
  });
}

TEST(SwapEntries, EachKindRemembersWhatItsUsersNeed) {
  EXPECT_TRUE(swapMemory(SwapKind::kSwapFile).exclusive);
  EXPECT_FALSE(swapMemory(SwapKind::kSwapFile).write);  // the fault that swaps in decides
  EXPECT_TRUE(swapMemory(SwapKind::kMigrationRead).young_dirty);
  EXPECT_FALSE(swapMemory(SwapKind::kDevicePrivateRead).young_dirty);
  EXPECT_FALSE(swapMemory(SwapKind::kHwpoison).soft_dirty);
  EXPECT_TRUE(swapMemory(SwapKind::kMarker).uffd_wp);
  EXPECT_FALSE(swapMemory(SwapKind::kMarker).soft_dirty);
}

TEST(SwapEntries, WorkOnAnyWord) {
  constexpr auto entries = swapEntries<Riscv<TestWord>>();
  const TestWord pte = entries.make(SwapKind::kMigrationWrite, TestWord(0x1234));
  EXPECT_EQ(pte.value, swapEntries<Riscv<>>().make(SwapKind::kMigrationWrite, 0x1234));
  EXPECT_TRUE(entries.is_migration_entry(pte));
  EXPECT_TRUE(entries.is_migration_entry_dirty(entries.make_migration_entry_dirty(pte)));
}

}  // namespace
}  // namespace ptecheck
