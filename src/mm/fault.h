// SPDX-License-Identifier: GPL-2.0-only
//
// What comes after: a process touches a page. Hardware looks at the entry alone, so an entry that
// is wrongly writable lets the store through; everything else is a fault, handled as mm/memory.c
// does:
//
//   none         do_anonymous_page   zero page for a read, a new page for a write
//                do_fault            in a VMA of a file: its page, or a copy for a private write
//   marker       handle_pte_marker   as none; what is mapped is armed again
//   swap entry   do_swap_page        the folio is still in the swap cache: it is mapped again
//                                    (device-exclusive: taken back; hwpoison: SIGBUS; a page that
//                                    is migrating or in device memory is not to be touched here)
//   protnone     do_numa_page        accessible again
//   read-only    do_wp_page          reuse or copy
//   old, clean   handle_pte_fault    marked; only where neither hardware nor the handler of TLB
//                                    misses does it
//
// Hardware looks at one entry, whatever contiguous block it is part of; software at what
// ptep_get() shows.
//
// Source: 6.12, and 6.15 (1da190f4d0a6) for the reuse of large folios. Simplifications, none of
// which changes what a process reads: swap-in and NUMA hints of a large folio are handled page by
// page (the kernel may map the whole folio at once, which saves faults), and no folio migrates.
#ifndef PTECHECK_MM_FAULT_H
#define PTECHECK_MM_FAULT_H

#include "mm/device_exclusive.h"
#include "mm/frames.h"
#include "mm/policy.h"
#include "mm/world.h"
#include "pte/format.h"

namespace ptecheck {

template <EntryFormat F>
class Fault {
 public:
  using Word = typename F::Word;

  Fault(World<F>& world, Frames& frames, const Policy& policy)
      : w_(world), frames_(frames), policy_(policy) {}

  // Process p reads or writes the page at the folio's page `page`. Returns the number of faults it
  // took. If the access is not allowed (SIGSEGV), it did not happen, and counts as one fault.
  unsigned access(unsigned p, unsigned page, bool write) {
    Mm<F>& mm = w_.mm[p];
    const unsigned slot = w_.first + page;
    const Vma& vma = mm.vmaOf(slot);
    const bool shadow_stack = vma.has(VMA_SHADOW_STACK);
    unsigned faults = 0;
    for (; faults < kMaxFaults; ++faults) {
      Word& pte = mm.pte[slot];
      if (write ? F::hw_writes(pte, shadow_stack) : F::hw_reads(pte)) {
        pte = F::hw_access(pte, write);
        if (write) frames_.contents(pfnOf(pte)) = writtenToken(p, page);
        return faults;
      }
      const Word seen = w_.table(mm).ptep_get(slot);
      if (!handle_mm_fault({mm, vma, p, page, slot, seen, write})) return faults + 1;
    }
    return faults;
  }

  // What a load by a process would return; changes nothing.
  Token peek(const Mm<F>& mm, unsigned page) {
    const Word pte = mm.pte[w_.first + page];
    if (F::pte_none(pte)) return missing(mm, page);
    if (F::pte_present(pte)) return frames_.contents(pfnOf(pte));
    return peekBehind(mm, page, pte);
  }

  // Why a scenario cannot go on, or nullptr.
  const char* stuck() const { return stuck_; }

 private:
  static constexpr SwapEntries<F> kEntries = swapEntries<F>();

  // What a load would return where there is an entry in swap form.
  [[gnu::noinline]] Token peekBehind(const Mm<F>& mm, unsigned page, Word pte) {
    switch (kEntries.kindOf(pte)) {
      case SwapKind::kSwapFile: {
        const unsigned swapped = w_.swapPageOf(pte);
        return swapped < w_.folio.pages ? frames_.contents(w_.folio.pfn + swapped)
                                        : foreignSwap(pte);
      }
      case SwapKind::kMarker:
        return missing(mm, page);
      case SwapKind::kHwpoison:
        return SEEN_FAULT;
      default:
        return frames_.contents(static_cast<std::uint64_t>(kEntries.swp_offset_pfn(pte)));
    }
  }

