/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * swapoff: the tree's own unuse_vma() for all VMAs of all processes that have swap entries. Part of
 * agent.c; swapoff.c has mm/swapfile.c.
 *
 * Around it, as try_to_unuse() does it (v6.12): processes are found by init_mm's list, and at the
 * end the folio leaves the swap cache if no slot of it is in use. Modelled: how often each slot is
 * in use, the swap cache, and the folio's lock, which reclaim has given back.
 */
#ifndef PTECHECK_KERNEL_AGENT_SWAPOFF_H
#define PTECHECK_KERNEL_AGENT_SWAPOFF_H

#include "kernel_agent/inside.h"
#include "kernel_agent/userfaultfd.h"

static bool swap_counted; /* agent_state.swap_change holds what is in use, not changes */

static void countSlots(const Scenario *s, const Outcome *o) {
  unsigned p, i;

  if (swap_counted) return;
  for (i = 0; i < s->pages; i++) {
    agent_state.swap_change[i] = o->entry[i].swap_count;
    for (p = 0; p < s->processes; p++)
      agent_state.swap_change[i] += (s->entry[p * s->pages + i] & ENTRY_SWAP) != 0;
  }
  swap_counted = true;
}

static void forgetSlots(const Scenario *s) {
  if (swap_counted)
    memset(agent_state.swap_change, 0, s->pages * sizeof(agent_state.swap_change[0]));
  swap_counted = false;
}

/* The folio that has this slot, with a reference more; null: it is in no swap cache. */
void *agentSwapCacheFolio(unsigned long raw) {
  struct folio *folio = currentFolio();

  if (agentSwapPage(raw) < 0 || !folio_test_swapcache(folio)) return NULL;
  folio_get(folio);
  return folio;
}

/* Asked with the folio locked. delete_from_swap_cache(): one reference a page. */
bool folio_free_swap(struct folio *folio) {
  long i, pages = folio_nr_pages(folio);

  if (!folio_test_locked(folio))
    env_broken("folio_free_swap() of a folio that is not locked", __builtin_return_address(0));
  if (!folio_test_swapcache(folio)) return false;
  for (i = 0; i < pages; i++)
    if (agent_state.swap_change[i] > 0) return false;
  folio->swap.val = 0;
  folio_clear_swapcache(folio);
  folio_set_dirty(folio);
  folio_ref_sub(folio, pages);
  return true;
}

void __weak folio_unlock(struct folio *folio) {
  if (!folio_test_locked(folio))
    env_broken("folio_unlock() of a folio that is not locked", __builtin_return_address(0));
  __folio_clear_locked(folio);
}

/* Was this process known to swapoff before the operation? */
static bool hadSwapEntries(const Scenario *s, unsigned process) {
  unsigned i;

  for (i = 0; i < s->pages; i++)
    if (s->entry[process * s->pages + i] & (ENTRY_SWAP | ENTRY_SWAPPED)) return true;
  return false;
}

static void swapoff(const Scenario *s, const Outcome *o) {
  struct folio *folio = currentFolio();
  const bool locked = folio_test_locked(folio);
  unsigned p, v;

  countSlots(s, o);
  if (locked) __folio_clear_locked(folio);
  for (p = 0; p < s->processes; p++) {
    if (list_empty(&processes[p].mm->mmlist) && !hadSwapEntries(s, p)) continue;
    for (v = 0; v < (s->split[p] ? 2u : 1u); v++)
      if (insideUnuseVma(&processes[p].vma[v], SWAP_TYPE))
        env_broken("swapoff gives up", insideUnuseVma);
  }
  __folio_set_locked(folio);
  folio_free_swap(folio);
  if (!locked) __folio_clear_locked(folio);
  if (agent_state.locks) env_broken("a spin lock is still held after unuse_vma()", insideUnuseVma);
}

#endif
