// SPDX-License-Identifier: GPL-2.0-only
//
// try_to_unmap() and try_to_migrate(), all cases, each under its own Batching: for what unmap.h,
// which is made for speed, leaves out. Functions follow mm/rmap.c:
//
//   try_to_unmap_one     entries of devices among present ones; folios of files and of shmem,
//   broken
//                        pages, pages that a guest gave back; swap-backed folios in batches
//   try_to_migrate_one   migration entries
//
// Source: 6.12; for batches of file folios a67fe41e214f (7.0). Until 6.14 try_to_migrate_one()
// reads entries of devices as if they were present, which is a policy of its own. A huge mapping is
// split where the walk meets it, before migration where it begins: build.h has written what the
// split makes of it, here it is flushed and its dirty bit reaches the folio.
#ifndef PTECHECK_MM_UNMAP_ALL_H
#define PTECHECK_MM_UNMAP_ALL_H

#include <algorithm>

#include "mm/policy.h"
#include "mm/rmap_walk.h"
#include "mm/runs.h"
#include "mm/watch.h"
#include "mm/world.h"

namespace ptecheck {

template <EntryFormat F>
class UnmapAll {
 public:
  using Word = typename F::Word;

  // `watch`: called after each thing that happens; or nullptr.
  UnmapAll(World<F>& world, const Policy& policy, const Watch* watch = nullptr)
      : w_(world),
        policy_(policy),
        watch_(watch),
        runs_(world, policy),
        defer_flush_(F::kDefersTlbFlush && (world.ttu & UNMAP_BATCH_FLUSH) &&
                     (world.remote_cpu || !F::kDefersOnlyIfRemote)) {}

  void try_to_unmap() {
    rmapWalk(w_, [this](unsigned p, unsigned v) {
      return try_to_unmap_one(p, w_.mm[p].vma[v]) && w_.folio.mapcount != 0;
    });
  }
  void try_to_migrate() {
    rmapWalk(w_, [this](unsigned p, unsigned v) {
      return try_to_migrate_one(p, w_.mm[p].vma[v]) && w_.folio.mapcount != 0 &&
             !mutant(Mutant::kMigrationStopsAfterFirst);
    });
  }

 private:
  static constexpr SwapEntries<F> kEntries = swapEntries<F>();

  bool mutant(Mutant m) const { return policy_.mutant == m; }

  void tell(Moment::Kind kind, unsigned p, const Run<F>& run) const {
    if (watch_ != nullptr) [[unlikely]]
      (*watch_)({kind, p, run.page, run.nr});
  }

  // page_vma_mapped_walk(): calls `one` for each entry that maps the folio, until it returns false.
  template <class One>
  bool walk(unsigned p, const Vma& vma, One one) {
    const unsigned begin = std::max(w_.first, vma.start);
    const unsigned end = std::min(w_.first + w_.folio.pages, vma.end);
    for (unsigned slot = begin; slot < end; ++slot) {
      Run<F> run{w_.mm[p], vma, slot, 0};
      if (runs_.maps(run) && !one(run)) return false;
    }
    return true;
  }

  // __split_huge_pmd_locked(). Its pmdp_invalidate() flushes at once, deferred or not.
  void split(unsigned p, const Run<F>& run) {
    if (!(w_.pmd_mapped >> p & 1)) return;
    w_.pmd_mapped &= ~(1U << p);
    if (run.present && F::pte_dirty(run.pteval)) w_.folio.flags |= FOLIO_DIRTY;
    if (F::clear_flushes(run.pteval)) w_.tlb.flush(w_.folio.pages);  // s390 knows what no TLB holds
  }

  // The same before migration, split_huge_pmd_address(): makes migration entries at once, of all
  // pages or, if one may be pinned and has to stay exclusive, of none.
  void splitToMigrate(unsigned p, const Vma& vma) {
    if (!(w_.pmd_mapped >> p & 1) || vma.start > w_.first) return;
    Run<F> run{w_.mm[p], vma, w_.first, 0};
    if (!runs_.maps(run)) return;
    split(p, run);
    if (run.exclusive && w_.folio.maybeDmaPinned()) return;
    for (unsigned i = 0; i < w_.folio.pages; ++i) {
      Run<F> one{w_.mm[p], vma, w_.first + i, 0};
      if (!runs_.maps(one)) continue;
      w_.mm[p].pte[one.slot] = F::none();
      runs_.folio_try_share_anon_rmap_ptes(one);
      writeMigrationEntries(one);
      runs_.removeRmap(one);
    }
  }

