// SPDX-License-Identifier: GPL-2.0-only
/*
 * A tree's own helpers of page-table entries, each behind a function on plain numbers (helpers.h).
 *
 * This file is compiled twice: by gcc into a program that is asked for results (helpers_main.c),
 * and by clang into LLVM IR, which src/prove turns into formulas. So there is no state here, and no
 * call that the tree's headers do not make themselves.
 *
 * Compiled with -DCONFIG_NUMA_BALANCING=1, which the agent's configuration lacks: without it
 * pte_protnone() of every architecture is the constant 0.
 */
#include "have.h"

/* powerpc: the radix MMU is what the model describes. Without the other one in the configuration
 * radix_enabled() is a constant (MMU_FTRS_ALWAYS of asm/mmu.h). */
#undef CONFIG_PPC_64S_HASH_MMU

#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/pgtable.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include KFILE_INTERNAL /* mm/internal.h: __pte_batch_clear_ignored() */

#include "kernel_agent/helpers.h"
#include "kernel_agent/spellings.h"

#define PTE(word) __pte(word)
#define PROTECTION(word) __pgprot(word)

/* The names are pasted here, before they could be expanded: some are macros in some trees. */
#define WORD(name, expression) DEFINE(helper_##name, expression)
#define ASKS(name, expression) DEFINE(helper_##name, !!(expression))
#define MAKES(name, expression) DEFINE(helper_##name, pte_val(expression))
#define DEFINE(function, expression)                \
  HelperWord function(HelperWord a, HelperWord b);  \
  HelperWord function(HelperWord a, HelperWord b) { \
    (void)a;                                        \
    (void)b;                                        \
    return (expression);                            \
  }

/* No change of protection is under way (mm_tlb_flush_pending()). */
static const struct mm_struct quiet_mm;

/* An empty entry is not zero everywhere. */
#if defined(CONFIG_S390)
MAKES(none, __pte(_PAGE_INVALID))
#else
MAKES(none, __pte(0))
#endif
/* What a readable private mapping gets; s390 and riscv have names of their own. */
#if defined(PAGE_READONLY)
WORD(page_readonly, pgprot_val(PAGE_READONLY))
#elif defined(PAGE_RO)
WORD(page_readonly, pgprot_val(PAGE_RO))
#elif defined(PAGE_READ)
WORD(page_readonly, pgprot_val(PAGE_READ))
#endif
#if defined(PAGE_NONE)
WORD(page_none, pgprot_val(PAGE_NONE))
#endif

ASKS(pte_none, pte_none(PTE(a)))
ASKS(pte_present, pte_present(PTE(a)))
ASKS(pte_same, pte_same(PTE(a), PTE(b)))

ASKS(pte_write, pte_write(PTE(a)))
ASKS(pte_dirty, pte_dirty(PTE(a)))
ASKS(pte_young, pte_young(PTE(a)))
ASKS(pte_soft_dirty, pte_soft_dirty(PTE(a)))
ASKS(pte_protnone, pte_protnone(PTE(a)))
ASKS(pte_special, pte_special(PTE(a)))
ASKS(pte_accessible, pte_accessible((struct mm_struct *)&quiet_mm, PTE(a)))
WORD(pte_pfn, pte_pfn(PTE(a)))

MAKES(pte_mkwrite_novma, spellingMakeWrite(PTE(a)))
#if defined(HAVE_pte_mkwrite_novma)
static const struct vm_area_struct plain_vma = {.vm_flags = 0};
MAKES(pte_mkwrite_plain, pte_mkwrite(PTE(a), (struct vm_area_struct *)&plain_vma))
#else
MAKES(pte_mkwrite_plain, pte_mkwrite(PTE(a)))
#endif
MAKES(pte_wrprotect, pte_wrprotect(PTE(a)))
MAKES(pte_mkdirty, pte_mkdirty(PTE(a)))
MAKES(pte_mkclean, pte_mkclean(PTE(a)))
MAKES(pte_mkyoung, pte_mkyoung(PTE(a)))
MAKES(pte_mkold, pte_mkold(PTE(a)))
MAKES(pte_mksoft_dirty, pte_mksoft_dirty(PTE(a)))
MAKES(pte_clear_soft_dirty, pte_clear_soft_dirty(PTE(a)))
MAKES(pte_mkspecial, pte_mkspecial(PTE(a)))
#if defined(HAVE_pte_advance_pfn)
MAKES(pte_advance_pfn, pte_advance_pfn(PTE(a), b))
#endif
MAKES(pfn_pte, pfn_pte(a, PROTECTION(b)))
MAKES(pte_modify, pte_modify(PTE(a), PROTECTION(b)))

#if defined(HAVE_pte_mkwrite_shstk) && defined(CONFIG_X86_USER_SHADOW_STACK)
static const struct vm_area_struct stack_vma = {.vm_flags = VM_SHADOW_STACK};
MAKES(pte_mkwrite_stack, pte_mkwrite(PTE(a), (struct vm_area_struct *)&stack_vma))
ASKS(pte_shstk, pte_shstk(PTE(a)))
ASKS(cpu_shadow_stack, cpu_feature_enabled(X86_FEATURE_SHSTK))
#endif

