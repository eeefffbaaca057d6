// SPDX-License-Identifier: GPL-2.0-only
//
// How many entries are visited and how many atomic operations are done in one scenario. Neither is
// observed: both follow from how many batches and entries there were, and from what became of them,
// by what the kernel does for each. Read from Linux 6.12, one entry at a time; for batches 6.15
// and 6.16 (lazyfree folios). Where no kernel batches yet, a batch is taken to do what those do.
//
// try_to_unmap_one(), try_to_migrate_one():
//
//   page_vma_mapped_walk()             finds the first entry of a batch
//   folio_pte_batch()                  reads the entries behind the first
//   ptep_get_and_clear()               an exchange for each entry, also within
//                                      get_and_clear_full_ptes()
//   set_pte_at(), set_ptes()           writes each entry that is put back, and each swap entry,
//                                      marker, migration or hwpoison entry that replaces one
//   page_vma_mapped_walk()             after a batch goes on with the entry behind the first, and
//                                      passes over the rest. 6.15: not if the batch was the whole
//                                      folio
//   folio_try_share_anon_rmap_pte()    clear_bit() on the flags of each exclusive page
//   __folio_remove_rmap()              an atomic operation on the _mapcount of each page; of a
//                                      large folio, one on _large_mapcount for each batch
//   folio_put(), folio_put_refs()      one on _refcount for each batch
//
// remove_migration_pte(), which takes nothing out:
//
//   page_vma_mapped_walk()             finds an entry, and passes over what a batch has mapped
//   set_pte_at()                       writes it: no exchange
//   __folio_add_rmap()                 as __folio_remove_rmap()
//   folio_get()                        one on _refcount for each batch
//   SetPageAnonExclusive()             set_bit() for each page whose entry says so
//
// Not counted: entries that are not the folio's, and the one that ends a batch; _nr_pages_mapped
// (one for each batch, if no other process maps the pages), swap counts, locks; a marker that a
// swap entry replaces at once (an anonymous page in a mapping of a file); that entries of devices
// are cleared without an exchange (pte_clear()). At most one batch is put back, as it ends the
// walk; it has no counters to give up.
#ifndef PTECHECK_CHECK_COMPARE_WORK_H
#define PTECHECK_CHECK_COMPARE_WORK_H

#include <cstdint>

#include "check/compare_batches.h"

namespace ptecheck {

// What became of entries and pages, beside the number of batches.
struct WorkFacts {
  std::uint64_t pages = 1;           // of the folio
  std::uint64_t removed = 0;         // entries that were taken out and not put back
  std::uint64_t replaced = 0;        // of these, by an entry in swap form
  std::uint64_t unshared = 0;        // pages that were exclusive before and are not after
  std::uint64_t made_exclusive = 0;  // by the end of a migration
};

std::uint64_t visitedEntries(const ScenarioBatches& batches, const WorkFacts& facts);
std::uint64_t atomicOperations(const ScenarioBatches& batches, const WorkFacts& facts);

}  // namespace ptecheck

#endif
