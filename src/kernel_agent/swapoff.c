// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree's mm/swapfile.c, for what swapoff does to page tables: unuse_vma() and, below it,
 * unuse_pte_range() and unuse_pte(), which are static. A program of its own within the agent,
 * compiled like agent.c. What a swap device is, and how slots are counted, is not under test:
 * runtime.c and agent.c answer for it, so that a scenario's events and counts are the same for all
 * code.
 */
#include "have.h"

/* Answered by runtime.c and agent.c; here, in whatever version, their own definitions give way. */
#pragma weak swap_duplicate
#pragma weak swap_duplicate_nr
#pragma weak swap_free
#pragma weak swap_free_nr
#pragma weak folio_dup_swap
#pragma weak folio_put_swap
#pragma weak folio_free_swap

#include KFILE

#include "kernel_agent/inside.h"
#include "scenario/flat.h"

/* Slots of other folios are in nobody's swap cache: with a count of zero, they were freed
 * meanwhile, and swapoff goes on to the next entry. */
static struct swap_info_struct device;
static unsigned char no_counts[SWAP_OFFSET + 2 * MAX_PAGES];

int insideUnuseVma(struct vm_area_struct *vma, unsigned type) {
  device.type = type;
  device.swap_map = no_counts;
  swap_info[type] = &device;
  return unuse_vma(vma, type);
}