  Case caseOf() const {
    if (!w_.folio.anonymous()) return Case::kFile;
    return w_.folio.has(FOLIO_SWAPBACKED) ? Case::kSwapBacked : Case::kLazyfree;
  }

  // False: the walk over VMAs ends here.
  bool try_to_unmap_one(unsigned p, const Vma& vma) {
    return walk(p, vma, [&](Run<F>& run) {
      if (vma.has(VMA_LOCKED) && !(w_.ttu & UNMAP_IGNORE_MLOCK)) {
        if (!w_.folio.large()) w_.folio.flags |= FOLIO_MLOCKED;  // mlock_vma_folio()
        tell(Moment::kLocked, p, run);
        return false;
      }
      split(p, run);
      const Case which = caseOf();
      const Batching& batching = policy_.of(which);
      const bool avoid =
          which == Case::kFile && policy_.file_batch_avoids_uffd && vma.has(VMA_UFFD_WP);
      if (!avoid && !(w_.ttu & UNMAP_HWPOISON)) runs_.extend(run, batching);
      runs_.clear(run, batching, defer_flush_);
      ++w_.batches;
      w_.batched_entries += run.nr;
      tell(Moment::kTaken, p, run);
      pte_install_uffd_wp_if_needed(run);
      const bool gone = unmap(run, which, batching);
      if (gone) runs_.removeRmap(run);
      tell(became_, p, run);
      return gone;
    });
  }

  // VMAs that are not anonymous remember in a marker what was armed. It is written first: what an
  // anonymous page gets replaces it.
  void pte_install_uffd_wp_if_needed(const Run<F>& run) {
    if (!run.vma.has(VMA_FILE) || !run.vma.has(VMA_UFFD_WP)) return;
    if (!run.uffdWp() && !mutant(Mutant::kMarkerInvented)) return;
    if (mutant(Mutant::kMarkerForgotten)) return;
    const Word marker = kEntries.make_pte_marker(Word(kEntries.kMarkerUffdWp));
    const unsigned nr =
        policy_.file_batch_marks_first || mutant(Mutant::kMarkerOfFirstOnly) ? 1 : run.nr;
    for (unsigned i = 0; i < nr; ++i) w_.table(run.mm).set_pte(run.slot + i, marker);
  }

  // True: the entries are gone, or stand for something else. What became of them is in `became_`.
  bool unmap(Run<F>& run, Case which, const Batching& batching) {
    if (w_.folio.has(FOLIO_HWPOISON) && (w_.ttu & UNMAP_HWPOISON)) {
      poison(run);
      return true;
    }
    if (unused(run)) return true;
    if (which == Case::kFile) {
      became_ = Moment::kDropped;
      countLess(run);
      return true;
    }
    if (w_.folio.has(FOLIO_SWAPBACKED) != w_.folio.swapcache()) {
      became_ = Moment::kBackMismatch;
      ++w_.warnings;
      if (!policy_.loses_on_mismatch && !mutant(Mutant::kMismatchLosesEntry))
        runs_.restore(run, batching);
      return false;
    }
    return which == Case::kSwapBacked ? unmap_swapbacked(run, batching)
                                      : unmap_lazyfree(run, batching);
  }

  void countLess(const Run<F>& run) {
    const unsigned kind =
        mutant(Mutant::kFileCountedAsAnonymous) ? unsigned{RSS_ANON} : w_.folio.rssKind();
    run.mm.rss[kind] -= static_cast<int>(run.nr);
  }

  void poison(const Run<F>& run) {
    became_ = Moment::kPoisoned;
    if (!mutant(Mutant::kHwpoisonKeepsRss)) countLess(run);
    w_.table(run.mm).set_pte(
        run.slot, kEntries.make(SwapKind::kHwpoison, Word(w_.folio.pfn) + Word(run.page)));
  }