  // What is behind an empty entry.
  Token missing(const Mm<F>& mm, unsigned page) {
    if (!mm.vmaOf(w_.first + page).has(VMA_FILE)) return SEEN_ZERO;
    return w_.folio.anonymous() ? kForeignToken : frames_.contents(w_.folio.pfn + page);
  }

  static constexpr unsigned kMaxFaults = 8;  // more than any legal entry needs

  struct Access {  // struct vm_fault
    Mm<F>& mm;
    const Vma& vma;
    unsigned p;
    unsigned page;
    unsigned slot;
    Word pte;  // as software sees it
    bool write;
  };

  PageTable<F, Folio> table(const Access& a) { return w_.table(a.mm); }
  void set_pte(const Access& a, Word pte) { table(a).set_pte(a.slot, pte); }

  static std::uint64_t pfnOf(Word pte) { return static_cast<std::uint64_t>(F::pte_pfn(pte)); }

  Token foreignSwap(Word pte) const {
    return originalOfSwap(static_cast<std::uint64_t>(F::swp_offset(pte)), w_.folio.pages);
  }

  // False: SIGSEGV. True: try again.
  bool handle_mm_fault(const Access& a) {
    if (a.write && !a.vma.has(VMA_WRITE)) return false;
    if (F::pte_none(a.pte)) {
      a.vma.has(VMA_FILE) ? do_fault(a, false) : do_anonymous_page(a);
    } else if (!F::pte_present(a.pte)) {
      return handle_nonpresent(a);
    } else if (F::pte_protnone(a.pte)) {
      do_numa_page(a);
    } else if (a.write && !F::pte_write(a.pte)) {
      do_wp_page(a);
    } else {
      const Word pte = F::pte_mkyoung(a.write ? F::pte_mkdirty(a.pte) : a.pte);
      table(a).ptep_set_access_flags(a.slot, pte, a.write);
    }
    return true;
  }

  [[gnu::noinline]] bool handle_nonpresent(const Access& a) {
    const SwapKind kind = kEntries.kindOf(a.pte);
    switch (kind) {
      case SwapKind::kSwapFile:
        do_swap_page(a);
        return true;
      case SwapKind::kMarker:  // pte_marker_handle_uffd_wp()
        if (a.vma.has(VMA_FILE)) {
          do_fault(a, a.vma.has(VMA_UFFD_WP));
        } else {
          do_anonymous_page(a);
        }
        return true;
      case SwapKind::kHwpoison:  // SIGBUS
        return false;
      case SwapKind::kDeviceExclusiveWrite:
      case SwapKind::kDeviceExclusiveRead:
        restoreExclusiveEntry(w_, a.mm, a.slot, a.pte);
        return true;
      case SwapKind::kDevicePrivateWrite:
      case SwapKind::kDevicePrivateRead:
        stuck_ = "UNSUPPORTED a process touches a page in device memory";
        return false;
      default:
        stuck_ = "UNSUPPORTED a process touches a page whose migration has not ended";
        return false;
    }
  }

  // The page of a file: the folio's own, or, where an anonymous page of a private mapping was, one
  // that nobody knows. `armed`: there was a uffd-wp marker.
  [[gnu::noinline]] void do_fault(const Access& a, bool armed) {
    const bool mine = !w_.folio.anonymous();
    const bool shared = a.vma.has(VMA_SHARED);
    if (a.write && !shared && !armed) {  // do_cow_fault()
      ++a.mm.rss[RSS_ANON];
      mapNewPage(a, mine ? frames_.contents(w_.folio.pfn + a.page) : kForeignToken);
      return;
    }
    std::uint64_t pfn;
    if (mine) {
      pfn = w_.folio.pfn + a.page;
      ++w_.page(a.page).mapcount;
      ++w_.folio.mapcount;
      ++w_.folio.refcount;
      ++a.mm.rss[w_.folio.rssKind()];
    } else {
      pfn = frames_.allocate(kForeignToken, false, true);
      ++a.mm.rss[RSS_FILE];
    }
    Word pte = F::pfn_pte(Word(pfn), F::page_readonly());
    if (a.write && !armed) pte = maybe_mkwrite(F::pte_mkdirty(pte), a.vma);  // do_shared_fault()
    if (armed) pte = F::pte_mkuffd_wp(pte);
    set_pte(a, pte);
  }

