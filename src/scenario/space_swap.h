// SPDX-License-Identifier: GPL-2.0-only
//
// Family swap: try_to_unmap() of a swap-backed folio, part of which has been swapped out (or is a
// device's) before, and the way back: faults, swapoff, fork before or after either, and userfaultfd
// letting go. The plain
// situation: the folio in one process, one writable anonymous VMA, and nothing afterwards.
#ifndef PTECHECK_SCENARIO_SPACE_SWAP_H
#define PTECHECK_SCENARIO_SPACE_SWAP_H

#include "scenario/mixed_states.h"
#include "scenario/space_parts.h"

namespace ptecheck::space_detail {

// How many processes there are, and what happens afterwards.
enum class SwapCourse {
  kNothing,
  kRead,
  kWrite,
  kSwapoff,
  kSwapoffThenWrite,
  kForkThenSwapoff,
  kForkThenReads,
  kForkThenParentWrites,
  kSwapoffThenFork,
  kPair,
  kPairReads,
  kPairSecondWrites,
  kPairSwapoff,
  // Of VMAs that are registered for uffd-wp.
  kUnregister,
  kUnregisterThenRead,
  kUnregisterThenWrite,
};
constexpr unsigned kSwapCourses = 13, kSwapCoursesWithUffdWp = 16;

inline void setSwapCourse(Scenario& s, SwapCourse course) {
  s.processes = course >= SwapCourse::kPair && course < SwapCourse::kUnregister ? 2 : 1;
  switch (course) {
    case SwapCourse::kNothing:
    case SwapCourse::kPair:
      break;
    case SwapCourse::kRead:
      addStep(s, STEP_READ);
      break;
    case SwapCourse::kWrite:
      addStep(s, STEP_WRITE);
      break;
    case SwapCourse::kSwapoff:
    case SwapCourse::kPairSwapoff:
      addStep(s, STEP_SWAPOFF);
      break;
    case SwapCourse::kSwapoffThenWrite:
      addStep(s, STEP_SWAPOFF);
      addStep(s, STEP_WRITE);
      break;
    case SwapCourse::kForkThenSwapoff:
      addStep(s, STEP_FORK);
      addStep(s, STEP_SWAPOFF);
      break;
    case SwapCourse::kForkThenReads:
      addStep(s, STEP_FORK);
      addStep(s, STEP_READ);
      addStep(s, STEP_READ, 1);
      break;
    case SwapCourse::kForkThenParentWrites:
      addStep(s, STEP_FORK);
      addStep(s, STEP_WRITE);
      break;
    case SwapCourse::kSwapoffThenFork:
      addStep(s, STEP_SWAPOFF);
      addStep(s, STEP_FORK);
      addStep(s, STEP_WRITE);
      break;
    case SwapCourse::kPairReads:
      addStep(s, STEP_READ);
      addStep(s, STEP_READ, 1);
      break;
    case SwapCourse::kPairSecondWrites:
      addStep(s, STEP_WRITE, 1);
      break;
    case SwapCourse::kUnregister:
      addStep(s, STEP_UNREGISTER);
      break;
    case SwapCourse::kUnregisterThenRead:
      addStep(s, STEP_UNREGISTER);
      addStep(s, STEP_READ);
      break;
    case SwapCourse::kUnregisterThenWrite:
      addStep(s, STEP_UNREGISTER);
      addStep(s, STEP_WRITE);
      break;
  }
}

template <Chooser C>
EntryStates chooseSwap(C& chooser, const Space& space, Scenario& s) {
  Situation<C> situation = chooseSize(chooser, space, s);
  const Abilities& abilities = space.abilities;
  s.folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  if (situation.deviate(2) == 1) s.folio_flags |= FOLIO_DIRTY;
  const unsigned courses = abilities.uffd_wp ? kSwapCoursesWithUffdWp : kSwapCourses;
  setSwapCourse(s, static_cast<SwapCourse>(situation.deviate(courses)));

  // In a private mapping of a file, the folio's pages are copies (do_cow_fault()).
  VmaKinds kinds;
  if (anyone(s, STEP_UNREGISTER)) {
    kinds.add(VMA_WRITE | VMA_UFFD_WP);
    kinds.add(VMA_WRITE | VMA_FILE | VMA_UFFD_WP);
  } else {
    kinds.add(VMA_WRITE);
    kinds.add(VMA_WRITE | VMA_SOFTDIRTY, abilities);
    kinds.add(VMA_WRITE | VMA_LOCKED);
    kinds.add(VMA_WRITE | VMA_UFFD_WP, abilities);
    kinds.add(VMA_WRITE | VMA_FILE);
    kinds.add(VMA_WRITE | VMA_FILE | VMA_UFFD_WP, abilities);
    if (!anyone(s, STEP_WRITE)) kinds.add(0);
  }
  const unsigned short vma_flags = kinds.choose(situation);
  if ((vma_flags & VMA_LOCKED) && situation.deviate(2) == 1) s.ttu |= UNMAP_IGNORE_MLOCK;

  chooseHolder(situation, s);
  chooseEvent(situation, s, {EVENT_SWAP_DUPLICATE, EVENT_ARCH_UNMAP});
  chooseGeometry(situation, s, vma_flags);
  chooseFlush(situation, s);

  StateRequest states;
  states.vma_flags = vma_flags & (VMA_WRITE | VMA_UFFD_WP);
  states.pair = s.processes > 1;
  states.all = chooseForm(situation, abilities, s);
  states.soft_dirty = abilities.soft_dirty;
  states.swap = true;
  states.markers = (vma_flags & VMA_FILE) != 0;
  states.device_exclusive = abilities.device;
  situation.boundary();
  return mixedStates(states);
}

}  // namespace ptecheck::space_detail

#endif
