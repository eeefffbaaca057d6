// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SPEC_IDENTITY_H
#define PTECHECK_SPEC_IDENTITY_H

namespace ptecheck::spec_detail {

// What a present entry is apart from the bits that have rules of their own: page frame, protection,
// cache type, special, protection key. Two present entries with equal identity map the same page in
// the same way.
template <class F>
constexpr typename F::Word identity(typename F::Word pte) {
  return F::pte_mkold(
      F::pte_wrprotect(F::pte_mkclean(F::pte_clear_soft_dirty(F::pte_clear_uffd_wp(pte)))));
}

}  // namespace ptecheck::spec_detail

#endif
