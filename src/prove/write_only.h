// SPDX-License-Identifier: GPL-2.0-only
//
// Which entries permit writing but not reading. No protection of a VMA asks for one, so that no
// helper has a reason to make one; whether the format could spell it is another question:
//
//   x86-64, arm64   no: the bit that permits user code to read (U) permits it to write as well, if
//                   another one (RW, DBM) is set
//   s390            W without R: hardware looks at neither, and refuses it, as helpers then set I
//   powerpc         W without R: of no use, as the architecture calls W "read/write"
//   riscv           W without R: reserved; hardware refuses it
//   loongarch       W and NR: hardware would write and not read
//
// Source: as of each format.
#ifndef PTECHECK_PROVE_WRITE_ONLY_H
#define PTECHECK_PROVE_WRITE_ONLY_H

#include "pte/fallbacks.h"
#include "pte/loongarch.h"
#include "pte/powerpc.h"
#include "pte/riscv.h"
#include "pte/s390.h"

namespace ptecheck {

template <class W>
constexpr auto writeOnly(const S390<W>&, const W& pte) {
  using F = S390<W>;
  return (pte & W(F::kRead | F::kWrite)) == W(F::kWrite);
}
template <class W>
constexpr auto writeOnly(const Powerpc<W>&, const W& pte) {
  using F = Powerpc<W>;
  return (pte & W(F::kRead | F::kWrite)) == W(F::kWrite);
}
template <class W, RiscvKind kKind>
constexpr auto writeOnly(const RiscvEntry<W, kKind>&, const W& pte) {
  using F = RiscvEntry<W, kKind>;
  return (pte & W(F::kRead | F::kWrite)) == W(F::kWrite);
}
template <class W>
constexpr auto writeOnly(const Loongarch<W>&, const W& pte) {
  using F = Loongarch<W>;
  return (pte & W(F::kNoRead | F::kWrite)) == W(F::kNoRead | F::kWrite);
}
// Not encodable. In a format of the past, as in today's.
template <class F>
constexpr auto writeOnly(const F&, const typename F::Word& pte) {
  if constexpr (requires { typename F::Today; })
    return writeOnly(typename F::Today(), pte);
  else
    return Truth<typename F::Word>::never();
}

}  // namespace ptecheck

#endif
