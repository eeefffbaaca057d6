// SPDX-License-Identifier: GPL-2.0-only
//
// Reclaim of one folio: shrink_folio_list() of mm/vmscan.c, try_to_unmap() of mm/rmap.c.
//
// The folio is locked throughout. Entries are taken out under the page-table lock, one or a batch
// at a time, as the policy says; their dirty bits go to the folio; TLBs are flushed at once or
// later, together for many folios (try_to_unmap_flush()), but before contents go to storage if an
// entry was dirty, as a TLB may still hold it (a processor with a clean translation has to look at
// the table again before it stores), and before the folio is free. What is clean and lazyfree is
// dropped; what is dirty, or has references that are not mappings, is put back.
//
// Two things are simpler here. folio_ref_freeze() is a look at the references and nothing more: a
// reference that GUP-fast takes after it, and drops again as the entry is gone, delays the freeing,
// where the kernel would refuse it. And pageout is one step: storage reads all pages at once.
//
// Source: 6.12, and 6.15/6.16 for batches, as in mm/unmap.h and mm/runs.h.
#include "smp/program.h"
#include "smp/tlb.h"

namespace ptecheck {

namespace {

enum Pc : Next {
  kIsolate,
  kLock,
  kScan,
  kClear,
  kFlush,
  kReferences,
  kDirty,
  kRestore,
  kUnlock,
  kPageoutFlush,
  kClearDirty,
  kPageout,
  kFreeze,
  kUnmapFlush,
  kFree,
  kKeep
};
// In Local::flags; the counter of the loop over a batch is above.
enum Flag : std::uint8_t {
  kSecondSpace = 1,
  kReferenced = 2,
  kBecomesSwapBacked = 4,
  kCounter = 16
};

unsigned spaceOf(Machine& m) { return m.me().flags & kSecondSpace; }
unsigned counter(Machine& m) { return m.me().flags / kCounter; }
void count(Machine& m) { m.me().flags = static_cast<std::uint8_t>(m.me().flags + kCounter); }
void resetCounter(Machine& m) { m.me().flags = m.me().flags % kCounter; }

const Batching& batching(Machine& m) {
  if (m.setup.mapping == Mapping::kFile) return m.setup.policy.of(Case::kFile);
  return m.setup.policy.of(m.frame(0).has(PageFrame::kSwapBacked) ? Case::kSwapBacked
                                                                  : Case::kLazyfree);
}

bool mapsFolio(Machine& m, Entry e) { return m.maps(e) && e.frame < m.setup.pages; }

// What two entries must have equal to be of one batch. As Runs::normalised() of mm/runs.h.
Entry normalised(Machine& m, Entry e, const Batching& b) {
  const auto drop = [&](Treat treat, Change change) {
    if (treat != Treat::kRespect) e = m.t.change(e, change);
  };
  drop(b.dirty, Change::kMkclean);
  drop(b.soft_dirty, Change::kClearSoftDirty);
  drop(b.write, Change::kWrprotect);
  drop(b.uffd_wp, Change::kClearUffdWp);
  drop(b.young, Change::kMkold);
  return e;
}

unsigned batchLength(Machine& m, unsigned space, unsigned range) {
  const Batching& b = batching(m);
  const Entry first = m.entry(space, range);
  if (b.reach == Reach::kOne || (b.reach == Reach::kWholeFolio && first.frame != 0)) return 1;
  const bool first_exclusive = m.frame(first.frame).has(PageFrame::kExclusive);
  if (b.needs_exclusive && !first_exclusive) return 1;
  unsigned nr = 1;
  for (; range + nr < m.setup.pages; ++nr) {
    const Entry next = m.entry(space, range + nr);
    if (!mapsFolio(m, next) || next.frame != first.frame + nr ||
        normalised(m, next, b).form != normalised(m, first, b).form)
      break;
    if ((b.needs_exclusive || b.exclusive == Treat::kRespect) &&
        m.frame(next.frame).has(PageFrame::kExclusive) != first_exclusive)
      break;
  }
  return b.reach == Reach::kWholeFolio && nr != m.setup.pages ? 1 : nr;
}

// What get_and_clear_full_ptes() returns: the first entry, dirty and young as any of them is.
Entry returned(Machine& m) {
  const Local& me = m.me();
  Entry first = me.pte[0];
  for (unsigned i = 1; i < me.nr; ++i) {
    if (m.t.pte_dirty(me.pte[i])) first = m.t.pte_mkdirty(first);
    if (m.t.pte_young(me.pte[i])) first = m.t.pte_mkyoung(first);
  }
  return m.setup.policy.wrprotect_early ? m.t.pte_wrprotect(first) : first;
}

// The batch's value, each bit as its Treat says: Runs::merged() of mm/runs.h.
Entry merged(Machine& m, const Batching& b) {
  const Local& me = m.me();
  Entry value = me.pte[0];
  if (me.nr == 1) return returned(m);
  const auto bit = [&](Treat treat, Fact fact, Change set, Change clear) {
    bool any = false, all = true;
    for (unsigned i = 0; i < me.nr; ++i) {
      any = any || m.t.is(me.pte[i], fact);
      all = all && m.t.is(me.pte[i], fact);
    }
    if (treat == Treat::kOr && any) value = m.t.change(value, set);
    if (treat == Treat::kAnd && !all) value = m.t.change(value, clear);
  };
  // Whoever remembers every entry takes each out by itself, and ORs nothing.
  const Treat cleared = b.restore == Restore::kEach ? Treat::kFirst : Treat::kOr;
  const Treat dirty = b.dirty == Treat::kRespect ? cleared : b.dirty;
  if (dirty != Treat::kOr || !m.t.pte_dirty(value))
    bit(dirty, Fact::kDirty, Change::kMkdirty, Change::kMkclean);
  bit(b.young, Fact::kYoung, Change::kMkyoung, Change::kMkold);
  bit(b.write, Fact::kWrite, Change::kMkwrite, Change::kWrprotect);
  bit(b.soft_dirty, Fact::kSoftDirty, Change::kMksoftDirty, Change::kClearSoftDirty);
  bit(b.uffd_wp, Fact::kUffdWp, Change::kMkuffdWp, Change::kClearUffdWp);
  return m.setup.policy.wrprotect_early ? m.t.pte_wrprotect(value) : value;
}

bool exclusive(Machine& m, const Batching& b) {
  bool first = m.frame(m.me().pte[0].frame).has(PageFrame::kExclusive);
  for (unsigned i = 1; i < m.me().nr; ++i) {
    const bool other = m.frame(m.me().pte[i].frame).has(PageFrame::kExclusive);
    if (b.exclusive == Treat::kOr) first = first || other;
    if (b.exclusive == Treat::kAnd) first = first && other;
  }
  return first;
}

Entry restored(Machine& m, unsigned i) {
  const Batching& b = batching(m);
  if (m.me().nr > 1 && b.restore == Restore::kEach) return m.me().pte[i];
  Entry e = m.me().nr > 1 && b.restore == Restore::kMerged ? merged(m, b) : returned(m);
  if (b.restore == Restore::kWriteProtect) e = m.t.pte_wrprotect(e);
  e.frame = static_cast<std::uint8_t>(e.frame + i);
  return e;
}

Next isolate(Machine& m, unsigned) {
  if (!m.folio_trylock()) return kWait;
  PageFrame& folio = m.frame(0);
  if (!folio.has(PageFrame::kInUse)) {
    m.folio_unlock();
    return kDone;
  }
  folio.set(PageFrame::kIsolated);
  if (m.setup.mapping == Mapping::kAnon && !folio.has(PageFrame::kSwapCache)) {  // add_to_swap()
    folio.set(PageFrame::kSwapCache);
    folio.set(PageFrame::kDirty);
  }
  return kLock;
}

// page_vma_mapped_walk(): the lock is taken once for a page table.
Next lock(Machine& m, unsigned) { return m.spin_lock_ptl() ? kScan : kWait; }

Next scan(Machine& m, unsigned) {
  Local& me = m.me();
  while (me.at < m.setup.pages && !mapsFolio(m, m.entry(spaceOf(m), me.at))) ++me.at;
  if (me.at == m.setup.pages) {
    m.spin_unlock_ptl();
    me = {.pc = me.pc, .flags = static_cast<std::uint8_t>(spaceOf(m))};
    if (!m.setup.child || spaceOf(m) == 1) return kUnlock;
    me.flags = kSecondSpace;
    return kLock;
  }
  me.nr = static_cast<std::uint8_t>(batchLength(m, spaceOf(m), me.at));
  // What is kept of the scan: nothing, in a correct kernel. The mistakes take it for what was there
  // when the entries were taken out, or count references now.
  if (m.mutant(SmpMutant::kClearNotAtomic) || m.mutant(SmpMutant::kDirtyReadEarly))
    for (unsigned i = 0; i < me.nr; ++i) me.pte[i] = m.entry(spaceOf(m), me.at + i);
  if (m.mutant(SmpMutant::kReferenceReadEarly) && m.folio_ref_count(0) != 1 + m.folio_mapcount(0))
    me.flags |= kReferenced;
  return kClear;
}

Next clear(Machine& m, unsigned) {
  Local& me = m.me();
  const unsigned i = counter(m);
  if (m.mutant(SmpMutant::kClearNotAtomic)) {
    m.ptep_get_and_clear(spaceOf(m),
                         me.at + i);  // pte_clear(): what was there now is not looked at
  } else {
    const Entry old = m.ptep_get_and_clear(spaceOf(m), me.at + i);
    const bool was_dirty = m.t.pte_dirty(me.pte[i]);
    me.pte[i] = old;
    if (m.mutant(SmpMutant::kDirtyReadEarly) && !was_dirty) me.pte[i] = m.t.pte_mkclean(old);
  }
  count(m);
  if (counter(m) < me.nr) return kClear;
  resetCounter(m);
  return kFlush;
}

Next flush(Machine& m, unsigned) {
  Local& me = m.me();
  const unsigned ranges = ((1U << me.nr) - 1) << me.at;
  const Entry all = returned(m);
  // The mistake takes an old entry for one that no TLB can hold.
  const bool skips = m.mutant(SmpMutant::kAgeingThenNotAccessible) && !m.t.pte_young(all);
  if (!skips && should_defer_flush(m)) {
    set_tlb_ubc_flush_pending(m, all, ranges, spaceOf(m));
  } else if (!skips &&
             (!m.setup.policy.flushes_accessible_only || m.t.is(all, Fact::kClearFlushes))) {
    m.flush_tlb(spaceOf(m), ranges);
  }
  if (m.t.pte_dirty(all) || m.t.pte_dirty(merged(m, batching(m))))
    m.frame(0).set(PageFrame::kDirty);  // folio_mark_dirty()
  if (m.setup.mapping == Mapping::kFile || m.frame(0).has(PageFrame::kSwapBacked)) return kDirty;
  return kReferences;
}

// folio_remove_rmap_ptes(), with what replaces the entries.
Next remove(Machine& m) {
  Local& me = m.me();
  const bool swapped = m.setup.mapping != Mapping::kFile && m.frame(0).has(PageFrame::kSwapBacked);
  const Entry pteval = swapped ? merged(m, batching(m)) : kNoEntry;
  const bool marked = swapped && exclusive(m, batching(m));
  for (unsigned i = 0; i < me.nr; ++i) {
    PageFrame& page = m.frame(me.pte[i].frame);
    if (swapped) {
      Entry swp = m.t.swp_entry(page.place);
      if (marked) swp = m.t.change(swp, Change::kSwpMkexclusive);
      if (m.t.pte_soft_dirty(pteval)) swp = m.t.change(swp, Change::kSwpMksoftDirty);
      if (m.t.pte_uffd_wp(pteval)) swp = m.t.change(swp, Change::kSwpMkuffdWp);
      m.entry(spaceOf(m), me.at + i) = swp;
      page.set(PageFrame::kExclusive, false);  // folio_try_share_anon_rmap_pte()
    }
    --page.mapcount;
  }
  const std::uint8_t space = static_cast<std::uint8_t>(spaceOf(m));
  me = {.pc = me.pc, .at = static_cast<std::uint8_t>(me.at + me.nr), .flags = space};
  return kScan;
}

// Lazyfree: after a full barrier, references; after a read barrier, dirty (order/ has what becomes
// of it without).
Next references(Machine& m, unsigned) {
  if (!m.mutant(SmpMutant::kReferenceReadEarly)) {
    // Of the folio as it is now: the batch still counts as mapped.
    if (m.folio_ref_count(0) != 1 + m.folio_mapcount(0)) m.me().flags |= kReferenced;
  }
  return kDirty;
}

Next decide(Machine& m, unsigned) {
  PageFrame& folio = m.frame(0);
  if (m.setup.mapping == Mapping::kFile) return remove(m);
  if (folio.has(PageFrame::kSwapBacked)) {
    // folio_try_share_anon_rmap_pte()
    if (exclusive(m, batching(m)) && folio.pins() != 0 && !m.mutant(SmpMutant::kReclaimIgnoresPins))
      return kRestore;
    return remove(m);
  }
  if (!folio.has(PageFrame::kDirty) && !(m.me().flags & kReferenced)) return remove(m);
  if (folio.has(PageFrame::kDirty) || m.setup.policy.swapbacked_on_reference)
    m.me().flags |= kBecomesSwapBacked;
  return kRestore;
}

Next restore(Machine& m, unsigned) {
  Local& me = m.me();
  const unsigned i = counter(m);
  m.entry(spaceOf(m), me.at + i) = restored(m, i);
  count(m);
  if (counter(m) < me.nr) return kRestore;
  if (me.flags & kBecomesSwapBacked) m.frame(0).set(PageFrame::kSwapBacked);
  m.spin_unlock_ptl();
  me = {.pc = me.pc};
  return kKeep;
}

Next afterUnmap(Machine& m, unsigned) {
  PageFrame& folio = m.frame(0);
  m.me() = {.pc = m.me().pc};
  if (m.folio_mapcount(0) != 0) return kKeep;
  return folio.has(PageFrame::kDirty) ? kPageoutFlush : kFreeze;
}

Next pageoutFlush(Machine& m, unsigned) {
  if (!m.mutant(SmpMutant::kFlushAfterPageout)) try_to_unmap_flush_dirty(m);
  return kClearDirty;
}
Next folio_clear_dirty_for_io(Machine& m, unsigned) {
  m.frame(0).set(PageFrame::kDirty, false);
  m.frame(0).set(PageFrame::kWriteback);
  return kPageout;
}
Next pageout(Machine& m, unsigned) {
  for (unsigned i = 0; i < m.setup.pages; ++i) m.s.storage[m.frame(i).place] = m.frame(i).contents;
  m.frame(0).set(PageFrame::kWriteback, false);
  return kFreeze;
}

// __remove_mapping(): nobody else has a reference, and it is clean.
Next removeMapping(Machine& m, unsigned) {
  PageFrame& folio = m.frame(0);
  const unsigned expected = 1 + (folio.has(PageFrame::kSwapCache) ? m.setup.pages : 0);
  const bool busy = m.folio_ref_count(0) != expected && !m.mutant(SmpMutant::kNoRefFreeze);
  if (busy || folio.has(PageFrame::kDirty)) return kKeep;
  folio.set(PageFrame::kSwapCache, false);
  return m.mutant(SmpMutant::kFlushAfterFree) ? kFree : kUnmapFlush;
}
Next unmapFlush(Machine& m, unsigned) {
  try_to_unmap_flush(m);
  return m.frame(0).has(PageFrame::kInUse) && !m.mutant(SmpMutant::kFlushAfterFree) ? kFree : kDone;
}
Next freeIt(Machine& m, unsigned) {
  m.folio_unlock();
  m.frame(0).set(PageFrame::kIsolated, false);
  if (m.mutant(SmpMutant::kNoRefFreeze)) {
    m.freeFolio(0);
  } else {
    m.freeIfUnused(0);
  }
  m.me() = {.pc = m.me().pc};
  return m.mutant(SmpMutant::kFlushAfterFree) ? kUnmapFlush : kDone;
}
// move_folios_to_lru(); the flush comes before it.
Next keep(Machine& m, unsigned) {
  try_to_unmap_flush(m);
  m.folio_unlock();
  m.frame(0).set(PageFrame::kIsolated, false);
  m.freeIfUnused(0);
  m.me() = {.pc = m.me().pc};
  return kDone;
}

constexpr ProgramStep kSteps[] = {
    {"shrink_folio_list", "locks the folio", isolate},
    {"page_vma_mapped_walk", "takes the page-table lock", lock},
    {"folio_unmap_pte_batch", "looks for a batch", scan},
    {"get_and_clear_ptes", "takes an entry out", clear},
    {"try_to_unmap_one", "flushes TLBs, or notes that it must; dirty goes to the folio", flush},
    {"try_to_unmap_one", "reads the references", references},
    {"try_to_unmap_one", "decides, and gives the pages' mappings up", decide},
    {"try_to_unmap_one", "puts an entry back", restore},
    {"shrink_folio_list", "looks whether the folio is still mapped", afterUnmap},
    {"try_to_unmap_flush_dirty", "flushes TLBs if an entry was dirty", pageoutFlush},
    {"folio_clear_dirty_for_io", "marks the folio clean", folio_clear_dirty_for_io},
    {"pageout", "writes the pages to storage", pageout},
    {"__remove_mapping", "sees whether anybody else has a reference", removeMapping},
    {"try_to_unmap_flush", "flushes TLBs", unmapFlush},
    {"free_unref_folios", "frees the folio", freeIt},
    {"shrink_folio_list", "flushes TLBs, and keeps the folio", keep},
};

}  // namespace

Program reclaimProgram() { return kSteps; }

}  // namespace ptecheck
