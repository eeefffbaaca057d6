// SPDX-License-Identifier: GPL-2.0-only
//
// What the families of the space share: its parameters, the budget of deviations, and the choices
// that mean the same everywhere. Every function asks in a fixed order, since a list of choices is
// an id.
#ifndef PTECHECK_SCENARIO_SPACE_PARTS_H
#define PTECHECK_SCENARIO_SPACE_PARTS_H

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "scenario/abilities.h"
#include "scenario/choices.h"
#include "scenario/family.h"
#include "scenario/flat.h"

namespace ptecheck {

struct Space {
  Family family = Family::kReclaim;
  bool random = false;
  // Largest folio: 1, 2 or 4 exhaustively, up to MAX_PAGES at random. Choices do not depend on it.
  // Family huge has folios of one size, as large as a page table, and takes no notice.
  unsigned max_pages = 4;
  // Exhaustive: deviations allowed for folios of 1, 2 and 4 pages (and larger).
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

  // 0 .. n - 1, each as ordinary as the others.
  unsigned choose(unsigned n) { return chooser_.choose(n); }
  bool random() const { return random_; }
  void boundary() { chooser_.boundary(); }

 private:
  C& chooser_;
  bool random_;
  unsigned budget_;
};

inline void addStep(Scenario& s, unsigned action, unsigned process = 0) {
  s.step[s.steps++] = {static_cast<unsigned char>(action), static_cast<unsigned char>(process),
                       ALL_PAGES};
}

inline bool anyone(const Scenario& s, unsigned action) {
  for (unsigned i = 0; i < s.steps; ++i)
    if (s.step[i].action == action) return true;
  return false;
}

// The folio's size; all else is empty, and everything of `s` but its entries is written. Returns
// what asks from then on.
template <Chooser C>
Situation<C> chooseSize(C& chooser, const Space& space, Scenario& s) {
  std::memset(&s, 0, offsetof(Scenario, entry));
  const auto orders = static_cast<unsigned>(
      std::bit_width(std::min(space.max_pages, unsigned{space.abilities.table_slots})));
  const unsigned order = chooser.choose(space.random ? orders : std::min(3U, orders));
  s.pages = static_cast<unsigned short>(1U << order);
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  return Situation<C>(chooser, space.random, space.random ? 0 : space.deviations[order]);
}

// Extra references, or a pin.
template <Chooser C>
void chooseHolder(Situation<C>& situation, Scenario& s) {
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
}

// One of these events, at any chance that a folio of so many pages can give.
template <Chooser C>
void chooseEvent(Situation<C>& situation, Scenario& s, std::initializer_list<unsigned> events) {
  const unsigned pages = s.pages;
  const unsigned at = situation.deviate(1 + pages * static_cast<unsigned>(events.size()));
  if (at == 0) return;
  s.event = static_cast<unsigned char>(events.begin()[(at - 1) / pages]);
  s.event_at = static_cast<unsigned short>(1 + (at - 1) % pages);
}

// VMAs with these flags, and their geometry: a VMA end at or in the folio, followed by an equal VMA
// or by one that is locked (or is not, if the first is; droppable ones cannot be locked); a
// page-table end.
template <Chooser C>
void chooseGeometry(Situation<C>& situation, Scenario& s, unsigned short vma_flags) {
  const bool droppable = (vma_flags & VMA_DROPPABLE) != 0;
  unsigned geometry = situation.deviate(droppable ? 3 : 4);
  if (droppable && geometry == 2) geometry = 3;
  unsigned short next_vma_flags = vma_flags;
  if (geometry == 2) next_vma_flags ^= VMA_LOCKED;
  const unsigned end_at = geometry == 0 ? 0 : 1 + situation.choose(s.pages);
  if (geometry == 3) s.table_end = static_cast<unsigned short>(end_at);
  for (unsigned process = 0; process < s.processes; ++process) {
    s.vma[process][0].flags = vma_flags;
    if (process == 0 && (geometry == 1 || geometry == 2)) {
      s.split[process] = static_cast<unsigned short>(end_at);
      s.vma[process][1].flags = next_vma_flags;
    }
  }
}

// Are TLB flushes deferred?
template <Chooser C>
void chooseFlush(Situation<C>& situation, Scenario& s) {
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
}

// Random: folded or not, where there are blocks; over all states or not. Exhaustive: all states of
// up to two pages. Returns that.
template <Chooser C>
bool chooseForm(Situation<C>& situation, const Abilities& abilities, Scenario& s) {
  if (situation.random() && abilities.contiguous > 1 && s.pages >= abilities.contiguous)
    s.folded = static_cast<unsigned short>(situation.choose(2));
  return situation.random() ? situation.choose(2) == 1 : s.pages <= 2;
}

// The kinds of VMA that a situation can have, the plain one first.
class VmaKinds {
 public:
  void add(unsigned flags) { flags_[count_++] = static_cast<unsigned short>(flags); }
  // Has the format what the flags need?
  void add(unsigned flags, const Abilities& abilities) {
    if (((flags & VMA_SOFTDIRTY) && !abilities.soft_dirty) ||
        ((flags & VMA_UFFD_WP) && !abilities.uffd_wp) ||
        ((flags & VMA_SHADOW_STACK) && !abilities.shadow_stack))
      return;
    add(flags);
  }
  template <Chooser C>
  unsigned short choose(Situation<C>& situation) const {
    return flags_[situation.deviate(count_)];
  }

 private:
  unsigned count_ = 0;
  std::array<unsigned short, 12> flags_{};
};

}  // namespace space_detail

}  // namespace ptecheck

#endif
