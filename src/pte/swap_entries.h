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

// Which types a configuration has, from the highest down.
struct SwapTypes {
  static constexpr unsigned kTypes = 32;  // 1 << MAX_SWAPFILES_SHIFT
  static constexpr unsigned kMarker = kTypes - 1;
  unsigned first_device, first_migration, swap_files;

  constexpr explicit SwapTypes(const SwapConfig& config)
      : first_device(kMarker - (config.device_private ? 4 : 0)),
        first_migration(first_device - 3),
        swap_files(first_migration - (config.memory_failure ? 1 : 0)) {}

  // The type of a kind that is not a swap file; kTypes if this configuration does not have it.
  constexpr unsigned typeOf(SwapKind kind) const {
    const auto device = [this](unsigned n) {
      return first_device + 4 == kMarker ? first_device + n : kTypes;
    };
    switch (kind) {
      case SwapKind::kHwpoison:
        return swap_files < first_migration ? swap_files : kTypes;
      case SwapKind::kMigrationRead:
        return first_migration;
      case SwapKind::kMigrationReadExclusive:
        return first_migration + 1;
      case SwapKind::kMigrationWrite:
        return first_migration + 2;
      case SwapKind::kDevicePrivateWrite:
        return device(0);
      case SwapKind::kDevicePrivateRead:
        return device(1);
      case SwapKind::kDeviceExclusiveWrite:
        return device(2);
      case SwapKind::kDeviceExclusiveRead:
        return device(3);
      case SwapKind::kMarker:
        return kMarker;
      case SwapKind::kSwapFile:
        break;
    }
    return kTypes;
  }
  constexpr SwapKind kindOf(unsigned type) const {
    for (unsigned k = 1; k < kSwapKinds; ++k)
      if (typeOf(static_cast<SwapKind>(k)) == type) return static_cast<SwapKind>(k);
    return SwapKind::kSwapFile;
  }
};

// The entries of one format and configuration. `P` is a format, or whoever else has the helpers of
// format.h as members. Helpers have the kernel's names but take and return table entries, where the
// kernel has a swp_entry_t in between; and none of them looks at software bits.
template <class P>
class SwapEntries {
 public:
  using Word = typename P::Word;
  using Bool = typename P::Bool;

  // Keeps a reference to `format`.
  constexpr SwapEntries(const P& format, const SwapConfig& config)
      : format_(format), config_(config), types_(config) {}

  constexpr const SwapConfig& config() const { return config_; }
  constexpr const SwapTypes& types() const { return types_; }

  // Asking an entry in swap form.
  constexpr Bool is(Word pte, SwapKind kind) const {
    return format_.swp_type(pte) == number(types_.typeOf(kind));
  }
  // Of integers alone: which kind it is.
  constexpr SwapKind kindOf(Word pte) const {
    return types_.kindOf(static_cast<unsigned>(format_.swp_type(pte)));
  }
  constexpr Bool is_migration_entry(Word pte) const {
    return is(pte, SwapKind::kMigrationRead) || is(pte, SwapKind::kMigrationReadExclusive) ||
           is(pte, SwapKind::kMigrationWrite);
  }
  constexpr Bool is_device_private_entry(Word pte) const {
    return is(pte, SwapKind::kDevicePrivateWrite) || is(pte, SwapKind::kDevicePrivateRead);
  }
  constexpr Bool is_device_exclusive_entry(Word pte) const {
    return is(pte, SwapKind::kDeviceExclusiveWrite) || is(pte, SwapKind::kDeviceExclusiveRead);
  }
  // The offset is a page frame.
  constexpr Bool is_pfn_swap_entry(Word pte) const {
    return is_migration_entry(pte) || is_device_private_entry(pte) ||
           is_device_exclusive_entry(pte) || is(pte, SwapKind::kHwpoison);
  }
  constexpr Bool is_pte_marker(Word pte) const { return is(pte, SwapKind::kMarker); }
  constexpr Word swp_offset_pfn(Word pte) const {
    return format_.swp_offset(pte) & number(young() - 1);
  }
  // The entry without its software bits.
  constexpr Word pte_swp_clear_flags(Word pte) const {
    return format_.swp_entry(format_.swp_type(pte), format_.swp_offset(pte));
  }

  // An entry of a kind that is about a page; `kind` has to exist in this configuration.
  constexpr Word make(SwapKind kind, Word pfn) const {
    return format_.swp_entry(number(types_.typeOf(kind)), pfn);
  }

  // Young and dirty of a migrating page; lost where there is no room.
  constexpr bool migration_entry_supports_ad() const {
    return config_.offset_bits >= config_.pfn_bits + 2;
  }
  constexpr Word make_migration_entry_young(Word pte) const { return with(pte, young()); }
  constexpr Word make_migration_entry_dirty(Word pte) const { return with(pte, dirty()); }
  constexpr Bool is_migration_entry_young(Word pte) const { return has(pte, young()); }
  constexpr Bool is_migration_entry_dirty(Word pte) const { return has(pte, dirty()); }

  // Markers.
  static constexpr std::uint64_t kMarkerUffdWp = 1;    // PTE_MARKER_UFFD_WP
  static constexpr std::uint64_t kMarkerPoisoned = 2;  // PTE_MARKER_POISONED: an access is SIGBUS
  constexpr Word make_pte_marker(Word marker) const {
    return format_.swp_entry(number(SwapTypes::kMarker), marker);
  }
  constexpr Word pte_marker_get(Word pte) const {
    return format_.swp_offset(pte) & number(kMarkerUffdWp | kMarkerPoisoned);
  }
  // Of any entry: nothing is there, but perhaps something is remembered.
  constexpr Bool pte_none_mostly(Word pte) const {
    return format_.pte_none(pte) || (!format_.pte_present(pte) && is_pte_marker(pte));
  }

 private:
  static constexpr Word number(std::uint64_t value) { return Word(value); }
  constexpr std::uint64_t young() const { return std::uint64_t{1} << config_.pfn_bits; }
  constexpr std::uint64_t dirty() const { return young() << 1; }

  // The same entry with a bit of its offset set. Software bits go, so set them afterwards.
  constexpr Word with(Word pte, std::uint64_t offset_bit) const {
    if (!migration_entry_supports_ad()) return pte;
    return format_.swp_entry(format_.swp_type(pte), format_.swp_offset(pte) | number(offset_bit));
  }
  constexpr Bool has(Word pte, std::uint64_t offset_bit) const {
    if (!migration_entry_supports_ad()) return Truth<Word>::never();
    return (format_.swp_offset(pte) & number(offset_bit)) != number(0);
  }

  const P& format_;
  SwapConfig config_;
  SwapTypes types_;
};

// Those of a format, in the configuration of its architecture.
template <EntryFormat F>
inline constexpr F kFormat{};
template <EntryFormat F>
constexpr SwapEntries<F> swapEntries() {
  return SwapEntries<F>(kFormat<F>, swapConfig(F::kKernelArch));
}

}  // namespace ptecheck

#endif
