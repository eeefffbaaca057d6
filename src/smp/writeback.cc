// SPDX-License-Identifier: GPL-2.0-only
//
// fsync(): every page of the file goes to storage. First all entries become clean and read-only, so
// that a later store shows; the folio takes their dirty bits, and loses its own, and only then are
// the contents read.
//
// The kernel looks for folios by tags of the page cache; here all are looked at, as if tagged.
//
// Source: folio_clear_dirty_for_io(), folio_prepare_writeback() of mm/page-writeback.c,
// page_vma_mkclean_one() of mm/rmap.c, ptep_clear_flush() of mm/pgtable-generic.c, 6.12.
#include "smp/call.h"

namespace ptecheck {

namespace {

enum Pc : Next { kFind, kClear, kClean, kTest, kCopy };
// Local::flags: the call has begun; an entry was cleaned. Local::nr: place in storage.
// Local::pte[1]: the folio's first frame. Local::pte[0]: the entry that was taken out.
enum Flag : std::uint8_t { kBegun = 1, kCleaned = 2 };

unsigned first(Machine& m) { return m.me().pte[1].frame; }
bool isLarge(Machine& m) { return first(m) == 0; }

void tellStorage(Machine& m) {
  for (unsigned r = 0; r < m.setup.pages; ++r)
    if (m.spec().ranges >> r & 1)
      m.tell({.kind = EventKind::kInStorage,
              .actor = m.actorNumber(),
              .space = m.spec().space,
              .range = static_cast<std::uint8_t>(r),
              .contents = m.s.storage[r]});
}

Next find(Machine& m, unsigned) {
  if (m.setup.mapping != Mapping::kFile) return finish(m);
  Local& me = m.me();
  unsigned place = me.nr, cached = kMaxFrames;
  for (; place < m.setup.pages; ++place) {
    cached = m.cachedAt(place, false);
    if (cached != kMaxFrames) break;
  }
  const bool any = place < m.setup.pages;
  if (any) {
    if (m.folio(cached).has(PageFrame::kWriteback)) return kWait;
    if (m.folioOf(cached) == 0 && !m.folio_trylock()) return kWait;
  }
  if (!(me.flags & kBegun)) m.begins(SystemCall::kWriteback);
  if (!any) {
    tellStorage(m);
    m.returns(SystemCall::kWriteback);
    return finish(m);
  }
  m.get(cached);
  me.flags = kBegun;
  me.nr = static_cast<std::uint8_t>(place);
  me.at = 0;
  me.pte[1].frame = static_cast<std::uint8_t>(m.folioOf(cached));
  return kClear;
}

// Entries that are clean and read-only stay. The lock is dropped after each space.
bool findDirty(Machine& m) {
  const unsigned space = walkSpace(m);
  for (; walkSpace(m) == space && page_vma_mapped_walk(m, first(m)); ++m.me().at)
    if (m.t.pte_dirty(walkEntry(m)) || m.t.pte_write(walkEntry(m))) return true;
  m.spin_unlock_ptl();
  return false;
}
Next space(Machine& m) { return walkEnds(m) ? kTest : kClear; }

Next clear(Machine& m, unsigned) {
  if (!holdsPtl(m) && !m.spin_lock_ptl()) return kWait;
  if (!findDirty(m)) return space(m);
  if (m.mutant(SmpMutant::kMkcleanNotAtomic)) {  // TLBs may get it back at once
    m.me().pte[0] = walkEntry(m);
    m.flush_tlb(walkSpace(m), 1U << walkRange(m));
  } else {
    m.me().pte[0] = m.ptep_get_and_clear(walkSpace(m), walkRange(m));
  }
  return kClean;
}

Next clean(Machine& m, unsigned) {
  Local& me = m.me();
  const Entry old = me.pte[0];
  if (m.t.is(old, Fact::kClearFlushes) && !m.mutant(SmpMutant::kWritebackNoFlush) &&
      !m.mutant(SmpMutant::kMkcleanNotAtomic))
    m.flush_tlb(walkSpace(m), 1U << walkRange(m));
  walkEntry(m) = m.t.pte_mkclean(m.t.pte_wrprotect(old));
  me.pte[0] = kNoEntry;
  me.flags |= kCleaned;
  const unsigned of = walkSpace(m);
  ++me.at;
  if (walkSpace(m) != of) {
    m.spin_unlock_ptl();
    return space(m);
  }
  return findDirty(m) ? kClear : space(m);
}

Next next(Machine& m) {
  Local& me = m.me();
  me.nr = static_cast<std::uint8_t>(isLarge(m) ? m.setup.pages : me.nr + 1);
  m.put(first(m));
  me = {.pc = me.pc, .nr = me.nr, .flags = kBegun};
  return kFind;
}

Next folio_test_clear_dirty(Machine& m, unsigned) {
  PageFrame& folio = m.frame(first(m));
  const bool dirty = folio.has(PageFrame::kDirty) || (m.me().flags & kCleaned);
  if (isLarge(m)) m.folio_unlock();
  if (!dirty) return next(m);
  folio.set(PageFrame::kDirty, false);
  folio.set(PageFrame::kWriteback);
  m.me().at = 0;
  return kCopy;
}

Next copy(Machine& m, unsigned) {
  const PageFrame& page = m.frame(first(m) + m.me().at);
  m.s.storage[page.place] = page.contents;
  if (++m.me().at < m.pagesOf(first(m))) return kCopy;
  m.frame(first(m)).set(PageFrame::kWriteback, false);
  return next(m);
}

constexpr ProgramStep kSteps[] = {
    {"folio_prepare_writeback", "locks a folio of the file; returns when there is none left", find},
    {"page_vma_mkclean_one", "takes an entry out", clear},
    {"page_vma_mkclean_one", "flushes TLBs, and puts it back clean and read-only", clean},
    {"folio_clear_dirty_for_io", "marks the folio clean", folio_test_clear_dirty},
    {"", "writes a page to storage", copy},
};

}  // namespace

Program writebackProgram() { return kSteps; }

}  // namespace ptecheck
