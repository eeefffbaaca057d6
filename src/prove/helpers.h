// SPDX-License-Identifier: GPL-2.0-only
//
// The helpers of one entry format behind virtual functions, on words of one kind: integers, or
// bit-vectors of a solver. Lemmas are templates over whoever provides helpers, so that the same
// lemma is stated about the model's formats and about a kernel tree's own code; this class lets
// all providers of one kind of word share one instantiation.
//
// A provider has the helpers of pte/format.h under their names, as members, and
//   well_formed(pte)              the entry could have been made by helpers (well_formed.h)
//   write_only(pte)               the entry permits writing but not reading (write_only.h)
//   stored(pte)                   what the table has after set_pte() of this, in whatever form
//   batch_clear_ignored(pte, fpb) the normalisation of batch detection, FPB_RESPECT_* of batch.h
//   can_respect(fpb)              batch detection knows these flags (6.12 has no RESPECT_WRITE)
//   protections()                 a format's kProtections
//   swap_config()                 its swapConfig(), of swap_entries.h
//   has_soft_dirty() ...          what it states as kHas...
#ifndef PTECHECK_PROVE_HELPERS_H
#define PTECHECK_PROVE_HELPERS_H

#include <cstdint>
#include <span>
#include <utility>

#include "prove/well_formed.h"
#include "prove/word.h"
#include "prove/write_only.h"
#include "pte/batch.h"
#include "pte/format.h"
#include "pte/swap_entries.h"

// The helpers by what they take and give; X(name) is put for each.
// Questions: Word -> Bool.
#define PTECHECK_QUESTIONS(X) \
  X(pte_none)                 \
  X(pte_present)              \
  X(pte_write)                \
  X(pte_dirty)                \
  X(pte_young)                \
  X(pte_soft_dirty)           \
  X(pte_uffd_wp)              \
  X(pte_protnone)             \
  X(pte_special)              \
  X(pte_shstk)                \
  X(pte_accessible)           \
  X(clear_flushes)            \
  X(pte_swp_soft_dirty)       \
  X(pte_swp_uffd_wp)          \
  X(pte_swp_exclusive)        \
  X(hw_reads)
// Changes, and fields: Word -> Word.
#define PTECHECK_CHANGES(X) \
  X(pte_pfn)                \
  X(pte_mkwrite_novma)      \
  X(pte_wrprotect)          \
  X(pte_mkdirty)            \
  X(pte_mkclean)            \
  X(pte_mkyoung)            \
  X(pte_mkold)              \
  X(pte_mksoft_dirty)       \
  X(pte_clear_soft_dirty)   \
  X(pte_mkuffd_wp)          \
  X(pte_clear_uffd_wp)      \
  X(pte_mkspecial)          \
  X(swp_type)               \
  X(swp_offset)             \
  X(pte_swp_mksoft_dirty)   \
  X(pte_swp_mkuffd_wp)      \
  X(pte_swp_mkexclusive)    \
  X(pte_swp_clear_uffd_wp)  \
  X(pte_swp_clear_exclusive)
// Of two words: Word x Word -> Word.
#define PTECHECK_COMBINATIONS(X) \
  X(pfn_pte)                     \
  X(pte_modify)                  \
  X(pte_advance_pfn)             \
  X(swp_entry)

namespace ptecheck {

template <class W>
class Helpers {
 public:
  using Word = W;
  using Bool = decltype(std::declval<W>() == std::declval<W>());

  virtual ~Helpers() = default;

  virtual std::uint64_t pfn_mask() const = 0;
  virtual bool has_soft_dirty() const = 0;
  virtual bool has_uffd_wp() const = 0;
  virtual bool has_shadow_stack() const = 0;
  virtual bool can_respect(unsigned fpb) const = 0;
  virtual std::span<const std::uint64_t> protections() const = 0;
  virtual SwapConfig swap_config() const = 0;

