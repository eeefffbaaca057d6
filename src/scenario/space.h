// SPDX-License-Identifier: GPL-2.0-only
//
// The space of scenarios: which situations there are, as a function from choices.
//
// Trying everything needs a small world, so the exhaustive space grows along two measures. The
// number of pages is one. The other is how far a situation is from the plain one: a lazyfree folio
// in one process, one writable VMA, no extra reference, no event, immediate flushes. Each
// *deviation* from it - swap backing, a second process, a fork afterwards, VM_LOCKED, VM_DROPPABLE,
// uffd-wp, a shadow stack, a VMA end or a page-table end inside the folio, a reference, a pin, a
// reference that appears between clear and count, ... - costs one, and a size comes with a budget:
// up to 3 deviations at once for one page, 2 for two pages, 1 for four. Within that, and over all
// combinations of entry states, everything is tried. Entries of up to two pages range over every
// state there is (young bits, NUMA hints, foreign pages,
// ...); with four pages over the states that the operations under test tell apart
// (entry_states.h).
//
// That is family `reclaim`. The other families (family.h) are spaces of their own, of the same
// kind: each says in its file, space_FAMILY.h, what its plain situation is, and mixes other kinds
// of entries among the present ones (mixed_states.h).
//
// What an entry format cannot express - soft-dirty, uffd-wp, shadow stacks (abilities.h) - is not
// asked of it: the space of a format is the full one without the scenarios that need more, in the
// same order.
//
// The random space has no budget, folios of up to 512 pages, and entry states in runs of 1, 2, 4,
// ... pages; half of its scenarios range over all states. Where a format has contiguous blocks,
// half of the folios that are large enough for one are folded, and their entries come in blocks.
#ifndef PTECHECK_SCENARIO_SPACE_H
#define PTECHECK_SCENARIO_SPACE_H

#include <bit>

#include "scenario/choices.h"
#include "scenario/entry_states.h"
#include "scenario/flat.h"
#include "scenario/space_device.h"
#include "scenario/space_file.h"
#include "scenario/space_huge.h"
#include "scenario/space_migration.h"
#include "scenario/space_parts.h"
#include "scenario/space_rare.h"
#include "scenario/space_reclaim.h"
#include "scenario/space_swap.h"

namespace ptecheck {

// The choices up to the boundary: everything but the entries. Writes all of `s` but its entries,
// and returns the states that each page's entries can have.
template <Chooser C>
EntryStates chooseSituation(C& chooser, const Space& space, Scenario& s) {
  using namespace space_detail;
  switch (space.family) {
    case Family::kReclaim:
      break;
    case Family::kSwap:
      return chooseSwap(chooser, space, s);
    case Family::kFile:
      return chooseFile(chooser, space, s);
    case Family::kMigration:
      return chooseMigration(chooser, space, s);
    case Family::kDevice:
      return chooseDevice(chooser, space, s);
    case Family::kRare:
    case Family::kMismatch:
      return chooseRare(chooser, space, s);
    case Family::kHuge:
      return chooseHuge(chooser, space, s);
  }
  return chooseReclaim(chooser, space, s);
}

namespace space_detail {

// How many pages from this one on get the same entries.
template <Chooser C>
unsigned chooseRun(C& chooser, const Space& space, unsigned page, const Scenario& s) {
  const unsigned run = 1U << chooser.choose(static_cast<unsigned>(std::bit_width(s.pages - page)));
  // To the end of the block, mostly: of differing entries none can be folded.
  if (s.folded && chooser.choose(4) != 0)
    return space.abilities.contiguous - page % space.abilities.contiguous;
  return run;
}

// The marker of a swap entry says that its page was exclusive; there is nothing to pin.
inline bool anyPinnable(const Scenario& s) {
  for (unsigned i = 0; i < unsigned{s.pages} * s.processes; ++i)
    if ((s.entry[i] & ENTRY_EXCLUSIVE) && !(s.entry[i] & ENTRY_SWAP)) return true;
  return false;
}

}  // namespace space_detail

// The choices after the boundary. False if this is no meaningful scenario: no page is mapped at
// all, there is a pin and no page that could be pinned, or what the family is about is not there.
// Such lists are passed over and not counted.
template <Chooser C>
bool chooseEntries(C& chooser, const Space& space, EntryStates states, Scenario& s) {
  if (space.family == Family::kHuge) return space_detail::chooseHugeEntries(chooser, states, s);
  const unsigned pages = s.pages;
  const unsigned alternatives = static_cast<unsigned>(states.size());
  const bool pair = s.processes > 1;
  unsigned met = 0;
  for (unsigned page = 0; page < pages;) {
    const EntryState state = states[chooser.choose(alternatives)];
    met |= state.first | state.second;
    // At random, equal neighbours come in runs: otherwise hardly a batch would be longer than one.
    unsigned end = page + 1;
    if (space.random) end = page + space_detail::chooseRun(chooser, space, page, s);
    do {
      s.entry[page] = state.first;
      if (pair) s.entry[pages + page] = state.second;
    } while (++page < end);
  }
  constexpr unsigned kDevices = ENTRY_DEVICE_EXCLUSIVE | ENTRY_DEVICE_PRIVATE;
  if (!entryMaps(met) || (space.family == Family::kDevice && !(met & kDevices))) return false;
  return s.pins == 0 || (s.folio_flags & FOLIO_FILE) || space_detail::anyPinnable(s);
}

// Builds the scenario that these choices mean; false if they mean none. Only legal starting states
// come out (legal.h), and only scenarioBytes() of `s` are written.
template <Chooser C>
bool chooseScenario(C& chooser, const Space& space, Scenario& s) {
  const EntryStates states = chooseSituation(chooser, space, s);
  return chooseEntries(chooser, space, states, s);
}

}  // namespace ptecheck

#endif
