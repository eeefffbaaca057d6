/* SPDX-License-Identifier: GPL-2.0-only */
/* powerpc, what runtime.c must know. Part of runtime.c, which explains the names. */
#define ARCH_RAM 0x100000000000ul /* as in substitutions.txt */
#define ARCH_VMEMMAP 0x110000000000ul

static unsigned long archProgramCounter(int number, const ucontext_t *context) {
  (void)number;
  return context->uc_mcontext.gp_regs[PT_NIP];
}

static int archIsPrivileged(int number, const siginfo_t *info) {
  (void)info;
  return number == SIGILL;
}

/* Where r13 points to, and the paca is: see arch_kernel.h. */
enum { BEFORE_R13 = 0x7000, AROUND_R13 = 0x18000 };
static _Thread_local char around_r13[AROUND_R13] __attribute__((aligned(4096)));
unsigned long agentPacaBytes(void);

WEAK void *vmemmap;
/* The end of RAM; addresses behind it are not in the linear map. */
WEAK unsigned long high_memory;

static const char *archMapped(void) {
  const char *r13;

  __asm__("mr %0, 13" : "=r"(r13));
  vmemmap = env_vmemmap;
  high_memory = ARCH_RAM + RAM_PAGES * agentPageSize();
  if (r13 < around_r13 || r13 + agentPacaBytes() > around_r13 + AROUND_R13)
    return "register r13 does not point where this C library's should";
  return NULL;
}

/* ---- TLB: arch/powerpc/mm/book3s64/radix_tlb.c ---- */

void radix__flush_tlb_page(void *vma, unsigned long address);
WEAK void radix__flush_tlb_page(void *vma, unsigned long address) {
  (void)vma, (void)address;
  env_flushed(1);
}

void radix__flush_pmd_tlb_range(void *vma, unsigned long start, unsigned long end);
WEAK void radix__flush_pmd_tlb_range(void *vma, unsigned long start, unsigned long end) {
  (void)vma;
  env_flushed((end - start) / agentPageSize());
}

void radix__flush_tlb_range(void *vma, unsigned long start, unsigned long end);
WEAK void radix__flush_tlb_range(void *vma, unsigned long start, unsigned long end) {
  (void)vma;
  env_flushed((end - start) / agentPageSize());
}
