// SPDX-License-Identifier: GPL-2.0-only
//
// try_to_unmap(): takes a folio out of every process that maps it, as reclaim does before it frees
// or writes out the folio's pages. Functions carry the names of those of mm/rmap.c, whose order of
// steps they follow:
//
//   try_to_unmap                walks the VMAs (rmap_walk_anon)
//     try_to_unmap_one          walks one VMA's entries (page_vma_mapped_walk); for each:
//       folio_unmap_pte_batch   how many entries at once
//       get_and_clear           takes them out; flushes, or notes that a flush is due
//       unmap_lazyfree          drops the pages, or puts the entries back
//       unmap_swapbacked        leaves a swap entry, or puts the entry back
//
// Source: 6.12 for one entry at a time and swap-backed folios; 6.15 (354dffd29575) and 6.16
// (folio_unmap_pte_batch()) for batches, which only lazyfree folios get.
#ifndef PTECHECK_MM_UNMAP_H
#define PTECHECK_MM_UNMAP_H

#include <algorithm>
#include <array>

#include "mm/policy.h"
#include "mm/world.h"
#include "pte/batch.h"

namespace ptecheck {

// `kBatching`: there may be batches; the folio is large and lazyfree. False compiles everything
// about them away. `kMutants`: policy.mutant may be set. False compiles all mistakes away.
template <EntryFormat F, bool kBatching, bool kMutants>
class Unmap {
 public:
  Unmap(World<F>& world, const Policy& policy)
      : w_(world),
        policy_(policy),
        batching_(policy.of(Case::kLazyfree)),
        defer_flush_(F::kDefersTlbFlush && (world.ttu & UNMAP_BATCH_FLUSH) &&
                     (world.remote_cpu || !F::kDefersOnlyIfRemote)) {}

  // rmap_walk_anon(): VMAs in the order of the anon_vma's interval tree, by their first page, then
  // as they were inserted, process by process; until one refuses, or the folio is not mapped any
  // more.
  void try_to_unmap() {
    const unsigned folio_end = w_.first + w_.folio.pages;
    bool second_vmas = false;
    for (unsigned p = 0; p < w_.processes; ++p) {
      if (!visit(p, 0)) return;
      second_vmas = second_vmas || w_.mm[p].vma[1].start < folio_end;
    }
    if (!second_vmas) return;
    std::array<unsigned, MAX_PROCESSES> order{};
    unsigned count = 0;
    for (unsigned p = 0; p < w_.processes; ++p) {
      if (w_.mm[p].vma[1].start >= folio_end) continue;
      unsigned at = count++;
      for (; at > 0 && w_.mm[order[at - 1]].vma[1].start > w_.mm[p].vma[1].start; --at)
        order[at] = order[at - 1];
      order[at] = p;
    }
    for (unsigned i = 0; i < count; ++i)
      if (!visit(order[i], 1)) return;
  }

 private:
  using Word = typename F::Word;

  // One batch on its way: `nr` entries from `slot`, the folio's pages from `page`.
  struct Batch {
    Mm<F>& mm;
    const Vma& vma;
    unsigned slot, page, nr;
    Word pteval;                // first entry, what get_and_clear_ptes() made of it
    bool exclusive;             // PageAnonExclusive of the first page, read before clearing
    bool all_writable = false;  // with Treat::kAnd
  };

  bool mutant(Mutant m) const {
    if constexpr (kMutants) return policy_.mutant == m;
    return false;
  }

  bool visit(unsigned p, unsigned v) {
    return try_to_unmap_one(w_.mm[p], w_.mm[p].vma[v]) && w_.folio.mapcount != 0;
  }

