// SPDX-License-Identifier: GPL-2.0-only
//
// remove_migration_ptes(): what the migration entries stand for is mapped again, in every process:
// where it was, or, if the folio has moved, where it is now. Kernels do it entry by entry; under a
// Batching neighbouring migration entries of neighbouring pages become present at once
// (set_ptes()).
//
// What an entry says is the truth about PageAnonExclusive: whoever wrote it took the page's flag.
// Young and dirty come back only if the entry has them, dirty only if the folio is dirty too;
// uffd-wp only if the entry is not a writable one. Device-exclusive entries stay since
// 6.15; before, this walk took them for migration entries, and their mappings were counted twice.
//
// Source: remove_migration_pte() of mm/migrate.c, 6.12.
#ifndef PTECHECK_MM_REMOVE_MIGRATION_H
#define PTECHECK_MM_REMOVE_MIGRATION_H

#include <algorithm>

#include "mm/frames.h"
#include "mm/policy.h"
#include "mm/rmap_walk.h"
#include "mm/world.h"
#include "pte/swap_entries.h"

namespace ptecheck {

template <EntryFormat F>
class RemoveMigration {
 public:
  using Word = typename F::Word;

  RemoveMigration(World<F>& world, Frames& frames, const Policy& policy)
      : w_(world),
        frames_(frames),
        policy_(policy),
        batching_(policy.of(Case::kMigrationBack)),
        old_pfn_(world.folio.pfn) {}

  void remove_migration_ptes(bool moved) {
    if (moved) move();
    rmapWalk(w_, [this](unsigned p, unsigned v) {
      remove_migration_pte(w_.mm[p], w_.mm[p].vma[v]);
      return !mutant(Mutant::kMigrationBackStopsAfterFirst);
    });
  }

 private:
  static constexpr SwapEntries<F> kEntries = swapEntries<F>();

  bool mutant(Mutant m) const { return policy_.mutant == m; }

  // What maps the old page frames, if anything does, maps no page of this folio any more.
  void move() {
    frames_.move(w_.folio.pages);
    w_.folio.pfn = MOVED_PFN;
    w_.folio.flags &= ~unsigned{FOLIO_DEVICE_PRIVATE};  // back in memory
    w_.folio.refcount -= w_.folio.mapcount;
    w_.folio.mapcount = 0;
    for (unsigned i = 0; i < w_.folio.pages; ++i) {
      w_.page(i).clearExclusive();
      w_.page(i).mapcount = 0;
    }
  }

  // check_pte() of 6.12 finds device-exclusive entries, too, for this walk.
  bool isTakenForOne(Word pte) const {
    return policy_.device_entries_as_present && kEntries.is_device_exclusive_entry(pte);
  }

  // The folio's page that a migration entry stands for; >= pages if it is none.
  unsigned pageOf(Word pte) const {
    if (F::pte_none(pte) || F::pte_present(pte)) return ~0U;
    if (!kEntries.is_migration_entry(pte) && !isTakenForOne(pte)) return ~0U;
    const Word page = kEntries.swp_offset_pfn(pte) - Word(old_pfn_);
    return page < Word(w_.folio.pages) ? static_cast<unsigned>(page) : ~0U;
  }

  void remove_migration_pte(Mm<F>& mm, const Vma& vma) {
    const unsigned begin = std::max(w_.first, vma.start);
    const unsigned end = std::min(w_.first + w_.folio.pages, vma.end);
    for (unsigned slot = begin; slot < end;) {
      const unsigned page = pageOf(mm.pte[slot]);
      if (page >= w_.folio.pages) {
        ++slot;
        continue;
      }
      const unsigned nr = count(mm, vma, slot, page);
      replace(mm, vma, slot, page, nr);
      ++w_.batches;
      w_.batched_entries += nr;
      slot += nr;
    }
  }

  // What one migration entry says.
  struct Said {
    bool write, exclusive, young, dirty, soft_dirty, uffd_wp;
  };
  Said said(Word entry) const {
    const bool write = kEntries.is(entry, SwapKind::kMigrationWrite);
    return {write,
            write || isTakenForOne(entry) ||  // it is no readable migration entry
                kEntries.is(entry, SwapKind::kMigrationReadExclusive),
            kEntries.is_migration_entry_young(entry),
            kEntries.is_migration_entry_dirty(entry),
            F::pte_swp_soft_dirty(entry),
            F::pte_swp_uffd_wp(entry)};
  }

