// SPDX-License-Identifier: GPL-2.0-only
//
// Runs: neighbouring entries of a folio that are unmapped or migrated at once, under any Batching.
//
// unmap.h has what kernels do, which is folio_pte_batch_flags() and get_and_clear_ptes(). Here the
// same three things are done for every Treat of every bit:
//
//   extend   how far the run goes: bits that are not Treat::kRespect are normalised away, and with
//            `exclusive` respected it ends where PageAnonExclusive changes
//   clear    takes the entries out; the run's value is the first entry's, with each bit that may
//            differ as its Treat says
//   restore  puts them back
//
// For what kernels can say the result is, bit by bit, what they get (machine_test.cc, TwinsAgree).
//
// Entries of devices are in swap form and always alone: no TLB holds them, so that they are cleared
// without a flush, and never dirty; unless the code reads them as if they were present.
#ifndef PTECHECK_MM_RUNS_H
#define PTECHECK_MM_RUNS_H

#include <algorithm>
#include <array>

#include "mm/device_exclusive.h"
#include "mm/policy.h"
#include "mm/world.h"
#include "pte/swap_entries.h"

namespace ptecheck {

template <EntryFormat F>
struct Run {
  Mm<F>& mm;
  const Vma& vma;
  unsigned slot, page;
  unsigned nr = 1;
  typename F::Word pteval = F::none();    // first entry; once cleared, merged
  typename F::Word returned = F::none();  // what get_and_clear_ptes() returned
  bool present = false;
  bool as_present = false;  // of a device, but read as if it were present
  bool exclusive = false;   // PageAnonExclusive, read before clearing

  bool softDirty() const {
    return present ? F::pte_soft_dirty(pteval) : F::pte_swp_soft_dirty(pteval);
  }
  bool uffdWp() const { return present ? F::pte_uffd_wp(pteval) : F::pte_swp_uffd_wp(pteval); }
};

template <EntryFormat F>
class Runs {
 public:
  using Word = typename F::Word;

  Runs(World<F>& world, const Policy& policy) : w_(world), policy_(policy) {}

  // check_pte(): does the entry map a page of the folio? Which, is written to `run`.
  bool maps(Run<F>& run) const {
    run.pteval = w_.table(run.mm).ptep_get(run.slot);
    run.present = F::pte_present(run.pteval);
    if (run.present) {
      run.page = w_.pageOf(run.pteval);
    } else if (!F::pte_none(run.pteval) && (kEntries.is_device_exclusive_entry(run.pteval) ||
                                            kEntries.is_device_private_entry(run.pteval))) {
      run.page = w_.pfnSwapPageOf(run.pteval);
    } else {
      return false;
    }
    if (run.page >= w_.folio.pages) return false;
    run.exclusive = w_.folio.anonymous() && w_.page(run.page).exclusive();
    return true;
  }

  void extend(Run<F>& run, const Batching& batching) {
    if (batching.reach == Reach::kOne || !run.present || !w_.folio.large()) return;
    if (F::pte_unused(run.pteval)) return;
    if (batching.reach == Reach::kWholeFolio && run.page != 0) return;
    if (batching.needs_exclusive && !run.exclusive) return;
    const unsigned within = w_.within(run.vma, run.slot);
    const unsigned folio_left = w_.folio.pages - run.page;
    const unsigned max_nr = batching.bounds == Bounds::kFolio ? folio_left : within;
    const PageTable table = w_.table(run.mm);
    const Word first = normalised(run.pteval, batching);
    unsigned nr = table.pte_batch_hint(run.slot, run.pteval), read = 1;
    while (nr < max_nr) {
      const Word pte = table.ptep_get(run.slot + nr);
      read = nr + 1;
      if (!F::pte_same(normalised(pte, batching), F::pte_advance_pfn(first, Word(nr)))) break;
      nr += table.pte_batch_hint(run.slot + nr, pte);
    }
    nr = std::min(nr, max_nr);
    touch(read, F::kTableSlots - run.slot % F::kTableSlots);
    if (batching.exclusive == Treat::kRespect || batching.needs_exclusive)
      nr = sameExclusive(run, nr);
    if (batching.reach == Reach::kWholeFolio && nr != w_.folio.pages) nr = 1;
    run.nr = nr;
  }

