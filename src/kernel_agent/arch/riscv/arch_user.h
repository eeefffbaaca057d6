/* SPDX-License-Identifier: GPL-2.0-only */
/* riscv, what runtime.c must know. Part of runtime.c, which explains the names. */
#define ARCH_RAM 0x1000000000ul
#define ARCH_VMEMMAP 0x1100000000ul /* as in substitutions.txt */

static unsigned long archProgramCounter(int number, const ucontext_t *context) {
  (void)number;
  return context->uc_mcontext.__gregs[REG_PC];
}

static int archIsPrivileged(int number, const siginfo_t *info) {
  (void)info;
  return number == SIGILL;
}

/* Page frames begin at phys_ram_base, which is 0; the array of struct page too. */
WEAK unsigned long max_mapnr = RAM_PAGES, phys_ram_base, vmemmap_start_pfn;

static const char *archMapped(void) { return NULL; }

/* ---- TLB: arch/riscv/mm/tlbflush.c, v6.12, which asks other CPUs through firmware ---- */

void flush_tlb_page(void *vma, unsigned long address);
WEAK void flush_tlb_page(void *vma, unsigned long address) {
  (void)vma, (void)address;
  env_flushed(1);
}

void flush_tlb_range(void *vma, unsigned long start, unsigned long end);
WEAK void flush_tlb_range(void *vma, unsigned long start, unsigned long end) {
  (void)vma;
  env_flushed((end - start) / agentPageSize());
}

void flush_pmd_tlb_range(void *vma, unsigned long start, unsigned long end);
WEAK void flush_pmd_tlb_range(void *vma, unsigned long start, unsigned long end) {
  (void)vma;
  env_flushed((end - start) / agentPageSize());
}

void flush_tlb_mm_range(void *mm, unsigned long start, unsigned long end, unsigned page_size);
WEAK void flush_tlb_mm_range(void *mm, unsigned long start, unsigned long end, unsigned page_size) {
  (void)mm, (void)page_size;
  env_flushed((end - start) / agentPageSize());
}

/* May flushes be deferred? Always; what that means for one page is noted in a CPU mask, which
 * nobody reads before the flush. */
_Bool arch_tlbbatch_should_defer(void *mm);
WEAK _Bool arch_tlbbatch_should_defer(void *mm) {
  (void)mm;
  return 1;
}
NOTHING(arch_tlbbatch_add_pending)

/* ---- data known to be harmless ---- */

/* Sv39: three levels of page tables. */
WEAK _Bool pgtable_l4_enabled, pgtable_l5_enabled;
WEAK unsigned long satp_mode = 8ul << 60;
/* Extensions that this processor has: none is asked for. */
WEAK unsigned long riscv_isa[16];
