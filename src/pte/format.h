// SPDX-License-Identifier: GPL-2.0-only
//
// What an entry format is: the helpers that the kernel's generic code uses on page-table entries,
// as static functions of one struct per architecture. Everything above (batch.h, mm/, spec/) is a
// template over it, so a new architecture is one file that satisfies `EntryFormat`.
//
// Helpers keep the kernel's names. They are free of side effects, take and return one `Word`, and
// are branch-free (`select` where the kernel has an `if`), so that a format instantiated with a
// symbolic word (a bit-vector of a solver, src/prove) states the same facts as with a 64-bit
// integer. Predicates return `Bool`, which is `bool` for integers; combine them with !, && and ||.
//
// An entry is in one of three forms, and a helper is only meaningful on the form it is made for:
//
//   none      pte_none(): nothing is mapped, nothing is remembered
//   present   pte_present(): maps a page frame; includes protnone, which hardware refuses
//   swap      neither: a swap entry (type, offset) with software bits of its own (pte_swp_*);
//             swap_entries.h says which types mean migration, device memory, poison, markers
//
// What spans several entries - arm64's contiguous blocks - is not here: a format names the size of
// a block (kContiguous), page_table.h has the operations on tables.
#ifndef PTECHECK_PTE_FORMAT_H
#define PTECHECK_PTE_FORMAT_H

#include <concepts>
#include <cstdint>

namespace ptecheck {

// `condition ? yes : no`, for a Bool and Words; a symbolic word brings its own, found by argument.
constexpr std::uint64_t select(bool condition, std::uint64_t yes, std::uint64_t no) {
  return condition ? yes : no;
}

// Who marks an entry young and dirty when user code touches its page.
enum class AccessedDirty : unsigned char {
  kHardware,   // the page-table walker writes the entry
  kFault,      // the processor traps; the fault handler does
  kTlbHandler  // software that refills the TLB does (loongarch)
};

// A named bit, or field, of an entry: for printing entries and counterexamples.
struct BitName {
  enum Form : unsigned char { kPresent, kSwap } form;
  std::uint64_t mask;
  const char* name;  // as in the manual page at the top of the format's file: "SD", "pfn"
};

template <class F>
concept EntryFormat = requires(typename F::Word pte, typename F::Word number, bool shadow_stack) {
  // Behaviour that differs between architectures and that generic code depends on.
  { F::kName } -> std::convertible_to<const char*>;        // for people: "x86-64"
  { F::kId } -> std::convertible_to<const char*>;          // of --arch, of ids: "x86_64"
  { F::kKernelArch } -> std::convertible_to<const char*>;  // make ARCH=
  { F::kTableSlots } -> std::convertible_to<unsigned>;     // PTRS_PER_PTE
  { F::kContiguous } -> std::convertible_to<unsigned>;     // entries of a contiguous block; 1: none
  { F::kAccessedDirty } -> std::convertible_to<AccessedDirty>;
  { F::kPfnMask } -> std::convertible_to<std::uint64_t>;  // the page-frame field
  { F::kPfnShift } -> std::convertible_to<unsigned>;
  // All bits that mean something, the page frame included. Helpers are compared with a kernel's
  // over all combinations of the others, and sampled over all 64 bits.
  { F::kDefinedBits } -> std::convertible_to<std::uint64_t>;
  { F::kBitNames[0] } -> std::convertible_to<BitName>;
  { F::kHasSoftDirty } -> std::convertible_to<bool>;
  { F::kHasUffdWp } -> std::convertible_to<bool>;
  { F::kHasShadowStack } -> std::convertible_to<bool>;
  { F::kHasUnused } -> std::convertible_to<bool>;             // pte_unused() is ever true
  { F::kMkdirtySetsSoftDirty } -> std::convertible_to<bool>;  // pte_mkdirty() marks soft-dirty too
  { F::kDefersTlbFlush } -> std::convertible_to<bool>;        // ARCH_WANT_BATCHED_UNMAP_TLB_FLUSH
  {
    F::kDefersOnlyIfRemote
    } -> std::convertible_to<bool>;  // arch_tlbbatch_should_defer(): other CPU

  // Making entries. Protections are entries without a page frame.
  { F::none() } -> std::same_as<typename F::Word>;
  { F::page_readonly() } -> std::same_as<typename F::Word>;      // readable private mapping
  { F::page_none() } -> std::same_as<typename F::Word>;          // PROT_NONE, NUMA hint
  { F::kProtections[0] } -> std::convertible_to<std::uint64_t>;  // all that VMAs can have
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
  { F::pte_unused(pte) } -> std::same_as<typename F::Bool>;  // a guest needs the page no more
  { F::pte_pfn(pte) } -> std::same_as<typename F::Word>;
  // ... may a TLB hold it, if no change of protection is under way (mm_tlb_flush_pending() == 0)?
  { F::pte_accessible(pte) } -> std::same_as<typename F::Bool>;
  // ... does ptep_clear_flush() flush when it takes this entry out?
  { F::clear_flushes(pte) } -> std::same_as<typename F::Bool>;

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
  { F::pte_mkunused(pte) } -> std::same_as<typename F::Word>;
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
