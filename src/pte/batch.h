// SPDX-License-Identifier: GPL-2.0-only
//
// Batches: neighbouring entries that map neighbouring pages of one folio, treated as one.
//
// A batch is found by comparing entries after *normalising* them: bits that may differ inside a
// batch are cleared on both sides, then raw values are compared with the first entry's, whose page
// frame is advanced. What is normalised away is lost to whoever afterwards takes the first entry
// for all of them; that is what this tool is about.
//
// Through the years (mm/internal.h):
//   6.9-6.16  folio_pte_batch(): FPB_IGNORE_DIRTY and FPB_IGNORE_SOFT_DIRTY; write and young always
//             ignored. IGNORE_x is the absence of RESPECT_x.
//   6.17-     folio_pte_batch_flags(): FPB_RESPECT_DIRTY, _SOFT_DIRTY, _WRITE; FPB_MERGE_WRITE,
//             FPB_MERGE_YOUNG_DIRTY. Young can never be respected. No flag concerns uffd-wp,
//             protnone and everything else: always compared.
// In no version is PageAnonExclusive looked at.
//
// Inside a contiguous block (page_table.h) entries are not looked at one by one: pte_batch_hint()
// says how many are left in it, and all of them are taken. Since the hint is one of the bits that
// are compared, a batch ends where blocks and single entries meet.
#ifndef PTECHECK_PTE_BATCH_H
#define PTECHECK_PTE_BATCH_H

#include "pte/format.h"

namespace ptecheck {

enum : unsigned {  // fpb_t
  FPB_RESPECT_DIRTY = 1U << 0,
  FPB_RESPECT_SOFT_DIRTY = 1U << 1,
  FPB_RESPECT_WRITE = 1U << 2,
  FPB_MERGE_WRITE = 1U << 3,       // the caller's copy becomes writable if any entry is
  FPB_MERGE_YOUNG_DIRTY = 1U << 4  // ... young, or dirty, if any entry is
};

// __pte_batch_clear_ignored() of 6.17. The order matters where one helper's result depends on
// another's bit: on x86, pte_mkclean() takes the dirty bit that makes write=0 a shadow stack, so
// that with RESPECT_WRITE and without RESPECT_DIRTY a writable shadow-stack entry and a read-only
// one become equal.
template <EntryFormat F>
constexpr typename F::Word pte_batch_clear_ignored(typename F::Word pte, unsigned flags) {
  if (!(flags & FPB_RESPECT_DIRTY)) pte = F::pte_mkclean(pte);
  if (!(flags & FPB_RESPECT_SOFT_DIRTY)) pte = F::pte_clear_soft_dirty(pte);
  if (!(flags & FPB_RESPECT_WRITE)) pte = F::pte_wrprotect(pte);
  return F::pte_mkold(pte);
}

struct PteBatch {
  unsigned nr;    // entries in the batch
  unsigned read;  // entries that were looked at: nr, or nr + 1 if one ended it
};

// folio_pte_batch_flags() of 6.17.
//   table       a PageTable<F, ...>, which has the entries
//   slot        of the first entry
//   ptent       the caller's copy of the first entry; MERGE flags change it (never the table)
//   max_nr      bound in entries, at least 1: ends of VMA and page table are the *caller's* duty
//   folio_left  pages from the first entry's to the folio's end; bounds the batch as well
//   flags       FPB_*
//   shadow_stack  the VMA is VM_SHADOW_STACK (for pte_mkwrite)
template <EntryFormat F, class Table>
constexpr PteBatch folio_pte_batch_flags(const Table& table, unsigned slot, typename F::Word* ptent,
                                         unsigned max_nr, unsigned folio_left, unsigned flags,
                                         bool shadow_stack) {
  using Word = typename F::Word;
  if (folio_left < max_nr) max_nr = folio_left;
  const Word first = pte_batch_clear_ignored<F>(*ptent, flags);
  bool any_writable = false, any_young = false, any_dirty = false;
  unsigned nr = table.pte_batch_hint(slot, *ptent);
  PteBatch batch{1, 1};
  while (nr < max_nr) {
    const Word pte = table.ptep_get(slot + nr);
    batch.read = nr + 1;
    const Word expected = F::pte_advance_pfn(first, Word(nr));
    if (!F::pte_same(pte_batch_clear_ignored<F>(pte, flags), expected)) break;
    any_writable = any_writable || F::pte_write(pte);
    any_young = any_young || F::pte_young(pte);
    any_dirty = any_dirty || F::pte_dirty(pte);
    nr += table.pte_batch_hint(slot + nr, pte);
  }
  batch.nr = nr < max_nr ? nr : max_nr;  // a block may go on behind the end
  if ((flags & FPB_MERGE_WRITE) && any_writable) *ptent = F::pte_mkwrite(*ptent, shadow_stack);
  if (flags & FPB_MERGE_YOUNG_DIRTY) {
    if (any_young) *ptent = F::pte_mkyoung(*ptent);
    if (any_dirty) *ptent = F::pte_mkdirty(*ptent);
  }
  return batch;
}

}  // namespace ptecheck

#endif
