// SPDX-License-Identifier: GPL-2.0-only
//
// Operations on tables of entries, as generic code calls them. For most formats they are loads,
// stores and loops. On arm64 they keep up the illusion that entries are independent, although 16 of
// them may be one *contiguous block*:
//
// Aligned entries of one folio that are equal but for accessed and dirty may all carry the
// contiguous hint. The TLB then holds one translation for the block; which of the 16 entries it
// came from, and in which of them hardware notes an access, is undefined. So
//
//   - accessed and dirty belong to the block: reading one entry ORs them over all 16 (ptep_get());
//   - no entry of a block may be changed alone. What would do so *unfolds* the block first: takes
//     all 16 out, flushes the TLB, writes them back without the hint, accessed and dirty ORed
//     (contpte_try_unfold()). Clearing or write-protecting a whole block does not need that;
//   - writing the last entry of 16 that then are equal *folds* them (contpte_try_fold()).
//
// The hint leaks through ptep_get() to generic code, which compares it like any other bit, and is
// taken off whatever is written.
//
// Source: arch/arm64/include/asm/pgtable.h and arch/arm64/mm/contpte.c of 6.12 (with 97c5550b7631
// in contpte_ptep_set_access_flags()), include/linux/pgtable.h for the others.
#ifndef PTECHECK_PTE_PAGE_TABLE_H
#define PTECHECK_PTE_PAGE_TABLE_H

#include <algorithm>
#include <concepts>

#include "pte/format.h"

namespace ptecheck {

// TLB flushes that are issued at once: calls, and the pages they cover.
struct TlbFlushes {
  unsigned flushes = 0;
  unsigned flushed_pages = 0;

  void flush(unsigned pages) {
    ++flushes;
    flushed_pages += pages;
  }
};

enum : unsigned {  // cydp_t
  CYDP_CLEAR_YOUNG = 1U << 0,
  CYDP_CLEAR_DIRTY = 1U << 1
};

// Who knows folios: are these page frames all of the same one?
template <class T, class Word>
concept KnowsFolios = requires(const T& folios, Word pfn, unsigned nr) {
  { folios.inOneFolio(pfn, nr) } -> std::convertible_to<bool>;
};

// Tables of a process that lie one behind the other: entry `slot` is at an address that is a
// multiple of a block if `slot` is. A view: cheap to make and to copy.
template <EntryFormat F, KnowsFolios<typename F::Word> Folios>
class PageTable {
 public:
  using Word = typename F::Word;

  PageTable(Word* entries, const Folios& folios, TlbFlushes& tlb)
      : entries_(entries), folios_(folios), tlb_(tlb) {}

  // What software is shown.
  Word ptep_get(unsigned slot) const {
    Word pte = entries_[slot];
    if constexpr (kBlocks) {
      if (F::pte_valid_cont(pte)) [[unlikely]] {
        gather(slot, pte);
      }
    }
    return pte;
  }

  // How many entries from this one on are surely alike, because they are one block.
  unsigned pte_batch_hint(unsigned slot, Word pte) const {
    if constexpr (kBlocks) {
      if (F::pte_valid_cont(pte)) return F::kContiguous - inBlock(slot);
    }
    return 1;
  }

  // Every entry is the first with its page frame advanced. For nr > 1 the old entries must be
  // non-present and the new ones present.
  void set_ptes(unsigned slot, Word pte, unsigned nr) {
    if constexpr (kBlocks) {
      pte = F::pte_mknoncont(pte);
      if (nr == 1) {
        set_pte(slot, pte);
      } else {
        contpte_set_ptes(slot, pte, nr);
      }
    } else {
      write(slot, pte, nr);
    }
  }

  // set_pte_at()
  void set_pte(unsigned slot, Word pte) {
    if constexpr (kBlocks) {
      pte = F::pte_mknoncont(pte);
      contpte_try_unfold(slot);
      entries_[slot] = pte;
      contpte_try_fold(slot, pte);
    } else {
      entries_[slot] = pte;
    }
  }

