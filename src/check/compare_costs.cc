// SPDX-License-Identifier: GPL-2.0-only
#include "check/compare_costs.h"

#include <algorithm>
#include <type_traits>

#include "check/compare_work.h"
#include "pte/swap_entries.h"

namespace ptecheck {

namespace {

template <class F>
CostMeter::Look look(unsigned long long raw) {
  const auto pte = static_cast<typename F::Word>(raw);
  CostMeter::Look seen;
  if (F::pte_none(pte)) return seen;
  if (F::pte_present(pte)) {
    seen.present = true;
    seen.write = F::pte_write(pte);
    seen.soft_dirty = F::pte_soft_dirty(pte);
    return seen;
  }
  seen.swap_form = true;
  seen.soft_dirty = F::pte_swp_soft_dirty(pte);
  constexpr SwapEntries<F> kEntries = swapEntries<F>();
  if (!kEntries.is_migration_entry(pte)) return seen;
  seen.write = kEntries.is(pte, SwapKind::kMigrationWrite);
  seen.migration_exclusive = seen.write || kEntries.is(pte, SwapKind::kMigrationReadExclusive);
  return seen;
}

bool tracksSoftDirty(const Scenario& s, unsigned process, unsigned page) {
  const bool second = s.split[process] != 0 && page >= s.split[process];
  return !(s.vma[process][second].flags & VMA_SOFTDIRTY);
}

bool isWritten(const Scenario& s, unsigned process, unsigned page) {
  for (unsigned i = 0; i < s.steps; ++i) {
    const Step& step = s.step[i];
    if (step.action == STEP_WRITE && step.process == process &&
        (step.page == ALL_PAGES || step.page == page))
      return true;
  }
  return false;
}

}  // namespace

Needless& Needless::operator+=(const Needless& other) {
  faults += other.faults;
  soft_dirty += other.soft_dirty;
  return *this;
}

CompareCosts& CompareCosts::operator+=(const CompareCosts& other) {
  scenarios += other.scenarios;
  for (unsigned i = 0; i < kCases; ++i) lengths[i] += other.lengths[i];
  visited += other.visited;
  atomics += other.atomics;
  flushes += other.flushes;
  left += other.left;
  in_all += other.in_all;
  ran_all_steps = ran_all_steps && other.ran_all_steps;
  kept += other.kept;
  return *this;
}

CostMeter::CostMeter(Arch arch)
    : look_(withFormat(arch, []<class F>(std::type_identity<F>) { return &look<F>; })) {}

unsigned CostMeter::freed(const Scenario& s, const Outcome& o) const {
  unsigned count = 0;
  for (unsigned i = 0; i < unsigned{s.pages} * s.processes; ++i)
    count += (s.entry[i] & ENTRY_PRESENT) && !look_(o.entry[i].after).present;
  return count;
}

void CostMeter::add(const Scenario& s, const Outcome& o, const Outcome* alone,
                    const Outcome& reference, CompareCosts& sum) const {
  ++sum.scenarios;
  sum.flushes += o.flushes;
  if (o.batches != 0) addWork(s, o, batchesOf(s, o, alone), sum);
  addNeedless(s, o, reference, sum);
}

void CostMeter::addWork(const Scenario& s, const Outcome& o, const ScenarioBatches& batches,
                        CompareCosts& sum) const {
  WorkFacts facts;
  facts.pages = s.pages;
  facts.removed = static_cast<std::uint64_t>(std::max(0, o.mapcount_before - o.mapcount));
  const bool anonymous = !(s.folio_flags & FOLIO_FILE), ends = migrationEnds(s);
  for (unsigned i = 0; i < unsigned{s.pages} * s.processes; ++i) {
    const EntryResult& e = o.entry[i];
    if (e.before == e.after) continue;
    const Look after = look_(e.after);
    facts.replaced += after.swap_form;
    facts.made_exclusive += ends && anonymous && after.migration_exclusive;
  }
  for (unsigned page = 0; page < s.pages; ++page) {
    const unsigned flags = o.entry[page].page_flags;
    facts.unshared += (flags & PAGE_EXCLUSIVE_BEFORE) && !(flags & PAGE_EXCLUSIVE_AFTER);
  }
  addLengths(batches, sum.lengths);
  sum.visited += visitedEntries(batches, facts);
  sum.atomics += atomicOperations(batches, facts);
}

void CostMeter::addNeedless(const Scenario& s, const Outcome& o, const Outcome& reference,
                            CompareCosts& sum) const {
  const bool ended = o.steps_done == s.steps;
  sum.ran_all_steps = sum.ran_all_steps && ended;
  for (unsigned p = 0; p < s.processes; ++p)
    for (unsigned page = 0; page < s.pages; ++page) {
      const unsigned i = p * s.pages + page;
      const EntryResult& e = o.entry[i];
      const EntryResult& r = reference.entry[i];
      if (e.before == e.after && e.after == r.after && e.end == r.end && e.faults == r.faults)
        continue;
      const Look before = look_(e.before), after = look_(e.after), other = look_(r.after);
      sum.kept += before.present && !other.present && after.present;
      Needless left, later;
      if (before.present && after.present) {
        left.faults = before.write && !after.write;
        left.soft_dirty = !before.soft_dirty && after.soft_dirty;
      }
      if (ended && after.present == other.present) later = afterSteps(e, r);
      if (later.soft_dirty != 0 && isWritten(s, p, page)) later.soft_dirty = 0;
      if (!tracksSoftDirty(s, p, page)) left.soft_dirty = later.soft_dirty = 0;
      sum.left += left;
      sum.in_all.faults += std::max(left.faults, later.faults);
      sum.in_all.soft_dirty += std::max(left.soft_dirty, later.soft_dirty);
    }
}

Needless CostMeter::afterSteps(const EntryResult& e, const EntryResult& r) const {
  Needless needless;
  if (e.faults > r.faults) needless.faults = e.faults - unsigned{r.faults};
  if (e.end == r.end) return needless;
  const Look end = look_(e.end), other = look_(r.end);
  if (end.present != other.present || end.swap_form != other.swap_form) return needless;
  needless.faults += other.write && !end.write;
  needless.soft_dirty = end.soft_dirty && !other.soft_dirty;
  return needless;
}

}  // namespace ptecheck
