// SPDX-License-Identifier: GPL-2.0-only
//
// Which present entries can exist: what every entry satisfies that was made by helpers and used by
// hardware. Most lemmas hold for all 2^64 words; some only for these, and then say so.
//
// That is no assumption. The lemmas "well-formed" prove that the invariant is inductive: entries
// fresh from pfn_pte() satisfy it, and each helper, and each access of the hardware, keeps it.
#ifndef PTECHECK_PROVE_WELL_FORMED_H
#define PTECHECK_PROVE_WELL_FORMED_H

#include "pte/arm64.h"
#include "pte/fallbacks.h"
#include "pte/loongarch.h"
#include "pte/powerpc.h"
#include "pte/riscv.h"
#include "pte/s390.h"
#include "pte/x86_64.h"

namespace ptecheck {

// SavedDirty stands for D while RW=0 only (pte_mksaveddirty(), pte_clear_saveddirty()).
template <class W>
constexpr auto wellFormed(const X86_64<W>&, const W& pte) {
  using F = X86_64<W>;
  return (pte & W(F::kRw | F::kSavedDirty)) != W(F::kRw | F::kSavedDirty);
}

// RO is clear where DBM and D are both set, and may be clear where DBM is; an entry is one of a
// page, protnone or not.
template <class W, AccessedDirty kBy>
constexpr auto wellFormed(const Arm64<W, kBy>&, const W& pte) {
  using F = Arm64<W, kBy>;
  const std::uint64_t looked_at = F::kWrite | F::kDirty | F::kRdonly;
  return (pte & W(F::kWrite | F::kRdonly)) != W(0) && (pte & W(looked_at)) != W(looked_at) &&
         (pte & W(F::kPage)) != W(0);
}

// Hardware's bits say the same as the software's from which they are derived (s390.h). What can be
// written can be read.
template <class W>
constexpr auto wellFormed(const S390<W>&, const W& pte) {
  using F = S390<W>;
  const auto both = [&pte](std::uint64_t mask) { return (pte & W(mask)) == W(mask); };
  const auto set = [&pte](std::uint64_t mask) { return (pte & W(mask)) != W(0); };
  const auto usable = both(F::kRead | F::kYoung), writable = both(F::kWrite | F::kDirty);
  return ((usable && !set(F::kInvalid)) || (!usable && set(F::kInvalid))) &&
         ((writable && !set(F::kProtect)) || (!writable && set(F::kProtect))) && !set(F::kLarge) &&
         (set(F::kRead) || !set(F::kWrite));
}

// What can be written can be read: W without R is reserved.
template <class W>
constexpr auto wellFormed(const Powerpc<W>&, const W& pte) {
  using F = Powerpc<W>;
  return (pte & W(F::kRead | F::kWrite)) != W(F::kWrite);
}

// As of powerpc.
template <class W, RiscvKind kKind>
constexpr auto wellFormed(const RiscvEntry<W, kKind>&, const W& pte) {
  using F = RiscvEntry<W, kKind>;
  return (pte & W(F::kRead | F::kWrite)) != W(F::kWrite);
}

// Either P, or protnone, and only the latter has NR, never W; the TLB's D only where there is W.
template <class W>
constexpr auto wellFormed(const Loongarch<W>&, const W& pte) {
  using F = Loongarch<W>;
  const W form = pte & W(F::kPresent | F::kProtnone | F::kNoRead);
  return (form == W(F::kPresent) ||
          (form == W(F::kProtnone | F::kNoRead) && (pte & W(F::kWrite)) == W(0))) &&
         (pte & W(F::kDirty | F::kWrite)) != W(F::kDirty);
}

// Every entry, where nothing else is said. In a format of the past (pte/history.h), those of today.
template <class F>
constexpr auto wellFormed(const F&, const typename F::Word& pte) {
  if constexpr (requires { typename F::Today; })
    return wellFormed(typename F::Today(), pte);
  else
    return Truth<typename F::Word>::always();
}

}  // namespace ptecheck

#endif