  Word ptep_get_and_clear(unsigned slot) {
    if constexpr (kBlocks) contpte_try_unfold(slot);
    const Word pte = entries_[slot];
    entries_[slot] = F::none();
    return pte;
  }

  // Empties `nr` entries and returns the *first*, with dirty and young of all merged in, by
  // pte_mkdirty() and pte_mkyoung(). All other bits of the later entries are gone. So where
  // pte_mkdirty() sets soft-dirty, one dirty entry after the first makes the result soft-dirty; and
  // on x86 it turns a shadow-stack first entry read-only.
  Word get_and_clear_full_ptes(unsigned slot, unsigned nr) {
    if constexpr (kBlocks) contpte_try_unfold_partial(slot, nr);
    Word pte = entries_[slot];
    entries_[slot] = F::none();
    for (unsigned i = 1; i < nr; ++i) {
      const Word other = entries_[slot + i];
      entries_[slot + i] = F::none();
      if (F::pte_dirty(other)) pte = F::pte_mkdirty(pte);
      if (F::pte_young(other)) pte = F::pte_mkyoung(pte);
    }
    return pte;
  }

  // Entry by entry; bits may differ in the run.
  void wrprotect_ptes(unsigned slot, unsigned nr) {
    if constexpr (kBlocks) contpte_try_unfold_partial(slot, nr);
    for (unsigned i = slot; i < slot + nr; ++i) entries_[i] = F::pte_wrprotect(entries_[i]);
  }

  // `flags`: CYDP_*. On a part of a block it reaches the whole: accessed and dirty of single pages
  // are not what the kernel keeps count of.
  void clear_young_dirty_ptes(unsigned slot, unsigned nr, unsigned flags) {
    unsigned end = slot + nr;
    if constexpr (kBlocks) {
      if (F::pte_cont(entries_[end - 1])) end = blockOf(end - 1) + F::kContiguous;
      if (F::pte_cont(entries_[slot])) slot = blockOf(slot);
    }
    for (unsigned i = slot; i < end; ++i) {
      if (flags & CYDP_CLEAR_YOUNG) entries_[i] = F::pte_mkold(entries_[i]);
      if (flags & CYDP_CLEAR_DIRTY) entries_[i] = F::pte_mkclean(entries_[i]);
    }
  }

  // What a fault does to an entry whose access flags or write permission do not suffice; `wanted`
  // is what was read, with more of them. `dirty`: it was a write.
  void ptep_set_access_flags(unsigned slot, Word wanted, [[maybe_unused]] bool dirty) {
    if constexpr (kBlocks) {
      wanted = F::pte_mknoncont(wanted);
      if (F::pte_valid_cont(entries_[slot])) {
        contpte_ptep_set_access_flags(slot, wanted, dirty);
      } else {
        set_access_flags(slot, wanted, dirty);
      }
    } else {
      entries_[slot] = wanted;
    }
  }

  // Folds the 16 entries that end with this one, if they may be one block. `pte`: what was written
  // there.
  void contpte_try_fold(unsigned slot, Word pte) requires(F::kContiguous > 1) {
    constexpr unsigned kLast = F::kContiguous - 1;
    if (inBlock(slot) != kLast || (F::pte_pfn(pte) & kLast) != kLast) return;
    if (!F::pte_valid(pte) || F::pte_cont(pte) || F::pte_special(pte)) return;
    if (!folios_.inOneFolio(F::pte_pfn(pte) - kLast, F::kContiguous)) return;
    const unsigned first = blockOf(slot);
    Word expected = F::pte_mkold(F::pte_mkclean(firstOfBlock(pte)));
    for (unsigned i = 0; i < F::kContiguous; ++i) {
      if (!F::pte_same(F::pte_mkold(F::pte_mkclean(entries_[first + i])), expected)) return;
      expected = F::pte_advance_pfn(expected, Word(1));
    }
    contpte_convert(slot, F::pte_mkcont(pte));
  }

 private:
  static constexpr bool kBlocks = F::kContiguous > 1;

