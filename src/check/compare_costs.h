// SPDX-License-Identifier: GPL-2.0-only
//
// What a candidate's way of batching costs and saves, by what it left behind in a scenario.
//
// Visited entries and atomic operations are not observed: they follow from how many batches and
// entries there were, and how many of them were put back, by what the kernel does for each. Read
// from Linux 6.12 (the same in 6.15 unless noted):
//
//   ptep_get_and_clear()               an exchange for each entry, also within
//                                      get_and_clear_full_ptes()
//   __folio_remove_rmap()              an atomic operation on the _mapcount of each page; of a
//                                      large folio, one on _large_mapcount for each batch
//   folio_put(), folio_put_refs()      one on _refcount for each batch
//   page_vma_mapped_walk()             reads entries one after the other; after a batch it goes on
//                                      with the entry behind the first, and passes over the rest,
//                                      empty now. 6.15: not if the batch was the whole folio
//   folio_pte_batch()                  reads the entries behind the first
//   set_pte_at(), set_ptes()           writes each entry that is put back
//
// Not counted: _nr_pages_mapped (one for each batch, if no other process maps the pages), swap
// counts, locks, and the entry that ends a batch. At most one batch is put back, as it ends the
// walk; it has no counters to give up.
#ifndef PTECHECK_CHECK_COMPARE_COSTS_H
#define PTECHECK_CHECK_COMPARE_COSTS_H

#include <cstdint>

#include "check/arch_rules.h"
#include "pte/architectures.h"
#include "scenario/flat.h"

namespace ptecheck {

// Sums over scenarios, but for the largest number of batches.
struct CompareCosts {
  std::uint64_t scenarios = 0;
  std::uint64_t batches = 0;  // this and the next four: 0 if the subject cannot tell
  std::uint64_t batched_entries = 0;
  std::uint64_t most_batches = 0;  // in one scenario
  std::uint64_t visited = 0;       // entries, each as often as it is looked at or written
  std::uint64_t atomics = 0;
  std::uint64_t flushes = 0;              // immediate TLB flushes
  std::uint64_t extra_faults = 0;         // entries that were writable and are not
  std::uint64_t spurious_soft_dirty = 0;  // entries that became soft-dirty unwritten
  std::uint64_t kept = 0;                 // entries that the reference frees, and that stay

  CompareCosts& operator+=(const CompareCosts& other);
  bool operator==(const CompareCosts&) const = default;
};

// Entries visited and atomic operations of one scenario.
std::uint64_t visitedEntries(const Scenario& scenario, const Outcome& outcome);
std::uint64_t atomicOperations(const Scenario& scenario, const Outcome& outcome);

// Reads raw entries of one architecture.
class CostMeter {
 public:
  explicit CostMeter(Arch arch);

  // How many entries are gone: dropped, or replaced by swap entries.
  unsigned freed(const Scenario& scenario, const Outcome& outcome) const;

  // Adds one scenario's costs to `sum`; `reference`: what one entry at a time left behind.
  void add(const Scenario& scenario, const Outcome& outcome, const Outcome& reference,
           CompareCosts& sum) const;

 private:
  const ArchRules& rules_;
  bool (*present_)(unsigned long long entry);
};

}  // namespace ptecheck

#endif
