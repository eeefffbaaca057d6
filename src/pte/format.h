// SPDX-License-Identifier: GPL-2.0-only
//
// What an entry format is: the helpers that the kernel's generic code uses on page-table entries,
// as static functions of one struct per architecture. Everything above (batch.h, mm/, spec/) is a
// template over it, so a new architecture is one file that satisfies `EntryFormat`.
//
// Helpers keep the kernel's names. They are free of side effects, take and return one `Word`, and
// are branch-free, so that a format instantiated with a symbolic word (a bit-vector of a solver)
// states the same facts as with a 64-bit integer. Predicates return `Bool`, which is `bool` for
// integers.
//
// An entry is in one of three forms, and a helper is only meaningful on the form it is made for:
//
//   none      pte_none(): nothing is mapped, nothing is remembered
//   present   pte_present(): maps a page frame; includes protnone, which hardware refuses
//   swap      neither: a swap entry (type, offset) with software bits of its own (pte_swp_*)
#ifndef PTECHECK_PTE_FORMAT_H
#define PTECHECK_PTE_FORMAT_H

#include <concepts>
#include <cstdint>

namespace ptecheck {

template <class F>
concept EntryFormat = requires(typename F::Word pte, typename F::Word number, bool shadow_stack) {
  // Behaviour that differs between architectures and that generic code depends on.
  { F::kName } -> std::convertible_to<const char*>;
  { F::kHasSoftDirty } -> std::convertible_to<bool>;
  { F::kHasUffdWp } -> std::convertible_to<bool>;
  { F::kHasShadowStack } -> std::convertible_to<bool>;
  { F::kMkdirtySetsSoftDirty } -> std::convertible_to<bool>;  // pte_mkdirty() marks soft-dirty too
  { F::kDefersTlbFlush } -> std::convertible_to<bool>;        // ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH
  {
    F::kDefersOnlyIfRemote
    } -> std::convertible_to<bool>;  // arch_tlbbatch_should_defer(): other CPU

  // Making entries. Protections are entries without a page frame.
  { F::none() } -> std::same_as<typename F::Word>;
  { F::page_readonly() } -> std::same_as<typename F::Word>;  // readable private mapping
  { F::page_none() } -> std::same_as<typename F::Word>;      // PROT_NONE, NUMA hint
  { F::pfn_pte(number, pte) } -> std::same_as<typename F::Word>;
  { F::pte_modify(pte, pte) } -> std::same_as<typename F::Word>;

  // Forms.
  { F::pte_none(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_present(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_same(pte, pte) } -> std::same_as<typename F::Bool>;

  // Present entries: asking ...
  { F::pte_write(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_dirty(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_young(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_soft_dirty(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_uffd_wp(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_protnone(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_special(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_shstk(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_pfn(pte) } -> std::same_as<typename F::Word>;
  // ... may a TLB hold it, if no change of protection is under way (mm_tlb_flush_pending() == 0)?
  { F::pte_accessible(pte) } -> std::same_as<typename F::Bool>;

  // ... and changing.
  { F::pte_mkwrite(pte, shadow_stack) } -> std::same_as<typename F::Word>;
  { F::pte_mkwrite_novma(pte) } -> std::same_as<typename F::Word>;
  { F::pte_wrprotect(pte) } -> std::same_as<typename F::Word>;
  { F::pte_mkdirty(pte) } -> std::same_as<typename F::Word>;
  { F::pte_mkclean(pte) } -> std::same_as<typename F::Word>;
  { F::pte_mkyoung(pte) } -> std::same_as<typename F::Word>;
  { F::pte_mkold(pte) } -> std::same_as<typename F::Word>;
  { F::pte_mksoft_dirty(pte) } -> std::same_as<typename F::Word>;
  { F::pte_clear_soft_dirty(pte) } -> std::same_as<typename F::Word>;
  { F::pte_mkuffd_wp(pte) } -> std::same_as<typename F::Word>;
  { F::pte_clear_uffd_wp(pte) } -> std::same_as<typename F::Word>;
  { F::pte_mkspecial(pte) } -> std::same_as<typename F::Word>;
  {
    F::pte_advance_pfn(pte, number)
    } -> std::same_as<typename F::Word>;  // the same entry, n pages on

  // Swap entries.
  { F::swp_entry(number, number) } -> std::same_as<typename F::Word>;  // type, offset
  { F::swp_type(pte) } -> std::same_as<typename F::Word>;
  { F::swp_offset(pte) } -> std::same_as<typename F::Word>;
  { F::pte_swp_soft_dirty(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_swp_uffd_wp(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_swp_exclusive(pte) } -> std::same_as<typename F::Bool>;
  { F::pte_swp_mksoft_dirty(pte) } -> std::same_as<typename F::Word>;
  { F::pte_swp_mkuffd_wp(pte) } -> std::same_as<typename F::Word>;
  { F::pte_swp_mkexclusive(pte) } -> std::same_as<typename F::Word>;
  { F::pte_swp_clear_uffd_wp(pte) } -> std::same_as<typename F::Word>;
  { F::pte_swp_clear_exclusive(pte) } -> std::same_as<typename F::Word>;

  // What hardware does with a present entry when user code touches the page.
  { F::hw_reads(pte) } -> std::same_as<typename F::Bool>;
  { F::hw_writes(pte, shadow_stack) } -> std::same_as<typename F::Bool>;
  { F::hw_access(pte, shadow_stack) } -> std::same_as<typename F::Word>;  // bits set; bool: a write
};

}  // namespace ptecheck

#endif
