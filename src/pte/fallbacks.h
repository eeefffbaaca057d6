// SPDX-License-Identifier: GPL-2.0-only
//
// What the kernel's generic headers do in place of helpers that an architecture does not have: a
// format inherits one of these for each ability it lacks. A question is answered with no, a change
// changes nothing. So a caller that marks an entry and asks afterwards gets a no: whether there is
// a mark at all, only kHasSoftDirty and kHasUffdWp tell.
// Source: include/linux/pgtable.h (soft-dirty, pte_accessible), include/asm-generic/pgtable_uffd.h,
// include/linux/mm.h (pte_mkwrite without shadow stacks) of 6.12.
#ifndef PTECHECK_PTE_FALLBACKS_H
#define PTECHECK_PTE_FALLBACKS_H

#include <cstdint>
#include <utility>

namespace ptecheck {

// The type that comparing words gives, and its constants.
template <class W>
struct Truth {
  using Bool = decltype(std::declval<W>() == std::declval<W>());
  static constexpr Bool always() { return W(0) == W(0); }
  static constexpr Bool never() { return W(0) != W(0); }
};

// No CONFIG_MEM_SOFT_DIRTY, as HAVE_ARCH_SOFT_DIRTY is missing.
template <class W>
struct NoSoftDirty {
  using Bool = typename Truth<W>::Bool;
  static constexpr bool kHasSoftDirty = false;
  static constexpr bool kMkdirtySetsSoftDirty = false;
  static constexpr Bool pte_soft_dirty(W) { return Truth<W>::never(); }
  static constexpr W pte_mksoft_dirty(W pte) { return pte; }
  static constexpr W pte_clear_soft_dirty(W pte) { return pte; }
  static constexpr std::uint64_t kSwpSoftDirty = 0;  // bits.h
};

// No CONFIG_HAVE_ARCH_USERFAULTFD_WP.
template <class W>
struct NoUffdWp {
  using Bool = typename Truth<W>::Bool;
  static constexpr bool kHasUffdWp = false;
  static constexpr Bool pte_uffd_wp(W) { return Truth<W>::never(); }
  static constexpr W pte_mkuffd_wp(W pte) { return pte; }
  static constexpr W pte_clear_uffd_wp(W pte) { return pte; }
  static constexpr std::uint64_t kSwpUffdWp = 0;
};

// No __HAVE_ARCH_PTE_UNUSED: there are no guests that could say so.
template <class W>
struct NoUnused {
  using Bool = typename Truth<W>::Bool;
  static constexpr bool kHasUnused = false;
  static constexpr Bool pte_unused(W) { return Truth<W>::never(); }
  static constexpr W pte_mkunused(W pte) { return pte; }
};

// No VM_SHADOW_STACK: pte_mkwrite() is pte_mkwrite_novma() whatever the VMA, in the format itself.
template <class W>
struct NoShadowStack {
  using Bool = typename Truth<W>::Bool;
  static constexpr bool kHasShadowStack = false;
  static constexpr Bool pte_shstk(W) { return Truth<W>::never(); }
};

}  // namespace ptecheck

#endif
