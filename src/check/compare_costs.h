// SPDX-License-Identifier: GPL-2.0-only
//
// What a candidate's way of batching costs and saves, by what it left behind in a scenario.
//
// Needless write faults and soft-dirty bits show at two moments: on what the operation left, and
// after the steps, when swap entries and migration entries have come back and a first write may
// have faulted. The second is measured against the reference (`unbatched`), which went through the
// same steps: faults that it did not take, and entries that it has writable or not soft-dirty. An
// entry counts at the moment at which it costs more, not at both. It is compared only where the
// operation left both in the same state, mapped or not: to drop a page that the reference puts back
// (an event may come at another entry) is no needless fault.
#ifndef PTECHECK_CHECK_COMPARE_COSTS_H
#define PTECHECK_CHECK_COMPARE_COSTS_H

#include <cstdint>

#include "check/compare_batches.h"
#include "pte/architectures.h"
#include "scenario/flat.h"

namespace ptecheck {

struct Needless {
  std::uint64_t faults = 0;      // of writes, to entries that were, or could be, writable
  std::uint64_t soft_dirty = 0;  // entries that became soft-dirty unwritten, where that is tracked

  Needless& operator+=(const Needless& other);
  bool operator==(const Needless&) const = default;
};

// Sums over scenarios, but for the shortest batches and the most.
struct CompareCosts {
  std::uint64_t scenarios = 0;
  CaseLengths lengths{};      // this and the next two: 0 if the subject cannot tell
  std::uint64_t visited = 0;  // entries, each as often as it is looked at or written
  std::uint64_t atomics = 0;
  std::uint64_t flushes = 0;  // immediate TLB flushes
  Needless left;              // on what the operation left
  Needless in_all;            // and on what the steps made of it
  bool ran_all_steps = true;  // else in_all is not known
  std::uint64_t kept = 0;     // entries that the reference frees, and that stay

  BatchCount batches() const { return allOf(lengths); }
  CompareCosts& operator+=(const CompareCosts& other);
  bool operator==(const CompareCosts&) const = default;
};

// Reads raw entries of one architecture.
class CostMeter {
 public:
  explicit CostMeter(Arch arch);

  // How many entries are gone: dropped, or replaced by swap or migration entries.
  unsigned freed(const Scenario& scenario, const Outcome& outcome) const;

  // Adds one scenario's costs to `sum`. `alone`: as of batchesOf(); `reference`: what one entry at
  // a time left behind.
  void add(const Scenario& scenario, const Outcome& outcome, const Outcome* alone,
           const Outcome& reference, CompareCosts& sum) const;

  // What the costs need to know of a raw entry.
  struct Look {
    bool present = false, swap_form = false;
    bool write = false;                // in swap form: it will be when it comes back
    bool soft_dirty = false;           // in swap form: in the software bits
    bool migration_exclusive = false;  // a migration entry of an exclusive page
  };

 private:
  void addWork(const Scenario& s, const Outcome& o, const ScenarioBatches& batches,
               CompareCosts& sum) const;
  void addNeedless(const Scenario& s, const Outcome& o, const Outcome& reference,
                   CompareCosts& sum) const;
  Needless afterSteps(const EntryResult& entry, const EntryResult& reference) const;

  Look (*look_)(unsigned long long entry);
};

}  // namespace ptecheck

#endif
