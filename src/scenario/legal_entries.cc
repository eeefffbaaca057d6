// SPDX-License-Identifier: GPL-2.0-only
#include <cstddef>

#include "scenario/legal_parts.h"

namespace ptecheck::legal_detail {

namespace {

constexpr unsigned kPresentBits = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_DIRTY | ENTRY_YOUNG |
                                  ENTRY_SOFT_DIRTY | ENTRY_UFFD_WP | ENTRY_EXCLUSIVE |
                                  ENTRY_PROTNONE | ENTRY_UNUSED;
constexpr unsigned kSwapBits = ENTRY_SOFT_DIRTY | ENTRY_UFFD_WP | ENTRY_EXCLUSIVE;
constexpr unsigned kDeviceBits = kSwapBits | ENTRY_WRITE;

std::string checkHole(unsigned entry, unsigned vma_flags) {
  if (entry != 0 && entry != ENTRY_OTHER && entry != ENTRY_SWAPPED && entry != ENTRY_MARKER)
    return "a hole is none, a foreign page, a foreign swap entry or a marker, without further "
           "bits";  // format
  // Pages of shared mappings are never anonymous, which alone go to swap entries.
  if (entry == ENTRY_SWAPPED && (vma_flags & VMA_SHARED)) return "a swap entry in a shared VMA";
  // pte_install_uffd_wp_if_needed() leaves markers in VMAs of files that userfaultfd watches, where
  // a page of the file was: in a private mapping, maybe beside anonymous pages.
  if (entry == ENTRY_MARKER && (!(vma_flags & VMA_FILE) || !(vma_flags & VMA_UFFD_WP)))
    return "a marker is in a VMA of a file that is registered for userfaultfd";
  return "";
}

// Present entries, and those of devices, which remember write permission too.
std::string checkWrite(const Scenario& s, unsigned entry, unsigned vma_flags) {
  // maybe_mkwrite(), change_pte_range()
  if (!(vma_flags & VMA_WRITE)) return "writable, but its VMA is not";
  if (s.folio_flags & FOLIO_FILE) {
    // do_cow_fault(), do_wp_page(): who writes to a private mapping gets an anonymous copy.
    if (!(vma_flags & VMA_SHARED)) return "a file's page, writable in a private VMA";
  } else if (!(entry & ENTRY_EXCLUSIVE)) {
    // try_to_migrate_one(), do_swap_page() and page_table_check_set()
    return "writable, but its page is not exclusive";
  }
  // page_table_check_pte_flags(), pte_mkuffd_wp()
  if (entry & ENTRY_UFFD_WP) return "writable and write-protected by userfaultfd";
  // change_pte_range() uses PAGE_NONE, which has no write bit.
  if (entry & ENTRY_PROTNONE) return "writable and protnone";
  // pte_mkwrite_shstk(): write=0, dirty=1 *is* the permission.
  if ((entry & ENTRY_PRESENT) && (vma_flags & VMA_SHADOW_STACK) && !(entry & ENTRY_DIRTY))
    return "a writable shadow-stack entry is always dirty";
  return "";
}

std::string checkPresent(const Scenario& s, unsigned entry, unsigned vma_flags) {
  if (entry & ~kPresentBits) return "a present entry with unknown bits, or of a hole";
  // is_device_private_page(): the processor cannot reach it, so that nothing maps it.
  if (s.folio_flags & FOLIO_DEVICE_PRIVATE) return "present, but the folio is in device memory";
  // try_to_unmap_one() and page_table_check_set(): the flag is one of anonymous pages.
  if ((s.folio_flags & FOLIO_FILE) && (entry & ENTRY_EXCLUSIVE))
    return "exclusive, but only anonymous pages are";
  // mfill_atomic_install_pte() makes dirty what it maps, of shmem (and of hugetlbfs) only; else a
  // write does.
  if ((s.folio_flags & FOLIO_FILE) && !(s.folio_flags & FOLIO_SWAPBACKED) &&
      (entry & ENTRY_DIRTY) && !(vma_flags & VMA_SHARED))
    return "dirty, but nobody can write to a file's page through a private VMA";
  return "";
}

std::string checkSwap(const Scenario& s, unsigned entry) {
  if (entry & ~(ENTRY_SWAP | kSwapBits))
    return "a swap entry remembers exclusive, soft-dirty and uffd-wp only";
  // add_to_swap() and do_swap_page(): the slots are the folio's as long as it is in the swap cache.
  if (!(s.folio_flags & FOLIO_SWAPCACHE)) return "swapped, but the folio has no swap slots";
  return "";
}

std::string checkDevice(const Scenario& s, unsigned entry, unsigned vma_flags) {
  const bool private_memory = (entry & ENTRY_DEVICE_PRIVATE) != 0;
  const bool folio_is = (s.folio_flags & FOLIO_DEVICE_PRIVATE) != 0;
  if (entry & ~(unsigned{ENTRY_DEVICE_EXCLUSIVE} | ENTRY_DEVICE_PRIVATE | kDeviceBits))
    return "a device's entry remembers write, exclusive, soft-dirty and uffd-wp only";
  if (private_memory != folio_is)
    return private_memory ? "device-private, but the folio is in ordinary memory"
                          : "device-exclusive, but the folio is in device memory";
  if (private_memory) return "";
  // page_make_device_exclusive_one() by way of make_device_exclusive_range(): GUP for writing has
  // made the page exclusive; copy_nonpresent_pte() restores it before a child gets it too.
  if (s.folio_flags & FOLIO_FILE) return "device-exclusive, but its page is not anonymous";
  if (!(entry & ENTRY_EXCLUSIVE)) return "device-exclusive, but its page is not exclusive";
  // check_vma_flags(): GUP does not write to shadow stacks.
  if (vma_flags & VMA_SHADOW_STACK) return "device-exclusive in a shadow stack";
  return "";
}

}  // namespace

std::string checkEntry(const Scenario& s, unsigned process, unsigned page) {
  const unsigned entry = s.entry[std::size_t{process} * s.pages + page];
  const unsigned vma_flags = vmaFlags(s, process, page);
  std::string why;
  if (entry & ENTRY_PRESENT)
    why = checkPresent(s, entry, vma_flags);
  else if (entry & (ENTRY_DEVICE_EXCLUSIVE | ENTRY_DEVICE_PRIVATE))
    why = checkDevice(s, entry, vma_flags);
  else if (entry & ENTRY_SWAP)
    why = checkSwap(s, entry);
  else
    why = checkHole(entry, vma_flags);
  if (why.empty() && (entry & ENTRY_WRITE)) why = checkWrite(s, entry, vma_flags);
  const std::string where = nameOf(process) + " page " + std::to_string(page) + ": ";
  if (!why.empty()) return where + why;

  // userfaultfd_clear_vma() takes the bits away with the flag.
  if ((entry & ENTRY_UFFD_WP) && !(vma_flags & VMA_UFFD_WP))
    return where + "write-protected by userfaultfd in a VMA that is not registered for it";
  if (entry & ENTRY_EXCLUSIVE) {
    for (unsigned other = 0; other < s.processes; ++other) {
      if (other == process) continue;
      const unsigned others = s.entry[std::size_t{other} * s.pages + page];
      // folio_try_dup_anon_rmap_ptes() clears it when a second process maps the page.
      if (entryMaps(others))
        return where + "exclusive, but " + nameOf(other) + " maps the page too";
      // copy_nonpresent_pte() clears it when a second process gets the swap entry.
      if (others & ENTRY_SWAP)
        return where + "exclusive, but " + nameOf(other) + " has a swap entry of the page";
    }
  }
  return "";
}

std::string checkPmdMappings(const Scenario& s) {
  if (s.pmd_mapped == 0) return "";
  if (s.pmd_mapped >> s.processes) return "a process that does not exist maps the folio by a PMD";
  // __split_huge_pmd_locked() zaps a file's PMD, so that nothing is left to unmap.
  if (s.folio_flags & FOLIO_FILE) return "only an anonymous folio stays mapped when a PMD is split";
  // A PMD maps what a whole page table would, from its first entry on.
  if (s.pages < 32)
    return "a folio that a PMD maps has as many pages as a page table, 32 at least";  // powerpc
  if (s.table_end != 0 && s.table_end != s.pages)
    return "a folio that a PMD maps has no page-table end inside";
  if (s.folded) return "the entries of a PMD-mapped folio are not folded: there are none yet";
  for (unsigned process = 0; process < s.processes; ++process) {
    if (!(s.pmd_mapped & (1U << process))) continue;
    // vma_adjust_trans_huge(): a VMA that is split in the middle of a PMD splits it.
    if (s.split[process] != 0 && s.split[process] != s.pages)
      return nameOf(process) + ": a VMA that ends in the folio cannot map it by a PMD";
    const unsigned short* entries = s.entry + std::size_t{process} * s.pages;
    // set_pmd_at() has one value for all.
    if (!(entries[0] & ENTRY_PRESENT) || (entries[0] & ENTRY_UNUSED))
      return nameOf(process) + ": what a PMD maps is present, and in use";
    for (unsigned page = 1; page < s.pages; ++page)
      if (entries[page] != entries[0])
        return nameOf(process) + " page " + std::to_string(page) +
               ": differs from page 0, though one PMD maps both";
  }
  return "";
}

}  // namespace ptecheck::legal_detail
