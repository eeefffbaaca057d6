// SPDX-License-Identifier: GPL-2.0-only
//
// How the kernel puts TLB flushes off: reclaim's, for many folios together, and those of system
// calls, until the page-table lock is dropped. Who relies on an entry being gone has to see to it
// that flushes which others have put off are done.
//
// Source: mm/rmap.c, mm/mmu_gather.c, include/linux/mm_types.h, arch_tlbbatch_*() of x86, arm64 and
// riscv, 6.12.
#ifndef PTECHECK_SMP_TLB_H
#define PTECHECK_SMP_TLB_H

#include "smp/machine.h"

namespace ptecheck {

// x86 defers only if another processor uses the address space, which here is always so.
inline bool should_defer_flush(const Machine& m) { return m.t.defersTlbFlush(); }

// `pteval` of `ranges` (bits) was taken out of `space`. On arm64 the TLBI is issued now, and only
// waiting for it is put off.
inline void set_tlb_ubc_flush_pending(Machine& m, Entry pteval, unsigned ranges,
                                      unsigned space = 0) {
  if (!m.t.pte_accessible(pteval)) return;
  if (m.t.broadcastsTlbi()) m.issueTlbi(ranges, space);
  std::uint8_t& ubc = m.s.ubc[m.self];
  ubc |= kUbcRequired;
  // The write bit is not read: what is clean has to look at the table before it stores.
  if (m.t.pte_dirty(pteval)) ubc |= kUbcWritable;
  m.s.batched_pending = 1;
}

// mm->tlb_flush_batched stays as it is: a drain may follow that is not needed.
inline void try_to_unmap_flush(Machine& m) {
  std::uint8_t& ubc = m.s.ubc[m.self];
  if (!(ubc & kUbcRequired)) return;
  if (m.t.broadcastsTlbi()) {
    m.dsb();
  } else {
    for (unsigned space = 0; space < kMaxSpaces; ++space) m.flush_tlb(space, m.allRanges());
  }
  ubc = 0;
}
inline void try_to_unmap_flush_dirty(Machine& m) {
  if (m.s.ubc[m.self] & kUbcWritable) try_to_unmap_flush(m);
}

// Under the page-table lock, before entries are looked at. True: there was something to do, which
// is a step by itself. On arm64 a barrier is not enough (4b634918384c, which 6.12.117 has): it
// waits for the invalidations of this processor only.
inline bool flush_tlb_batched_pending(Machine& m, unsigned space) {
  if (!m.s.batched_pending) return false;
  if (m.t.broadcastsTlbi() && m.mutant(SmpMutant::kDrainOnlyBarrier)) {
    m.dsb();
  } else {
    m.flush_tlb(space, m.allRanges());
  }
  m.s.batched_pending = 0;
  return true;
}

// mm->tlb_flush_pending.
inline void inc_tlb_flush_pending(Machine& m) { ++m.s.flush_pending; }
inline void dec_tlb_flush_pending(Machine& m) { --m.s.flush_pending; }
inline bool mm_tlb_flush_nested(const Machine& m) { return m.s.flush_pending > 1; }

inline void tlb_gather_mmu(Machine& m) { inc_tlb_flush_pending(m); }
// `ranges`: those that were gathered. If somebody else gathers, too, what he took out may not have
// been flushed yet, and was not seen here.
inline void tlb_finish_mmu(Machine& m, unsigned space, unsigned ranges) {
  if (mm_tlb_flush_nested(m) && !m.mutant(SmpMutant::kZapNoNestedFlush)) ranges = m.allRanges();
  m.flush_tlb(space, ranges);
  dec_tlb_flush_pending(m);
}

}  // namespace ptecheck

#endif
