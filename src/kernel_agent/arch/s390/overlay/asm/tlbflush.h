/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two kinds of TLB flush. IPTE flushes an entry as it invalidates it (asm/pgtable.h here). If this
 * CPU alone runs the process, entries may instead be invalidated by a store, and the flush waits
 * until flush_tlb_range() or flush_tlb_mm() asks for it: ptep_xchg_lazy() in
 * arch/s390/mm/pgtable.c, __tlb_flush_mm_lazy(), v6.12. Counted is what was asked for, if something
 * waits; the instruction itself flushes all that the process has.
 */
#ifndef PTECHECK_OVERLAY_ASM_TLBFLUSH_H
#define PTECHECK_OVERLAY_ASM_TLBFLUSH_H

#include_next <asm/tlbflush.h>

static inline void ptecheckFlush(const struct mm_struct *mm, unsigned long pages) {
  if (mm->context.flush_mm) env_flushed(pages);
}

#define flush_tlb_mm(mm) (ptecheckFlush(mm, TASK_SIZE_MAX >> PAGE_SHIFT), flush_tlb_mm(mm))
#define flush_tlb_range(vma, start, end)                                                 \
  ({                                                                                     \
    unsigned long ptecheck_start = (start), ptecheck_end = (end);                        \
    ptecheckFlush((vma)->vm_mm, (ptecheck_end - ptecheck_start) >> PAGE_SHIFT);          \
    flush_tlb_range(vma, ptecheck_start, ptecheck_end);                                  \
  })

#endif