  virtual Word none() const = 0;
  virtual Word page_readonly() const = 0;
  virtual Word page_none() const = 0;
#define PTECHECK_DECLARE(name) virtual Bool name(const Word& pte) const = 0;
  PTECHECK_QUESTIONS(PTECHECK_DECLARE)
#undef PTECHECK_DECLARE
#define PTECHECK_DECLARE(name) virtual Word name(const Word& pte) const = 0;
  PTECHECK_CHANGES(PTECHECK_DECLARE)
#undef PTECHECK_DECLARE
#define PTECHECK_DECLARE(name) virtual Word name(const Word& a, const Word& b) const = 0;
  PTECHECK_COMBINATIONS(PTECHECK_DECLARE)
#undef PTECHECK_DECLARE
  virtual Word pte_mkwrite(const Word& pte, bool shadow_stack) const = 0;
  virtual Bool hw_writes(const Word& pte, bool shadow_stack) const = 0;
  virtual Word hw_access(const Word& pte, bool write) const = 0;
  virtual Bool well_formed(const Word& pte) const = 0;
  virtual Bool write_only(const Word& pte) const = 0;
  virtual Word stored(const Word& pte) const = 0;
  virtual Word batch_clear_ignored(const Word& pte, unsigned fpb) const = 0;
};

// The helpers of a format of pte/.
template <EntryFormat F>
class FormatHelpers : public Helpers<typename F::Word> {
 public:
  using Word = typename F::Word;
  using Bool = typename F::Bool;

  std::uint64_t pfn_mask() const override { return F::kPfnMask >> F::kPfnShift; }
  bool has_soft_dirty() const override { return F::kHasSoftDirty; }
  bool has_uffd_wp() const override { return F::kHasUffdWp; }
  bool has_shadow_stack() const override { return F::kHasShadowStack; }
  bool can_respect(unsigned) const override { return true; }
  std::span<const std::uint64_t> protections() const override { return F::kProtections; }
  SwapConfig swap_config() const override { return swapConfig(F::kKernelArch); }

  Word none() const override { return F::none(); }
  Word page_readonly() const override { return F::page_readonly(); }
  Word page_none() const override { return F::page_none(); }
#define PTECHECK_DEFINE(name) \
  Bool name(const Word& pte) const override { return F::name(pte); }
  PTECHECK_QUESTIONS(PTECHECK_DEFINE)
#undef PTECHECK_DEFINE
#define PTECHECK_DEFINE(name) \
  Word name(const Word& pte) const override { return F::name(pte); }
  PTECHECK_CHANGES(PTECHECK_DEFINE)
#undef PTECHECK_DEFINE
#define PTECHECK_DEFINE(name) \
  Word name(const Word& a, const Word& b) const override { return F::name(a, b); }
  PTECHECK_COMBINATIONS(PTECHECK_DEFINE)
#undef PTECHECK_DEFINE
  Word pte_mkwrite(const Word& pte, bool shadow_stack) const override {
    return F::pte_mkwrite(pte, shadow_stack);
  }
  Bool hw_writes(const Word& pte, bool shadow_stack) const override {
    return F::hw_writes(pte, shadow_stack);
  }
  Word hw_access(const Word& pte, bool write) const override { return F::hw_access(pte, write); }
  Bool well_formed(const Word& pte) const override { return wellFormed(F(), pte); }
  Bool write_only(const Word& pte) const override { return writeOnly(F(), pte); }
  // arm64: set_pte() and set_ptes() leave it to contpte code to set the hint, and clear it in what
  // they are given, be it a swap entry.
  Word stored(const Word& pte) const override {
    if constexpr (F::kContiguous > 1)
      return F::pte_mknoncont(pte);
    else
      return pte;
  }
  Word batch_clear_ignored(const Word& pte, unsigned fpb) const override {
    return pte_batch_clear_ignored<F>(pte, fpb);
  }
};

using WordHelpers = Helpers<std::uint64_t>;
using SolverHelpers = Helpers<SolverWord>;

}  // namespace ptecheck

#endif