  // A guest gave the page back: dropped, unless userfaultfd watches.
  bool unused(const Run<F>& run) {
    if (!readsPresent(run) || !F::pte_unused(run.pteval) || run.vma.has(VMA_UFFD_WP)) return false;
    became_ = Moment::kUnused;
    if (!mutant(Mutant::kUnusedKeepsRss)) countLess(run);
    return true;
  }

  bool unmap_lazyfree(const Run<F>& run, const Batching& batching) {
    if (w_.eventFires(EVENT_REFERENCE)) ++w_.folio.refcount;
    const bool droppable = run.vma.has(VMA_DROPPABLE);
    const bool dirty = w_.folio.has(FOLIO_DIRTY) && !droppable;
    if (!dirty && w_.folio.refcount == 1 + w_.folio.mapcount) {
      became_ = Moment::kDropped;
      countLess(run);
      return true;
    }
    became_ = dirty ? Moment::kBackDirty : Moment::kBackHeld;
    runs_.restore(run, batching);
    if (dirty || (policy_.swapbacked_on_reference && !droppable))
      w_.folio.flags |= FOLIO_SWAPBACKED;
    return false;
  }

  bool unmap_swapbacked(const Run<F>& run, const Batching& batching) {
    if (w_.eventFires(EVENT_SWAP_DUPLICATE)) {  // of all or of none
      became_ = Moment::kBackSwapDuplicate;
      if (mutant(Mutant::kSwapDuplicateRestoresFirst)) {
        w_.table(run.mm).set_pte(run.slot, run.returned);
      } else {
        runs_.restore(run, batching);
      }
      return false;
    }
    for (unsigned i = 0; i < run.nr; ++i) ++w_.page(run.page + i).swap_count;
    const bool arch_unmap_failed = w_.eventFires(EVENT_ARCH_UNMAP);
    if (arch_unmap_failed || (run.exclusive && !runs_.folio_try_share_anon_rmap_ptes(run))) {
      became_ = arch_unmap_failed ? Moment::kBackArchUnmap : Moment::kBackPinned;
      const unsigned freed = mutant(Mutant::kSwapCountKept) ? 0 : run.nr;
      for (unsigned i = 0; i < freed; ++i) --w_.page(run.page + i).swap_count;  // swap_free()
      runs_.restore(run, batching);
      return false;
    }
    became_ = Moment::kSwapped;
    run.mm.rss[RSS_ANON] -= static_cast<int>(run.nr);
    run.mm.rss[RSS_SWAP] += static_cast<int>(run.nr);
    for (unsigned i = 0; i < run.nr; ++i) {
      const unsigned page = mutant(Mutant::kSwapOffsetOfFirst) ? run.page : run.page + i;
      Word swp = F::swp_entry(Word(SWAP_TYPE), Word(SWAP_OFFSET) + Word(page));
      if (run.exclusive) swp = F::pte_swp_mkexclusive(swp);
      w_.table(run.mm).set_pte(run.slot + i, withSoftBits(swp, {run.softDirty(), run.uffdWp()}));
    }
    return true;
  }

  struct SoftBits {
    bool soft_dirty, uffd_wp;
  };
  static Word withSoftBits(Word swp, SoftBits bits) {
    if (bits.soft_dirty) swp = F::pte_swp_mksoft_dirty(swp);
    return bits.uffd_wp ? F::pte_swp_mkuffd_wp(swp) : swp;
  }

  // False: the walk over VMAs ends here.
  bool try_to_migrate_one(unsigned p, const Vma& vma) {
    const Batching& batching = policy_.of(Case::kMigration);
    splitToMigrate(p, vma);
    return walk(p, vma, [&](Run<F>& run) {
      if (!run.present && policy_.device_entries_as_present) readAsPresent(run);
      if (!w_.folio.has(FOLIO_HWPOISON)) runs_.extend(run, batching);
      runs_.clear(run, batching, defer_flush_);
      ++w_.batches;
      w_.batched_entries += run.nr;
      tell(Moment::kTaken, p, run);
      const bool gone = migrate(run, batching);
      if (gone) runs_.removeRmap(run);
      tell(became_, p, run);
      return gone;
    });
  }

