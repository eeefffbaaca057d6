// SPDX-License-Identifier: GPL-2.0-only
//
// What an entry in swap form stands for. Most of the 32 types are swap files; the highest ones have
// other meanings, and how many there are depends on the configuration:
//
//   type          x86, arm64, powerpc   riscv, loongarch   s390   offset
//   swap file            0-22                 0-23         0-27   place in the file
//   hwpoison             23                    -            -     page frame
//   migration R          24                   24            28    page frame, A, D
//   migration R, exclusive 25                 25            29    page frame, A, D
//   migration W          26                   26            30    page frame, A, D
//   device private W     27                   27            -     page frame
//   device private R     28                   28            -     page frame
//   device exclusive W   29                   29            -     page frame
//   device exclusive R   30                   30            -     page frame
//   marker               31                   31            31    what is remembered of an empty
//   entry
//
// (CONFIG_MIGRATION everywhere; CONFIG_MEMORY_FAILURE and CONFIG_DEVICE_PRIVATE where the
// architecture lets one have them.)
//
// While a page migrates, its entry has to remember everything: write and PageAnonExclusive are in
// the type (write implies exclusive, of anonymous pages), soft-dirty and uffd-wp in the software
// bits of swap form, and young and dirty in the two offset bits above the page frame. Those exist
// if the architecture's offset has room for them (migration_entry_supports_ad()); it has on all
// six, on powerpc with nothing to spare. On x86 the kernel decides at run time: what L1TF leaves of
// the offset may be too short; on a processor without it, as here, all 50 bits are left.
//
// A marker is not about a page: the place is empty, but was armed by userfaultfd, or poisoned.
//
// Source: include/linux/swap.h, swapops.h, mm/swapfile.c (swapfile_init()), arch/*/Kconfig, and
// MAX_PHYSMEM_BITS of arch/*/include/asm of 6.12.
#ifndef PTECHECK_PTE_SWAP_ENTRIES_H
#define PTECHECK_PTE_SWAP_ENTRIES_H

#include <cstdint>
#include <string_view>

#include "pte/fallbacks.h"
#include "pte/format.h"

namespace ptecheck {

enum class SwapKind : unsigned char {
  kSwapFile,                // contents are in a swap file, or in the swap cache
  kHwpoison,                // the page's memory is broken
  kMigrationRead,           // the page is moving; will be read-only
  kMigrationReadExclusive,  // ... and is PageAnonExclusive
  kMigrationWrite,          // ... will be writable
  kDevicePrivateWrite,      // the page is in device memory that the processor cannot reach
  kDevicePrivateRead,
  kDeviceExclusiveWrite,  // a device has the page to itself for a while
  kDeviceExclusiveRead,
  kMarker  // no page; remembers something of an empty entry
};
inline constexpr unsigned kSwapKinds = 10;

// What an entry of some kind remembers of the present one that it replaces.
struct SwapMemory {
  bool page_frame;   // in the offset
  bool write;        // in the type
  bool soft_dirty;   // in the software bits of swap form, as uffd_wp
  bool uffd_wp;      // (a marker has it in its offset)
  bool exclusive;    // in a software bit; migration: in the type
  bool young_dirty;  // in the offset
};
constexpr SwapMemory swapMemory(SwapKind kind) {
  switch (kind) {
    case SwapKind::kSwapFile:
      return {.page_frame = false,
              .write = false,
              .soft_dirty = true,
              .uffd_wp = true,
              .exclusive = true,
              .young_dirty = false};
    case SwapKind::kMigrationRead:
    case SwapKind::kMigrationReadExclusive:
    case SwapKind::kMigrationWrite:
      return {.page_frame = true,
              .write = true,
              .soft_dirty = true,
              .uffd_wp = true,
              .exclusive = true,
              .young_dirty = true};
    case SwapKind::kDevicePrivateWrite:
    case SwapKind::kDevicePrivateRead:
    case SwapKind::kDeviceExclusiveWrite:
    case SwapKind::kDeviceExclusiveRead:
      return {.page_frame = true,
              .write = true,
              .soft_dirty = true,
              .uffd_wp = true,
              .exclusive = false,
              .young_dirty = false};
    case SwapKind::kHwpoison:
      return {.page_frame = true,
              .write = false,
              .soft_dirty = false,
              .uffd_wp = false,
              .exclusive = false,
              .young_dirty = false};
    case SwapKind::kMarker:
      break;
  }
  return {.page_frame = false,
          .write = false,
          .soft_dirty = false,
          .uffd_wp = true,
          .exclusive = false,
          .young_dirty = false};
}

// What differs between architectures.
struct SwapConfig {
  bool memory_failure;   // CONFIG_MEMORY_FAILURE
  bool device_private;   // CONFIG_DEVICE_PRIVATE, which needs ARCH_HAS_PTE_DEVMAP
  unsigned pfn_bits;     // SWP_PFN_BITS: MAX_PHYSMEM_BITS without the bits of a page
  unsigned offset_bits;  // of the architecture's swap form
};
constexpr SwapConfig swapConfig(std::string_view kernel_arch) {
  if (kernel_arch == "x86_64") return {true, true, 46 - 12, 50};  // 4 levels, no L1TF
  if (kernel_arch == "arm64") return {true, true, 48 - 12, 50};
  if (kernel_arch == "powerpc") return {true, true, 51 - 16, 37};
  if (kernel_arch == "riscv") return {false, true, 56 - 12, 52};
  if (kernel_arch == "loongarch") return {false, true, 48 - 12, 40};
  return {false, false, 46 - 12, 52};  // s390
}

// The entries of one format. Helpers have the kernel's names but take and return table entries,
// where the kernel has a swp_entry_t in between; and none of them looks at software bits.
template <EntryFormat F>
struct SwapEntries {
  using Word = typename F::Word;
  using Bool = typename F::Bool;

