/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A folio that a process maps by one PMD. Part of agent.c; huge.c has mm/huge_memory.c, which
 * splits it.
 *
 * Tables are of full size: a folio has as many pages as a page table has entries, as in a kernel
 * (512 on x86-64, arm64 and riscv, 256 on s390, 32 on powerpc with 64 KB pages). The process's page
 * table lies deposited, as it does in a kernel, until the split withdraws it.
 *
 * Counted as the entries that it stands for: a PMD is one mapping and one reference to a kernel; an
 * Outcome has as many of each as the folio has pages, so that a split changes neither. In the same
 * way its entries, where an Outcome has entries, are those that a split would make.
 *
 * Before migration a split writes migration entries at once ("freeze"), without any present ones in
 * between; unless PageAnonExclusive cannot be cleared, because of a pin. What is shown before then
 * has the bits that the PMD has; a split that does not freeze may set soft-dirty where dirty is.
 */
#ifndef PTECHECK_KERNEL_AGENT_HUGE_H
#define PTECHECK_KERNEL_AGENT_HUGE_H

#include "kernel_agent/entries.h"
#include "kernel_agent/inside.h"

#if defined(CONFIG_TRANSPARENT_HUGEPAGE)

static struct {
  pmd_t built, table;     /* the PMD as built; as it was, and is to be again */
  pte_t entry[MAX_PAGES]; /* what it stands for */
} huge[MAX_PROCESSES];

static pmd_t *hugeSlot(unsigned process, unsigned first) {
  unsigned long address = slotAddress(first);
  pgd_t *pgd = pgd_offset(processes[process].mm, address);

  return pmd_offset(pud_offset(p4d_offset(pgd, address), address), address);
}

static inline bool hugeAtStart(const Scenario *s, unsigned process) {
  return s->pmd_mapped >> process & 1;
}

/* Does it map the folio by a PMD still? */
static inline bool isHuge(const Scenario *s, unsigned process, unsigned first) {
  return hugeAtStart(s, process) && pmd_trans_huge(*hugeSlot(process, first));
}

static bool anyHuge(const Scenario *s, unsigned first) {
  unsigned p;

  for (p = 0; p < s->processes; p++)
    if (isHuge(s, p, first)) return true;
  return false;
}

/* Null, or why not. */
static const char *hugeUnsupported(const Scenario *s) {
  if (!&insideHugeMemory)
    return "a PMD is split in this tree's mm/huge_memory.c, which was left out";
  if (s->pages != HPAGE_PMD_NR || s->pages != ARCH_TABLE_SLOTS)
    return "what a PMD maps has as many pages as a page table has entries";
  if (isFile(s)) return "a PMD that maps a file is cleared, not split";
  return NULL;
}

static pmd_t makeHuge(unsigned bits, unsigned long pfn) {
  pmd_t pmd = pmd_mkhuge(pfn_pmd(pfn, SPELLING_READONLY));

  /* In the order of makeEntry(), for the same reasons. */
  if (bits & ENTRY_WRITE) pmd = spellingHugeMakeWrite(pmd);
  pmd = bits & ENTRY_YOUNG ? pmd_mkyoung(pmd) : pmd_mkold(pmd);
  pmd = bits & ENTRY_DIRTY ? pmd_mkdirty(pmd) : pmd_mkclean(pmd);
  pmd = bits & ENTRY_SOFT_DIRTY ? pmd_mksoft_dirty(pmd) : pmd_clear_soft_dirty(pmd);
  if (bits & ENTRY_UFFD_WP) pmd = spellingHugeMakeUffd(pmd);
  if (bits & ENTRY_PROTNONE) pmd = pmd_modify(pmd, PAGE_NONE);
  return pmd;
}

static unsigned hugeBits(pmd_t pmd) {
  return (pmd_write(pmd) ? ENTRY_WRITE : 0) | (pmd_young(pmd) ? ENTRY_YOUNG : 0) |
         (pmd_dirty(pmd) ? ENTRY_DIRTY : 0) | (pmd_soft_dirty(pmd) ? ENTRY_SOFT_DIRTY : 0) |
         (spellingHugeUffd(pmd) ? ENTRY_UFFD_WP : 0);
}

/* Will the split of this process's PMD write migration entries? */
static bool freezes(const Scenario *s, unsigned process) {
  return s->operation == OPERATION_TRY_TO_MIGRATE &&
         !(s->pins && (s->entry[process * s->pages] & ENTRY_EXCLUSIVE));
}

/* What a PMD with these bits stands for. Hints of NUMA are not passed on. */
static pte_t hugeAsEntry(const Scenario *s, unsigned process, unsigned bits, unsigned page) {
  pte_t pte = makeEntry(bits & ~ENTRY_PROTNONE, false, FOLIO_PFN + page);

  if ((bits & ENTRY_DIRTY) && !freezes(s, process)) pte = pte_mkdirty(pte);
  return pte;
}