  static unsigned inBlock(unsigned slot) { return slot % F::kContiguous; }
  static unsigned blockOf(unsigned slot) { return slot - inBlock(slot); }
  // The entry that a page's entry would be, were it the first of its block.
  static Word firstOfBlock(Word pte) {
    const Word pfn = F::pte_pfn(pte);
    return F::pte_advance_pfn(pte, Word(0) - (pfn & Word(F::kContiguous - 1)));
  }

  void write(unsigned slot, Word pte, unsigned nr) {
    entries_[slot] = pte;
    for (unsigned i = 1; i < nr; ++i) {
      pte = F::pte_advance_pfn(pte, Word(1));
      entries_[slot + i] = pte;
    }
  }

  // ORs accessed and dirty of the block into `pte`: contpte_ptep_get().
  void gather(unsigned slot, Word& pte) const {
    const unsigned first = blockOf(slot);
    for (unsigned i = first; i < first + F::kContiguous; ++i) {
      if (F::pte_dirty(entries_[i])) pte = F::pte_mkdirty(pte);
      if (F::pte_young(entries_[i])) pte = F::pte_mkyoung(pte);
    }
  }

  // Makes the block of `slot` 16 copies of `pte`, accessed and dirty ORed; the TLB must not hold
  // both forms of it.
  void contpte_convert(unsigned slot, Word pte) {
    const unsigned first = blockOf(slot);
    pte = firstOfBlock(pte);
    gather(slot, pte);
    tlb_.flush(F::kContiguous);
    write(first, pte, F::kContiguous);
  }

  void contpte_try_unfold(unsigned slot) {
    const Word pte = entries_[slot];
    if (F::pte_valid_cont(pte)) [[unlikely]] {
      contpte_convert(slot, F::pte_mknoncont(pte));
    }
  }

  // Unfolds what the run [slot, slot + nr) covers a part of.
  void contpte_try_unfold_partial(unsigned slot, unsigned nr) {
    if (inBlock(slot) != 0 || nr < F::kContiguous) contpte_try_unfold(slot);
    if (inBlock(slot + nr) != 0) contpte_try_unfold(slot + nr - 1);
  }

  // Whole aligned blocks in the run become blocks at once.
  void contpte_set_ptes(unsigned slot, Word pte, unsigned nr) {
    if (!F::pte_valid(pte)) return write(slot, pte, nr);
    for (unsigned end = slot + nr, next; slot != end; slot = next) {
      next = std::min(blockOf(slot) + F::kContiguous, end);
      const bool whole = next - slot == F::kContiguous && inBlock(unsigned(F::pte_pfn(pte))) == 0;
      write(slot, whole ? F::pte_mkcont(pte) : pte, next - slot);
      pte = F::pte_advance_pfn(pte, Word(next - slot));
    }
  }

  void set_access_flags(unsigned slot, Word wanted, bool dirty) {
    if (F::pte_same(entries_[slot], wanted)) return;
    entries_[slot] = F::access_flags_set(entries_[slot], wanted);
    if (dirty) tlb_.flush(1);
  }

  // Every entry of the block gets the flags, even if the gathered view has them already: a
  // processor (or device) that cannot set them itself looks at one entry, and would fault on it for
  // ever.
  void contpte_ptep_set_access_flags(unsigned slot, Word wanted, bool dirty) {
    const unsigned first = blockOf(slot);
    const Word flags = Word(F::kAccessFlags);
    bool all = true;
    for (unsigned i = first; i < first + F::kContiguous; ++i)
      all = all && (entries_[i] & flags) == (wanted & flags);
    if (all) return;
    if (F::pte_write(entries_[slot]) != F::pte_write(wanted)) {
      contpte_try_unfold(slot);
      set_access_flags(slot, wanted, dirty);
      return;
    }
    for (unsigned i = first; i < first + F::kContiguous; ++i)
      entries_[i] = F::access_flags_set(entries_[i], wanted);
    if (dirty) tlb_.flush(F::kContiguous);
  }

  Word* entries_;
  const Folios& folios_;
  TlbFlushes& tlb_;
};

}  // namespace ptecheck

#endif