  static constexpr SwapConfig kConfig = swapConfig(F::kKernelArch);
  static constexpr unsigned kTypes = 32;  // 1 << MAX_SWAPFILES_SHIFT

  // Types, from the highest down.
  static constexpr unsigned kMarkerType = kTypes - 1;
  static constexpr unsigned kFirstDevice = kMarkerType - (kConfig.device_private ? 4 : 0);
  static constexpr unsigned kFirstMigration = kFirstDevice - 3;
  static constexpr unsigned kSwapFiles = kFirstMigration - (kConfig.memory_failure ? 1 : 0);

  // The type of a kind that is not a swap file; kTypes if this configuration does not have it.
  static constexpr unsigned typeOf(SwapKind kind) {
    const bool device = kConfig.device_private;
    switch (kind) {
      case SwapKind::kHwpoison:
        return kConfig.memory_failure ? kSwapFiles : kTypes;
      case SwapKind::kMigrationRead:
        return kFirstMigration;
      case SwapKind::kMigrationReadExclusive:
        return kFirstMigration + 1;
      case SwapKind::kMigrationWrite:
        return kFirstMigration + 2;
      case SwapKind::kDevicePrivateWrite:
        return device ? kFirstDevice : kTypes;
      case SwapKind::kDevicePrivateRead:
        return device ? kFirstDevice + 1 : kTypes;
      case SwapKind::kDeviceExclusiveWrite:
        return device ? kFirstDevice + 2 : kTypes;
      case SwapKind::kDeviceExclusiveRead:
        return device ? kFirstDevice + 3 : kTypes;
      case SwapKind::kMarker:
        return kMarkerType;
      case SwapKind::kSwapFile:
        break;
    }
    return kTypes;
  }
  static constexpr SwapKind kindOf(unsigned type) {
    for (unsigned k = 1; k < kSwapKinds; ++k)
      if (typeOf(static_cast<SwapKind>(k)) == type) return static_cast<SwapKind>(k);
    return SwapKind::kSwapFile;
  }

