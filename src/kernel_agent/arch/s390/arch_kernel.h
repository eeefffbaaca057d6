/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * s390, what agent.c must know. Part of agent.c, which explains the names.
 *
 * Per-CPU state lies in the lowcore, at address 0 of each CPU: overlay/asm/lowcore.h makes it a
 * variable. Entries are invalidated by the instruction IPTE: overlay/asm/pgtable.h. Which CPUs run a
 * process decides whether its TLB entries are flushed at once or later: overlay/asm/tlbflush.h.
 */
#define ARCH_TABLE_SLOTS PTRS_PER_PTE
#define ARCH_NONE __pte(_PAGE_INVALID)
/* Software bits say what is there, hardware bits what may be done with it. */
#define archLoads(pte) (!(pte_val(pte) & _PAGE_INVALID))
#define archStores(pte) (!(pte_val(pte) & _PAGE_PROTECT))
#define archAccessed(pte, write) (pte) /* hardware changes no entry */
#define archUnused(pte) __pte(pte_val(pte) | _PAGE_UNUSED)

char agent_lowcore[sizeof(struct lowcore)] __aligned(8192);

/* cpumask_of(): the mask of CPU 0, which the code runs on. */
const unsigned long cpu_bit_bitmap[BITS_PER_LONG + 1][BITS_TO_LONGS(NR_CPUS)] __weak = {
    [1] = {1},
};

static void archReset(struct task_struct *task) {
  struct lowcore *lowcore = get_lowcore();

  memset(lowcore, 0, sizeof(*lowcore));
  lowcore->current_task = (unsigned long)task;
  lowcore->preempt_count = PREEMPT_ENABLED; /* 0 would mean: reschedule */
  lowcore->spinlock_lockval = arch_spin_lockval(0);
  lowcore->machine_flags = MACHINE_FLAG_NX;
}

static const char *archFeatures(void) { return MACHINE_HAS_NX ? "no-execute" : ""; }

/* Empty tables are not zero, and say how high they are. Three levels: the folded ones are the top. */
static inline void archStartTables(struct mm_struct *mm, void *pmd_table) {
  mm->context.asce_limit = _REGION2_SIZE;
  cpumask_set_cpu(0, &mm->context.cpu_attach_mask);
  spin_lock_init(&mm->context.lock);
  crst_table_init((unsigned long *)mm->pgd, _REGION3_ENTRY_EMPTY);
  crst_table_init(pmd_table, _SEGMENT_ENTRY_EMPTY);
}

static inline void archOtherCpu(struct mm_struct *mm) {
  cpumask_set_cpu(1, &mm->context.cpu_attach_mask);
}

static inline void archFold(struct mm_struct *mm, unsigned long address, pte_t *last) {}