  // The page frame of a device-exclusive entry is read with pte_pfn(). Where that gives another
  // page than it should (x86, riscv), nothing can be said of what follows, and kernels with
  // CONFIG_DEBUG_VM warn; here the page stays the right one.
  void readAsPresent(Run<F>& run) const {
    run.as_present = true;
    if (w_.folio.has(FOLIO_DEVICE_PRIVATE)) return;
    const unsigned page = w_.pageOf(run.pteval);
    if (page >= w_.folio.pages) return;
    run.page = page;
    run.exclusive = w_.folio.anonymous() && w_.page(page).exclusive();
  }

  // Does the code look at the entry's bits as at a present one's?
  bool readsPresent(const Run<F>& run) const {
    return run.present || (run.as_present && !w_.folio.has(FOLIO_DEVICE_PRIVATE));
  }

  bool migrate(const Run<F>& run, const Batching& batching) {
    if (w_.folio.has(FOLIO_HWPOISON)) {
      poison(run);
      return true;
    }
    if (unused(run)) return true;
    const bool device_private = w_.folio.has(FOLIO_DEVICE_PRIVATE);
    const bool arch_unmap_failed = !device_private && w_.eventFires(EVENT_ARCH_UNMAP);
    if (arch_unmap_failed || (run.exclusive && !runs_.folio_try_share_anon_rmap_ptes(run))) {
      became_ = arch_unmap_failed ? Moment::kBackArchUnmap : Moment::kBackPinned;
      if (!mutant(Mutant::kMigrationRestoreForgotten)) runs_.restore(run, batching);
      return false;
    }
    became_ = Moment::kMigrated;
    writeMigrationEntries(run);
    return true;
  }

  void writeMigrationEntries(const Run<F>& run) {
    for (unsigned i = 0; i < run.nr; ++i) {
      Word entry = kEntries.make(migrationKind(run), pageFrame(run) + Word(i));
      if (readsPresent(run) && F::pte_young(run.pteval))
        entry = kEntries.make_migration_entry_young(entry);
      if (readsPresent(run) && F::pte_dirty(run.pteval) &&
          !mutant(Mutant::kMigrationDirtyForgotten))
        entry = kEntries.make_migration_entry_dirty(entry);
      w_.table(run.mm).set_pte(run.slot + i, withSoftBits(entry, softBits(run)));
    }
  }

  SwapKind migrationKind(const Run<F>& run) const {
    const bool exclusive = run.exclusive && !mutant(Mutant::kMigrationEntryLosesExclusive);
    if (writable(run) && !mutant(Mutant::kMigrationEntryLosesWrite))
      return SwapKind::kMigrationWrite;
    return exclusive ? SwapKind::kMigrationReadExclusive : SwapKind::kMigrationRead;
  }

  Word pageFrame(const Run<F>& run) const {
    if (mutant(Mutant::kDeviceExclusivePageAsPresent) && !run.present &&
        kEntries.is_device_exclusive_entry(run.pteval))
      return F::pte_pfn(run.pteval);
    return Word(w_.folio.pfn) + Word(run.page);
  }

  // What a migration entry gets.
  SoftBits softBits(const Run<F>& run) const {
    if (w_.folio.has(FOLIO_DEVICE_PRIVATE)) {
      if (mutant(Mutant::kDevicePrivateSoftDirtyAsPresent))
        return {F::pte_soft_dirty(run.pteval), run.uffdWp()};
      if (mutant(Mutant::kDevicePrivateUffdWpAsPresent))
        return {run.softDirty(), F::pte_uffd_wp(run.pteval)};
    }
    if (!run.present && readsPresent(run))
      return {F::pte_soft_dirty(run.pteval), F::pte_uffd_wp(run.pteval)};
    return {run.softDirty() && !mutant(Mutant::kMigrationEntryLosesSoftDirty),
            run.uffdWp() && !mutant(Mutant::kMigrationEntryLosesUffdWp)};
  }

  bool writable(const Run<F>& run) const {
    if (readsPresent(run)) return F::pte_write(run.pteval);
    return kEntries.is(run.pteval, SwapKind::kDeviceExclusiveWrite) ||
           kEntries.is(run.pteval, SwapKind::kDevicePrivateWrite);
  }

  World<F>& w_;
  const Policy& policy_;
  const Watch* const watch_;
  Runs<F> runs_;
  Moment::Kind became_ = Moment::kTaken;  // of the run at hand
  const bool defer_flush_;                // should_defer_flush()
};

}  // namespace ptecheck

#endif
