// SPDX-License-Identifier: GPL-2.0-only
//
// The judge of every case but plain reclaim. inspect.h judges try_to_unmap() of present anonymous
// entries, a hundred million times a minute; here are entries in swap form, files and shmem,
// migration, devices, broken memory, mappings by a PMD, and what comes back afterwards. The rules
// are the same, their borders too (inspect.h states them); what is added:
//
//   - What an operation may put in the place of an entry depends on operation and folio:
//
//       try_to_unmap(), anonymous   none (lazyfree), or the page's swap entry (swap-backed)
//       try_to_unmap(), file        none, or a uffd-wp marker exactly if the entry had the bit in a
//                                   VMA that is registered
//       try_to_migrate()            a migration entry of the page
//       hwpoison                    a hwpoison entry of the page
//       pte_unused()                none, in a VMA that is not registered for userfaultfd
//
//     Anything else, or of another page, is entry-lost. (A marker too many or too few is
//     uffd-wp-changed.)
//   - A migration entry must say all that the entry did: write is write-gained or write-lost,
//     PageAnonExclusive (in the type, and taken from the page) exclusive-broken, dirty (there, or
//     on the folio) dirty-lost. If the type lost both, that is exclusive-broken alone.
//   - What has to come back is judged by the entries after all steps (case_end.cc) against those
//     that the operation left, so that a mistake of the operation is not counted twice. An entry
//     that did not come back - a migration entry that nobody will ever resolve, a swap entry that
//     swapoff overlooked - is entry-lost.
//
// Source: try_to_unmap_one() and try_to_migrate_one() in mm/rmap.c, remove_migration_pte() in
// mm/migrate.c, unuse_pte() in mm/swapfile.c, do_swap_page() and copy_nonpresent_pte() in
// mm/memory.c, all 6.12.
#ifndef PTECHECK_SPEC_CASES_H
#define PTECHECK_SPEC_CASES_H

#include <cstdint>
#include <cstring>
#include <vector>

#include "scenario/flat.h"
#include "spec/reading.h"
#include "spec/reasons.h"
#include "spec/rules.h"

namespace ptecheck::spec_detail {

// Is any of `count` entries of a kind that plain reclaim does not have? Four at a time: this is
// asked of every scenario.
inline bool anyOddEntry(const unsigned short* entry, unsigned count) {
  constexpr std::uint64_t kOdd =
      ENTRY_UNUSED | ENTRY_SWAP | ENTRY_DEVICE_EXCLUSIVE | ENTRY_DEVICE_PRIVATE | ENTRY_MARKER;
  std::uint64_t met = 0;
  unsigned i = 0;
  for (; i + 4 <= count; i += 4) {
    std::uint64_t four;
    std::memcpy(&four, entry + i, sizeof four);
    met |= four;
  }
  for (; i < count; ++i) met |= entry[i];
  return (met & (kOdd | kOdd << 16 | kOdd << 32 | kOdd << 48)) != 0;
}

// What inspect.h judges: try_to_unmap() of present anonymous entries, holes between them, and at
// most writes and forks afterwards.
inline bool isPlainReclaim(const Scenario& s) {
  static_assert(STEP_FORK == STEP_WRITE + 1);
  constexpr unsigned kOddFolio = FOLIO_FILE | FOLIO_HWPOISON | FOLIO_DEVICE_PRIVATE;
  const unsigned of_swap = s.folio_flags & (FOLIO_SWAPBACKED | FOLIO_SWAPCACHE);
  if ((s.operation | s.pmd_mapped | (s.folio_flags & kOddFolio) | (s.ttu & UNMAP_HWPOISON)) != 0 ||
      s.event == EVENT_ARCH_UNMAP ||
      (of_swap != 0 && of_swap != (FOLIO_SWAPBACKED | FOLIO_SWAPCACHE)) ||
      (s.vma[0][0].flags & VMA_FILE))
    return false;
  for (unsigned i = 0; i < s.steps; ++i)
    if (s.step[i].action - unsigned{STEP_WRITE} > 1) return false;
  return !anyOddEntry(s.entry, unsigned{s.processes} * s.pages);
}

using Records = std::vector<Record>;

// The flags of the VMA that holds a page's place.
inline unsigned vmaFlagsAt(const Scenario& s, unsigned process, unsigned page) {
  return s.vma[process][s.split[process] != 0 && page >= s.split[process]].flags;
}

// What the operation left (case_after.cc), what was left after the steps (case_end.cc), and what
// everybody reads then (case_contents.cc).
void inspectAfter(const Scenario& s, const Outcome& o, const FormatFacts& format, Records& records);
void inspectEnd(const Scenario& s, const Outcome& o, const FormatFacts& format, Records& records);
void inspectCaseContents(const Scenario& s, const Outcome& o, const FormatFacts& format,
                         Records& records);

// The rule differs (case_differs.cc), on gathered outcomes.
void inspectCaseDifferences(const Scenario& s, const Outcome& b, const Outcome& one,
                            const FormatFacts& format, unsigned block_flushes, Records& records);

template <class Sink>
void inspectCase(const Scenario& s, const Outcome& o, const FormatFacts& format, Sink& sink) {
  Records records;
  inspectAfter(s, o, format, records);
  if (s.steps != 0 && o.steps_done == s.steps) inspectEnd(s, o, format, records);
  inspectCaseContents(s, o, format, records);
  for (const Record& record : records) sink(record);
}

}  // namespace ptecheck::spec_detail

#endif
