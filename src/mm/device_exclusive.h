// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_MM_DEVICE_EXCLUSIVE_H
#define PTECHECK_MM_DEVICE_EXCLUSIVE_H

#include "mm/world.h"
#include "pte/swap_entries.h"

namespace ptecheck {

// A device gives back a page that it had to itself: the entry maps it again, old, dirty if it is
// writable. Nothing is counted: the entry has counted as a mapping all the time (since 6.15).
// `swp`: the entry, which need not be in the table any more.
// Source: restore_exclusive_pte() of mm/memory.c, 6.12.
template <EntryFormat F>
void restoreExclusiveEntry(World<F>& w, Mm<F>& mm, unsigned slot, typename F::Word swp) {
  using Word = typename F::Word;
  constexpr SwapEntries<F> kEntries = swapEntries<F>();
  const Vma& vma = mm.vmaOf(slot);
  Word pte = F::pte_mkold(F::pfn_pte(kEntries.swp_offset_pfn(swp), F::page_readonly()));
  if (F::pte_swp_soft_dirty(swp)) pte = F::pte_mksoft_dirty(pte);
  if (F::pte_swp_uffd_wp(swp)) {
    pte = F::pte_mkuffd_wp(pte);
  } else if (kEntries.is(swp, SwapKind::kDeviceExclusiveWrite) && vma.has(VMA_WRITE)) {
    pte = F::pte_mkwrite(F::pte_mkdirty(pte), vma.has(VMA_SHADOW_STACK));
  }
  w.table(mm).set_pte(slot, pte);
}

}  // namespace ptecheck

#endif
