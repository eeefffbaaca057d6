// SPDX-License-Identifier: GPL-2.0-only
//
// mremap() to another address: entries move from space 0 to space 1, which is of the same process.
// Both page-table locks are held, and TLBs are flushed before they are dropped: whoever finds the
// entry at its new place must not have to think of processors that still use the old one.
//
// userfaultfd does not move along (no UFFD_FEATURE_EVENT_REMAP), so uffd-wp is taken off.
//
// Source: move_ptes(), move_vma() of mm/mremap.c, 6.12.
#include "smp/call.h"
#include "smp/tlb.h"

namespace ptecheck {

namespace {

enum Pc : Next { kLock, kClear, kSet, kUnlock, kFinish };
constexpr unsigned kNew = 1;
// Local::flags: an entry was present.

bool findFull(Machine& m) {
  return findEntry(m, [&m](Entry e) { return !m.t.none(e); });
}
Next moved(const Machine& m) { return m.mutant(SmpMutant::kMremapFlushLate) ? kUnlock : kFinish; }

Next ptep_get_and_clear(Machine& m, unsigned) {
  if (!findFull(m)) return moved(m);
  const unsigned at = m.me().at;
  m.me().pte[at] = m.ptep_get_and_clear(spaceOf(m), at);
  if (m.t.pte_present(m.me().pte[at])) m.me().flags = 1;
  return kSet;
}

Next set_pte_at(Machine& m, unsigned) {
  const unsigned at = m.me().at;
  Entry e = m.me().pte[at];
  if (m.t.pte_present(e)) {
    e = m.t.pte_clear_uffd_wp(m.t.pte_mksoft_dirty(e));
  } else {
    e = withoutSwapBits(m, m.t.change(e, Change::kSwpMksoftDirty), false, false, true);
  }
  m.entry(kNew, at) = e;
  m.me().pte[at] = kNoEntry;
  ++m.me().at;
  return findFull(m) ? kClear : moved(m);
}

Next lock(Machine& m, unsigned) {
  if (m.s.ptl != 0 || !m.mmap_write_lock()) return kWait;
  if (!isMapped(m, spaceOf(m))) {
    m.mmap_write_unlock();
    return finish(m);
  }
  m.begins(SystemCall::kMremap);
  m.s.vma[kNew] = m.s.vma[spaceOf(m)];  // copy_vma()
  clearVmaFlag(m, kNew, kVmaUffdWp);
  m.spin_lock_ptl();
  if (!m.mutant(SmpMutant::kMremapNoDrain) && flush_tlb_batched_pending(m, spaceOf(m)))
    return kClear;
  return ptep_get_and_clear(m, 0);
}

Next unlockEarly(Machine& m, unsigned) {
  m.spin_unlock_ptl();
  return kFinish;
}

// Then do_vmi_munmap() takes the old VMA out, which has no entries any more.
Next finishCall(Machine& m, unsigned) {
  if (m.me().flags != 0) m.flush_tlb(spaceOf(m), m.spec().ranges);
  if (holdsPtl(m)) m.spin_unlock_ptl();
  m.s.vma[spaceOf(m)] = 0;
  m.mmap_write_unlock();
  m.returns(SystemCall::kMremap);
  return finish(m);
}

constexpr ProgramStep kSteps[] = {
    {"move_ptes", "takes mmap_lock and the page-table locks", lock},
    {"move_ptes", "takes an entry out", ptep_get_and_clear},
    {"move_ptes", "sets it at the new address", set_pte_at},
    {"move_ptes", "drops the page-table locks", unlockEarly},
    {"move_ptes", "flushes TLBs, and returns", finishCall},
};

}  // namespace

Program mremapProgram() { return kSteps; }

}  // namespace ptecheck
