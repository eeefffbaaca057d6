// SPDX-License-Identifier: GPL-2.0-only
//
// madvise(MADV_FREE): pages may be dropped until they are written again. Entries become clean and
// old, so that a write shows; swap entries go at once.
//
// A large folio that is not mapped as a whole in the range is split, without the page-table lock.
// Folios cannot be split here, and reclaim works on the whole one. So the split counts as a success
// if the entry is not present any more when the lock has been taken again, and the entry is looked
// at again as after a split; else it has failed, and the folio stays as it is.
//
// Source: madvise_free_pte_range() of mm/madvise.c, clear_young_dirty_ptes() of generic code and of
// arm64, lru_lazyfree() of mm/swap.c, 6.12.
#include "smp/call.h"
#include "smp/tlb.h"

namespace ptecheck {

namespace {

enum Pc : Next { kLock, kFolio, kClear, kSet, kRelock, kFinish };
// Local::flags: the entry was met before the split; of each range, whether it has to be flushed.
// Local::nr: entries of the batch that are still to be made clean.
enum Flag : std::uint8_t { kSplit = 1, kNeedsFlush = 2 };

bool findFull(Machine& m) {
  return findEntry(m, [&m](Entry e) { return !m.t.none(e); });
}
Next more(Machine& m) {
  if (findFull(m)) return kFolio;
  m.spin_unlock_ptl();
  return kFinish;
}

// madvise_folio_pte_batch(): whatever hardware may set, soft-dirty and write do not matter.
unsigned batchLength(Machine& m) {
  const auto form = [&m](Entry e) {
    return m.t.pte_mkold(m.t.pte_wrprotect(m.t.pte_clear_soft_dirty(m.t.pte_mkclean(e)))).form;
  };
  const Entry first = entryAt(m);
  unsigned nr = 1;
  for (unsigned r = m.me().at + 1U; r < m.setup.pages && (m.spec().ranges >> r & 1); ++r, ++nr) {
    const Entry e = m.entry(spaceOf(m), r);
    if (!m.maps(e) || m.folioOf(e.frame) != m.folioOf(first.frame) || e.frame != first.frame + nr ||
        form(e) != form(first))
      break;
  }
  return nr;
}

bool isShared(Machine& m, unsigned number) {
  for (unsigned i = 0; i < m.pagesOf(number); ++i)
    if (m.frame(m.folioOf(number) + i).mapcount > 1) return true;
  return false;
}
bool isLocked(Machine& m, unsigned number) { return m.folioOf(number) == 0 && m.s.folio_lock != 0; }

// The folio must not be in storage, nor have a dirty flag, or it would never be clean enough to be
// dropped. False: it cannot be helped, and is left alone.
bool makesDroppable(Machine& m, unsigned number) {
  PageFrame& folio = m.folio(number);
  if (!folio.has(PageFrame::kSwapCache) && !folio.has(PageFrame::kDirty)) return true;
  if (isLocked(m, number) || m.folio_mapcount(number) != m.pagesOf(number)) return false;
  if (folio.has(PageFrame::kSwapCache) &&  // folio_free_swap()
      (folio.has(PageFrame::kWriteback) || isSwapped(m, number)))
    return false;
  folio.set(PageFrame::kSwapCache, false);
  folio.set(PageFrame::kDirty, false);
  return true;
}

// Later, in fact, and not while reclaim has it off its list.
void folio_mark_lazyfree(Machine& m, unsigned number) {
  PageFrame& folio = m.folio(number);
  if (folio.has(PageFrame::kAnon) && !folio.has(PageFrame::kSwapCache) &&
      !folio.has(PageFrame::kIsolated))
    folio.set(PageFrame::kSwapBacked, false);
}

Next madvise_free_pte_range(Machine& m, unsigned) {
  Local& me = m.me();
  while (findFull(m)) {
    const Entry e = entryAt(m);
    const bool was_split = me.flags & kSplit;
    me.flags = static_cast<std::uint8_t>(me.flags & ~kSplit);
    if (m.t.swap(e)) entryAt(m) = kNoEntry;  // free_swap_and_cache()
    if (!m.maps(e) || was_split) {
      ++me.at;
      continue;
    }
    const unsigned nr = batchLength(m);
    if (nr < m.pagesOf(e.frame)) {
      if (isShared(m, e.frame) || isLocked(m, e.frame)) {
        ++me.at;
        continue;
      }
      me.flags |= kSplit;
      m.spin_unlock_ptl();
      return kRelock;
    }
    if (!makesDroppable(m, e.frame)) {
      me.at = static_cast<std::uint8_t>(me.at + nr);
      continue;
    }
    bool used = false;
    for (unsigned i = 0; i < nr; ++i) {
      const Entry of_batch = m.entry(spaceOf(m), me.at + i);
      used = used || m.t.pte_young(of_batch) || m.t.pte_dirty(of_batch);
    }
    if (used) {
      me.nr = static_cast<std::uint8_t>(nr);
      return kClear;
    }
    folio_mark_lazyfree(m, e.frame);
    me.at = static_cast<std::uint8_t>(me.at + nr);
    return more(m);
  }
  return more(m);
}

// Entry me().at of the batch is clean and old now.
Next cleaned(Machine& m, unsigned frame) {
  Local& me = m.me();
  me.flags = static_cast<std::uint8_t>(me.flags | kNeedsFlush << me.at);
  ++me.at;
  if (--me.nr != 0) return kClear;
  folio_mark_lazyfree(m, frame);
  return more(m);
}

// arm64 changes the entry where it is, in one.
Next clear_young_dirty_ptes(Machine& m, unsigned) {
  Entry& entry = entryAt(m);
  if (m.t.broadcastsTlbi()) {
    entry = m.t.pte_mkclean(m.t.pte_mkold(entry));
    return cleaned(m, entry.frame);
  }
  Entry& saved = m.me().pte[m.me().at];
  saved = m.ptep_get_and_clear(spaceOf(m), m.me().at);
  return kSet;
}
Next set_pte_at(Machine& m, unsigned) {
  Entry& saved = m.me().pte[m.me().at];
  const unsigned frame = saved.frame;
  entryAt(m) = m.t.pte_mkclean(m.t.pte_mkold(saved));
  saved = kNoEntry;
  return cleaned(m, frame);
}

Next relock(Machine& m, unsigned) {
  if (!m.spin_lock_ptl()) return kWait;
  if (!m.mutant(SmpMutant::kFreeNoDrainAfterRelock) && flush_tlb_batched_pending(m, spaceOf(m)))
    return kFolio;
  return madvise_free_pte_range(m, 0);
}

Next lock(Machine& m, unsigned) {
  if (m.s.ptl != 0 || !m.mmap_read_lock()) return kWait;
  if (!isMapped(m, spaceOf(m)) || m.setup.mapping == Mapping::kFile) {  // only anonymous memory
    m.mmap_read_unlock();
    return finish(m);
  }
  m.begins(SystemCall::kFree);
  tlb_gather_mmu(m);
  m.spin_lock_ptl();
  if (!m.mutant(SmpMutant::kFreeNoDrain) && flush_tlb_batched_pending(m, spaceOf(m))) return kFolio;
  return madvise_free_pte_range(m, 0);
}

Next finishCall(Machine& m, unsigned) {
  const unsigned ranges = m.me().flags / kNeedsFlush;
  tlb_finish_mmu(m, spaceOf(m), m.mutant(SmpMutant::kFreeNoFlush) ? 0 : ranges);
  m.mmap_read_unlock();
  m.returns(SystemCall::kFree);
  return finish(m);
}

constexpr ProgramStep kSteps[] = {
    {"madvise_free_pte_range", "takes mmap_lock and the page-table lock", lock},
    {"madvise_free_pte_range", "takes the folio out of the swap cache, and makes it clean",
     madvise_free_pte_range},
    {"clear_young_dirty_ptes", "takes an entry out, or makes it clean", clear_young_dirty_ptes},
    {"clear_young_dirty_ptes", "puts it back, clean", set_pte_at},
    {"madvise_free_pte_range", "takes the page-table lock again, after a split", relock},
    {"tlb_finish_mmu", "flushes TLBs, and returns", finishCall},
};

}  // namespace

Program freeProgram() { return kSteps; }

}  // namespace ptecheck
