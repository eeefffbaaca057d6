/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arm64, what agent.c must know. Part of agent.c, which explains the names.
 *
 * Contiguous blocks (CONFIG_ARM64_CONTPTE) are the tree's own code: arch/arm64/mm/contpte.c is
 * linked in, and a scenario's blocks are folded by contpte_try_fold() itself.
 */
#define ARCH_TABLE_SLOTS PTRS_PER_PTE
#define ARCH_NONE __pte(0)
#define archLoads(pte) (!!pte_valid(pte))
#define archStores(pte) pte_write(pte) /* a clean one too: hardware sets dirty */
/* Dirty is: may be written, and is not read-only. */
#define archAccessed(pte, write)                      \
  __pte((pte_val(pte) | PTE_AF) &                     \
        ~((write) && pte_write(pte) ? PTE_RDONLY : 0))
#define archUnused(pte) (pte) /* it is never asked for: pte_unused() is constant */

struct task_struct *agent_current; /* "mrs sp_el0": overlay/ptecheck_arch.h */

static void archReset(struct task_struct *task) {
  agent_current = task;
  task_thread_info(task)->preempt_count = PREEMPT_ENABLED; /* 0 would mean: reschedule */
}

/* The processor's identity, as far as page tables depend on it: hardware sets accessed and dirty.
 * Everything else reads as absent, like the alternatives, which nobody patches. */
u64 __weak read_sanitised_ftr_reg(u32 id) {
  return id == SYS_ID_AA64MMFR1_EL1 ? ID_AA64MMFR1_EL1_HAFDBS_DBM << ID_AA64MMFR1_EL1_HAFDBS_SHIFT
                                    : 0;
}

static const char *archFeatures(void) {
  return arch_has_hw_pte_young() ? "hardware accessed and dirty" : "";
}

static inline void archStartTables(struct mm_struct *mm, void *pmd_table) {}

static inline void archOtherCpu(struct mm_struct *mm) {}

/* Folds the block whose last entry `last` is, if contpte_try_fold() thinks it may. */
static inline void archFold(struct mm_struct *mm, unsigned long address, pte_t *last) {
#if defined(CONFIG_ARM64_CONTPTE)
  contpte_try_fold(mm, address, last, __ptep_get(last));
#endif
}