#if defined(CONFIG_RISCV)
ASKS(cpu_svnapot, has_svnapot())
WORD(cpu_memory_types, _PAGE_MTMASK)
#endif

#if defined(HAVE_pte_mkuffd_wp)
ASKS(pte_uffd_wp, pte_uffd_wp(PTE(a)))
MAKES(pte_mkuffd_wp, pte_mkuffd_wp(PTE(a)))
MAKES(pte_clear_uffd_wp, pte_clear_uffd_wp(PTE(a)))
ASKS(pte_swp_uffd_wp, pte_swp_uffd_wp(PTE(a)))
MAKES(pte_swp_mkuffd_wp, pte_swp_mkuffd_wp(PTE(a)))
MAKES(pte_swp_clear_uffd_wp, pte_swp_clear_uffd_wp(PTE(a)))
#elif defined(HAVE_pte_mkuffd)
ASKS(pte_uffd_wp, pte_uffd(PTE(a)))
MAKES(pte_mkuffd_wp, pte_mkuffd(PTE(a)))
MAKES(pte_clear_uffd_wp, pte_clear_uffd(PTE(a)))
ASKS(pte_swp_uffd_wp, pte_swp_uffd(PTE(a)))
MAKES(pte_swp_mkuffd_wp, pte_swp_mkuffd(PTE(a)))
MAKES(pte_swp_clear_uffd_wp, pte_swp_clear_uffd(PTE(a)))
#endif

MAKES(swp_entry, swp_entry_to_pte(swp_entry(a, b)))
WORD(swp_type, swp_type(pte_to_swp_entry(PTE(a))))
WORD(swp_offset, swp_offset(pte_to_swp_entry(PTE(a))))
ASKS(pte_swp_soft_dirty, pte_swp_soft_dirty(PTE(a)))
ASKS(pte_swp_exclusive, pte_swp_exclusive(PTE(a)))
MAKES(pte_swp_mksoft_dirty, pte_swp_mksoft_dirty(PTE(a)))
MAKES(pte_swp_mkexclusive, pte_swp_mkexclusive(PTE(a)))
MAKES(pte_swp_clear_exclusive, pte_swp_clear_exclusive(PTE(a)))

/* Until 6.16 flags say what to ignore, and write is always ignored; since 6.17 what to respect. The
 * flags of helpers.h are the newer ones. */
enum { RESPECT_DIRTY = 1, RESPECT_SOFT_DIRTY = 2, RESPECT_WRITE = 4 };
#if defined(HAVE___pte_batch_clear_ignored) && defined(HAVE_FPB_RESPECT_WRITE)
static fpb_t batchFlags(HelperWord wanted) {
  return (__force fpb_t)((wanted & RESPECT_DIRTY ? (__force int)FPB_RESPECT_DIRTY : 0) |
                         (wanted & RESPECT_SOFT_DIRTY ? (__force int)FPB_RESPECT_SOFT_DIRTY : 0) |
                         (wanted & RESPECT_WRITE ? (__force int)FPB_RESPECT_WRITE : 0));
}
MAKES(pte_batch_clear_ignored, __pte_batch_clear_ignored(PTE(a), batchFlags(b & ~RESPECT_WRITE)))
MAKES(pte_batch_clear_ignored_write,
      __pte_batch_clear_ignored(PTE(a), batchFlags(b | RESPECT_WRITE)))
#elif defined(HAVE___pte_batch_clear_ignored) && defined(HAVE_FPB_IGNORE_DIRTY)
static fpb_t batchFlags(HelperWord wanted) {
  return (__force fpb_t)((wanted & RESPECT_DIRTY ? 0 : (__force int)FPB_IGNORE_DIRTY) |
                         (wanted & RESPECT_SOFT_DIRTY ? 0 : (__force int)FPB_IGNORE_SOFT_DIRTY));
}
MAKES(pte_batch_clear_ignored, __pte_batch_clear_ignored(PTE(a), batchFlags(b)))
#endif

/* What helpers read about the processor. Weak: a file of the tree may bring the real one. */
#if defined(CONFIG_X86)
struct cpuinfo_x86 boot_cpu_data __weak;
unsigned long __supported_pte_mask __weak = ~0ul;
#elif defined(CONFIG_S390)
char agent_lowcore[sizeof(struct lowcore)] __aligned(8192); /* arch/s390/overlay/asm/lowcore.h */
#endif

/* The processor of the model's formats: with user shadow stacks, with no-execute. */
void helpersBegin(void);
void helpersBegin(void) {
#if defined(CONFIG_X86)
  set_cpu_cap(&boot_cpu_data, X86_FEATURE_SHSTK);
  set_cpu_cap(&boot_cpu_data, X86_FEATURE_USER_SHSTK);
#elif defined(CONFIG_S390) && defined(MACHINE_FLAG_NX)
  get_lowcore()->machine_flags |= MACHINE_FLAG_NX;
#endif
}
