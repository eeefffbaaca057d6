// SPDX-License-Identifier: GPL-2.0-only
//
// userfaultfd lets go of write protection: a VMA is registered for it no more (UFFDIO_UNREGISTER,
// or UFFDIO_REGISTER again without it), and no entry of the VMA has the bit any longer, in whatever
// form: present, swap, migration, of a device; markers go. On the way every present entry gets the
// VMA's protection anew, writable if nothing speaks against it, and what remembers write (a
// migration entry, say) becomes read-only.
//
// Source: userfaultfd_clear_vma() of mm/userfaultfd.c (6.12), uffd_wp_range() there, and
// change_pte_range(), can_change_pte_writable() of mm/mprotect.c, for anonymous folios. Registering
// again without write protection does the same only since the repair of 2026.
#ifndef PTECHECK_MM_USERFAULTFD_H
#define PTECHECK_MM_USERFAULTFD_H

#include <algorithm>

#include "mm/frames.h"
#include "mm/policy.h"
#include "mm/world.h"
#include "pte/swap_entries.h"

namespace ptecheck {

template <EntryFormat F>
class Userfaultfd {
 public:
  using Word = typename F::Word;

  Userfaultfd(World<F>& world, Frames& frames, const Policy& policy)
      : w_(world), frames_(frames), policy_(policy) {}

  [[gnu::noinline]] void userfaultfd_unregister(Mm<F>& mm) {
    for (unsigned i = 0; i < mm.vmas; ++i) {
      Vma& vma = mm.vma[i];
      if (!vma.has(VMA_UFFD_WP)) continue;
      if (policy_.mutant != Mutant::kUnregisterKeepsUffdWp) uffd_wp_range(mm, vma);
      vma.flags &= ~unsigned{VMA_UFFD_WP};
    }
  }

 private:
  static constexpr SwapEntries<F> kEntries = swapEntries<F>();

  void uffd_wp_range(Mm<F>& mm, const Vma& vma) {
    const unsigned begin = std::max(w_.first, vma.start);
    const unsigned end = std::min(w_.first + w_.folio.pages, vma.end);
    for (unsigned slot = begin; slot < end; ++slot) change_pte_range(mm, vma, slot);
  }

  void change_pte_range(Mm<F>& mm, const Vma& vma, unsigned slot) {
    PageTable table = w_.table(mm);
    const Word pte = table.ptep_get(slot);
    if (F::pte_none(pte)) return;
    if (F::pte_present(pte)) {
      table.set_pte(slot, presentWithout(table.ptep_get_and_clear(slot), vma));
    } else {
      mm.pte[slot] = nonpresentWithout(pte);
    }
  }

  Word presentWithout(Word pte, const Vma& vma) {
    pte = F::pte_clear_uffd_wp(F::pte_modify(pte, F::page_readonly()));
    const bool tracked = F::kHasSoftDirty && !vma.has(VMA_SOFTDIRTY) && !F::pte_soft_dirty(pte);
    const bool may_write = vma.has(VMA_WRITE) && !tracked && exclusive(pte);
    return may_write ? F::pte_mkwrite(pte, vma.has(VMA_SHADOW_STACK)) : pte;
  }

  bool exclusive(Word pte) {
    const unsigned page = w_.pageOf(pte);
    if (page < w_.folio.pages) return w_.page(page).exclusive();
    const Frame* frame = frames_.frame(static_cast<std::uint64_t>(F::pte_pfn(pte)));
    return frame && frame->exclusive;
  }

  static Word nonpresentWithout(Word pte) {
    switch (kEntries.kindOf(pte)) {
      case SwapKind::kMarker:
        return F::none();
      case SwapKind::kMigrationWrite:  // young and dirty stay
        return readable(pte, SwapKind::kMigrationReadExclusive);
      case SwapKind::kDeviceExclusiveWrite:
        return readable(pte, SwapKind::kDeviceExclusiveRead);
      default:
        return F::pte_swp_clear_uffd_wp(pte);
    }
  }

  static Word readable(Word old, SwapKind kind) {
    const Word pte = kEntries.make(kind, F::swp_offset(old));
    return F::pte_swp_soft_dirty(old) ? F::pte_swp_mksoft_dirty(pte) : pte;
  }

  World<F>& w_;
  Frames& frames_;
  const Policy& policy_;
};

}  // namespace ptecheck

#endif
