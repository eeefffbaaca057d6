/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TLB flushes are instructions in inline functions; here each that is waited for is counted first,
 * under the name it is asked by. Those that are only issued (the _nosync ones, v6.12) are not: the
 * wait comes with arch_tlbbatch_flush(), after the operation.
 */
#ifndef PTECHECK_OVERLAY_ASM_TLBFLUSH_H
#define PTECHECK_OVERLAY_ASM_TLBFLUSH_H

#include_next <asm/tlbflush.h>

#define flush_tlb_page(vma, address) (env_flushed(1), flush_tlb_page(vma, address))
#define flush_tlb_range(vma, start, end)                                                 \
  ({                                                                                     \
    unsigned long ptecheck_start = (start), ptecheck_end = (end);                        \
    env_flushed((ptecheck_end - ptecheck_start) >> PAGE_SHIFT);                          \
    flush_tlb_range(vma, ptecheck_start, ptecheck_end);                                  \
  })
#define __flush_tlb_range(vma, start, end, ...)                                          \
  ({                                                                                     \
    unsigned long ptecheck_start = (start), ptecheck_end = (end);                        \
    env_flushed((ptecheck_end - ptecheck_start) >> PAGE_SHIFT);                          \
    __flush_tlb_range(vma, ptecheck_start, ptecheck_end, __VA_ARGS__);                   \
  })

#endif