  // Takes the entries out, and notes or issues the flush that is due. If any was dirty, the folio
  // is, whatever the run's value says.
  void clear(Run<F>& run, const Batching& batching, bool defer_flush) {
    PageTable table = w_.table(run.mm);
    if (!run.present && !run.as_present) {
      run.mm.pte[run.slot] = F::none();  // pte_clear()
      run.returned = run.pteval;
      return;
    }
    if (run.nr > 1) touch(run.nr, w_.within(run.vma, run.slot));
    for (unsigned i = 0; i < run.nr; ++i) saved_[i] = table.ptep_get(run.slot + i);
    run.returned = table.get_and_clear_full_ptes(run.slot, run.nr);
    run.pteval = run.nr > 1 ? merged(run, batching) : run.returned;
    if (run.nr > 1) mergeExclusive(run, batching);
    if (policy_.wrprotect_early) {
      run.returned = F::pte_wrprotect(run.returned);
      run.pteval = F::pte_wrprotect(run.pteval);
    }
    bool dirty = F::pte_dirty(run.returned) || F::pte_dirty(run.pteval);
    if (defer_flush) {
      if (F::pte_accessible(run.returned)) {  // set_tlb_ubc_flush_pending()
        w_.tlb.flush_required = true;
        ++run.mm.tlb_flush_batched;
        if (dirty) w_.tlb.writable = true;
      }
    } else if (!policy_.flushes_accessible_only || F::clear_flushes(run.returned)) {
      w_.tlb.flush(run.nr);
    }
    if (mutant(Mutant::kFileDirtyForgotten) && !w_.folio.anonymous()) dirty = false;
    if (mutant(Mutant::kMigrationDirtyForgotten)) dirty = false;
    if (dirty) w_.folio.flags |= FOLIO_DIRTY;  // folio_mark_dirty()
  }

  void restore(const Run<F>& run, const Batching& batching) {
    PageTable table = w_.table(run.mm);
    if (mutant(Mutant::kDeviceExclusiveRestoredPresent) && !run.present) {
      restoreExclusiveEntry(w_, run.mm, run.slot, run.returned);
      return;
    }
    if (run.nr == 1) {
      table.set_pte(run.slot, batching.restore == Restore::kWriteProtect && run.present
                                  ? F::pte_wrprotect(run.returned)
                                  : run.returned);
      return;
    }
    switch (batching.restore) {
      case Restore::kEach:
        for (unsigned i = 0; i < run.nr; ++i) table.set_pte(run.slot + i, saved_[i]);
        break;
      case Restore::kMerged:
        table.set_ptes(run.slot, run.pteval, run.nr);
        break;
      case Restore::kWriteProtect:
        table.set_ptes(run.slot, F::pte_wrprotect(run.returned), run.nr);
        break;
      case Restore::kFirst:
        table.set_ptes(run.slot, run.returned, run.nr);
        break;
    }
  }

  // folio_remove_rmap_ptes() and folio_put_refs()
  void removeRmap(const Run<F>& run) {
    for (unsigned i = 0; i < run.nr; ++i) --w_.page(run.page + i).mapcount;
    w_.folio.mapcount -= static_cast<int>(run.nr);
    w_.folio.refcount -= static_cast<int>(run.nr);
    if (run.vma.has(VMA_LOCKED)) w_.folio.flags &= ~unsigned{FOLIO_MLOCKED};
  }

  // The run's pages stop being exclusive, unless somebody may hold a pin on one of them.
  bool folio_try_share_anon_rmap_ptes(const Run<F>& run) {
    if (w_.folio.maybeDmaPinned()) {
      if (mutant(Mutant::kPinnedBatchHalfShared))
        for (unsigned i = 0; i < run.nr / 2; ++i) w_.page(run.page + i).clearExclusive();
      return mutant(Mutant::kMigrationPinIgnored) && shareAll(run);
    }
    return shareAll(run);
  }

 private:
  static constexpr SwapEntries<F> kEntries = swapEntries<F>();

  bool mutant(Mutant m) const { return policy_.mutant == m; }