  void do_anonymous_page(const Access& a) {
    if (!a.write) {
      set_pte(a, F::pte_mkspecial(F::pfn_pte(Word(kZeroPfn), F::page_readonly())));
      return;
    }
    ++a.mm.rss[RSS_ANON];
    mapNewPage(a, SEEN_ZERO);
  }

  // An exclusive new page, as do_anonymous_page() and wp_page_copy() map it for a write.
  void mapNewPage(const Access& a, Token contents) {
    const Word pfn = Word(frames_.allocate(contents, true));
    set_pte(a, maybe_mkwrite(F::pte_mkdirty(F::pfn_pte(pfn, F::page_readonly())), a.vma));
  }

  static Word maybe_mkwrite(Word pte, const Vma& vma) {
    return vma.has(VMA_WRITE) ? F::pte_mkwrite(pte, vma.has(VMA_SHADOW_STACK)) : pte;
  }

  // PageAnonExclusive. The zero page and foreign frames are nobody's.
  bool exclusive(Word pte) {
    const unsigned page = w_.pageOf(pte);
    if (page < w_.folio.pages) return w_.page(page).exclusive();
    const Frame* frame = frames_.frame(pfnOf(pte));
    return frame && frame->exclusive;
  }
  void setExclusive(Word pte) {
    const unsigned page = w_.pageOf(pte);
    if (page < w_.folio.pages) {
      w_.page(page).setExclusive();
    } else {
      frames_.frame(pfnOf(pte))->exclusive = true;
    }
  }

  static bool userfaultfd_pte_wp(const Vma& vma, Word pte) {
    return vma.has(VMA_UFFD_WP) && F::pte_uffd_wp(pte);
  }
  static bool pte_needs_soft_dirty_wp(const Vma& vma, Word pte) {
    return F::kHasSoftDirty && !vma.has(VMA_SOFTDIRTY) && !F::pte_soft_dirty(pte);
  }

  // A NUMA hint: the same protection as a fresh read-only mapping, writable if nothing speaks
  // against it (can_change_pte_writable()).
  void do_numa_page(const Access& a) {
    Word pte = F::pte_mkyoung(F::pte_modify(a.pte, F::page_readonly()));
    if (a.vma.has(VMA_WRITE) && !pte_needs_soft_dirty_wp(a.vma, pte) &&
        !userfaultfd_pte_wp(a.vma, pte) && exclusive(pte))
      pte = F::pte_mkwrite(pte, a.vma.has(VMA_SHADOW_STACK));
    set_pte(a, pte);
  }

  void do_wp_page(const Access& a) {
    if (userfaultfd_pte_wp(a.vma, a.pte)) {
      // The monitor takes its snapshot of the page and lifts the protection; the access comes
      // again.
      set_pte(a, F::pte_clear_uffd_wp(a.pte));
      return;
    }
    const bool shared_file = a.vma.has(VMA_SHARED);  // wp_page_shared()
    if (shared_file || exclusive(a.pte) || wp_can_reuse_anon_folio(a)) {
      if (!shared_file) setExclusive(a.pte);
      const Word pte = maybe_mkwrite(F::pte_mkdirty(F::pte_mkyoung(a.pte)), a.vma);
      table(a).ptep_set_access_flags(a.slot, pte, true);  // wp_page_reuse()
      return;
    }
    mapNewPage(a, frames_.contents(pfnOf(a.pte)));  // wp_page_copy()
    unmapOld(a.mm, a.pte);
    ++a.mm.rss[RSS_ANON];
  }

