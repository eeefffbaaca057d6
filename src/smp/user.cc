// SPDX-License-Identifier: GPL-2.0-only
//
// A program's loads and stores, the processor that it runs on, and its page faults.
//
// The processor. A translation is in its TLB, or found by a walk of the table, which fills the TLB.
// An entry may stay in a TLB for as long as nobody invalidates it, and may vanish at any time; so
// every access may use either. A store through a TLB entry that is not dirty yet has to set the
// dirty bit in the table, where hardware does that, and is a walk for that reason: it looks at the
// table's entry again, and faults if that does not permit it any more. The processor may also fill
// its TLB without an access (speculation).
//
// The fault. As mm/memory.c does it, in the steps between which others may act: the entry is read
// without a lock; a page to copy or to fill is allocated, and the page copied, without the
// page-table lock; under the lock the entry is compared with what was read, and the fault starts
// again if it changed. What kernels do differently is a mistake here, and marked as such: drain().
// Per-VMA locks are taken for the mmap_lock here, for reading; userfaultfd is
// asynchronous. Not here: NUMA hints, private mappings of files.
//
// Source: 6.12 mm/memory.c, the functions named; wp_can_reuse_anon_folio() for large folios: 6.15.
#include "smp/call.h"
#include "smp/program.h"
#include "smp/tlb.h"

