/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * riscv, what agent.c must know. Part of agent.c, which explains the names.
 *
 * The kernel keeps `current` in the register tp, which is the C library's thread pointer here:
 * overlay/asm/current.h makes it a variable. The array of struct page is where substitutions.txt says.
 */
#define ARCH_TABLE_SLOTS PTRS_PER_PTE
#define ARCH_NONE __pte(0)
#define archLoads(pte) (!!(pte_val(pte) & _PAGE_PRESENT))
#define archStores(pte) pte_write(pte) /* a clean one too: hardware sets dirty (Svadu) */
#define archAccessed(pte, write) \
  __pte(pte_val(pte) | _PAGE_ACCESSED | ((write) ? _PAGE_DIRTY : 0))
#define archUnused(pte) (pte) /* it is never asked for: pte_unused() is constant */

struct task_struct *agent_current;
struct kernel_mapping kernel_map __weak;
extern char *env_ram;

static void archReset(struct task_struct *task) {
  agent_current = task;
  task->thread_info.preempt_count = 0;
  kernel_map.page_offset = kernel_map.va_pa_offset = (unsigned long)env_ram;
  kernel_map.virt_addr = ~0ul; /* the kernel's own image: nowhere */
}

/*
 * Alternatives are unpatched, so every extension reads as absent, Svadu with them. v6.12 asks for it
 * in one place, ptep_set_access_flags(), to decide whether a stale entry may have to be flushed
 * after a fault; what is tested here does not come by there. Memory types (Svpbmt) are 0 either way.
 */
static const char *archFeatures(void) { return ""; }

static inline void archStartTables(struct mm_struct *mm, void *pmd_table) {}
static inline void archOtherCpu(struct mm_struct *mm) {}
static inline void archFold(struct mm_struct *mm, unsigned long address, pte_t *last) {}