  // False: the walk over VMAs ends here.
  bool try_to_unmap_one(Mm<F>& mm, const Vma& vma) {
    nr_before_ = 1;
    const unsigned begin = std::max(w_.first, vma.start);
    const unsigned end = std::min(w_.first + w_.folio.pages, vma.end);
    const bool mlocked = !(w_.ttu & UNMAP_IGNORE_MLOCK) && vma.has(VMA_LOCKED);
    // page_vma_mapped_walk(): holes, other folios' pages and swap entries are passed over; the end
    // of a page table is no obstacle.
    for (unsigned slot = begin; slot < end; ++slot) {
      const Word pte = w_.table(mm).ptep_get(slot);
      if (!F::pte_present(pte)) continue;
      const unsigned page = w_.pageOf(pte);
      if (page >= w_.folio.pages) continue;
      if (mlocked) {
        if (!w_.folio.large()) w_.folio.flags |= FOLIO_MLOCKED;  // mlock_vma_folio()
        return false;
      }
      const unsigned exclusive_page = mutant(Mutant::kWrongExclusivePage) ? 0 : page;
      Batch batch{mm, vma, slot, page, 1, pte, w_.page(exclusive_page).exclusive()};
      if constexpr (kBatching) folio_unmap_pte_batch(batch);
      get_and_clear(batch);
      ++w_.batches;
      w_.batched_entries += count(batch);
      const bool swapbacked = w_.folio.has(FOLIO_SWAPBACKED);
      const bool mismatch = swapbacked != w_.folio.swapcache();
      if (mismatch != mutant(Mutant::kCheckInverted)) [[unlikely]] {
        ++w_.warnings;
        if (!policy_.loses_on_mismatch && !mutant(Mutant::kMismatchLosesEntry))
          swapbacked ? put_back_swapbacked(batch) : put_back(batch);
        return false;
      }
      if (!(swapbacked ? unmap_swapbacked(batch) : unmap_lazyfree(batch))) return false;
      folio_remove_rmap_ptes(batch);
      if (count(batch) == w_.folio.pages) break;
    }
    return true;
  }

  static unsigned count(const Batch& batch) { return kBatching ? batch.nr : 1; }

  // Sets batch.nr, and merges into batch.pteval what the flags want merged.
  void folio_unmap_pte_batch(Batch& batch) {
    // A mutant may have made the folio swap-backed on the way.
    if (kMutants && (batching_.reach == Reach::kOne || w_.folio.has(FOLIO_SWAPBACKED))) return;
    if (batching_.reach == Reach::kWholeFolio && batch.page != 0) return;
    const unsigned within = w_.within(batch.vma, batch.slot);
    unsigned folio_left = w_.folio.pages - batch.page;
    unsigned max_nr = batching_.bounds == Bounds::kFolio ? folio_left : within;
    if (mutant(Mutant::kBatchLengthKept) && nr_before_ > 1) {
      batch.nr = std::min(nr_before_, folio_left + 1);
      return;
    }
    if (mutant(Mutant::kScanBeforeClip)) max_nr = folio_left;
    if (mutant(Mutant::kNoVmaClip))
      max_nr = std::min(folio_left, F::kTableSlots - batch.slot % F::kTableSlots);
    if (mutant(Mutant::kNoFolioClip)) max_nr = ++folio_left;
    const PteBatch found =
        folio_pte_batch_flags<F>(w_.table(batch.mm), batch.slot, &batch.pteval, max_nr, folio_left,
                                 fpbFlags(batching_), batch.vma.has(VMA_SHADOW_STACK));
    // To read an entry behind the VMA, in a table whose lock is held, does no harm by itself; what
    // lies behind the table is some other memory.
    touch(found.read, F::kTableSlots - batch.slot % F::kTableSlots);
    batch.nr = found.nr;
    if (batching_.reach == Reach::kWholeFolio && batch.nr != w_.folio.pages) batch.nr = 1;
    if (mutant(Mutant::kScanBeforeClip)) batch.nr = std::min(batch.nr, within);
    nr_before_ = batch.nr;
  }

  // Every access to more than the entry the walk has found is reported here.
  void touch(unsigned nr, unsigned within) {
    if (nr > within) w_.outside += nr - within;
  }

  void get_and_clear(Batch& batch) {
    [[maybe_unused]] const bool first_dirty = kMutants && F::pte_dirty(batch.mm.pte[batch.slot]);
    if (keepsBlock(batch)) {
      clear_alone(batch);
    } else if constexpr (kBatching) {
      clear_many(batch);
    } else {
      batch.pteval = w_.table(batch.mm).ptep_get_and_clear(batch.slot);
    }
    if (mutant(Mutant::kMkdirtyGainsWrite) && !first_dirty && F::pte_dirty(batch.pteval))
      batch.pteval = F::pte_mkwrite(batch.pteval, batch.vma.has(VMA_SHADOW_STACK));
    if (policy_.wrprotect_early) {
      batch.pteval = F::pte_wrprotect(batch.pteval);
      if (mutant(Mutant::kWrprotectLosesDirty)) batch.pteval = F::pte_mkclean(batch.pteval);
    }
    flush(batch);
    bool dirty = F::pte_dirty(batch.pteval);
    if (mutant(Mutant::kOnlyFirstDirty)) dirty = first_dirty;
    if (mutant(Mutant::kSwapBackedDirtyForgotten) && w_.folio.has(FOLIO_SWAPBACKED)) dirty = false;
    if (mutant(Mutant::kLazyfreeDirtyForgotten) && !w_.folio.has(FOLIO_SWAPBACKED)) dirty = false;
    if (dirty) w_.folio.flags |= FOLIO_DIRTY;  // folio_mark_dirty()
  }

