// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/abilities.h"

#include <cstddef>

namespace ptecheck {

std::string whatIsMissing(const Scenario& s, const Abilities& abilities) {
  if (s.pages > abilities.table_slots)
    return "folios of more than " + std::to_string(abilities.table_slots) +
           " pages (a page table has no more entries)";
  if (s.pmd_mapped != 0 && s.pages != abilities.table_slots)
    return "PMDs that map " + std::to_string(s.pages) + " pages (a page table has " +
           std::to_string(abilities.table_slots) + " entries)";
  if ((s.folio_flags & FOLIO_HWPOISON) && !abilities.hwpoison) return "hwpoison";
  if ((s.folio_flags & FOLIO_DEVICE_PRIVATE) && !abilities.device) return "memory of devices";
  for (unsigned process = 0; process < s.processes; ++process) {
    const std::string name(1, static_cast<char>('A' + process));
    for (unsigned i = 0; i < (s.split[process] != 0 ? 2U : 1U); ++i) {
      const unsigned flags = s.vma[process][i].flags;
      const std::string where = " (VMA of " + name + ")";
      if ((flags & VMA_SOFTDIRTY) && !abilities.soft_dirty) return "soft-dirty" + where;
      if ((flags & VMA_UFFD_WP) && !abilities.uffd_wp) return "uffd-wp" + where;
      if ((flags & VMA_SHADOW_STACK) && !abilities.shadow_stack) return "shadow stacks" + where;
    }
    for (unsigned page = 0; page < s.pages; ++page) {
      const unsigned entry = s.entry[std::size_t{process} * s.pages + page];
      const std::string where = " (" + name + " page " + std::to_string(page) + ")";
      if ((entry & ENTRY_SOFT_DIRTY) && !abilities.soft_dirty) return "soft-dirty" + where;
      if ((entry & ENTRY_UFFD_WP) && !abilities.uffd_wp) return "uffd-wp" + where;
      if ((entry & ENTRY_UNUSED) && !abilities.unused) return "unused entries" + where;
      if ((entry & (ENTRY_DEVICE_EXCLUSIVE | ENTRY_DEVICE_PRIVATE)) && !abilities.device)
        return "entries of devices" + where;
    }
  }
  return "";
}

}  // namespace ptecheck
