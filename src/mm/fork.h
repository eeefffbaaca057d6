// SPDX-License-Identifier: GPL-2.0-only
//
// fork(): the child gets a copy of every entry. Pages become shared: no longer exclusive, read-only
// on both sides. A page that may be pinned stays with the parent, and the child gets a copy at
// once.
//
// Source: copy_present_ptes(), copy_present_page(), copy_nonpresent_pte() of mm/memory.c, 6.12;
// (in batches, but one entry at a time unless they are a contiguous block: nothing else differs);
// dup_userfaultfd() without UFFD_FEATURE_EVENT_FORK: the child is not registered; VM_LOCKED is not
// inherited; VM_DROPPABLE mappings are wiped (VM_WIPEONFORK, mm/mmap.c); VMAs of a file that have
// no anonymous pages are not copied, as faults can do it (vma_needs_copy()).
#ifndef PTECHECK_MM_FORK_H
#define PTECHECK_MM_FORK_H

#include <algorithm>

#include "mm/device_exclusive.h"
#include "mm/frames.h"
#include "mm/policy.h"
#include "mm/world.h"
#include "pte/format.h"

namespace ptecheck {

template <EntryFormat F>
class Fork {
 public:
  using Word = typename F::Word;

  Fork(World<F>& world, Frames& frames, const Policy& policy)
      : w_(world), frames_(frames), policy_(policy) {}

  // The child is process number w.processes; there must be room for it.
  void copy_mm(unsigned parent) {
    Mm<F>& src = w_.mm[parent];
    Mm<F>& dst = w_.mm[w_.processes++];
    dst.vma = src.vma;
    dst.vmas = src.vmas;
    dst.rss = {};
    dst.tlb_flush_batched = 0;
    for (Vma& vma : dst.vma) vma.flags &= ~unsigned{VMA_LOCKED | VMA_UFFD_WP};
    if constexpr (F::kContiguous > 1)  // writing over a block would unfold it
      std::fill_n(dst.pte.begin() + w_.first, w_.folio.pages, F::none());
    const unsigned end = w_.first + w_.folio.pages;
    for (unsigned slot = w_.first, nr; slot < end; slot += nr) {
      const Vma& vma = dst.vmaOf(slot);
      const bool empty = vma.has(VMA_DROPPABLE) || !w_.folio.anonymous();
      nr = empty ? wipe(dst, slot) : copy(src, dst, slot, vma);
    }
  }

 private:
  static constexpr SwapEntries<F> kEntries = swapEntries<F>();

  bool mutant(Mutant m) const { return policy_.mutant == m; }

  // These return the number of entries they were about.
  static unsigned wipe(Mm<F>& dst, unsigned slot) {
    dst.pte[slot] = F::none();
    return 1;
  }

  unsigned copy(Mm<F>& src, Mm<F>& dst, unsigned slot, const Vma& vma) {
    Word pte = w_.table(src).ptep_get(slot);
    if (F::pte_none(pte)) return wipe(dst, slot);
    if (!F::pte_present(pte)) {
      if (!kEntries.is_device_exclusive_entry(pte)) {
        dst.pte[slot] = copy_nonpresent_pte(src.pte[slot], dst);
        return 1;
      }
      restoreExclusiveEntry(w_, src, slot, pte);
      pte = w_.table(src).ptep_get(slot);
    }
    return copy_present_ptes(src, dst, slot, pte, vma);
  }