/* Maps the folio, and says what the PMD stands for. One mapping and one reference. */
static void buildHuge(const Scenario *s, unsigned process, unsigned first, EntryResult *result) {
  Process *p = &processes[process];
  struct folio *folio = scenarioFolio();
  const unsigned bits = s->entry[process * s->pages], t = first / ARCH_TABLE_SLOTS;
  pmd_t *slot = hugeSlot(process, first);
  spinlock_t *lock;
  unsigned i;

  for (i = 0; i < s->pages; i++) p->table[t][i] = hugeAsEntry(s, process, bits, i);
  /* A split writes them with set_ptes(), which makes whole blocks. */
  for (i = 0; i < s->pages && !freezes(s, process); i++)
    archFold(p->mm, slotAddress(first + i), &p->table[t][i]);
  for (i = 0; i < s->pages; i++) {
    huge[process].entry[i] = p->table[t][i];
    result[i] = (EntryResult){.before = pte_val(p->table[t][i])};
    p->table[t][i] = ARCH_NONE;
  }
  folio_add_anon_rmap_pmd(folio, folio_page(folio, 0), vmaOf(s, process, 0), slotAddress(first),
                          RMAP_NONE);
  huge[process].table = *slot;
  huge[process].built = makeHuge(bits, FOLIO_PFN);
  lock = pmd_lock(p->mm, slot);
  pmd_clear(slot);
  pgtable_trans_huge_deposit(p->mm, slot, tableToken(p->table[t], PHYS_PFN(__pa(p->table[t]))));
  set_pmd_at(p->mm, slotAddress(first), slot, huge[process].built);
  spin_unlock(lock);
}

/* Mappings and references that an Outcome has more than the kernel. */
static int hugeSurplus(const Scenario *s, unsigned first) {
  int surplus = 0;
  unsigned p;

  for (p = 0; p < s->processes; p++)
    if (isHuge(s, p, first)) surplus += s->pages - 1;
  return surplus;
}

/* The entry of a process that had a PMD. */
static pte_t hugeEntry(const Scenario *s, unsigned process, unsigned first, unsigned page) {
  pmd_t pmd = *hugeSlot(process, first);

  if (!pmd_trans_huge(pmd)) return *slotOf(&processes[process], first + page);
  if (pmd_val(pmd) == pmd_val(huge[process].built)) return huge[process].entry[page];
  return hugeAsEntry(s, process, hugeBits(pmd), page);
}

/* Hardware uses the PMD: it keeps accessed and dirty where a page table's entry has them (s390's
 * does neither). */
static void accessHuge(const Scenario *s, unsigned process, unsigned first, bool write) {
  pmd_t *slot = hugeSlot(process, first);
  pmd_t old = *slot, used = __pmd(pte_val(archAccessed(__pte(pmd_val(old)), write)));
  unsigned i;

  if (pmd_val(old) == pmd_val(used)) return;
  *slot = used;
  if (pmd_val(old) != pmd_val(huge[process].built)) return;
  huge[process].built = used;
  for (i = 0; i < s->pages; i++)
    huge[process].entry[i] = archAccessed(huge[process].entry[i], write);
}

/* After an operation, a PMD that had mapped the folio is huge still, or points to the table that
 * was deposited for it. */
static void checkHuge(const Scenario *s, unsigned first) {
  unsigned p;

  for (p = 0; p < s->processes; p++)
    if (hugeAtStart(s, p) && !isHuge(s, p, first) &&
        pmd_val(*hugeSlot(p, first)) != pmd_val(huge[p].table))
      env_broken("a PMD is neither huge nor points to its page table", try_to_unmap);
}

static void forgetHuge(const Scenario *s, unsigned first) {
  unsigned p;

  for (p = 0; p < s->processes; p++) {
    if (!hugeAtStart(s, p)) continue;
    *hugeSlot(p, first) = huge[p].table;
    pmd_huge_pte(processes[p].mm, hugeSlot(p, first)) = NULL;
  }
}

#else

/* Never called but for the first: such scenarios are refused. */
static const char *hugeUnsupported(const Scenario *s) {
  return "this tree has no CONFIG_TRANSPARENT_HUGEPAGE";
}
static bool anyHuge(const Scenario *s, unsigned first) { return false; }
static inline bool hugeAtStart(const Scenario *s, unsigned process) { return false; }
static inline bool isHuge(const Scenario *s, unsigned process, unsigned first) { return false; }
static void buildHuge(const Scenario *s, unsigned p, unsigned first, EntryResult *result) {}
static int hugeSurplus(const Scenario *s, unsigned first) { return 0; }
static pte_t hugeEntry(const Scenario *s, unsigned process, unsigned first, unsigned page) {
  return ARCH_NONE;
}
static void accessHuge(const Scenario *s, unsigned process, unsigned first, bool write) {}
static void checkHuge(const Scenario *s, unsigned first) {}
static void forgetHuge(const Scenario *s, unsigned first) {}
#endif

#endif
