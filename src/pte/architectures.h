// SPDX-License-Identifier: GPL-2.0-only
//
// Which entry formats there are: the six architectures, and those processors of one architecture
// on which entries behave in another way (who sets accessed and dirty; which bits exist).
#ifndef PTECHECK_PTE_ARCHITECTURES_H
#define PTECHECK_PTE_ARCHITECTURES_H

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "pte/arm64.h"
#include "pte/loongarch.h"
#include "pte/powerpc.h"
#include "pte/riscv.h"
#include "pte/s390.h"
#include "pte/x86_64.h"

namespace ptecheck {

template <class... F>
struct FormatList {
  static constexpr std::size_t kSize = sizeof...(F);
};

// In the order of columns and of `--arch all`. `W` as in x86_64.h.
template <class W = std::uint64_t>
using AllFormats = FormatList<X86_64<W>, Arm64<W>, Arm64Sw<W>, S390<W>, Powerpc<W>, Riscv<W>,
                              RiscvSvade<W>, RiscvSvrsw<W>, Loongarch<W>>;

// One of AllFormats, by its place there.
using Arch = unsigned char;
inline constexpr Arch kX86 = 0;
inline constexpr std::size_t kArchs = AllFormats<>::kSize;

// Calls visit(std::type_identity<F>()) with the format `arch` stands for; `arch` < kArchs. All
// calls must return the same type.
template <class W = std::uint64_t, class Visit>
decltype(auto) withFormat(Arch arch, Visit&& visit) {
  return [&]<class First, class... F>(FormatList<First, F...>) -> decltype(auto) {
    using Result = decltype(visit(std::type_identity<First>()));
    using Call = Result (*)(Visit&);
    static constexpr Call kCalls[] = {
        [](Visit& v) -> Result { return v(std::type_identity<First>()); },
        [](Visit& v) -> Result { return v(std::type_identity<F>()); }...};
    return kCalls[arch](visit);
  }(AllFormats<W>());
}

inline const char* archId(Arch arch) {  // "x86_64"
  return withFormat(arch, []<class F>(std::type_identity<F>) -> const char* { return F::kId; });
}
inline const char* archName(Arch arch) {  // "x86-64"
  return withFormat(arch, []<class F>(std::type_identity<F>) -> const char* { return F::kName; });
}

inline const char* archKernelArch(Arch arch) {  // make ARCH=
  return withFormat(arch,
                    []<class F>(std::type_identity<F>) -> const char* { return F::kKernelArch; });
}

// kArchs if no format has this id.
inline Arch archOf(std::string_view id) {
  Arch arch = 0;
  while (arch < kArchs && id != archId(arch)) ++arch;
  return arch;
}

}  // namespace ptecheck

#endif
