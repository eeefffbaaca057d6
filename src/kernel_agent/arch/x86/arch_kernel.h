/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86-64, what agent.c must know. Part of agent.c, which explains the names.
 *
 * The gs base is 0 in user space, so %gs:symbol is the symbol: per-CPU data are plain variables.
 */
#define ARCH_TABLE_SLOTS PTRS_PER_PTE
#define ARCH_NONE __pte(0)
#define archStores(pte) pte_write(pte)
/* What hardware sets when it uses an entry: never soft-dirty. */
#define archAccessed(pte, write) pte_set_flags(pte, _PAGE_ACCESSED | ((write) ? _PAGE_DIRTY : 0))
#define archUnused(pte) (pte) /* it is never asked for: pte_unused() is constant */
/* pte_present() also says yes to PROT_NONE entries. */
#define archLoads(pte) (!!(pte_flags(pte) & _PAGE_PRESENT))

/* `current` and the preemption count: part of one hot cache line until v6.14, variables of their
 * own since. */
#if defined(HAVE_pcpu_hot)
#define archCurrentTask pcpu_hot.current_task
#define archPreemptCount pcpu_hot.preempt_count
#else
#define archCurrentTask current_task
#define archPreemptCount __preempt_count
#endif

static void archReset(struct task_struct *task) {
  this_cpu_write(archCurrentTask, task);
  this_cpu_write(archPreemptCount, PREEMPT_ENABLED); /* 0 would mean: reschedule */
#if defined(CONFIG_X86_USER_SHADOW_STACK)
  set_cpu_cap(&boot_cpu_data, X86_FEATURE_SHSTK);
  set_cpu_cap(&boot_cpu_data, X86_FEATURE_USER_SHSTK);
#endif
}

static const char *archFeatures(void) {
  return SPELLING_VM_SHADOW_STACK ? "user shadow stacks" : "";
}

static inline void archStartTables(struct mm_struct *mm, void *pmd_table) {}
static inline void archOtherCpu(struct mm_struct *mm) {}
static inline void archFold(struct mm_struct *mm, unsigned long address, pte_t *last) {}
