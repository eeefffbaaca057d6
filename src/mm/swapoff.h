// SPDX-License-Identifier: GPL-2.0-only
//
// swapoff: every swap entry of the folio, in every process, is replaced by a present one. Nobody
// touched the page, so that it comes back old and read-only; soft-dirty, uffd-wp and
// PageAnonExclusive are what the swap entry remembered.
// Source: try_to_unuse(), unuse_pte() of mm/swapfile.c, 6.12.
#ifndef PTECHECK_MM_SWAPOFF_H
#define PTECHECK_MM_SWAPOFF_H

#include "mm/policy.h"
#include "mm/world.h"

namespace ptecheck {

template <EntryFormat F>
class Swapoff {
 public:
  using Word = typename F::Word;

  Swapoff(World<F>& world, const Policy& policy) : w_(world), policy_(policy) {}

  [[gnu::noinline]] void try_to_unuse() {
    for (unsigned p = 0; p < w_.processes; ++p)
      for (unsigned slot = w_.first; slot < w_.first + w_.folio.pages; ++slot)
        unuse_pte(w_.mm[p], slot);
    w_.folio_free_swap();
  }

 private:
  bool mutant(Mutant m) const { return policy_.mutant == m; }

  void unuse_pte(Mm<F>& mm, unsigned slot) {
    const Word swp = mm.pte[slot];
    if (F::pte_none(swp) || F::pte_present(swp) || !pte_same_as_swp(swp)) return;
    const unsigned i = w_.swapPageOf(swp);
    Page& page = w_.page(i);
    --mm.rss[RSS_SWAP];
    ++mm.rss[RSS_ANON];
    if (F::pte_swp_exclusive(swp) && !mutant(Mutant::kSwapoffForgetsExclusive)) page.setExclusive();
    ++page.mapcount;
    ++w_.folio.mapcount;
    ++w_.folio.refcount;
    Word pte = F::pte_mkold(F::pfn_pte(Word(w_.folio.pfn) + Word(i), F::page_readonly()));
    if (F::pte_swp_soft_dirty(swp) && !mutant(Mutant::kSwapoffLosesSoftDirty))
      pte = F::pte_mksoft_dirty(pte);
    if (F::pte_swp_uffd_wp(swp) && !mutant(Mutant::kSwapoffLosesUffdWp))
      pte = F::pte_mkuffd_wp(pte);
    w_.table(mm).set_pte(slot, pte);
    --page.swap_count;  // swap_free()
  }

  // The software bits do not count: it is a swap entry of this folio.
  bool pte_same_as_swp(Word swp) const {
    if (mutant(Mutant::kSwapoffMissesSoftDirty) && F::pte_swp_soft_dirty(swp)) return false;
    if (mutant(Mutant::kSwapoffMissesUffdWp) && F::pte_swp_uffd_wp(swp)) return false;
    return F::swp_type(swp) == Word(SWAP_TYPE) && w_.swapPageOf(swp) < w_.folio.pages;
  }

  World<F>& w_;
  const Policy& policy_;
};

}  // namespace ptecheck

#endif
