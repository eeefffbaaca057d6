// SPDX-License-Identifier: GPL-2.0-only
#include "check/compare_costs.h"

#include <algorithm>
#include <type_traits>

namespace ptecheck {

namespace {

// How the batches of a scenario ended.
struct Batches {
  std::uint64_t entries, removed;    // cleared; and not put back
  std::uint64_t all, removed_whole;  // batches; and those that were not put back
};

Batches batchesOf(const Outcome& o) {
  Batches b{};
  b.entries = o.batched_entries;
  b.all = o.batches;
  const int gone = std::max(0, o.mapcount_before - o.mapcount);
  b.removed = std::min(b.entries, static_cast<std::uint64_t>(gone));
  b.removed_whole = b.entries > b.removed && b.all > 0 ? b.all - 1 : b.all;
  return b;
}

}  // namespace

CompareCosts& CompareCosts::operator+=(const CompareCosts& other) {
  scenarios += other.scenarios;
  batches += other.batches;
  batched_entries += other.batched_entries;
  most_batches = std::max(most_batches, other.most_batches);
  visited += other.visited;
  atomics += other.atomics;
  flushes += other.flushes;
  extra_faults += other.extra_faults;
  spurious_soft_dirty += other.spurious_soft_dirty;
  kept += other.kept;
  return *this;
}

std::uint64_t visitedEntries(const Scenario& s, const Outcome& o) {
  const Batches b = batchesOf(o);
  const bool whole = b.entries == b.all * s.pages;
  const std::uint64_t put_back = b.entries - b.removed;
  const std::uint64_t passed_over = whole ? 0 : b.removed - std::min(b.removed, b.removed_whole);
  return 2 * b.entries + put_back + passed_over;  // found or scanned, and cleared
}

std::uint64_t atomicOperations(const Scenario& s, const Outcome& o) {
  const Batches b = batchesOf(o);
  return b.entries + b.removed + b.removed_whole * (s.pages > 1 ? 2 : 1);
}

CostMeter::CostMeter(Arch arch)
    : rules_(archRules(arch)), present_(withFormat(arch, []<class F>(std::type_identity<F>) {
        return +[](unsigned long long entry) -> bool {
          return F::pte_present(static_cast<typename F::Word>(entry));
        };
      })) {}

unsigned CostMeter::freed(const Scenario& s, const Outcome& o) const {
  unsigned count = 0;
  for (unsigned i = 0; i < unsigned{s.pages} * s.processes; ++i)
    count += (s.entry[i] & ENTRY_PRESENT) && !present_(o.entry[i].after);
  return count;
}

void CostMeter::add(const Scenario& s, const Outcome& o, const Outcome& reference,
                    CompareCosts& sum) const {
  ++sum.scenarios;
  sum.batches += o.batches;
  sum.batched_entries += o.batched_entries;
  sum.most_batches = std::max<std::uint64_t>(sum.most_batches, o.batches);
  if (o.batches != 0) {
    sum.visited += visitedEntries(s, o);
    sum.atomics += atomicOperations(s, o);
  }
  sum.flushes += o.flushes;
  Price price;
  rules_.addCosts(s, o, price);
  sum.extra_faults += price.extra_faults;
  sum.spurious_soft_dirty += price.spurious_soft_dirty;
  for (unsigned i = 0; i < unsigned{s.pages} * s.processes; ++i)
    sum.kept += (s.entry[i] & ENTRY_PRESENT) && !present_(reference.entry[i].after) &&
                present_(o.entry[i].after);
}

}  // namespace ptecheck
