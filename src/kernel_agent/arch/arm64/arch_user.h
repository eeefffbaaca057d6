/* SPDX-License-Identifier: GPL-2.0-only */
/* arm64, what runtime.c must know. Part of runtime.c, which explains the names. */
#define ARCH_RAM 0x100000000000ul /* both as in substitutions.txt */
#define ARCH_VMEMMAP 0x110000000000ul

static unsigned long archProgramCounter(int number, const ucontext_t *context) {
  (void)number;
  return context->uc_mcontext.pc;
}

static int archIsPrivileged(int number, const siginfo_t *info) {
  (void)info;
  return number == SIGILL;
}

static const char *archMapped(void) { return NULL; }

/* ---- data known to be harmless ---- */

/* RAM begins at physical address 0. */
WEAK long memstart_addr;
/* Where the kernel image lies beside the linear map: nothing of a scenario is in the image. */
WEAK unsigned long kimage_voffset;
/* Kernel mappings alone are made non-global by it (KPTI); a user's always are. */
WEAK _Bool arm64_use_ng_mappings;
/* Feature bits: none but what archReset() and read_sanitised_ftr_reg() say. */
WEAK unsigned long system_cpucaps[64];

/* Is this frame RAM? */
int pfn_is_map_memory(unsigned long pfn);
WEAK int pfn_is_map_memory(unsigned long pfn) { return pfn < RAM_PAGES; }
/* Makes instruction caches see a page: no code of a user runs here. */
NOTHING(__sync_icache_dcache)
