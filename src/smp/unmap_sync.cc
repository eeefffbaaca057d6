// SPDX-License-Identifier: GPL-2.0-only
//
// unmap_folio() before a huge page is split: try_to_unmap(TTU_SYNC | TTU_BATCH_FLUSH), after which
// nothing may map the folio. TTU_SYNC: the page-table lock is taken before an entry is looked at,
// so that a zap which has taken it out has also taken its mapping off (732ed55823fc).
//
// Only folios of files: their entries go, and faults bring them back. (Anonymous ones would get
// migration entries, which this model does not have; the walk is the same.) How many mappings are
// counted at its end, which must be none, is told.
//
// Source: unmap_folio() of mm/huge_memory.c, try_to_unmap_one() of mm/rmap.c, map_pte() of
// mm/page_vma_mapped.c, 6.12.
#include "smp/call.h"
#include "smp/tlb.h"

namespace ptecheck {

namespace {

enum Pc : Next { kLock, kClear, kRemove, kFinish };
// Local::pte[0]: the entry that was taken out.

Next lock(Machine& m, unsigned) {
  if (m.setup.mapping != Mapping::kFile) return finish(m);
  if (!m.folio_trylock()) return kWait;
  if (!m.frame(0).has(PageFrame::kSwapCache)) {  // not of the file any more
    m.folio_unlock();
    return finish(m);
  }
  m.begins(SystemCall::kUnmapFolio);
  m.get(0);
  return kClear;
}

Next space(Machine& m) { return walkEnds(m) ? kFinish : kClear; }

Next clear(Machine& m, unsigned) {
  Local& me = m.me();
  if (m.mutant(SmpMutant::kUnmapSyncSkipsEmpty) && !holdsPtl(m)) {
    const std::uint8_t before = me.at;
    if (!page_vma_mapped_walk(m, 0)) return space(m);
    me.at = before;
  }
  if (!holdsPtl(m) && !m.spin_lock_ptl()) return kWait;
  if (!page_vma_mapped_walk(m, 0)) {
    m.spin_unlock_ptl();
    return space(m);
  }
  me.pte[0] = m.ptep_get_and_clear(walkSpace(m), walkRange(m));
  return kRemove;
}

Next remove(Machine& m, unsigned) {
  Local& me = m.me();
  const Entry old = me.pte[0];
  const unsigned of = walkSpace(m), range = walkRange(m);
  if (should_defer_flush(m)) {
    set_tlb_ubc_flush_pending(m, old, 1U << range, of);
  } else if (m.t.is(old, Fact::kClearFlushes)) {
    m.flush_tlb(of, 1U << range);
  }
  if (m.t.pte_dirty(old)) m.frame(0).set(PageFrame::kDirty);
  --m.frame(old.frame).mapcount;
  me.pte[0] = kNoEntry;
  ++me.at;
  if (walkSpace(m) == of && page_vma_mapped_walk(m, 0)) return kClear;
  m.spin_unlock_ptl();
  return space(m);
}

Next finishCall(Machine& m, unsigned) {
  try_to_unmap_flush(m);
  for (unsigned r = 0; r < m.setup.pages; ++r) {
    if (!(m.spec().ranges >> r & 1)) continue;
    m.tell({.kind = EventKind::kReturns,
            .actor = m.actorNumber(),
            .space = m.spec().space,
            .range = static_cast<std::uint8_t>(r),
            .call = SystemCall::kUnmapFolio,
            .mapcount = static_cast<std::uint8_t>(m.folio_mapcount(0))});
  }
  m.folio_unlock();
  m.put(0);
  return finish(m);
}

constexpr ProgramStep kSteps[] = {
    {"unmap_folio", "locks the folio", lock},
    {"try_to_unmap_one", "takes an entry out, under the page-table lock", clear},
    {"try_to_unmap_one", "notes that TLBs are to be flushed, and takes the mapping off", remove},
    {"unmap_folio", "flushes TLBs; nothing may map the folio now", finishCall},
};

}  // namespace

Program unmapSyncProgram() { return kSteps; }

}  // namespace ptecheck
