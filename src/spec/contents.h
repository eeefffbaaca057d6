// SPDX-License-Identifier: GPL-2.0-only
//
// The rule `contents`: what each process may read after the operation and all steps, worked out
// from the scenario alone as if every process had private memory of its own, and compared with what
// it did read.
//
// A page is expected to hold one of two values. Usually both are the same. They differ where the
// kernel is free: a clean lazyfree page that was dropped reads as the old page or as zeroes; a
// write to a page that is still write-protected by userfaultfd waits for a handler that may or may
// not have let it through.
#ifndef PTECHECK_SPEC_CONTENTS_H
#define PTECHECK_SPEC_CONTENTS_H

#include <array>
#include <cstddef>
#include <cstdint>

#include "scenario/flat.h"
#include "spec/reasons.h"
#include "spec/rules.h"

namespace ptecheck::spec_detail {

// One of two values. SEEN_FAULT as a value: anything that no process wrote (a page of some other
// folio, whose contents the scenario does not name).
struct Expected {
  std::uint16_t value, alternative;
};

inline bool agrees(Expected expected, unsigned seen) {
  if (seen == expected.value || seen == expected.alternative || seen == SEEN_FAULT) return true;
  return expected.value == SEEN_FAULT && (seen >> SEEN_SHIFT) < SEEN_WRITER;
}

inline unsigned vmaFlagsOf(const Scenario& s, unsigned process, unsigned page) {
  return s.vma[process][s.split[process] != 0 && page >= s.split[process]].flags;
}

// Right after the operation, before any step.
template <class F>
inline Expected expectedAtFirst(const Scenario& s, const Outcome& o, bool lazyfree,
                                unsigned process, unsigned page) {
  const unsigned index = process * s.pages + page;
  const unsigned asked = s.entry[index];
  if (!(asked & ENTRY_PRESENT)) {
    const std::uint16_t value = asked & (ENTRY_OTHER | ENTRY_SWAPPED) ? SEEN_FAULT : SEEN_ZERO;
    return {value, value};
  }
  const std::uint16_t original = seenValue(SEEN_ORIGINAL, page);
  const EntryResult& e = o.entry[index];
  if (!F::pte_none(e.after)) return {original, original};
  const bool may_be_dropped =
      (vmaFlagsOf(s, process, page) & VMA_DROPPABLE) ||
      (lazyfree && !F::pte_dirty(e.before) && !(o.folio_flags_before & FOLIO_DIRTY));
  return {original, may_be_dropped ? std::uint16_t{SEEN_ZERO} : original};
}

template <class F, class Sink>
void inspectContentsAfterSteps(const Scenario& s, const Outcome& o, bool lazyfree, Sink& sink) {
  // Deliberately not initialised: only pages x processes of them are used.
  std::array<Expected, std::size_t{MAX_PROCESSES} * MAX_PAGES> expected;
  const unsigned pages = s.pages;
  unsigned processes = s.processes;
  for (unsigned p = 0; p < processes; ++p)
    for (unsigned page = 0; page < pages; ++page)
      expected[p * pages + page] = expectedAtFirst<F>(s, o, lazyfree, p, page);
  for (unsigned i = 0; i < s.steps; ++i) {
    const Step step = s.step[i];
    if (step.process >= processes) continue;
    const unsigned p = step.process;
    if (step.action == STEP_FORK) {
      // A subject that cannot fork stops here, and says so by the number of processes it reports.
      if (processes >= o.processes || processes >= MAX_PROCESSES) break;
      for (unsigned page = 0; page < pages; ++page) {
        Expected& child = expected[processes * pages + page];
        child = expected[p * pages + page];
        // VM_DROPPABLE, which all VMAs of a folio have or none, comes with VM_WIPEONFORK (do_mmap,
        // 6.12).
        if (s.vma[0][0].flags & VMA_DROPPABLE) child.alternative = SEEN_ZERO;
      }
      ++processes;
    } else if (step.action == STEP_WRITE) {
      const unsigned first = step.page == ALL_PAGES ? 0 : step.page;
      const unsigned end = step.page == ALL_PAGES ? pages : first + 1U;
      const std::uint16_t written = static_cast<std::uint16_t>((SEEN_WRITER + p) << SEEN_SHIFT);
      for (unsigned page = first; page < end && page < pages; ++page) {
        Expected& e = expected[p * pages + page];
        // Fork without UFFD_FEATURE_EVENT_FORK takes userfaultfd away from the child.
        const bool may_wait = p < s.processes && (vmaFlagsOf(s, p, page) & VMA_UFFD_WP) &&
                              (F::pte_present(o.entry[p * pages + page].after)
                                   ? F::pte_uffd_wp(o.entry[p * pages + page].after)
                                   : !F::pte_none(o.entry[p * pages + page].after) &&
                                         F::pte_swp_uffd_wp(o.entry[p * pages + page].after));
        if (!may_wait) e.value = static_cast<std::uint16_t>(written | page);
        e.alternative = static_cast<std::uint16_t>(written | page);
      }
    }
  }
  for (unsigned p = 0; p < processes; ++p)
    for (unsigned page = 0; page < pages; ++page)
      if (!agrees(expected[p * pages + page], o.entry[p * pages + page].seen))
        sink(Rule::kContents, Reason::kSeen, p, page, expected[p * pages + page].value);
}

template <class F, class Sink>
inline void inspectContents(const Scenario& s, const Outcome& o, bool lazyfree, Sink& sink) {
  if (s.steps != 0) {
    inspectContentsAfterSteps<F>(s, o, lazyfree, sink);
    return;
  }
  for (unsigned p = 0, index = 0; p < s.processes; ++p)
    for (unsigned page = 0; page < s.pages; ++page, ++index) {
      const unsigned seen = o.entry[index].seen;
      if (seen == seenValue(SEEN_ORIGINAL, page) && (s.entry[index] & ENTRY_PRESENT)) [[likely]]
        continue;
      const Expected expected = expectedAtFirst<F>(s, o, lazyfree, p, page);
      if (!agrees(expected, seen)) sink(Rule::kContents, Reason::kSeen, p, page, expected.value);
    }
}

}  // namespace ptecheck::spec_detail

#endif
