/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * powerpc (book3s64, radix, 64 KB pages, little-endian), what agent.c must know. Part of agent.c,
 * which explains the names.
 *
 * Page tables are big-endian in memory whatever the processor's order; pte_val() and __pte() of
 * the tree convert, so what crosses the process boundary is in the processor's order.
 *
 * The kernel's register r13 points to this CPU's paca; the C library's points 0x7000 bytes behind
 * the start of the thread's variables. Both are right: arch_user.h declares a thread-local array
 * that is long enough to have r13 in the middle, and the paca is at that place. (A static
 * executable with one thread: its own thread-local data come first.)
 */
#define ARCH_TABLE_SLOTS R_PTRS_PER_PTE
#define ARCH_NONE __pte(0)
#define archLoads(pte) ((pte_raw(pte) & cpu_to_be64(_PAGE_PRESENT)) && (pte_val(pte) & _PAGE_READ))
#define archStores(pte) pte_write(pte)
#define archAccessed(pte, write) \
  __pte_raw(pte_raw(pte) | cpu_to_be64(_PAGE_ACCESSED | ((write) ? _PAGE_DIRTY : 0)))
#define archUnused(pte) (pte) /* it is never asked for: pte_unused() is constant */

static struct cpu_spec agent_cpu;
struct cpu_spec *cur_cpu_spec __weak;

unsigned long agentPacaBytes(void) { return sizeof(struct paca_struct); }

static void archReset(struct task_struct *task) {
  memset(local_paca, 0, sizeof(*local_paca));
  local_paca->__current = task;
  local_paca->lock_token = 0x8000; /* arch/powerpc/kernel/paca.c */
  task_thread_info(task)->preempt_count = INIT_PREEMPT_COUNT;
  agent_cpu.mmu_features = MMU_FTR_TYPE_RADIX;
  cur_cpu_spec = &agent_cpu;
  /* radix__early_init_mmu(): two formats of page table are compiled in, sizes are variables. */
  __pte_index_size = RADIX_PTE_INDEX_SIZE;
  __pmd_index_size = RADIX_PMD_INDEX_SIZE;
  __pud_index_size = RADIX_PUD_INDEX_SIZE;
  __pgd_index_size = RADIX_PGD_INDEX_SIZE;
  __pte_table_size = RADIX_PTE_TABLE_SIZE;
  __pmd_table_size = RADIX_PMD_TABLE_SIZE;
  __pud_table_size = RADIX_PUD_TABLE_SIZE;
  __pgd_table_size = RADIX_PGD_TABLE_SIZE;
  __pmd_val_bits = RADIX_PMD_VAL_BITS;
  __pud_val_bits = RADIX_PUD_VAL_BITS;
  __pgd_val_bits = RADIX_PGD_VAL_BITS;
}

static const char *archFeatures(void) { return radix_enabled() ? "radix" : ""; }

static inline void archStartTables(struct mm_struct *mm, void *pmd_table) {}
static inline void archOtherCpu(struct mm_struct *mm) {}
static inline void archFold(struct mm_struct *mm, unsigned long address, pte_t *last) {}
