// SPDX-License-Identifier: GPL-2.0-only
//
// folio_referenced(): every entry becomes old. TLBs keep what they have on x86, powerpc and riscv;
// on arm64 an invalidation is issued, and not waited for; elsewhere they are flushed. So an entry
// that is old may be in a TLB, and nobody must conclude that it is not (07509e10dcc7).
//
// Source: folio_referenced_one() of mm/rmap.c, ptep_clear_flush_young() of the architectures, 6.12.
#include <string_view>

#include "smp/call.h"

namespace ptecheck {

namespace {

enum Pc : Next { kWalk };
// Local::flags: the folio was locked by this.

void flushYoung(Machine& m, unsigned space, unsigned range) {
  const std::string_view arch = archKernelArch(m.t.arch());
  if (m.t.broadcastsTlbi()) {
    m.issueTlbi(1U << range, space);
  } else if (arch != "x86_64" && arch != "powerpc" && arch != "riscv") {
    m.flush_tlb(space, 1U << range);
  }
}

Next end(Machine& m) {
  if (m.me().flags != 0) m.folio_unlock();
  return finish(m);
}

// Folios of files are locked, and left alone if somebody else has them locked. Where nothing is
// mapped the lock is not taken.
Next folio_referenced_one(Machine& m, unsigned) {
  Local& me = m.me();
  if (me.at == 0 && !m.frame(0).has(PageFrame::kInUse)) return end(m);
  const std::uint8_t before = me.at;
  if (!page_vma_mapped_walk(m, 0)) return walkEnds(m) ? end(m) : kWalk;
  if (!holdsPtl(m) && !m.spin_lock_ptl()) {
    me.at = before;
    return kWait;
  }
  if (before == 0 && m.setup.mapping == Mapping::kFile) {
    if (!m.folio_trylock()) {
      m.spin_unlock_ptl();
      return end(m);
    }
    me.flags = 1;
  }
  Entry& entry = walkEntry(m);
  if (m.t.pte_young(entry)) {
    entry = m.t.pte_mkold(entry);
    flushYoung(m, walkSpace(m), walkRange(m));
  }
  const unsigned space = walkSpace(m);
  ++me.at;
  if (walkSpace(m) == space && page_vma_mapped_walk(m, 0)) return kWalk;
  m.spin_unlock_ptl();
  return walkEnds(m) ? end(m) : kWalk;
}

constexpr ProgramStep kSteps[] = {
    {"folio_referenced_one", "makes an entry old", folio_referenced_one},
};

}  // namespace

Program ageingProgram() { return kSteps; }

}  // namespace ptecheck
