// SPDX-License-Identifier: GPL-2.0-only
//
// What the programs of system calls and of walks over all mappings have in common.
#ifndef PTECHECK_SMP_CALL_H
#define PTECHECK_SMP_CALL_H

#include "smp/machine.h"
#include "smp/program.h"

namespace ptecheck {

inline unsigned spaceOf(const Machine& m) { return m.spec().space; }
inline bool isMapped(const Machine& m, unsigned space) { return m.s.vma[space] & kVmaMapped; }
inline void clearVmaFlag(Machine& m, unsigned space, VmaFlag flag) {
  m.s.vma[space] = static_cast<std::uint8_t>(m.s.vma[space] & ~flag);
}
inline bool holdsPtl(const Machine& m) { return m.s.ptl == m.self + 1; }
// Only an entry that maps a page, or the page of zeroes, is of interest to hardware.
inline Entry& entryAt(Machine& m) { return m.entry(spaceOf(m), m.me().at); }

// Goes on, from me().at, to the call's next entry for which `wanted` holds; false: there is none.
template <class Wanted>
bool findEntry(Machine& m, Wanted wanted) {
  for (std::uint8_t& at = m.me().at; at < m.setup.pages; ++at)
    if ((m.spec().ranges >> at & 1) && wanted(entryAt(m))) return true;
  return false;
}

// No local variable survives: states that differ only in those would be different ones.
inline Next finish(Machine& m) {
  m.me() = {.pc = m.me().pc};
  return kDone;
}

// A swap entry as it is, but for the bits named here.
inline Entry withoutSwapBits(const Machine& m, Entry old, bool exclusive, bool soft_dirty,
                             bool uffd_wp) {
  Entry e = m.t.swp_entry(old.frame);
  if (m.t.is(old, Fact::kSwpExclusive) && !exclusive) e = m.t.change(e, Change::kSwpMkexclusive);
  if (m.t.is(old, Fact::kSwpSoftDirty) && !soft_dirty) e = m.t.change(e, Change::kSwpMksoftDirty);
  if (m.t.is(old, Fact::kSwpUffdWp) && !uffd_wp) e = m.t.change(e, Change::kSwpMkuffdWp);
  return e;
}

// folio_swapped(): an entry of swap stands for a page of the folio.
inline bool isSwapped(Machine& m, unsigned number) {
  for (const auto& table : m.s.table)
    for (const Entry e : table)
      for (unsigned i = 0; i < m.pagesOf(number); ++i)
        if (m.t.swap(e) && e.frame == m.frame(m.folioOf(number) + i).place) return true;
  return false;
}

// rmap_walk(): all entries that map the folio which begins with frame `first`, space after space.
// me().at counts both: space * kMaxRanges + range.
inline unsigned walkSpace(Machine& m) { return m.me().at / kMaxRanges; }
inline unsigned walkRange(Machine& m) { return m.me().at % kMaxRanges; }
inline Entry& walkEntry(Machine& m) { return m.entry(walkSpace(m), walkRange(m)); }
inline bool mapsFolio(const Machine& m, Entry e, unsigned first) {
  return m.maps(e) && m.folioOf(e.frame) == first;
}
// The next such entry of this space, from me().at on; false: none, and me().at is the next space's.
inline bool page_vma_mapped_walk(Machine& m, unsigned first) {
  const unsigned space = walkSpace(m);
  for (std::uint8_t& at = m.me().at; walkSpace(m) == space; ++at)
    if (mapsFolio(m, walkEntry(m), first)) return true;
  return false;
}
// Whether the walk is over. The address range of a munmap() that has not ended is still walked.
inline bool walkEnds(Machine& m) {
  if (walkSpace(m) == 0) return false;
  if (walkSpace(m) == kMaxSpaces) return true;
  if (isMapped(m, walkSpace(m))) return false;
  for (const Entry e : m.s.table[walkSpace(m)])
    if (!m.t.none(e)) return false;
  return true;
}

}  // namespace ptecheck

#endif
