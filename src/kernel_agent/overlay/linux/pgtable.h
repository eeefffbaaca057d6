/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A place for arch_unmap_one() to fail, on any architecture: generic code asks it before it writes a
 * swap or migration entry, and puts the entry back if it says no. Of the kernel's own, sparc64's
 * alone does anything (it saves a page's ADI tags). Where the scenario's event does not say no, the
 * architecture's own is asked. agent.c alone defines PTECHECK_AGENT.
 */
#ifndef PTECHECK_OVERLAY_LINUX_PGTABLE_H
#define PTECHECK_OVERLAY_LINUX_PGTABLE_H

#include_next <linux/pgtable.h>

#if defined(PTECHECK_AGENT) && !defined(__ASSEMBLY__) && !defined(arch_unmap_one)
extern int agentArchUnmap(void);
#define arch_unmap_one(mm, vma, address, pte) \
  (agentArchUnmap() < 0 ? -1 : (arch_unmap_one)(mm, vma, address, pte))
#endif

#endif
