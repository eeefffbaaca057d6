/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IPTE, "invalidate page table entry": sets the invalid bit in an entry and takes it out of all
 * TLBs. Only the kernel may execute it, so here the bit is set by a store, and the flush counted,
 * if there was something to flush (Principles of Operation, "Invalidate Page Table Entry"). IDTE
 * and CSP do the same to an entry that maps a segment (a PMD).
 */
#ifndef PTECHECK_OVERLAY_ASM_PGTABLE_H
#define PTECHECK_OVERLAY_ASM_PGTABLE_H

#include_next <asm/pgtable.h>

#ifndef __ASSEMBLY__
static inline void ptecheckInvalidate(pte_t *ptep, unsigned long entries) {
  unsigned long i, valid = 0;

  for (i = 0; i < entries; i++) {
    valid += !(pte_val(ptep[i]) & _PAGE_INVALID);
    ptep[i] = __pte(pte_val(ptep[i]) | _PAGE_INVALID);
  }
  if (valid) env_flushed(valid);
}
#define __ptep_ipte(address, ptep, options, asce, local) \
  ((void)(address), (void)(options), (void)(asce), ptecheckInvalidate(ptep, 1))
#define __ptep_ipte_range(address, more, ptep, local) \
  ((void)(address), ptecheckInvalidate(ptep, (unsigned long)(more) + 1))

static inline void ptecheckInvalidateSegment(pmd_t *pmdp) {
  if (!(pmd_val(*pmdp) & _SEGMENT_ENTRY_INVALID)) env_flushed(PTRS_PER_PTE);
  *pmdp = __pmd(pmd_val(*pmdp) | _SEGMENT_ENTRY_INVALID);
}
#define __pmdp_idte(address, pmdp, options, asce, local) \
  ((void)(address), (void)(options), (void)(asce), ptecheckInvalidateSegment(pmdp))
#define __pmdp_csp(pmdp) ptecheckInvalidateSegment(pmdp)
#endif

#endif
