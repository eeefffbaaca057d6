// SPDX-License-Identifier: GPL-2.0-only
//
// munmap() and madvise(MADV_DONTNEED): entries go, and what they mapped. Pages are given back only
// after TLBs were flushed; what a page's mapping held until then, the gather holds. A dirty page of
// a file keeps its mapping, and the page-table lock is kept, until after the flush: writeback
// would otherwise find a page without entries, and clean it, while a TLB still lets a program store
// to it (1cf35d47712d).
//
// Simpler here: s390, whose entries leave TLBs as they leave the table, would not gather pages.
//
// Source: zap_pte_range(), zap_present_folio_ptes() of mm/memory.c, tlb_flush_rmaps() of
// mm/mmu_gather.c, vms_complete_munmap_vmas() of mm/vma.c, free_swap_cache() of mm/swap_state.c,
// 6.12.
#include "smp/call.h"
#include "smp/tlb.h"

namespace ptecheck {

namespace {

enum Pc : Next { kLock, kClear, kAccount, kFlushLocked, kFinish, kFlushLate };
// Local::flags: of each range, whether its mapping is still counted, and whether it has to be
// flushed. Local::pte: entries taken out whose pages have not been given back. Local::nr: first
// entry of the batch, which is not accounted yet.
constexpr unsigned kDelayRmap = 1, kNeedsFlush = 4;
constexpr unsigned kDelayRmapAny = 3;
void setFlag(Machine& m, unsigned flag, unsigned range) {
  m.me().flags = static_cast<std::uint8_t>(m.me().flags | flag << range);
}

SystemCall callOf(const Machine& m) {
  return m.spec().kind == ActorKind::kMunmap ? SystemCall::kMunmap : SystemCall::kDontneed;
}
bool delays(const Machine& m) {
  return !m.t.clearInvalidates() && !m.mutant(SmpMutant::kZapDirtyFlushLate);
}

// Entries of swap, which no hardware looks at, go at once.
bool findPresent(Machine& m) {
  return findEntry(m, [&m](Entry& e) {
    if (m.t.swap(e)) e = kNoEntry;
    return m.t.pte_present(e);
  });
}

Next unlock(Machine& m) {
  if (m.me().flags & kDelayRmapAny) return kFlushLocked;
  m.spin_unlock_ptl();
  return kFinish;
}

Next get_and_clear_full_ptes(Machine& m, unsigned) {
  Local& me = m.me();
  if (!findPresent(m)) return unlock(m);
  if (m.t.none(me.pte[me.nr])) me.nr = me.at;  // a batch begins
  const unsigned at = me.at++;
  const Entry old = me.pte[at] = m.ptep_get_and_clear(spaceOf(m), at);
  setFlag(m, kNeedsFlush, at);
  if (!m.maps(old)) {  // the page of zeroes
    me.pte[at] = kNoEntry;
    me.nr = me.at;
    return findPresent(m) ? kClear : unlock(m);
  }
  // folio_pte_batch()
  if (me.at < m.setup.pages && (m.spec().ranges >> me.at & 1)) {
    const Entry next = entryAt(m);
    if (m.maps(next) && m.folioOf(next.frame) == m.folioOf(old.frame) &&
        next.frame == old.frame + 1)
      return kClear;
  }
  return kAccount;
}

Next folio_remove_rmap_ptes(Machine& m, unsigned) {
  Local& me = m.me();
  bool dirty = false;
  for (unsigned r = me.nr; r < me.at; ++r) dirty = dirty || m.t.pte_dirty(me.pte[r]);
  PageFrame& folio = m.folio(me.pte[me.nr].frame);
  dirty = dirty && !folio.has(PageFrame::kAnon);
  if (dirty && !m.mutant(SmpMutant::kZapDirtyLost)) folio.set(PageFrame::kDirty);
  for (; me.nr < me.at; ++me.nr) {
    if (m.t.none(me.pte[me.nr])) continue;
    if (dirty && delays(m)) {
      setFlag(m, kDelayRmap, me.nr);
      continue;
    }
    m.get(me.pte[me.nr].frame);
    --m.frame(me.pte[me.nr].frame).mapcount;
  }
  return findPresent(m) ? kClear : unlock(m);
}

Next tlb_flush_rmaps(Machine& m, unsigned) {
  Local& me = m.me();
  m.flush_tlb(spaceOf(m), me.flags / kNeedsFlush);
  for (unsigned r = 0; r < m.setup.pages; ++r) {
    if (!(me.flags >> r & kDelayRmap)) continue;
    m.get(me.pte[r].frame);
    --m.frame(me.pte[r].frame).mapcount;
  }
  me.flags = 0;
  m.spin_unlock_ptl();
  return kFinish;
}

// A page that nobody maps any more does not stay in the swap cache, if nobody has it locked.
void free_pages_and_swap_cache(Machine& m) {
  Local& me = m.me();
  for (unsigned r = 0; r < m.setup.pages; ++r) {
    const Entry old = me.pte[r];
    if (m.t.none(old)) continue;
    me.pte[r] = kNoEntry;
    PageFrame& folio = m.folio(old.frame);
    const bool is_locked = m.folioOf(old.frame) == 0 && m.s.folio_lock != 0;
    if (folio.has(PageFrame::kAnon) && folio.has(PageFrame::kSwapCache) && !is_locked &&
        !folio.has(PageFrame::kWriteback) && m.folio_mapcount(old.frame) == 0 &&
        !isSwapped(m, old.frame))
      folio.set(PageFrame::kSwapCache, false);
    m.put(old.frame);
  }
}

Next leave(Machine& m) {
  tlb_finish_mmu(m, spaceOf(m), m.me().flags / kNeedsFlush);
  free_pages_and_swap_cache(m);
  m.mmap_read_unlock();
  m.returns(callOf(m));
  return finish(m);
}
Next tlb_finish(Machine& m, unsigned) {
  if (!m.mutant(SmpMutant::kZapFreeBeforeFlush)) return leave(m);
  free_pages_and_swap_cache(m);
  return kFlushLate;
}
Next flushLate(Machine& m, unsigned) { return leave(m); }

Next begin(Machine& m, SmpMutant no_drain) {
  m.begins(callOf(m));
  tlb_gather_mmu(m);
  m.spin_lock_ptl();
  if (!m.mutant(no_drain) && flush_tlb_batched_pending(m, spaceOf(m))) return kClear;
  return get_and_clear_full_ptes(m, 0);
}

// Faults find no VMA any more; others may go on once the lock is not held for writing.
Next lockMunmap(Machine& m, unsigned) {
  if (m.s.ptl != 0 || !m.mmap_write_lock()) return kWait;
  const bool mapped = isMapped(m, spaceOf(m));
  clearVmaFlag(m, spaceOf(m), kVmaMapped);
  m.mmap_write_downgrade();
  if (mapped) return begin(m, SmpMutant::kMunmapNoDrain);
  m.mmap_read_unlock();
  return finish(m);
}
Next lockDontneed(Machine& m, unsigned) {
  if (m.s.ptl != 0 || !m.mmap_read_lock()) return kWait;
  if (isMapped(m, spaceOf(m))) return begin(m, SmpMutant::kDontneedNoDrain);
  m.mmap_read_unlock();
  return finish(m);
}

constexpr ProgramStep kSteps[] = {
    {"zap_pte_range", "takes mmap_lock and the page-table lock", lockDontneed},
    {"get_and_clear_full_ptes", "takes an entry out", get_and_clear_full_ptes},
    {"zap_present_folio_ptes", "marks the folio dirty, or takes its mappings off",
     folio_remove_rmap_ptes},
    {"tlb_flush_rmaps", "flushes TLBs, and takes mappings off", tlb_flush_rmaps},
    {"tlb_finish_mmu", "flushes TLBs, gives pages back, and returns", tlb_finish},
    {"tlb_finish_mmu", "flushes TLBs, and returns", flushLate},
};
constexpr ProgramStep kMunmapSteps[] = {
    {"vms_complete_munmap_vmas", "takes the VMA out, and the page-table lock", lockMunmap},
    kSteps[kClear],
    kSteps[kAccount],
    kSteps[kFlushLocked],
    kSteps[kFinish],
    kSteps[kFlushLate],
};

}  // namespace

Program munmapProgram() { return kMunmapSteps; }
Program dontneedProgram() { return kSteps; }

}  // namespace ptecheck