  // The child is not registered with userfaultfd: it gets neither uffd-wp nor markers.
  Word copy_nonpresent_pte(Word& src, Mm<F>& dst) {
    const SwapKind kind = kEntries.kindOf(src);
    if (kind == SwapKind::kMarker) return mutant(Mutant::kForkKeepsMarker) ? src : F::none();
    if (kind == SwapKind::kSwapFile) {
      const unsigned page = w_.swapPageOf(src);
      if (page < w_.folio.pages) ++w_.page(page).swap_count;
      ++dst.rss[RSS_SWAP];
      if (!mutant(Mutant::kForkKeepsSwapExclusive)) src = F::pte_swp_clear_exclusive(src);
    } else if (kEntries.is_migration_entry(src)) {
      ++dst.rss[RSS_ANON];
      // What was exclusive is shared now, and nobody may write. Young and dirty stay.
      if (kind != SwapKind::kMigrationRead && !mutant(Mutant::kForkMigrationStaysWritable))
        src = readable(src, SwapKind::kMigrationRead);
    } else if (kEntries.is_device_private_entry(src)) {
      ++dst.rss[RSS_ANON];
      const unsigned page = w_.pfnSwapPageOf(src);
      if (page < w_.folio.pages) {
        w_.page(page).clearExclusive();
        ++w_.page(page).mapcount;
        ++w_.folio.mapcount;
        ++w_.folio.refcount;
      }
      // The kernel drops soft-dirty here: checkpoints do not work with devices anyway.
      if (kind == SwapKind::kDevicePrivateWrite) {
        const bool uffd_wp = F::pte_swp_uffd_wp(src);
        src = kEntries.make(SwapKind::kDevicePrivateRead, F::swp_offset(src));
        if (uffd_wp) src = F::pte_swp_mkuffd_wp(src);
      }
    }
    if (kind == SwapKind::kSwapFile && mutant(Mutant::kForkKeepsSwapUffdWp)) return src;
    return F::pte_swp_clear_uffd_wp(src);
  }

  Word readable(Word src, SwapKind kind) const {
    Word pte = kEntries.make(kind, F::swp_offset(src));
    if (F::pte_swp_soft_dirty(src) && !mutant(Mutant::kForkMigrationLosesSoftDirty))
      pte = F::pte_swp_mksoft_dirty(pte);
    if (F::pte_swp_uffd_wp(src) && !mutant(Mutant::kForkMigrationLosesUffdWp))
      pte = F::pte_swp_mkuffd_wp(pte);
    return pte;
  }

  unsigned copy_present_ptes(Mm<F>& src, Mm<F>& dst, unsigned slot, Word pte, const Vma& vma) {
    const std::uint64_t pfn = static_cast<std::uint64_t>(F::pte_pfn(pte));
    PageTable from = w_.table(src), to = w_.table(dst);
    unsigned nr = from.pte_batch_hint(slot, pte);
    if (nr > 1) nr = std::min(nr, w_.within(vma, slot));
    const unsigned page = w_.pageOf(pte);
    unsigned kind = RSS_ANON;
    if (page < w_.folio.pages) {
      if (w_.folio.maybeDmaPinned()) {  // not in batches
        nr = 1;
        if (w_.page(page).exclusive()) {
          ++dst.rss[RSS_ANON];
          to.set_pte(slot, copy_present_page(pfn, vma));
          return 1;
        }
      }
      for (unsigned i = page; i < page + nr; ++i) {
        w_.page(i).clearExclusive();
        ++w_.page(i).mapcount;
      }
      w_.folio.mapcount += static_cast<int>(nr);
      w_.folio.refcount += static_cast<int>(nr);
    } else if (Frame* frame = frames_.frame(pfn)) {
      if (frame->file) kind = RSS_FILE;
      frame->exclusive = false;
      ++frame->references;
    }
    if (!F::pte_special(pte)) dst.rss[kind] += static_cast<int>(nr);
    if (F::pte_write(pte)) {
      from.wrprotect_ptes(slot, nr);
      pte = F::pte_wrprotect(pte);
    }
    if (!mutant(Mutant::kForkKeepsUffdWp)) pte = F::pte_clear_uffd_wp(pte);
    to.set_ptes(slot, F::pte_mkold(pte), nr);
    return nr;
  }

  Word copy_present_page(std::uint64_t pfn, const Vma& vma) {
    const Word copied = Word(frames_.allocate(frames_.contents(pfn), true));
    const Word pte = F::pte_mkdirty(F::pfn_pte(copied, F::page_readonly()));
    return vma.has(VMA_WRITE) ? F::pte_mkwrite(pte, vma.has(VMA_SHADOW_STACK)) : pte;
  }

  World<F>& w_;
  Frames& frames_;
  const Policy& policy_;
};

}  // namespace ptecheck

#endif
