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
// ...); with four pages over the states that the operations under test tell apart (see kCore).
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

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "scenario/abilities.h"
#include "scenario/choices.h"
#include "scenario/entry_states.h"
#include "scenario/flat.h"

namespace ptecheck {

// Which part of the kernel's work a space is about.
enum class Family : unsigned char {
  kReclaim,    // anonymous folios, lazyfree and swap-backed, present entries alone
  kSwap,       // swap-backed: entries in swap form among present ones; swap-in, swapoff and fork
  kFile,       // folios of files and of shmem, shared and private
  kMigration,  // there and back, or elsewhere
  kDevice,     // device-exclusive entries among present ones; device-private folios
  kRare,       // hwpoison; pte_unused(); swap-backed and not in the swap cache
  kHuge        // mapped by a PMD, which is split first
};
inline constexpr unsigned kFamilies = 7;

struct Space {
  Family family = Family::kReclaim;
  bool random = false;
  // Largest folio: 1, 2 or 4 exhaustively, up to MAX_PAGES at random. Choices do not depend on it.
  unsigned max_pages = 4;
  // Exhaustive: deviations allowed for folios of 1, 2 and 4 pages.
  std::array<std::uint8_t, 3> deviations = {3, 2, 1};
  Abilities abilities = {};  // of the format that will hold the entries
};

namespace space_detail {

// Asks the chooser, within the budget of deviations.
template <Chooser C>
class Situation {
 public:
  Situation(C& chooser, bool random, unsigned budget)
      : chooser_(chooser), random_(random), budget_(budget) {}

  // 0 .. n - 1; anything but 0 costs one deviation.
  unsigned deviate(unsigned n) {
    if (n <= 1) return 0;
    // At random, three times in four: with half of a dozen deviations at once, few batches would
    // form.
    if (random_) return chooser_.choose(4) < 3 ? 0 : 1 + chooser_.choose(n - 1);
    if (budget_ == 0) return 0;
    unsigned choice = chooser_.choose(n);
    if (choice != 0) --budget_;
    return choice;
  }

