// SPDX-License-Identifier: GPL-2.0-only
#include "prove/processor_facts.h"

namespace ptecheck {
namespace {

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }

// x86: 6.12's x86_configure_nx() and probe_page_size_mask() take out NX and G, nobody anything
// else.
constexpr KnownVariable kVariables[] = {
    {"__supported_pte_mask", ~(bit(63) | bit(8)), "__supported_pte_mask lacks no bit but NX and G"},
};

// riscv: 6.12's asm/pgtable-64.h; Svpbmt's are bits 61 and 62, T-Head's are 59 to 63.
constexpr KnownAssembly kAssembly[] = {
    {"cpu_memory_types", bit(59) - 1, "_PAGE_MTMASK has no bit below 59"},
};

// riscv: pte_mknapot() is called by hugetlb's code and by ioremap() alone (6.12).
constexpr Exemption kExemptions[] = {
    {"x86_64", "cpu_shadow_stack", 0,
     "a processor without user shadow stacks has no shadow-stack VMA"},
    {"riscv", "", bit(63),
     "bit 63 (N, Svnapot) is set in entries of hugetlb folios alone, which are not batched; and "
     "no processor has both Svnapot and T-Head's memory types, which use that bit"},
};

}  // namespace

std::span<const KnownVariable> knownVariables() { return kVariables; }
std::span<const KnownAssembly> knownAssembly() { return kAssembly; }
std::span<const Exemption> exemptions() { return kExemptions; }

}  // namespace ptecheck
