// SPDX-License-Identifier: GPL-2.0-only
//
// fork(): the child gets a copy of every entry. Pages become shared: no longer exclusive, read-only
// on both sides. A page that may be pinned stays with the parent, and the child gets a copy at
// once.
//
// Source: copy_present_ptes(), copy_present_page(), copy_nonpresent_pte() of mm/memory.c, 6.12;
// dup_userfaultfd() without UFFD_FEATURE_EVENT_FORK: the child is not registered; VM_LOCKED is not
// inherited; VM_DROPPABLE mappings are wiped (VM_WIPEONFORK, mm/mmap.c).
#ifndef PTECHECK_MM_FORK_H
#define PTECHECK_MM_FORK_H

#include "mm/frames.h"
#include "mm/world.h"
#include "pte/format.h"

namespace ptecheck {

template <EntryFormat F>
class Fork {
 public:
  using Word = typename F::Word;

  Fork(World<F>& world, Frames& frames) : w_(world), frames_(frames) {}

  // The child is process number w.processes; there must be room for it.
  void copy_mm(unsigned parent) {
    Mm<F>& src = w_.mm[parent];
    Mm<F>& dst = w_.mm[w_.processes++];
    dst.vma = src.vma;
    dst.vmas = src.vmas;
    dst.rss = {};
    dst.tlb_flush_batched = 0;
    for (Vma& vma : dst.vma) vma.flags &= ~unsigned{VMA_LOCKED | VMA_UFFD_WP};
    for (unsigned i = 0; i < w_.folio.pages; ++i) {
      const unsigned slot = w_.first + i;
      const Vma& vma = dst.vmaOf(slot);
      dst.pte[slot] = vma.has(VMA_DROPPABLE) ? F::none() : copy(src.pte[slot], vma);
    }
  }

 private:
  Word copy(Word& src, const Vma& vma) {
    if (F::pte_none(src)) return F::none();
    if (!F::pte_present(src)) return copy_nonpresent_pte(src);
    return copy_present_pte(src, vma);
  }

  Word copy_nonpresent_pte(Word& src) {
    const Word page = F::swp_offset(src) - Word(SWAP_OFFSET);
    if (page < Word(w_.folio.pages)) ++w_.page(static_cast<unsigned>(page)).swap_count;
    src = F::pte_swp_clear_exclusive(src);
    return F::pte_swp_clear_uffd_wp(src);
  }

  Word copy_present_pte(Word& src, const Vma& vma) {
    const unsigned page = w_.pageOf(src);
    const std::uint64_t pfn = static_cast<std::uint64_t>(F::pte_pfn(src));
    if (page < w_.folio.pages) {
      Page& shared = w_.page(page);
      if (shared.exclusive() && w_.folio.maybeDmaPinned()) return copy_present_page(pfn, vma);
      shared.clearExclusive();
      ++shared.mapcount;
      ++w_.folio.mapcount;
      ++w_.folio.refcount;
    } else if (Frame* frame = frames_.frame(pfn)) {
      frame->exclusive = false;
      ++frame->references;
    }
    if (F::pte_write(src)) src = F::pte_wrprotect(src);
    return F::pte_clear_uffd_wp(F::pte_mkold(src));
  }

  Word copy_present_page(std::uint64_t pfn, const Vma& vma) {
    const Word copied = Word(frames_.allocate(frames_.contents(pfn), true));
    const Word pte = F::pte_mkdirty(F::pfn_pte(copied, F::page_readonly()));
    return vma.has(VMA_WRITE) ? F::pte_mkwrite(pte, vma.has(VMA_SHADOW_STACK)) : pte;
  }

  World<F>& w_;
  Frames& frames_;
};

}  // namespace ptecheck

#endif
