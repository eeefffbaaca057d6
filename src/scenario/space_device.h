// SPDX-License-Identifier: GPL-2.0-only
//
// Family device: lazyfree folios of which a device has some pages to itself, at unmap; and folios
// in the memory of a device, which are only ever migrated. Every scenario has a device's entry, so
// that a format without them has an empty family.
#ifndef PTECHECK_SCENARIO_SPACE_DEVICE_H
#define PTECHECK_SCENARIO_SPACE_DEVICE_H

#include "scenario/mixed_states.h"
#include "scenario/space_migration.h"
#include "scenario/space_parts.h"

namespace ptecheck::space_detail {

template <Chooser C>
EntryStates chooseDevice(C& chooser, const Space& space, Scenario& s) {
  Situation<C> situation = chooseSize(chooser, space, s);
  const Abilities& abilities = space.abilities;
  StateRequest states;
  const bool in_device = s.pages == 1 && situation.choose(2) == 1;
  if (in_device) {
    s.operation = OPERATION_TRY_TO_MIGRATE;
    s.folio_flags |= FOLIO_DEVICE_PRIVATE | FOLIO_SWAPBACKED;
    s.processes = static_cast<unsigned char>(1 + situation.deviate(2));
  } else {
    s.processes = 1;
    // Nothing; A writes; a fork, then A or the child writes.
    const unsigned course = situation.deviate(4);
    if (course >= 2) addStep(s, STEP_FORK);
    if (course >= 1) addStep(s, STEP_WRITE, course == 3 ? 1 : 0);
  }
  if (situation.deviate(2) == 1) s.folio_flags |= FOLIO_DIRTY;

  VmaKinds kinds;
  kinds.add(VMA_WRITE);
  kinds.add(VMA_WRITE | VMA_SOFTDIRTY, abilities);
  kinds.add(VMA_WRITE | VMA_LOCKED);
  kinds.add(VMA_WRITE | VMA_UFFD_WP, abilities);
  if (!in_device && !anyone(s, STEP_FORK)) kinds.add(VMA_WRITE | VMA_DROPPABLE);
  if (!anyone(s, STEP_WRITE)) kinds.add(0);
  const unsigned short vma_flags = kinds.choose(situation);

  if (in_device) {
    if (situation.deviate(2) == 1) s.references = 1;  // nobody can pin it
  } else {
    if ((vma_flags & VMA_LOCKED) && situation.deviate(2) == 1) s.ttu |= UNMAP_IGNORE_MLOCK;
    chooseHolder(situation, s);
    chooseEvent(situation, s, {EVENT_REFERENCE});
  }
  chooseGeometry(situation, s, vma_flags);
  chooseFlush(situation, s);
  if (in_device) chooseEnd(situation, s, vma_flags);

  states.vma_flags = vma_flags & (VMA_WRITE | VMA_UFFD_WP);
  states.pair = s.processes > 1;
  states.soft_dirty = abilities.soft_dirty;
  states.device_private = abilities.device && in_device;
  states.device_exclusive = abilities.device && !in_device;
  states.all = chooseForm(situation, abilities, s);
  situation.boundary();
  return mixedStates(states);
}

}  // namespace ptecheck::space_detail

#endif
