/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * userfaultfd lets go of a process's VMAs: the tree's own uffd_wp_range() (mm/userfaultfd.c), which
 * walks with change_protection() (mm/mprotect.c), both neighbours. Part of agent.c.
 *
 * As userfaultfd_clear_vma() asks for it (v6.12): of VMAs that are registered for write protection,
 * and before the flag goes. What that function does besides, splitting and merging VMAs, is not
 * under test. The range is what the scenario put into the VMA, with what lies beside it: everything
 * else is empty, and the walk does nothing with what is empty.
 */
#ifndef PTECHECK_KERNEL_AGENT_USERFAULTFD_H
#define PTECHECK_KERNEL_AGENT_USERFAULTFD_H

#include "kernel_agent/move.h"

/* The part of a VMA that holds entries of the scenario: slots *from .. *to - 1; false if there is
 * none. */
static bool usedPart(const Scenario *s, unsigned first, const struct vm_area_struct *vma,
                     unsigned long *from, unsigned long *to) {
  unsigned long begin = slotAddress(first > WATCH ? first - WATCH : 0);
  unsigned long end = slotAddress(min(first + s->pages + WATCH, (unsigned)SLOTS));

  *from = max(vma->vm_start, begin);
  *to = min(vma->vm_end, end);
  return *from < *to;
}

static void unregister(const Scenario *s, unsigned first, unsigned process) {
#if defined(HAVE_uffd_wp_range)
  Process *p = &processes[process];
  unsigned long from, to;
  unsigned v;

  for (v = 0; v < (s->split[process] ? 2u : 1u); v++) {
    struct vm_area_struct *vma = &p->vma[v];

    if (!userfaultfd_wp(vma)) continue;
    if (usedPart(s, first, vma, &from, &to)) uffd_wp_range(vma, from, to - from, false);
    vm_flags_init(vma, vma->vm_flags & ~VM_UFFD_WP);
  }
  if (agent_state.locks)
    env_broken("a spin lock is still held after uffd_wp_range()", uffd_wp_range);
#else
  env_unsupported("this tree has no uffd_wp_range(), which unregisters a VMA");
#endif
}

#endif
