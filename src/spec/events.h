// SPDX-License-Identifier: GPL-2.0-only
//
// The rules, with events (scenario/events.h): what another processor did meanwhile becomes part of
// what the outcome is judged against, and then the rules are the same.
//
//   hardware set bits in an entry     `before` has them: dirty must not be lost; accessed is free
//   a GUP user wrote through it, and  `before` is dirty: the entry must not be dropped, and the
//   is gone                           folio must end up dirty, which speaks for an entry that stays
//   a reference, or pin, is kept      the count may be higher by it; the entry through which it was
//                                     taken must not be dropped, whatever the VMA. Others may: no
//                                     page but this one is in use. For a pin, PageAnonExclusive and
//                                     the mapping of that page must stay as well
//   the scenario's own holder wrote   the folio counts as dirty from the start, since for as long
//   as and is gone                       it was clean the holder was there; the hold itself is over
//   a reference came and went         nothing
//
// Everything else is as without events: a put-back entry must not gain write, and so on. The order
// in which an event and the end of an entry came about needs no judging: an event is possible only
// in an entry that is still there.
//
// Plain reclaim alone (isPlainReclaim()), without steps: what hardware wrote is the value that was
// there, so that the rule contents has nothing to say about events.
#ifndef PTECHECK_SPEC_EVENTS_H
#define PTECHECK_SPEC_EVENTS_H

#include <cstddef>
#include <cstring>
#include <vector>

#include "scenario/events.h"
#include "scenario/flat.h"
#include "spec/explain.h"
#include "spec/inspect.h"
#include "spec/reasons.h"
#include "spec/rules.h"

namespace ptecheck {

namespace spec_detail {

// A scenario and its outcome, with the events as facts. Keep one: it is large.
struct WithEvents {
  Scenario s;
  Outcome o;
  unsigned held = 0, pinned = 0;  // entries (a bit each) through which something is held at the end
};

template <class F>
void addEvents(const Scenario& s, const Outcome& o, const EventPlan& plan,
               const EventReport& report, WithEvents& with) {
  std::memcpy(static_cast<void*>(&with.s), &s, scenarioBytes(s.processes, s.pages));
  std::memcpy(static_cast<void*>(&with.o), &o, outcomeBytes(s.processes, s.pages));
  with.held = with.pinned = 0;
  if (o.status != STATUS_DONE) return;
  with.o.refcount_before += report.references;
  for (unsigned i = 0; i < plan.count; ++i) {
    if (!(report.happened >> i & 1)) continue;
    const unsigned kind = plan.event[i].kind;
    if (kind == EVENT_GLANCED) continue;
    if (kind == EVENT_FINISHED && report.finished) {
      with.o.folio_flags_before |= FOLIO_DIRTY;
      --(s.references != 0 ? with.s.references : with.s.pins);
      continue;
    }
    const unsigned entry = report.entry[i];
    EntryResult& e = with.o.entry[entry];
    if (kind == EVENT_REFERRED || kind == EVENT_PINNED) {
      with.held |= 1U << entry;
      if (kind == EVENT_PINNED) with.pinned |= 1U << entry;
      continue;
    }
    if (kind == EVENT_FINISHED) with.held &= ~(1U << entry), with.pinned &= ~(1U << entry);
    e.before |= report.set[i];
    const bool by_gup = kind == EVENT_WRITTEN || kind == EVENT_FINISHED;
    if (by_gup && (o.folio_flags & FOLIO_DIRTY) && F::pte_present(e.after))
      e.after |= report.set[i];
  }
}

// What no rule of an outcome alone sees: that something is held through an entry.
template <class F, class Sink>
void inspectHeld(const WithEvents& with, Sink& sink) {
  if (with.o.status != STATUS_DONE) return;
  const unsigned entries = unsigned{with.s.processes} * with.s.pages;
  for (unsigned i = 0; i < entries && i < MOST_EVENT_ENTRIES; ++i) {
    if (!(with.held >> i & 1)) continue;
    const EntryResult& e = with.o.entry[i];
    const unsigned process = i / with.s.pages, page = i % with.s.pages;
    if (F::pte_none(e.after) && !(with.o.folio_flags_before & FOLIO_SWAPBACKED))
      sink(Rule::kDirtyLost, Reason::kDroppedHeld, process, page);
    if (!(with.pinned >> i & 1)) continue;
    if (!F::pte_none(e.after) && !F::pte_present(e.after))
      sink(Rule::kExclusiveBroken, Reason::kPinnedUnmapped, process, page);
    else if ((e.page_flags & PAGE_EXCLUSIVE_BEFORE) && !(e.page_flags & PAGE_EXCLUSIVE_AFTER) &&
             F::pte_present(e.after))
      sink(Rule::kExclusiveBroken, Reason::kExclusiveLostPinned, process, page);
  }
}

}  // namespace spec_detail

// judge() with the events of `plan` that happened, as `report` says.
template <class F>
RuleSet judgeWithEvents(const Scenario& s, const Outcome& o, const EventPlan& plan,
                        const EventReport& report) {
  thread_local spec_detail::WithEvents with;
  spec_detail::addEvents<F>(s, o, plan, report, with);
  spec_detail::BitSink sink;
  spec_detail::inspect<F>(with.s, with.o, sink);
  spec_detail::inspectHeld<F>(with, sink);
  return sink.broken;
}

// explain() of it: what is said to be before is so with the events.
template <class F>
std::vector<Violation> explainWithEvents(const Scenario& s, const Outcome& o, const EventPlan& plan,
                                         const EventReport& report) {
  thread_local spec_detail::WithEvents with;
  spec_detail::addEvents<F>(s, o, plan, report, with);
  std::vector<Violation> violations = explainRules<F>(with.s, with.o);
  spec_detail::RecordingSink sink;
  spec_detail::inspectHeld<F>(with, sink);
  for (const spec_detail::Record& record : sink.records) {
    const EntryResult& e = with.o.entry[std::size_t{record.process} * s.pages + record.page];
    spec_detail::Sides sides;
    sides.before =
        describe<F>(e.before, (e.page_flags & PAGE_EXCLUSIVE_BEFORE) != 0, record.page, s.pages);
    sides.after =
        describe<F>(e.after, (e.page_flags & PAGE_EXCLUSIVE_AFTER) != 0, record.page, s.pages);
    sides.others = spec_detail::othersMapping(s, record.process, record.page);
    violations.push_back(spec_detail::explainRecord(with.s, with.o, nullptr, record, sides));
  }
  return violations;
}

}  // namespace ptecheck

#endif
