/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every store to an entry, and every exchange, as a moment: all that asm/pgtable.h and
 * linux/pgtable.h make of them (set_ptes(), ptep_get_and_clear_full(), ...) comes down to these
 * three, one entry at a time, and they are the last that are not inline functions of one header.
 */
#ifndef PTECHECK_OVERLAY_EVENTS_ASM_PGTABLE_64_H
#define PTECHECK_OVERLAY_EVENTS_ASM_PGTABLE_64_H

#include_next <asm/pgtable_64.h>
#include <ptecheck/moments.h>

#ifndef __ASSEMBLY__
#define native_set_pte(ptep, pte)                            \
  ({                                                         \
    pte_t *__ptecheck_slot = (ptep), __ptecheck_pte = (pte); \
    agentMoment(PTECHECK_MOMENT_WRITE, __ptecheck_slot);     \
    (native_set_pte)(__ptecheck_slot, __ptecheck_pte);       \
  })
#define native_pte_clear(mm, addr, ptep)                 \
  ({                                                     \
    pte_t *__ptecheck_slot = (ptep);                     \
    agentMoment(PTECHECK_MOMENT_WRITE, __ptecheck_slot); \
    (native_pte_clear)(mm, addr, __ptecheck_slot);       \
  })
#define native_ptep_get_and_clear(ptep) PTECHECK_AT(WRITE, native_ptep_get_and_clear, ptep)
#endif

#endif