  // Mutants that take entries out of a block alone. What is left of it does more harm when it is
  // copied, by a fork or a write; but nobody copies writable entries of a droppable VMA.
  bool keepsBlock(const Batch& batch) const {
    return mutant(Mutant::kBlockNotUnfolded) ||
           (mutant(Mutant::kDroppableBlockNotUnfolded) && F::pte_write(batch.pteval) &&
            batch.vma.has(VMA_DROPPABLE));
  }

  void clear_alone(Batch& batch) {
    Word* ptep = &batch.mm.pte[batch.slot];
    for (unsigned i = 1; i < count(batch); ++i) {
      if (F::pte_dirty(ptep[i])) batch.pteval = F::pte_mkdirty(batch.pteval);
      if (F::pte_young(ptep[i])) batch.pteval = F::pte_mkyoung(batch.pteval);
    }
    std::fill_n(ptep, count(batch), F::none());
  }

  void clear_many(Batch& batch) {
    const Word merged = batch.pteval;  // the caller's copy, read before clearing
    if (batch.nr > 1) remember(batch);
    batch.pteval = w_.table(batch.mm).get_and_clear_full_ptes(batch.slot, batch.nr);
    // What was merged into the copy has to be carried over by hand to what clearing returned.
    if (batching_.restore == Restore::kMerged && batching_.write == Treat::kOr &&
        F::pte_write(merged) && batch.nr > 1)
      batch.pteval = F::pte_mkwrite(batch.pteval, batch.vma.has(VMA_SHADOW_STACK));
  }

  // What a restore needs to know of the single entries.
  void remember(Batch& batch) {
    touch(batch.nr, w_.within(batch.vma, batch.slot));
    const PageTable table = w_.table(batch.mm);
    if (batching_.restore == Restore::kEach)
      for (unsigned i = 0; i < batch.nr; ++i) saved_[i] = table.ptep_get(batch.slot + i);
    if (batching_.restore == Restore::kMerged && batching_.write == Treat::kAnd) {
      const Word* ptep = &batch.mm.pte[batch.slot];
      batch.all_writable =
          std::all_of(ptep, ptep + batch.nr, [](Word e) { return F::pte_write(e); });
    }
  }

  void flush(const Batch& batch) {
    if (defer_flush_) {
      set_tlb_ubc_flush_pending(batch);
    } else if (!policy_.flushes_accessible_only || F::clear_flushes(batch.pteval)) {
      w_.tlb.flush(count(batch));
    }
  }

  // Reads the dirty bit, not the write bit.
  void set_tlb_ubc_flush_pending(const Batch& batch) {
    if (!F::pte_accessible(batch.pteval)) return;
    w_.tlb.flush_required = true;
    ++batch.mm.tlb_flush_batched;
    if (F::pte_dirty(batch.pteval)) w_.tlb.writable = true;
  }

  // True: the pages may go.
  bool unmap_lazyfree(Batch& batch) {
    if (w_.eventFires(EVENT_REFERENCE)) ++w_.folio.refcount;  // GUP-fast, or a speculative lookup
    const bool droppable = batch.vma.has(VMA_DROPPABLE);
    const bool dirty = w_.folio.has(FOLIO_DIRTY) && !droppable;
    const bool referenced = w_.folio.refcount != 1 + w_.folio.mapcount;
    if (!dirty && !referenced) {
      if (!mutant(Mutant::kRssNotReduced))
        batch.mm.rss[RSS_ANON] -=
            mutant(Mutant::kRssReducedByOne) ? 1 : static_cast<int>(count(batch));
      return true;
    }
    if (dirty || !mutant(Mutant::kRestoreForgotten)) put_back(batch);
    if (dirty || (policy_.swapbacked_on_reference && !droppable) ||
        (mutant(Mutant::kSwapbackedOnlyIfBatched) && count(batch) > 1))
      w_.folio.flags |= FOLIO_SWAPBACKED;
    return false;
  }