  // Asking an entry in swap form.
  static constexpr Bool is(Word pte, SwapKind kind) {
    return F::swp_type(pte) == Word(std::uint64_t{typeOf(kind)});
  }
  static constexpr Bool is_migration_entry(Word pte) {
    return is(pte, SwapKind::kMigrationRead) || is(pte, SwapKind::kMigrationReadExclusive) ||
           is(pte, SwapKind::kMigrationWrite);
  }
  static constexpr Bool is_device_private_entry(Word pte) {
    return is(pte, SwapKind::kDevicePrivateWrite) || is(pte, SwapKind::kDevicePrivateRead);
  }
  static constexpr Bool is_device_exclusive_entry(Word pte) {
    return is(pte, SwapKind::kDeviceExclusiveWrite) || is(pte, SwapKind::kDeviceExclusiveRead);
  }
  // The offset is a page frame.
  static constexpr Bool is_pfn_swap_entry(Word pte) {
    return is_migration_entry(pte) || is_device_private_entry(pte) ||
           is_device_exclusive_entry(pte) || is(pte, SwapKind::kHwpoison);
  }
  static constexpr Bool is_pte_marker(Word pte) { return is(pte, SwapKind::kMarker); }
  static constexpr Word swp_offset_pfn(Word pte) { return F::swp_offset(pte) & Word(kPfnMask); }
  // The entry without its software bits.
  static constexpr Word pte_swp_clear_flags(Word pte) {
    return F::swp_entry(F::swp_type(pte), F::swp_offset(pte));
  }

  // An entry of a kind that is about a page; `kind` has to exist in this configuration.
  static constexpr Word make(SwapKind kind, Word pfn) {
    return F::swp_entry(Word(std::uint64_t{typeOf(kind)}), pfn);
  }

  // Young and dirty of a migrating page; lost where there is no room.
  static constexpr bool migration_entry_supports_ad() {
    return kConfig.offset_bits >= kConfig.pfn_bits + 2;
  }
  static constexpr Word make_migration_entry_young(Word pte) { return with(pte, kYoung); }
  static constexpr Word make_migration_entry_dirty(Word pte) { return with(pte, kDirty); }
  static constexpr Bool is_migration_entry_young(Word pte) { return has(pte, kYoung); }
  static constexpr Bool is_migration_entry_dirty(Word pte) { return has(pte, kDirty); }

  // Markers.
  static constexpr std::uint64_t kMarkerUffdWp = 1;    // PTE_MARKER_UFFD_WP
  static constexpr std::uint64_t kMarkerPoisoned = 2;  // PTE_MARKER_POISONED: an access is SIGBUS
  static constexpr Word make_pte_marker(Word marker) {
    return F::swp_entry(Word(std::uint64_t{kMarkerType}), marker);
  }
  static constexpr Word pte_marker_get(Word pte) {
    return F::swp_offset(pte) & Word(kMarkerUffdWp | kMarkerPoisoned);
  }
  // Of any entry: nothing is there, but perhaps something is remembered.
  static constexpr Bool pte_none_mostly(Word pte) {
    return F::pte_none(pte) || (!F::pte_present(pte) && is_pte_marker(pte));
  }

 private:
  static constexpr std::uint64_t kPfnMask = (std::uint64_t{1} << kConfig.pfn_bits) - 1;
  static constexpr std::uint64_t kYoung = std::uint64_t{1} << kConfig.pfn_bits;
  static constexpr std::uint64_t kDirty = kYoung << 1;

  // The same entry with a bit of its offset set. Software bits go, so set them afterwards.
  static constexpr Word with(Word pte, std::uint64_t offset_bit) {
    if (!migration_entry_supports_ad()) return pte;
    return F::swp_entry(F::swp_type(pte), F::swp_offset(pte) | Word(offset_bit));
  }
  static constexpr Bool has(Word pte, std::uint64_t offset_bit) {
    if (!migration_entry_supports_ad()) return Truth<Word>::never();
    return (F::swp_offset(pte) & Word(offset_bit)) != Word(std::uint64_t{0});
  }
};

}  // namespace ptecheck

#endif
