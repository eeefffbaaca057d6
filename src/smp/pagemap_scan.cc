// SPDX-License-Identifier: GPL-2.0-only
//
// ioctl(PAGEMAP_SCAN) with PM_SCAN_WP_MATCHING: entries without uffd-wp get it, in a VMA that is
// registered with userfaultfd's asynchronous mode. Where nothing is mapped the kernel sets a
// marker; here nothing stays nothing, and a page that comes there counts as written.
//
// Source: do_pagemap_scan(), pagemap_scan_pmd_entry(), make_uffd_wp_pte() of fs/proc/task_mmu.c,
// 6.12.
#include "smp/call.h"

namespace ptecheck {

namespace {

enum Pc : Next { kLock, kStart, kCommit, kFinish };
// Local::flags: something was changed.

Next next(Machine& m) {
  const bool any = findEntry(m, [&m](Entry& e) {
    if (m.t.swap(e) && !m.t.is(e, Fact::kSwpUffdWp)) {
      e = m.t.change(e, Change::kSwpMkuffdWp);
      m.me().flags = 1;
    }
    return m.t.pte_present(e) && !m.t.pte_uffd_wp(e);
  });
  if (!any) return kFinish;
  // The entry was read to see whether it is of interest; its value must not be used any more.
  if (m.mutant(SmpMutant::kPagemapScanStale)) m.me().pte[m.me().at] = entryAt(m);
  return kStart;
}

Next lock(Machine& m, unsigned) {
  if (m.s.ptl != 0 || !m.mmap_read_lock()) return kWait;
  if (!isMapped(m, spaceOf(m)) || !(m.s.vma[spaceOf(m)] & kVmaUffdWp) || !m.t.hasUffdWp()) {
    m.mmap_read_unlock();
    return finish(m);
  }
  m.begins(SystemCall::kWriteProtect);
  m.spin_lock_ptl();
  return next(m);
}

Next ptep_modify_prot_start(Machine& m, unsigned) {
  const Entry old = m.ptep_get_and_clear(spaceOf(m), m.me().at);
  if (!m.mutant(SmpMutant::kPagemapScanStale)) m.me().pte[m.me().at] = old;
  return kCommit;
}
Next ptep_modify_prot_commit(Machine& m, unsigned) {
  Entry& saved = m.me().pte[m.me().at];
  entryAt(m) = m.t.pte_mkuffd_wp(saved);
  saved = kNoEntry;
  ++m.me().at;
  m.me().flags = 1;
  return next(m);
}

// The flush comes before the page-table lock is dropped.
Next finishCall(Machine& m, unsigned) {
  if (m.me().flags != 0 && !m.mutant(SmpMutant::kPagemapScanNoFlush))
    m.flush_tlb(spaceOf(m), m.spec().ranges);
  m.spin_unlock_ptl();
  m.mmap_read_unlock();
  m.returns(SystemCall::kWriteProtect);
  return finish(m);
}

constexpr ProgramStep kSteps[] = {
    {"pagemap_scan_pmd_entry", "takes mmap_lock and the page-table lock", lock},
    {"ptep_modify_prot_start", "takes an entry out", ptep_modify_prot_start},
    {"ptep_modify_prot_commit", "puts it back with uffd-wp", ptep_modify_prot_commit},
    {"pagemap_scan_pmd_entry", "flushes TLBs, and returns", finishCall},
};

}  // namespace

Program pagemapScanProgram() { return kSteps; }

}  // namespace ptecheck
