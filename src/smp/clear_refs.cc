// SPDX-License-Identifier: GPL-2.0-only
//
// "4" written to /proc/PID/clear_refs: entries lose soft-dirty, and write permission, so that the
// next write shows. A page that is pinned keeps both: a fault must not take it from the process.
//
// A page that counted as soft-dirty because its VMA did has to be marked, as its next write will
// not fault. Kernels do not (6.12 at least): the mistake kClearRefsForgetsPinned.
//
// GUP-fast may pin a page after it was found to have no pins; then its entry is read-only
// nevertheless, which is no harm while PageAnonExclusive lets the process write to the same page.
//
// Source: clear_refs_write(), clear_soft_dirty(), pte_is_pinned() of fs/proc/task_mmu.c, 6.12.
#include "smp/call.h"
#include "smp/tlb.h"

namespace ptecheck {

namespace {

enum Pc : Next { kLock, kStart, kCommit, kFinish };

bool pte_is_pinned(Machine& m, Entry e) {
  return m.t.pte_write(e) && !(m.s.vma[spaceOf(m)] & kVmaShared) && m.maps(e) &&
         m.folio(e.frame).pins() != 0 && !m.mutant(SmpMutant::kClearRefsPinned);
}

Next next(Machine& m) {
  const bool any = m.t.hasSoftDirty() && findEntry(m, [&m](Entry& e) {
                     if (m.t.swap(e)) e = withoutSwapBits(m, e, false, true, false);
                     if (!m.t.pte_present(e)) return false;
                     if (!pte_is_pinned(m, e)) return true;
                     if (!m.mutant(SmpMutant::kClearRefsForgetsPinned)) e = m.t.pte_mksoft_dirty(e);
                     return false;
                   });
  if (any) return kStart;
  m.spin_unlock_ptl();
  return kFinish;
}

// Until 5.11 mmap_lock was held for reading, and faults could come in between.
bool takesWriteLock(const Machine& m) { return !m.mutant(SmpMutant::kClearRefsReadLock); }
void unlock(Machine& m) {
  if (takesWriteLock(m)) {
    m.mmap_write_unlock();
  } else {
    m.mmap_read_unlock();
  }
}

Next lock(Machine& m, unsigned) {
  if (m.s.ptl != 0 || !(takesWriteLock(m) ? m.mmap_write_lock() : m.mmap_read_lock())) return kWait;
  if (!isMapped(m, spaceOf(m))) {
    unlock(m);
    return finish(m);
  }
  m.begins(SystemCall::kClearRefs);
  clearVmaFlag(m, spaceOf(m), kVmaSoftDirty);
  inc_tlb_flush_pending(m);
  m.spin_lock_ptl();
  return next(m);
}

Next ptep_modify_prot_start(Machine& m, unsigned) {
  Entry& saved = m.me().pte[m.me().at];
  saved = m.ptep_get_and_clear(spaceOf(m), m.me().at);
  return kCommit;
}
// Two mistakes were made when a fault decided by references whether to copy. PageAnonExclusive,
// which came later, hides them: to show them, it goes.
bool dropsExclusive(Machine& m, Entry e) {
  if (!m.maps(e) || !m.folio(e.frame).has(PageFrame::kAnon)) return false;
  return m.mutant(SmpMutant::kClearRefsReadLock) ||
         (m.mutant(SmpMutant::kClearRefsPinned) && m.folio(e.frame).pins() != 0);
}

Next ptep_modify_prot_commit(Machine& m, unsigned) {
  Entry& saved = m.me().pte[m.me().at];
  if (dropsExclusive(m, saved)) m.frame(saved.frame).set(PageFrame::kExclusive, false);
  entryAt(m) = m.t.pte_clear_soft_dirty(m.t.pte_wrprotect(saved));
  saved = kNoEntry;
  ++m.me().at;
  return next(m);
}

Next finishCall(Machine& m, unsigned) {
  if (!m.mutant(SmpMutant::kClearRefsNoFlush)) m.flush_tlb(spaceOf(m), m.allRanges());
  dec_tlb_flush_pending(m);
  unlock(m);
  m.returns(SystemCall::kClearRefs);
  return finish(m);
}

constexpr ProgramStep kSteps[] = {
    {"clear_refs_write", "takes mmap_lock and the page-table lock", lock},
    {"ptep_modify_prot_start", "takes an entry out", ptep_modify_prot_start},
    {"ptep_modify_prot_commit", "puts it back, read-only and not soft-dirty",
     ptep_modify_prot_commit},
    {"clear_refs_write", "flushes TLBs, and returns", finishCall},
};

}  // namespace

Program clearRefsProgram() { return kSteps; }

}  // namespace ptecheck