 private:
  C& chooser_;
  bool random_;
  unsigned budget_;
};

// What the processes are and what happens after the operation: one choice, since only together do
// they show anything.
enum class Company {
  kAlone,
  kForkThenParentWrites,
  kForkThenChildWrites,
  kWrites,
  kPairFirstWrites,
  kPairSecondWrites,
  kPair,
};
constexpr unsigned kCompanies = 7;

inline void addStep(Scenario& s, unsigned action, unsigned process) {
  s.step[s.steps++] = {static_cast<unsigned char>(action), static_cast<unsigned char>(process),
                       ALL_PAGES};
}

inline void setCompany(Scenario& s, Company company) {
  s.processes = 1;
  switch (company) {
    case Company::kAlone:
      break;
    case Company::kForkThenParentWrites:
      addStep(s, STEP_FORK, 0);
      addStep(s, STEP_WRITE, 0);
      break;
    case Company::kForkThenChildWrites:
      addStep(s, STEP_FORK, 0);
      addStep(s, STEP_WRITE, 1);
      break;
    case Company::kWrites:
      addStep(s, STEP_WRITE, 0);
      break;
    case Company::kPairFirstWrites:
      s.processes = 2;
      addStep(s, STEP_WRITE, 0);
      break;
    case Company::kPairSecondWrites:
      s.processes = 2;
      addStep(s, STEP_WRITE, 1);
      break;
    case Company::kPair:
      s.processes = 2;
      break;
  }
}

inline bool anyone(const Scenario& s, unsigned action) {
  for (unsigned i = 0; i < s.steps; ++i)
    if (s.step[i].action == action) return true;
  return false;
}

}  // namespace space_detail

// The choices up to the boundary: everything but the entries. Writes all of `s` but its entries,
// and returns the states that each page's entries can have.
template <Chooser C>
EntryStates chooseSituation(C& chooser, const Space& space, Scenario& s) {
  using namespace space_detail;
  std::memset(&s, 0, offsetof(Scenario, entry));

  const Abilities& abilities = space.abilities;
  const auto orders = static_cast<unsigned>(
      std::bit_width(std::min(space.max_pages, unsigned{abilities.table_slots})));
  unsigned order;  // of the folio
  unsigned budget = 0;
  if (space.random) {
    order = chooser.choose(orders);
  } else {
    order = chooser.choose(std::min(3U, orders));
    budget = space.deviations[order];
  }
  const unsigned pages = 1U << order;
  s.pages = static_cast<unsigned short>(pages);
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  Situation<C> situation(chooser, space.random, budget);

  if (chooser.choose(2) == 1) s.folio_flags |= FOLIO_DIRTY;
  const bool swapbacked = situation.deviate(2) == 1;
  if (swapbacked) s.folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  setCompany(s, static_cast<Company>(situation.deviate(kCompanies)));

  // A droppable VMA holds no swap-backed folios and implies VM_WIPEONFORK, so that only one process
  // maps its folios (6.12 mm/mmap.c: do_mmap()); and nobody writes to a read-only VMA.
  unsigned vma_kinds = 0;
  std::array<unsigned short, 7> vma_flags_of{};
  vma_flags_of[vma_kinds++] = VMA_WRITE;
  if (abilities.soft_dirty) vma_flags_of[vma_kinds++] = VMA_WRITE | VMA_SOFTDIRTY;
  vma_flags_of[vma_kinds++] = VMA_WRITE | VMA_LOCKED;
  if (abilities.uffd_wp) vma_flags_of[vma_kinds++] = VMA_WRITE | VMA_UFFD_WP;
  if (abilities.shadow_stack) vma_flags_of[vma_kinds++] = VMA_WRITE | VMA_SHADOW_STACK;
  if (!swapbacked && s.processes == 1 && !anyone(s, STEP_FORK))
    vma_flags_of[vma_kinds++] = VMA_WRITE | VMA_DROPPABLE;
  if (!anyone(s, STEP_WRITE)) vma_flags_of[vma_kinds++] = 0;
  const unsigned short vma_flags = vma_flags_of[situation.deviate(vma_kinds)];
  if ((vma_flags & VMA_LOCKED) && situation.deviate(2) == 1) s.ttu |= UNMAP_IGNORE_MLOCK;

  switch (situation.deviate(3)) {
    case 1:
      s.references = 1;
      break;
    case 2:
      s.pins = 1;
      break;
    default:
      break;
  }
  if (unsigned at = situation.deviate(1 + pages); at != 0) {
    s.event = swapbacked ? EVENT_SWAP_DUPLICATE : EVENT_REFERENCE;
    s.event_at = static_cast<unsigned short>(at);
  }

  // Geometry: a VMA end at or in the folio, followed by an equal VMA or by one that is locked (or
  // is not, if the first is; droppable ones cannot be locked); a page-table end.
  const bool droppable = (vma_flags & VMA_DROPPABLE) != 0;
  unsigned geometry = situation.deviate(droppable ? 3 : 4);
  if (droppable && geometry == 2) geometry = 3;
  unsigned short next_vma_flags = vma_flags;
  if (geometry == 2) next_vma_flags ^= VMA_LOCKED;
  const unsigned end_at = geometry == 0 ? 0 : 1 + chooser.choose(pages);
  if (geometry == 3) s.table_end = static_cast<unsigned short>(end_at);
  for (unsigned process = 0; process < s.processes; ++process) {
    s.vma[process][0].flags = vma_flags;
    if (process == 0 && (geometry == 1 || geometry == 2)) {
      s.split[process] = static_cast<unsigned short>(end_at);
      s.vma[process][1].flags = next_vma_flags;
    }
  }

  switch (situation.deviate(3)) {
    case 1:
      s.ttu |= UNMAP_BATCH_FLUSH;
      s.remote_cpu = 1;
      break;
    case 2:
      s.ttu |= UNMAP_BATCH_FLUSH;
      break;
    default:
      break;
  }
  if (space.random && abilities.contiguous > 1 && pages >= abilities.contiguous)
    s.folded = static_cast<unsigned short>(chooser.choose(2));
  const bool all_states = space.random ? chooser.choose(2) == 1 : pages <= 2;
  chooser.boundary();
  return entryStates(vma_flags, s.processes > 1, all_states, abilities.soft_dirty);
}

// The choices after the boundary. False if this is no meaningful scenario: no page is mapped at
// all, or there is a pin and no page that could be pinned. Such lists are passed over and not
// counted.
template <Chooser C>
bool chooseEntries(C& chooser, const Space& space, EntryStates states, Scenario& s) {
  const unsigned pages = s.pages;
  const unsigned alternatives = static_cast<unsigned>(states.size());
  unsigned met = 0;
  for (unsigned page = 0; page < pages;) {
    const EntryState state = states[chooser.choose(alternatives)];
    // At random, equal neighbours come in runs: otherwise hardly a batch would be longer than one.
    unsigned run = 1;
    if (space.random)
      run = 1U << chooser.choose(static_cast<unsigned>(std::bit_width(pages - page)));
    // To the end of the block, mostly: of differing entries none can be folded.
    if (s.folded && chooser.choose(4) != 0)
      run = space.abilities.contiguous - page % space.abilities.contiguous;
    for (unsigned i = 0; i < run; ++i, ++page) {
      s.entry[page] = state.first;
      if (s.processes > 1) s.entry[pages + page] = state.second;
    }
    met |= state.first | state.second;
  }
  return (met & ENTRY_PRESENT) && (s.pins == 0 || (met & ENTRY_EXCLUSIVE));
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