  bool shareAll(const Run<F>& run) {
    for (unsigned i = 0; i < run.nr; ++i) w_.page(run.page + i).clearExclusive();
    return true;
  }

  // In the order of pte_batch_clear_ignored().
  static Word normalised(Word pte, const Batching& batching) {
    if (batching.dirty != Treat::kRespect) pte = F::pte_mkclean(pte);
    if (batching.soft_dirty != Treat::kRespect) pte = F::pte_clear_soft_dirty(pte);
    if (batching.write != Treat::kRespect) pte = F::pte_wrprotect(pte);
    if (batching.uffd_wp != Treat::kRespect) pte = F::pte_clear_uffd_wp(pte);
    if (batching.young != Treat::kRespect) pte = F::pte_mkold(pte);
    return pte;
  }

  unsigned sameExclusive(const Run<F>& run, unsigned nr) const {
    unsigned same = 1;
    while (same < nr && w_.page(run.page + same).exclusive() == run.exclusive) ++same;
    return same;
  }

  // Every access to more than the entry the walk has found is reported here.
  void touch(unsigned nr, unsigned within) {
    if (nr > within) w_.outside += nr - within;
  }

  // What a bit of the run becomes, if it is not the first entry's.
  struct Change {
    bool set, clear;
  };
  template <class Has>
  Change change(const Run<F>& run, Treat treat, Has has) const {
    const auto begin = saved_.begin(), end = begin + run.nr;
    return {treat == Treat::kOr && std::any_of(begin + 1, end, has),
            treat == Treat::kAnd && !std::all_of(begin, end, has)};
  }

  Word merged(const Run<F>& run, const Batching& batching) const {
    const bool shadow_stack = run.vma.has(VMA_SHADOW_STACK);
    Word pte = saved_[0];
    // get_and_clear_full_ptes() ORs dirty even where it is respected: pte_mkdirty() may set
    // soft-dirty, too. Whoever remembers every entry takes each out by itself, and ORs nothing.
    const Treat cleared = batching.restore == Restore::kEach ? Treat::kFirst : Treat::kOr;
    const Treat dirty_treat = batching.dirty == Treat::kRespect ? cleared : batching.dirty;
    const Change dirty = change(run, dirty_treat, [](Word e) { return F::pte_dirty(e); });
    if (dirty.set) pte = F::pte_mkdirty(pte);
    if (dirty.clear) pte = F::pte_mkclean(pte);
    const Change young = change(run, batching.young, [](Word e) { return F::pte_young(e); });
    if (young.set) pte = F::pte_mkyoung(pte);
    if (young.clear) pte = F::pte_mkold(pte);
    const Change write = change(run, batching.write, [](Word e) { return F::pte_write(e); });
    // As what clearing returned gets the write bit of the merged copy, which may be the first's.
    if (write.set || (batching.write == Treat::kOr && F::pte_write(saved_[0])))
      pte = F::pte_mkwrite(pte, shadow_stack);
    if (write.clear) pte = F::pte_wrprotect(pte);
    const Change soft_dirty =
        change(run, batching.soft_dirty, [](Word e) { return F::pte_soft_dirty(e); });
    if (soft_dirty.set) pte = F::pte_mksoft_dirty(pte);
    if (soft_dirty.clear) pte = F::pte_clear_soft_dirty(pte);
    const Change uffd_wp = change(run, batching.uffd_wp, [](Word e) { return F::pte_uffd_wp(e); });
    if (uffd_wp.set) pte = F::pte_mkuffd_wp(pte);
    if (uffd_wp.clear) pte = F::pte_clear_uffd_wp(pte);
    return pte;
  }

  void mergeExclusive(Run<F>& run, const Batching& batching) const {
    for (unsigned i = 1; i < run.nr; ++i) {
      const bool other = w_.folio.anonymous() && w_.page(run.page + i).exclusive();
      if (batching.exclusive == Treat::kOr) run.exclusive = run.exclusive || other;
      if (batching.exclusive == Treat::kAnd) run.exclusive = run.exclusive && other;
    }
  }

  World<F>& w_;
  const Policy& policy_;
  std::array<Word, MAX_PAGES + 1> saved_;
};

}  // namespace ptecheck

#endif
