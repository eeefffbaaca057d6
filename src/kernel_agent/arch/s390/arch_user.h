/* SPDX-License-Identifier: GPL-2.0-only */
/* s390, what runtime.c must know. Part of runtime.c, which explains the names. */
#define ARCH_RAM 0x1000000000ul
#define ARCH_VMEMMAP 0x1100000000ul

/* An instruction that is not executed at all is suppressed: the address is that of the next one, and
 * one less lies in it. One that touched memory wrongly is nullified: the address is its own
 * (Principles of Operation, "Types of Instruction Ending"). */
static unsigned long archProgramCounter(int number, const ucontext_t *context) {
  return context->uc_mcontext.psw.addr - (number == SIGILL);
}

static int archIsPrivileged(int number, const siginfo_t *info) {
  (void)info;
  return number == SIGILL;
}

/* struct vm_layout: offsets of the kernel image (2), where RAM is mapped, and its size. Addresses
 * below the first belong to RAM. */
unsigned long vm_layout[4];
WEAK void *vmemmap;
WEAK unsigned long vmemmap_size;

static const char *archMapped(void) {
  vm_layout[0] = ~0ul;
  vm_layout[2] = (unsigned long)env_ram;
  vm_layout[3] = RAM_PAGES * agentPageSize();
  vmemmap = env_vmemmap;
  vmemmap_size = RAM_PAGES * agentPageBytes();
  return NULL;
}

/* Fills memory with a 64-bit value (arch/s390/lib/mem.S, v6.12). */
void *__memset64(unsigned long *at, unsigned long value, unsigned long bytes);
WEAK void *__memset64(unsigned long *at, unsigned long value, unsigned long bytes) {
  unsigned long i;

  for (i = 0; i < bytes / sizeof(value); i++) at[i] = value;
  return at;
}

/* ---- data known to be harmless ---- */

/* One shared zero page, of one colour: zero_pfn alone. */
WEAK unsigned long zero_page_mask;
/* Bits that boot code takes out of protections; archReset() has NX. */
WEAK unsigned long page_noexec_mask = ~0ul;