  unsigned count(const Mm<F>& mm, const Vma& vma, unsigned slot, unsigned page) const {
    if (batching_.reach == Reach::kOne || !w_.folio.large()) return 1;
    if (batching_.reach == Reach::kWholeFolio && page != 0) return 1;
    const unsigned most = w_.within(vma, slot);
    const Said first = said(mm.pte[slot]);
    const auto differs = [](Treat treat, bool a, bool b) {
      return treat == Treat::kRespect && a != b;
    };
    unsigned nr = 1;
    for (; nr < most; ++nr) {
      if (pageOf(mm.pte[slot + nr]) != page + nr) break;
      const Said other = said(mm.pte[slot + nr]);
      if (differs(batching_.write, first.write, other.write) ||
          differs(batching_.exclusive, first.exclusive, other.exclusive) ||
          differs(batching_.young, first.young, other.young) ||
          differs(batching_.dirty, first.dirty, other.dirty) ||
          differs(batching_.soft_dirty, first.soft_dirty, other.soft_dirty) ||
          differs(batching_.uffd_wp, first.uffd_wp, other.uffd_wp))
        break;
    }
    return batching_.reach == Reach::kWholeFolio && nr != w_.folio.pages ? 1 : nr;
  }

  Said merged(const Mm<F>& mm, unsigned slot, unsigned nr) const {
    Said all = said(mm.pte[slot]);
    const auto merge = [](Treat treat, bool& into, bool other) {
      if (treat == Treat::kOr) into = into || other;
      if (treat == Treat::kAnd) into = into && other;
    };
    for (unsigned i = 1; i < nr; ++i) {
      const Said other = said(mm.pte[slot + i]);
      merge(batching_.write, all.write, other.write);
      merge(batching_.exclusive, all.exclusive, other.exclusive);
      merge(batching_.young, all.young, other.young);
      merge(batching_.dirty, all.dirty, other.dirty);
      merge(batching_.soft_dirty, all.soft_dirty, other.soft_dirty);
      merge(batching_.uffd_wp, all.uffd_wp, other.uffd_wp);
    }
    return all;
  }

  Said forgetful(Said entry) const {
    if (mutant(Mutant::kMigrationBackLosesSoftDirty)) entry.soft_dirty = false;
    if (mutant(Mutant::kMigrationBackLosesUffdWp)) entry.uffd_wp = false;
    if (mutant(Mutant::kMigrationBackForgetsExclusive)) entry.exclusive = false;
    if (mutant(Mutant::kMigrationBackMkdirtyGainsWrite) && entry.dirty) entry.write = true;
    return entry;
  }

  void replace(Mm<F>& mm, const Vma& vma, unsigned slot, unsigned page, unsigned nr) {
    const Said entry = forgetful(merged(mm, slot, nr));
    const Word pfn = Word(w_.folio.pfn) + Word(page);
    if (w_.folio.has(FOLIO_DEVICE_PRIVATE)) {
      Word pte = kEntries.make(
          entry.write ? SwapKind::kDevicePrivateWrite : SwapKind::kDevicePrivateRead, pfn);
      if (entry.soft_dirty) pte = F::pte_swp_mksoft_dirty(pte);
      if (entry.uffd_wp)
        pte = mutant(Mutant::kDevicePrivateUffdWpSetAsPresent) ? F::pte_mkuffd_wp(pte)
                                                               : F::pte_swp_mkuffd_wp(pte);
      w_.table(mm).set_pte(slot, pte);
    } else {
      w_.table(mm).set_ptes(slot, present(entry, pfn, vma), nr);
    }
    // folio_add_anon_rmap_pte(), folio_get()
    for (unsigned i = page; i < page + nr; ++i) {
      ++w_.page(i).mapcount;
      if (entry.exclusive && w_.folio.anonymous()) w_.page(i).setExclusive();
      warnIfShared(w_.page(i));
    }
    w_.folio.mapcount += static_cast<int>(nr);
    w_.folio.refcount += static_cast<int>(nr);
    if (vma.has(VMA_LOCKED) && !w_.folio.large()) w_.folio.flags |= FOLIO_MLOCKED;
  }

  // An exclusive page that is mapped twice: __folio_add_anon_rmap()'s VM_WARN_ON_FOLIO().
  void warnIfShared(const Page& page) {
    if (policy_.device_entries_as_present && page.mapcount > 1 && page.exclusive() &&
        w_.folio.anonymous())
      ++w_.warnings;
  }

  Word present(const Said& entry, Word pfn, const Vma& vma) const {
    Word pte = F::pfn_pte(pfn, F::page_readonly());
    if (!entry.young) pte = F::pte_mkold(pte);
    if (entry.dirty && w_.folio.has(FOLIO_DIRTY)) pte = F::pte_mkdirty(pte);
    pte = entry.soft_dirty ? F::pte_mksoft_dirty(pte) : F::pte_clear_soft_dirty(pte);
    if (entry.write) return F::pte_mkwrite(pte, vma.has(VMA_SHADOW_STACK));
    return entry.uffd_wp ? F::pte_mkuffd_wp(pte) : pte;
  }

  World<F>& w_;
  Frames& frames_;
  const Policy& policy_;
  const Batching& batching_;
  const unsigned old_pfn_;
};

}  // namespace ptecheck

#endif
