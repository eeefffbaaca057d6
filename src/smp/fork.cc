// SPDX-License-Identifier: GPL-2.0-only
//
// fork(): space 1 becomes the child's. As mm/fork.h, entry by entry, with the moments in between: a
// page that is pinned is copied for the child, GUP-fast is kept out by write_protect_seq, and TLBs
// of the parent are flushed at the very end, while mmap_lock still keeps faults out.
//
// Mappings of files that have no anonymous pages are not copied (vma_needs_copy()).
// folio_dup_*_rmap() of a batch and its entries' write protection come one after another for each
// page here; nobody can tell the difference, as both locks are held.
//
// Source: dup_mmap() of kernel/fork.c, copy_present_ptes(), copy_present_page(),
// copy_nonpresent_pte() of mm/memory.c, 6.12.
#include "smp/fork.h"

#include "smp/call.h"

namespace ptecheck {

namespace {

enum Pc : Next { kLock, kDup, kProtect, kFinish };
constexpr unsigned kChild = 1;

// Swap entries are copied at once. The parent's is not exclusive any more. What is found is read.
Next next(Machine& m) {
  const bool any = findEntry(m, [&m](Entry& e) {
    if (m.t.swap(e)) {
      e = withoutSwapBits(m, e, true, false, false);
      m.entry(kChild, m.me().at) = withoutSwapBits(m, e, true, false, true);
    }
    return m.t.pte_present(e);
  });
  if (any) {
    m.me().pte[m.me().at] = entryAt(m);
    return m.maps(entryAt(m)) ? kDup : kProtect;
  }
  m.spin_unlock_ptl();
  return kFinish;
}

Next advance(Machine& m) {
  m.me().pte[m.me().at++] = kNoEntry;
  return next(m);
}

Next lock(Machine& m, unsigned) {
  if (m.s.ptl != 0 || !m.mmap_write_lock()) return kWait;
  if (!isMapped(m, spaceOf(m))) {
    m.mmap_write_unlock();
    return finish(m);
  }
  m.begins(SystemCall::kFork);
  if (m.setup.mapping == Mapping::kFile) return kFinish;
  m.spin_lock_ptl();
  return next(m);
}

// The child's copy of a page that is the parent's alone.
void copy_present_page(Machine& m, unsigned page) {
  const unsigned copy = m.allocate(m.frame(page).contents, true);
  m.frame(copy).set(PageFrame::kExclusive);
  m.frame(copy).mapcount = 1;
  m.frame(copy).counts = 0;  // the reference is now the mapping's
  Entry entry = m.t.pte_mkdirty(m.t.mk_pte(copy));
  if (m.s.vma[spaceOf(m)] & kVmaWrite) entry = m.t.pte_mkwrite(entry);
  m.entry(kChild, m.me().at) = entry;
}

Next folio_try_dup_anon_rmap(Machine& m, unsigned) {
  const unsigned number = m.me().pte[m.me().at].frame;
  PageFrame& page = m.frame(number);
  if (page.has(PageFrame::kExclusive) && m.folio(number).pins() != 0 &&
      !m.mutant(SmpMutant::kForkIgnoresPins)) {
    copy_present_page(m, number);
    return advance(m);
  }
  page.set(PageFrame::kExclusive, false);
  ++page.mapcount;
  return kProtect;
}

// The parent's entry is changed where it is: what hardware has set in it meanwhile stays. The
// child's is made of it. Kernels make it of what the entry was before that (6.12 at least), which
// loses a dirty bit that is set in between: once the parent has copied the page away, the child's
// page looks clean, and reclaim may drop it although storage has something older. That is the
// mistake kForkCopiesStale, and not what is searched otherwise.
Next copy_present_ptes(Machine& m, unsigned) {
  const Entry old = m.me().pte[m.me().at];
  if (m.t.pte_write(old))
    entryAt(m) = m.t.pte_wrprotect(m.mutant(SmpMutant::kForkNotAtomic) ? old : entryAt(m));
  const Entry copied = m.mutant(SmpMutant::kForkCopiesStale) ? old : entryAt(m);
  m.entry(kChild, m.me().at) = m.t.pte_clear_uffd_wp(m.t.pte_mkold(m.t.pte_wrprotect(copied)));
  return advance(m);
}

// userfaultfd's registration is not inherited.
Next finishCall(Machine& m, unsigned) {
  m.s.vma[kChild] = m.s.vma[spaceOf(m)];
  clearVmaFlag(m, kChild, kVmaUffdWp);
  if (!m.mutant(SmpMutant::kForkNoFlush)) m.flush_tlb(spaceOf(m), m.allRanges());
  m.mmap_write_unlock();
  m.returns(SystemCall::kFork);
  return finish(m);
}

constexpr ProgramStep kSteps[] = {
    {"copy_pte_range", "takes mmap_lock and the page-table locks", lock},
    {"folio_try_dup_anon_rmap_pte", "shares the page, or copies one that is pinned",
     folio_try_dup_anon_rmap},
    {"copy_present_ptes", "makes the entry read-only, and sets the child's", copy_present_ptes},
    {"dup_mmap", "flushes TLBs, and returns", finishCall},
};

}  // namespace

Program forkProgram() { return kSteps; }

unsigned write_protect_seq(const SmpState& state, const SmpSetup& setup) {
  unsigned seq = 0;
  for (unsigned a = 0; a < setup.count; ++a) {
    if (setup.actors[a].kind != ActorKind::kFork) continue;
    const Next pc = state.local[a].pc;
    if (pc != kLock) seq += pc == kDup || pc == kProtect ? 1 : 2;
  }
  return seq;
}

}  // namespace ptecheck
