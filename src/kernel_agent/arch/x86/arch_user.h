/* SPDX-License-Identifier: GPL-2.0-only */
/* x86-64, what runtime.c must know. Part of runtime.c, which explains the names. */
#define ARCH_RAM 0x100000000000ul
#define ARCH_VMEMMAP 0x110000000000ul

static unsigned long archProgramCounter(int number, const ucontext_t *context) {
  (void)number;
  return context->uc_mcontext.gregs[REG_RIP];
}

/* A privileged instruction raises a general protection fault, which has no address. */
static int archIsPrivileged(int number, const siginfo_t *info) {
  return number == SIGILL || (number == SIGSEGV && info->si_code == SI_KERNEL);
}

/* Variables, with CONFIG_RANDOMIZE_MEMORY. */
WEAK unsigned long page_offset_base, vmemmap_base, vmalloc_base, phys_base;

static const char *archMapped(void) {
  page_offset_base = (unsigned long)env_ram;
  vmemmap_base = (unsigned long)env_vmemmap;
  vmalloc_base = 0x120000000000ul; /* nothing is there */
  return NULL;
}

/* ---- TLB ---- */

void flush_tlb_mm_range(void *mm, unsigned long start, unsigned long end, unsigned shift,
                        _Bool tables);
WEAK void flush_tlb_mm_range(void *mm, unsigned long start, unsigned long end, unsigned shift,
                             _Bool tables) {
  (void)mm, (void)shift, (void)tables;
  env_flushed((end - start) / agentPageSize());
}

/* ---- data known to be harmless ---- */

/* Entries keep only bits that these masks allow; all are allowed from v6.12's boot code on a
 * 64-bit CPU with NX, which is what the entries of a scenario have. */
WEAK unsigned long __supported_pte_mask = ~0ul, __default_kernel_pte_mask = ~0ul;
/* Four-level page tables: p4d is folded into pgd. */
WEAK unsigned pgdir_shift = 39, ptrs_per_p4d = 1, __pgtable_l5_enabled = 0;
/* CPU feature words; archReset() sets those the scenarios need. Larger than any tree's struct. */
WEAK char boot_cpu_data[4096] __attribute__((aligned(64)));
/* `current`, preemption count, CPU number 0. archReset() stores the task. */
WEAK char pcpu_hot[4096] __attribute__((aligned(64)));
extern char const_pcpu_hot[4096] __attribute__((alias("pcpu_hot")));
WEAK char current_task[64] __attribute__((aligned(64)));
extern char const_current_task[64] __attribute__((alias("current_task")));
WEAK int __preempt_count, cpu_number;
/* The offset of CPU 0's per-CPU area: none. */
WEAK unsigned long this_cpu_off;

/* Is this kernel address in the linear map? Stack addresses are not. */
_Bool __virt_addr_valid(unsigned long address);
WEAK _Bool __virt_addr_valid(unsigned long address) { return env_inRam(address); }
