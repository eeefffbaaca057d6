// SPDX-License-Identifier: GPL-2.0-only
//
// mprotect(PROT_READ). Entries that are not present stay as they are: those of swap and of nothing
// carry no permission. No entry is made writable (MM_CP_TRY_CHANGE_WRITABLE), as the VMA is not.
//
// Source: do_mprotect_pkey(), mprotect_fixup(), change_pte_range() of mm/mprotect.c,
// pte_needs_flush() of x86 and powerpc, 6.12.
#include <string_view>

#include "smp/call.h"
#include "smp/tlb.h"

namespace ptecheck {

namespace {

enum Pc : Next { kLock, kStart, kCommit, kFinish };
// Local::flags: ranges to be flushed.

bool isPresent(Machine& m) {
  return findEntry(m, [&m](Entry e) { return m.t.pte_present(e); });
}
Next unlock(Machine& m) {
  m.spin_unlock_ptl();
  return kFinish;
}

// A dirty bit that hardware sets is in what is taken out, or in a fault.
Next ptep_modify_prot_start(Machine& m, unsigned) {
  if (!isPresent(m)) return unlock(m);
  Entry& saved = m.me().pte[m.me().at];
  if (m.mutant(SmpMutant::kMprotectNotAtomic)) {
    saved = entryAt(m);
  } else {
    saved = m.ptep_get_and_clear(spaceOf(m), m.me().at);
  }
  return kCommit;
}

Next lock(Machine& m, unsigned) {
  if (m.s.ptl != 0 || !m.mmap_write_lock()) return kWait;
  const unsigned space = spaceOf(m);
  if (!isMapped(m, space)) {
    m.mmap_write_unlock();
    return finish(m);
  }
  m.begins(SystemCall::kMprotectRead);
  clearVmaFlag(m, space, kVmaWrite);
  tlb_gather_mmu(m);
  m.spin_lock_ptl();
  if (!m.mutant(SmpMutant::kMprotectNoDrain) && flush_tlb_batched_pending(m, space)) return kStart;
  return ptep_modify_prot_start(m, 0);
}

bool pte_needs_flush(const Machine& m, Entry old, Entry now) {
  const std::string_view arch = archKernelArch(m.t.arch());
  return old != now || (arch != "x86_64" && arch != "powerpc");
}

Next ptep_modify_prot_commit(Machine& m, unsigned) {
  Local& me = m.me();
  const Entry old = me.pte[me.at], now = m.t.change(old, Change::kModifyReadonly);
  entryAt(m) = now;
  if (pte_needs_flush(m, old, now)) me.flags = static_cast<std::uint8_t>(me.flags | 1U << me.at);
  me.pte[me.at++] = kNoEntry;
  return isPresent(m) ? kStart : unlock(m);
}

Next finishCall(Machine& m, unsigned) {
  tlb_finish_mmu(m, spaceOf(m), m.mutant(SmpMutant::kMprotectNoFlush) ? 0 : m.me().flags);
  m.mmap_write_unlock();
  m.returns(SystemCall::kMprotectRead);
  return finish(m);
}

constexpr ProgramStep kSteps[] = {
    {"change_pte_range", "takes mmap_lock and the page-table lock", lock},
    {"ptep_modify_prot_start", "takes an entry out", ptep_modify_prot_start},
    {"ptep_modify_prot_commit", "puts it back, read-only", ptep_modify_prot_commit},
    {"tlb_finish_mmu", "flushes TLBs, and returns", finishCall},
};

}  // namespace

Program mprotectProgram() { return kSteps; }

}  // namespace ptecheck