  void put_back(const Batch& batch) {
    if (batching_.restore == Restore::kEach && count(batch) > 1) {
      for (unsigned i = 0; i < batch.nr; ++i) w_.table(batch.mm).set_pte(batch.slot + i, saved_[i]);
      return;
    }
    Word pte = batch.pteval;
    if (batching_.restore == Restore::kWriteProtect ||
        (batching_.restore == Restore::kMerged && batching_.write == Treat::kAnd &&
         count(batch) > 1 && !batch.all_writable))
      pte = F::pte_wrprotect(pte);
    if (mutant(Mutant::kRestoreMarksSoftDirty)) pte = F::pte_mksoft_dirty(pte);
    if (mutant(Mutant::kRestoreMakesWritable) && batch.exclusive && batch.vma.has(VMA_WRITE) &&
        !F::pte_uffd_wp(pte) && !F::pte_protnone(pte))
      pte = F::pte_mkwrite(pte, batch.vma.has(VMA_SHADOW_STACK));
    w_.table(batch.mm).set_ptes(batch.slot, pte, count(batch));
  }

  // True: the entry has been replaced by a swap entry. One entry at a time in all versions.
  bool unmap_swapbacked(Batch& batch) {
    Page& page = w_.page(batch.page);
    if (w_.eventFires(EVENT_SWAP_DUPLICATE)) {  // swap_duplicate()
      put_back_swapbacked(batch);
      return false;
    }
    ++page.swap_count;
    if (batch.exclusive && !folio_try_share_anon_rmap_pte(page)) {
      --page.swap_count;  // swap_free()
      put_back_swapbacked(batch);
      return false;
    }
    --batch.mm.rss[RSS_ANON];
    ++batch.mm.rss[RSS_SWAP];
    Word swp = F::swp_entry(Word(SWAP_TYPE), Word(SWAP_OFFSET) + Word(batch.page));
    if (batch.exclusive) swp = F::pte_swp_mkexclusive(swp);
    if (F::pte_soft_dirty(batch.pteval) && !mutant(Mutant::kSwapEntryLosesSoftDirty))
      swp = F::pte_swp_mksoft_dirty(swp);
    if (F::pte_uffd_wp(batch.pteval) && !mutant(Mutant::kSwapEntryLosesUffdWp))
      swp = F::pte_swp_mkuffd_wp(swp);
    w_.table(batch.mm).set_pte(batch.slot, swp);
    return true;
  }

  void put_back_swapbacked(Batch& batch) {
    Word pte = batch.pteval;
    if (mutant(Mutant::kRestoreMarksSoftDirty)) pte = F::pte_mksoft_dirty(pte);
    if (mutant(Mutant::kRestoreWriteProtects)) pte = F::pte_wrprotect(pte);
    w_.table(batch.mm).set_pte(batch.slot, pte);
  }

  // A page stops being exclusive, unless somebody may hold a pin on it.
  bool folio_try_share_anon_rmap_pte(Page& page) {
    if (w_.folio.maybeDmaPinned() && !mutant(Mutant::kPinIgnored)) return false;
    page.clearExclusive();
    return true;
  }

  void folio_remove_rmap_ptes(const Batch& batch) {
    const unsigned nr = count(batch);
    for (unsigned i = 0; i < nr; ++i) --w_.page(batch.page + i).mapcount;
    w_.folio.mapcount -= static_cast<int>(nr);
    w_.folio.refcount -= static_cast<int>(nr);  // folio_put_refs()
    // munlock_vma_folio() and mlock_drain_local(): an isolated folio is simply munlocked.
    if (batch.vma.has(VMA_LOCKED)) w_.folio.flags &= ~unsigned{FOLIO_MLOCKED};
  }

  World<F>& w_;
  const Policy& policy_;
  const Batching& batching_;
  const bool defer_flush_;  // should_defer_flush()
  unsigned nr_before_ = 1;  // kBatchLengthKept
  std::array<Word, MAX_PAGES + 1> saved_;
};

}  // namespace ptecheck

#endif
