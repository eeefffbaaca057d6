// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SCENARIO_FAMILY_H
#define PTECHECK_SCENARIO_FAMILY_H

#include <optional>
#include <string_view>

namespace ptecheck {

// Which part of the kernel's work a space is about.
enum class Family : unsigned char {
  kReclaim,    // anonymous folios, lazyfree and swap-backed, present entries alone
  kSwap,       // swap-backed: entries in swap form among present ones; swap-in, swapoff and fork
  kFile,       // folios of files and of shmem, shared and private
  kMigration,  // there and back, or elsewhere
  kDevice,     // device-exclusive entries among present ones; device-private folios
  kRare,       // hwpoison; pte_unused()
  kHuge,       // mapped by a PMD, which is split first
  kMismatch    // swap-backed and not in the swap cache: not known to happen, so only if asked for
};
inline constexpr unsigned kFamilies = 8;

// "reclaim", "swap", "file", "migration", "device", "rare", "huge", "mismatch".
std::string_view familyName(Family family);
std::optional<Family> findFamily(std::string_view name);

}  // namespace ptecheck

#endif
