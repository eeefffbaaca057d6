// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/legal_parts.h"

namespace ptecheck::legal_detail {

namespace {

// What one VMA can be, whatever it maps.
std::string checkFlags(unsigned flags) {
  // vma_supports_mlock()
  if ((flags & VMA_DROPPABLE) && (flags & VMA_LOCKED)) return "a droppable VMA cannot be mlocked";
  // alloc_shstk() maps without MAP_DROPPABLE.
  if ((flags & VMA_DROPPABLE) && (flags & VMA_SHADOW_STACK))
    return "a shadow stack is not droppable";
  // do_mmap(): MAP_DROPPABLE of a file is EINVAL; alloc_shstk() maps no file.
  if ((flags & VMA_FILE) && (flags & (VMA_DROPPABLE | VMA_SHADOW_STACK)))
    return "a VMA of a file is neither droppable nor a shadow stack";
  // do_mmap(): shared anonymous memory is a file of shmem.
  if ((flags & VMA_SHARED) && !(flags & VMA_FILE)) return "a shared VMA is one of a file";
  return "";
}

// What a VMA must be to map this folio.
std::string checkFolioIn(const Scenario& s, unsigned flags) {
  if (s.folio_flags & FOLIO_FILE) {
    // do_fault() maps page-cache folios where vma->vm_ops are a file's.
    if (!(flags & VMA_FILE)) return "the folio of a file is mapped by VMAs of the file only";
    return "";
  }
  // wp_page_copy() and do_cow_fault() put anonymous pages in private mappings alone.
  if (flags & VMA_SHARED) return "a shared VMA maps no anonymous folio";
  // madvise_free_single_vma() takes anonymous VMAs only.
  if ((flags & VMA_FILE) && !(s.folio_flags & FOLIO_SWAPBACKED))
    return "a lazyfree folio is not in a VMA of a file";
  return "";
}

}  // namespace

std::string checkVmas(const Scenario& s) {
  const unsigned first = s.vma[0][0].flags;
  for (unsigned process = 0; process < s.processes; ++process) {
    const bool two = s.split[process] != 0 && s.split[process] < s.pages;
    for (unsigned i = 0; i < (two ? 2U : 1U); ++i) {
      const unsigned flags = s.vma[process][i].flags;
      // A folio's VMAs descend from one: fork copies these flags, and nothing changes them later
      // (map_shadow_stack() and mmap() alone set them).
      if ((flags ^ first) & VMA_SHADOW_STACK)
        return nameOf(process) + ": all VMAs of a folio are shadow stacks, or none is";
      if ((flags ^ first) & VMA_DROPPABLE)
        return nameOf(process) + ": all VMAs of a folio are droppable, or none is";
      if ((flags ^ first) & VMA_FILE)
        return nameOf(process) + ": all VMAs of a folio are of a file, or none is";
      const std::string why = checkFolioIn(s, flags);
      if (!why.empty()) return nameOf(process) + ": " + why;
    }
    for (unsigned i = 0; i < (s.split[process] != 0 ? 2U : 1U); ++i) {
      const std::string why = checkFlags(s.vma[process][i].flags);
      if (!why.empty()) return nameOf(process) + ": " + why;
    }
  }
  if (!(first & VMA_DROPPABLE)) return "";
  // folio_add_new_anon_rmap(), and try_to_unmap_one(), which never makes one swap-backed
  if (s.folio_flags & FOLIO_SWAPBACKED) return "a folio in a droppable VMA is never swap-backed";
  // do_mmap(): VM_DROPPABLE comes with VM_WIPEONFORK, which madvise_vma_behavior() does not take
  // back.
  if (s.processes > 1)
    return "a droppable VMA is not inherited, so that one process alone maps its folio";
  return "";
}

}  // namespace ptecheck::legal_detail
