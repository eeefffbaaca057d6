/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that reach static ones of the tree: each is defined in a file of this folder that
 * includes the tree's, as neighbours.txt says, and null if that one was left out.
 *
 * What such a file of the tree defines and this environment answers otherwise (a leaf operation,
 * which rmap.c and others call as well) is weak there, by a #pragma, and not weak in agent.c or
 * runtime.c.
 */
#ifndef PTECHECK_KERNEL_AGENT_INSIDE_H
#define PTECHECK_KERNEL_AGENT_INSIDE_H

struct vm_area_struct;

/* swapoff.c: every swap entry of type `type` in this VMA becomes present. 0, or why not (-errno).
 */
int __attribute__((weak)) insideUnuseVma(struct vm_area_struct *vma, unsigned type);

/* huge.c: not at null, if mm/huge_memory.c is there. */
extern const char insideHugeMemory __attribute__((weak));

#endif