  void unmapOld(Mm<F>& mm, Word pte) {
    const unsigned page = w_.pageOf(pte);
    if (page < w_.folio.pages) {
      --mm.rss[w_.folio.rssKind()];
      --w_.page(page).mapcount;
      --w_.folio.mapcount;
      --w_.folio.refcount;
    } else if (Frame* frame = frames_.frame(pfnOf(pte))) {
      --frame->references;
      --mm.rss[frame->file ? RSS_FILE : RSS_ANON];
    } else if (!F::pte_special(pte)) {
      --mm.rss[RSS_ANON];
    }
  }

  // The page is not marked exclusive. Is it nevertheless ours alone?
  bool wp_can_reuse_anon_folio(const Access& a) {
    if (w_.pageOf(a.pte) >= w_.folio.pages) {
      const Frame* frame = frames_.frame(pfnOf(a.pte));
      return frame && frame->references == 1 && !frame->file;
    }
    if (!w_.folio.anonymous()) return false;
    if (policy_.mutant == Mutant::kReuseShared) return true;
    if (!w_.folio.large()) {
      w_.folio_free_swap();
      return w_.folio.refcount == 1;
    }
    if (!policy_.reuses_large_folios || mappingsOf(a.mm) != w_.folio.mapcount) return false;
    w_.folio_free_swap();
    return w_.folio.refcount == w_.folio.mapcount;
  }

  int mappingsOf(const Mm<F>& mm) const {
    int mapped = 0;
    for (unsigned i = 0; i < w_.folio.pages; ++i) {
      const Word pte = mm.pte[w_.first + i];
      if (F::pte_present(pte)) {
        mapped += w_.pageOf(pte) < w_.folio.pages;
      } else if (!F::pte_none(pte) && kEntries.is_device_exclusive_entry(pte)) {
        mapped += w_.pfnSwapPageOf(pte) < w_.folio.pages;
      }
    }
    return mapped;
  }

  void do_swap_page(const Access& a) {
    const Word swp = a.pte;
    bool mine = F::pte_swp_exclusive(swp) && policy_.mutant != Mutant::kSwapInForgetsExclusive;
    const unsigned page = w_.swapPageOf(swp);
    Word pte;
    --a.mm.rss[RSS_SWAP];
    ++a.mm.rss[RSS_ANON];
    if (page < w_.folio.pages) {
      --w_.page(page).swap_count;
      ++w_.folio.refcount;  // the lookup in the swap cache; becomes the mapping's
      const int cached = 1 + static_cast<int>(w_.folio.pages);
      if (a.vma.has(VMA_LOCKED) || w_.folio.has(FOLIO_MLOCKED) ||
          (a.write && w_.folio.refcount == cached))
        w_.folio_free_swap();
      mine = mine || w_.folio.refcount == 1;
      pte = F::pfn_pte(Word(w_.folio.pfn) + Word(page), F::page_readonly());
      ++w_.page(page).mapcount;
      ++w_.folio.mapcount;
      if (mine) w_.page(page).setExclusive();
    } else {
      pte = F::pfn_pte(Word(frames_.allocate(foreignSwap(swp), mine)), F::page_readonly());
    }
    if (F::pte_swp_soft_dirty(swp) && policy_.mutant != Mutant::kSwapInLosesSoftDirty)
      pte = F::pte_mksoft_dirty(pte);
    if (F::pte_swp_uffd_wp(swp) && policy_.mutant != Mutant::kSwapInLosesUffdWp)
      pte = F::pte_mkuffd_wp(pte);
    bool write = a.write;
    if (mine && a.vma.has(VMA_WRITE) && !userfaultfd_pte_wp(a.vma, pte) &&
        !pte_needs_soft_dirty_wp(a.vma, pte)) {
      pte = F::pte_mkwrite(pte, a.vma.has(VMA_SHADOW_STACK));
      if (write) pte = F::pte_mkdirty(pte);  // demotes a shadow-stack entry: one more fault
      write = false;
    }
    set_pte(a, pte);
    if (write) do_wp_page({a.mm, a.vma, a.p, a.page, a.slot, pte, a.write});
  }

  World<F>& w_;
  Frames& frames_;
  const Policy& policy_;
  const char* stuck_ = nullptr;
};

}  // namespace ptecheck

#endif
