// SPDX-License-Identifier: GPL-2.0-only
//
// What the pages of all formats are written with: bits of a word, and the software bits of swap
// entries, which differ between architectures in nothing but their places.
#ifndef PTECHECK_PTE_BITS_H
#define PTECHECK_PTE_BITS_H

#include <cstdint>
#include <utility>

#include "pte/format.h"

namespace ptecheck {

// Formats inherit it, and name what they use of it.
template <class W>
struct Bits {
  using Bool = decltype(std::declval<W>() == std::declval<W>());
  static constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }
  static constexpr W low(unsigned bits) { return W(bit(bits) - 1); }  // that many ones
  static constexpr Bool has(W pte, std::uint64_t mask) {              // any of them
    return (pte & W(mask)) != W(std::uint64_t{0});
  }
  static constexpr W set(W pte, std::uint64_t mask) { return pte | W(mask); }
  static constexpr W clear(W pte, std::uint64_t mask) { return pte & W(~mask); }
  static constexpr W set_if(Bool condition, W pte, std::uint64_t mask) {
    return select(condition, set(pte, mask), pte);
  }
  static constexpr W clear_if(Bool condition, W pte, std::uint64_t mask) {
    return select(condition, clear(pte, mask), pte);
  }
};

// The software bits of entries in swap form, which remember what a present one was: of a format `F`
// that says where they are, in kSwpSoftDirty, kSwpUffdWp and kSwpExclusive. 0: nowhere; then
// setting is no change, and asking gives no.
template <class F, class W>
struct SwapBits {
  using B = Bits<W>;
  using Bool = typename B::Bool;
  static constexpr Bool pte_swp_soft_dirty(W pte) { return B::has(pte, F::kSwpSoftDirty); }
  static constexpr Bool pte_swp_uffd_wp(W pte) { return B::has(pte, F::kSwpUffdWp); }
  static constexpr Bool pte_swp_exclusive(W pte) { return B::has(pte, F::kSwpExclusive); }
  static constexpr W pte_swp_mksoft_dirty(W pte) { return B::set(pte, F::kSwpSoftDirty); }
  static constexpr W pte_swp_mkuffd_wp(W pte) { return B::set(pte, F::kSwpUffdWp); }
  static constexpr W pte_swp_mkexclusive(W pte) { return B::set(pte, F::kSwpExclusive); }
  static constexpr W pte_swp_clear_uffd_wp(W pte) { return B::clear(pte, F::kSwpUffdWp); }
  static constexpr W pte_swp_clear_exclusive(W pte) { return B::clear(pte, F::kSwpExclusive); }
};

}  // namespace ptecheck

#endif
