// SPDX-License-Identifier: GPL-2.0-only
#include "check/compare_work.h"

#include <algorithm>

namespace ptecheck {

namespace {

// How the batches of an operation ended.
struct Removed {
  std::uint64_t entries;  // not put back
  std::uint64_t batches;
};

Removed removedOf(const BatchCount& b, const WorkFacts& facts) {
  const std::uint64_t entries = std::min(b.entries, facts.removed);
  return {entries, b.entries > entries && b.batches > 0 ? b.batches - 1 : b.batches};
}

// Entries that the walk meets again behind the first of each batch.
std::uint64_t passedOver(const BatchCount& all, std::uint64_t entries, std::uint64_t batches,
                         const WorkFacts& facts) {
  const bool whole = all.entries == all.batches * facts.pages;
  return whole ? 0 : entries - std::min(entries, batches);
}

// Counters that a batch changes once: of small folios the _mapcount is the page's.
std::uint64_t countersOf(const WorkFacts& facts) { return facts.pages > 1 ? 2 : 1; }

}  // namespace

std::uint64_t visitedEntries(const ScenarioBatches& b, const WorkFacts& facts) {
  const BatchCount& there = b.operation;
  const BatchCount& back = b.back;
  const Removed removed = removedOf(there, facts);
  return 2 * there.entries + (there.entries - removed.entries) + facts.replaced +
         passedOver(there, removed.entries, removed.batches, facts) +  //
         2 * back.entries + passedOver(back, back.entries, back.batches, facts);
}

std::uint64_t atomicOperations(const ScenarioBatches& b, const WorkFacts& facts) {
  const Removed removed = removedOf(b.operation, facts);
  return b.operation.entries + removed.entries + countersOf(facts) * removed.batches +
         facts.unshared +  //
         b.back.entries + countersOf(facts) * b.back.batches + facts.made_exclusive;
}

}  // namespace ptecheck