namespace ptecheck {

namespace {

enum Pc : Next {
  kAccess,
  kFault,
  kPresent,
  kCopy,
  kCopyClear,
  kCopyFlush,
  kCopySet,
  kMissing,
  kMissingSet,
  kSwapIn,
  kSwapInSet
};
enum Flag : std::uint8_t { kHandled = 1 };  // a fault was, which left the entry (pte[1]) as it was

Op op(Machine& m) { return m.spec().ops[m.me().at]; }
bool storing(Machine& m) { return op(m).kind == Op::kStore; }
Entry& entryOf(Machine& m) { return m.entry(spaceOf(m), op(m).range); }
Entry& tlbOf(Machine& m) { return m.s.tlb[m.self][op(m).range]; }

// The access is over, or cannot be (SIGSEGV).
Next endAccess(Machine& m) {
  Local& me = m.me();
  me = {.at = static_cast<std::uint8_t>(me.at + 1)};
  return me.at == m.spec().op_count ? kDone : kAccess;
}

Next access(Machine& m, Entry by) {
  Event event{.actor = m.actorNumber(),
              .space = m.spec().space,
              .range = op(m).range,
              .frame = m.t.pte_special(by) ? kZeroPage : by.frame};
  if (storing(m)) {
    event.kind = EventKind::kStore;
    event.contents = m.writes(m.me().at);
    m.frame(by.frame).contents = event.contents;
  } else {
    event.contents = m.contentsOf(by);
  }
  m.tell(event);
  return endAccess(m);
}

Next useTlb(Machine& m) {
  const Entry by = tlbOf(m);
  const bool permits =
      storing(m) ? m.t.hw_writes(by) && !m.t.is(by, Fact::kHwStoreChanges) : m.t.hw_reads(by);
  return permits ? access(m, by) : kWait;
}

Next walk(Machine& m) {
  Entry& entry = entryOf(m);
  if (!(storing(m) ? m.t.hw_writes(entry) : m.t.hw_reads(entry))) return kWait;
  entry = m.t.change(entry, storing(m) ? Change::kHwStore : Change::kHwLoad);
  tlbOf(m) = entry;
  return access(m, entry);
}

Next faults(Machine& m) {
  const Entry entry = entryOf(m);
  if (storing(m) ? m.t.hw_writes(entry) : m.t.hw_reads(entry)) return kWait;
  if ((m.me().flags & kHandled) && m.me().pte[1] == entry)
    m.tell({.kind = EventKind::kStuck,
            .actor = m.actorNumber(),
            .space = m.spec().space,
            .range = op(m).range});
  tlbOf(m) = kNoEntry;  // the processor drops a translation that does not permit the access
  m.me() = {.pc = m.me().pc, .at = m.me().at};
  return kFault;
}

Next speculate(Machine& m) {
  Entry& entry = entryOf(m);
  if (tlbOf(m) != kNoEntry || !m.t.hw_reads(entry)) return kWait;
  entry = m.t.change(entry, Change::kHwLoad);
  tlbOf(m) = entry;
  return kAccess;
}

Next runAccess(Machine& m, unsigned choice) {
  switch (choice) {
    case 0:
      return useTlb(m);
    case 1:
      return walk(m);
    case 2:
      return faults(m);
    default:
      return speculate(m);
  }
}

// Ends a fault: the access is tried again.
Next retry(Machine& m) {
  m.mmap_read_unlock();
  m.me() = {.at = m.me().at};
  return kAccess;
}
// As retry(); and if nothing was changed, the next fault on the same entry is one too many.
Next handled(Machine& m) {
  const Entry seen = m.me().pte[0], left = entryOf(m);
  retry(m);
  if (seen == left) {
    m.me().flags = kHandled;
    m.me().pte[1] = left;
  }
  return kAccess;
}

Next handle_mm_fault(Machine& m, unsigned) {
  if (!m.mmap_read_lock()) return kWait;
  const unsigned vma = m.s.vma[spaceOf(m)];
  if (!(vma & kVmaMapped) || (storing(m) && !(vma & kVmaWrite))) {  // SIGSEGV
    m.mmap_read_unlock();
    return endAccess(m);
  }
  const Entry orig = m.me().pte[0] = entryOf(m);
  if (m.t.none(orig)) return kMissing;
  return m.t.swap(orig) ? kSwapIn : kPresent;
}

// Under the page-table lock: is the entry still what the fault is about? False: starts again.
bool pte_same(Machine& m) {
  if (entryOf(m) == m.me().pte[0]) return true;
  m.spin_unlock_ptl();
  return false;
}

// A page is about to be mapped where reclaim has taken another one out. Other processors may still
// have that in their TLBs, and would go on reading it although this one writes to the new page: so
// flushes that reclaim has put off are done first. Kernels do not do this (6.12 at least); it is
// the mistake kFaultNoDrain.
void drain(Machine& m) {
  if (!m.mutant(SmpMutant::kFaultNoDrain)) flush_tlb_batched_pending(m, spaceOf(m));
}

// wp_can_reuse_anon_folio()
bool canReuse(Machine& m, unsigned frame) {
  PageFrame& folio = m.folio(frame);
  if (m.pagesOf(frame) > 1) {
    unsigned mine = 0;
    for (const Entry e : m.s.table[spaceOf(m)])
      mine += m.maps(e) && m.folioOf(e.frame) == m.folioOf(frame);
    return m.setup.policy.reuses_large_folios && m.folio_ref_count(frame) == mine;
  }
  const bool cached = folio.has(PageFrame::kSwapCache);
  if (m.folio_ref_count(frame) != 1U + cached || m.s.folio_lock != 0) return false;
  if (!cached) return true;
  if (folio.has(PageFrame::kWriteback) || isSwapped(m, frame)) return false;
  folio.set(PageFrame::kSwapCache, false);  // folio_free_swap()
  folio.set(PageFrame::kDirty);
  return true;
}

Next do_wp_page(Machine& m, Entry orig) {
  const auto reuse = [&m](Entry e) {
    entryOf(m) = m.t.pte_mkwrite(m.t.pte_mkdirty(m.t.pte_mkyoung(e)));
    m.spin_unlock_ptl();
    return handled(m);
  };
  if (m.maps(orig)) {
    PageFrame& page = m.frame(orig.frame);
    if (!m.folio(orig.frame).has(PageFrame::kAnon)) {  // wp_page_shared()
      m.folio(orig.frame).set(PageFrame::kDirty);      // fault_dirty_shared_page()
      return reuse(orig);
    }
    if (page.has(PageFrame::kExclusive)) return reuse(orig);
    if (canReuse(m, orig.frame)) {
      page.set(PageFrame::kExclusive);
      return reuse(orig);
    }
    m.get(orig.frame);
  }
  m.spin_unlock_ptl();
  return kCopy;
}

// A shared file's folio is locked while its entry is made writable and it is marked dirty
// (do_page_mkwrite(), fault_dirty_shared_page()): writeback, which locks it too, relies on that.
bool needsFolioLock(Machine& m) {
  const Entry orig = m.me().pte[0];
  return m.setup.mapping == Mapping::kFile && storing(m) && !m.t.pte_write(orig) &&
         m.folioOf(orig.frame) == 0;
}

Next handle_pte_fault(Machine& m, unsigned) {
  if (needsFolioLock(m) && m.s.folio_lock != 0) return kWait;
  if (!m.spin_lock_ptl()) return kWait;
  if (!pte_same(m)) return retry(m);
  Entry entry = entryOf(m);
  if (storing(m) && !m.t.pte_write(entry)) {
    if (m.t.pte_uffd_wp(entry)) m.me().pte[0] = entryOf(m) = entry = m.t.pte_clear_uffd_wp(entry);
    return do_wp_page(m, entry);
  }
  entry = m.t.pte_mkyoung(storing(m) ? m.t.pte_mkdirty(entry) : entry);
  // ptep_set_access_flags()
  if (!m.mutant(SmpMutant::kFaultChangesNothing)) entryOf(m) = entry;
  m.spin_unlock_ptl();
  return handled(m);
}

Next wp_page_copy(Machine& m, unsigned) {
  m.me().nr = static_cast<std::uint8_t>(m.allocate(m.contentsOf(m.me().pte[0]), true));
  return kCopyClear;
}
Next clearForCopy(Machine& m, unsigned) {
  if (!m.spin_lock_ptl()) return kWait;
  if (!pte_same(m)) {
    m.discard(m.me().nr);
    if (m.maps(m.me().pte[0])) m.put(m.me().pte[0].frame);
    return retry(m);
  }
  m.ptep_get_and_clear(spaceOf(m), op(m).range);
  return kCopyFlush;
}
Next flushForCopy(Machine& m, unsigned) {
  if (!m.mutant(SmpMutant::kCowNoFlush)) m.flush_tlb(spaceOf(m), 1U << op(m).range);
  return kCopySet;
}

// A new page of this process alone: the reference it was allocated with is now the mapping's.
void mapNew(Machine& m, unsigned number) {
  PageFrame& page = m.frame(number);
  page.set(PageFrame::kExclusive);
  ++page.mapcount;
  --page.counts;
  entryOf(m) = m.t.pte_mkwrite(m.t.pte_mkdirty(m.t.pte_mkyoung(m.t.mk_pte(number))));
}
Next setCopy(Machine& m, unsigned) {
  mapNew(m, m.me().nr);
  const Entry orig = m.me().pte[0];
  if (m.maps(orig)) {
    --m.frame(orig.frame).mapcount;
    m.put(orig.frame);
  }
  m.spin_unlock_ptl();
  return handled(m);
}

// Nothing is mapped: finds, or makes, the page.
Next do_pte_missing(Machine& m, unsigned) {
  Local& me = m.me();
  if (m.setup.mapping != Mapping::kFile) {
    if (storing(m)) me.nr = static_cast<std::uint8_t>(m.allocate(kZeroes, true));
    return kMissingSet;
  }
  const std::uint8_t place = op(m).range;
  unsigned cached = m.cachedAt(place, false);
  if (cached == kMaxFrames) {  // read from storage, into the page cache
    cached = m.allocate(m.s.storage[place], false);
    m.frame(cached).set(PageFrame::kSwapCache);
    m.frame(cached).place = place;
  } else {
    // filemap_fault() locks the folio, and finds out then whether it still is in the page cache.
    if (m.folioOf(cached) == 0 && !m.folio_trylock()) return kWait;
    m.get(cached);
  }
  me.nr = static_cast<std::uint8_t>(cached);
  return kMissingSet;
}
Next setMissing(Machine& m, unsigned) {
  if (!m.spin_lock_ptl()) return kWait;
  const bool file = m.setup.mapping == Mapping::kFile;
  const unsigned number = m.me().nr;
  if (file && m.holdsFolioLock()) m.folio_unlock();
  if (!pte_same(m)) {
    if (file) m.put(number);
    if (!file && storing(m)) m.discard(number);
    return retry(m);
  }
  drain(m);
  if (file) {
    ++m.frame(number).mapcount;
    --m.folio(number).counts;
    Entry entry = m.t.pte_mkyoung(m.t.mk_pte(number));
    if (storing(m)) {  // do_shared_fault()
      entry = m.t.pte_mkwrite(m.t.pte_mkdirty(entry));
      m.folio(number).set(PageFrame::kDirty);
    }
    entryOf(m) = entry;
  } else if (storing(m)) {
    mapNew(m, number);
  } else {
    entryOf(m) = m.t.zeroPage();
  }
  m.spin_unlock_ptl();
  return handled(m);
}

Next do_swap_page(Machine& m, unsigned) {
  const std::uint8_t place = m.me().pte[0].frame;
  unsigned cached = m.cachedAt(place, true);
  if (cached == kMaxFrames) {
    cached = m.allocate(m.s.storage[place], true);
    m.frame(cached).set(PageFrame::kSwapCache);
    m.frame(cached).place = place;
  } else {
    if (m.folioOf(cached) == 0 && !m.folio_trylock()) return kWait;
    m.get(cached);
  }
  m.me().nr = static_cast<std::uint8_t>(cached);
  return kSwapInSet;
}
Next setSwappedIn(Machine& m, unsigned) {
  if (!m.spin_lock_ptl()) return kWait;
  const unsigned number = m.me().nr;
  if (m.holdsFolioLock()) m.folio_unlock();
  if (!pte_same(m)) {
    m.put(number);
    return retry(m);
  }
  drain(m);
  const Entry orig = m.me().pte[0];
  PageFrame& page = m.frame(number);
  const bool exclusive = m.t.is(orig, Fact::kSwpExclusive);
  ++page.mapcount;
  --m.folio(number).counts;
  Entry entry = m.t.pte_mkyoung(m.t.mk_pte(number));
  if (m.t.is(orig, Fact::kSwpSoftDirty)) entry = m.t.pte_mksoft_dirty(entry);
  if (m.t.is(orig, Fact::kSwpUffdWp)) entry = m.t.pte_mkuffd_wp(entry);
  const unsigned vma = m.s.vma[spaceOf(m)];
  const bool tracked = m.t.hasSoftDirty() && !(vma & kVmaSoftDirty) && !m.t.pte_soft_dirty(entry);
  if (exclusive) {
    page.set(PageFrame::kExclusive);
    if (storing(m)) entry = m.t.pte_mkdirty(entry);
    if ((vma & kVmaWrite) && (storing(m) || !tracked)) entry = m.t.pte_mkwrite(entry);
  }
  entryOf(m) = entry;
  m.spin_unlock_ptl();
  return handled(m);
}

constexpr ProgramStep kSteps[] = {
    {"", "accesses the page", runAccess, 4},
    {"handle_mm_fault", "faults, and reads the entry", handle_mm_fault},
    {"handle_pte_fault", "handles the fault", handle_pte_fault},
    {"wp_page_copy", "copies the page", wp_page_copy},
    {"wp_page_copy", "takes the entry of the old page out", clearForCopy},
    {"wp_page_copy", "flushes TLBs", flushForCopy},
    {"wp_page_copy", "maps the copy", setCopy},
    {"do_pte_missing", "finds a page", do_pte_missing},
    {"do_pte_missing", "maps it", setMissing},
    {"do_swap_page", "finds the page in the swap cache, or reads it", do_swap_page},
    {"do_swap_page", "maps it", setSwappedIn},
};

}  // namespace

Program userProgram() { return kSteps; }

}  // namespace ptecheck
