/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A place for another CPU to act. try_to_unmap_one() clears entries, then has smp_mb(), then reads
 * the folio's reference count; GUP-fast takes a reference and then re-reads the entry. So a
 * reference that appears between clear and count appears at that barrier. Only barriers written in
 * mm/rmap.c itself are such places (include level 1, as agent.c includes that file), not those
 * inside inline functions of headers. agent.c alone defines PTECHECK_AGENT.
 */
#ifndef PTECHECK_OVERLAY_ASM_BARRIER_H
#define PTECHECK_OVERLAY_ASM_BARRIER_H

#include_next <asm/barrier.h>

#if defined(PTECHECK_AGENT) && !defined(__ASSEMBLY__)
extern void agentBarrier(void);
#undef smp_mb
#define smp_mb()                                \
  do {                                          \
    __smp_mb();                                 \
    if (__INCLUDE_LEVEL__ == 1) agentBarrier(); \
  } while (0)
#endif

#endif
