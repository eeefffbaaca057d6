// SPDX-License-Identifier: GPL-2.0-only
#include "prove/model_helpers.h"

#include <bit>

#include "kernel_agent/helpers.h"
#include "pte/batch.h"
#include "scenario/hex.h"

namespace ptecheck {
namespace {

using Word = std::uint64_t;

// One static function for each name of kernel_agent/helpers.h, in terms of a format.
template <class F>
struct ByName {
#define PTECHECK_0(name) \
  static Word name(Word, Word) { return Word(F::name()); }
#define PTECHECK_1(name) \
  static Word name(Word a, Word) { return Word(F::name(a)); }
#define PTECHECK_2(name) \
  static Word name(Word a, Word b) { return Word(F::name(a, b)); }
  // clang-format off
  PTECHECK_0(none) PTECHECK_0(page_readonly) PTECHECK_0(page_none)
  PTECHECK_1(pte_none) PTECHECK_1(pte_present) PTECHECK_2(pte_same)
  PTECHECK_1(pte_write) PTECHECK_1(pte_dirty) PTECHECK_1(pte_young) PTECHECK_1(pte_soft_dirty)
  PTECHECK_1(pte_uffd_wp) PTECHECK_1(pte_protnone) PTECHECK_1(pte_special)
  PTECHECK_1(pte_accessible) PTECHECK_1(pte_pfn)
  PTECHECK_1(pte_mkwrite_novma) PTECHECK_1(pte_wrprotect)
  PTECHECK_1(pte_mkdirty) PTECHECK_1(pte_mkclean) PTECHECK_1(pte_mkyoung) PTECHECK_1(pte_mkold)
  PTECHECK_1(pte_mksoft_dirty) PTECHECK_1(pte_clear_soft_dirty)
  PTECHECK_1(pte_mkuffd_wp) PTECHECK_1(pte_clear_uffd_wp) PTECHECK_1(pte_mkspecial)
  PTECHECK_2(pte_advance_pfn) PTECHECK_2(pfn_pte) PTECHECK_2(pte_modify)
  PTECHECK_2(swp_entry) PTECHECK_1(swp_type) PTECHECK_1(swp_offset)
  PTECHECK_1(pte_swp_soft_dirty) PTECHECK_1(pte_swp_uffd_wp) PTECHECK_1(pte_swp_exclusive)
  PTECHECK_1(pte_swp_mksoft_dirty) PTECHECK_1(pte_swp_mkuffd_wp) PTECHECK_1(pte_swp_mkexclusive)
  PTECHECK_1(pte_swp_clear_uffd_wp) PTECHECK_1(pte_swp_clear_exclusive)
// clang-format on
#undef PTECHECK_0
#undef PTECHECK_1
#undef PTECHECK_2
                                                                  static Word
      pte_mkwrite_plain(Word a, Word) {
    return F::pte_mkwrite(a, false);
  }
  static constexpr ModelHelper pte_shstk =
      F::kHasShadowStack ? +[](Word a, Word) { return Word(F::pte_shstk(a)); } : nullptr;
  static constexpr ModelHelper pte_mkwrite_stack =
      F::kHasShadowStack ? +[](Word a, Word) { return Word(F::pte_mkwrite(a, true)); } : nullptr;
  static Word pte_batch_clear_ignored(Word a, Word b) {
    return ptecheck::pte_batch_clear_ignored<F>(a, unsigned(b) & ~FPB_RESPECT_WRITE);
  }
  static Word pte_batch_clear_ignored_write(Word a, Word b) {
    return ptecheck::pte_batch_clear_ignored<F>(a, unsigned(b) | FPB_RESPECT_WRITE);
  }
  static constexpr ModelHelper cpu_shadow_stack = nullptr, cpu_svnapot = nullptr,
                               cpu_memory_types = nullptr;
};

template <class F>
std::span<const ModelHelper> table() {
#define HELPER(name, words, result, second) ByName<F>::name,
  static constexpr ModelHelper kTable[] = {PTECHECK_HELPERS(HELPER)};
#undef HELPER
  return kTable;
}

}  // namespace

std::span<const ModelHelper> modelHelpers(Arch arch) {
  return withFormat(arch, []<class F>(std::type_identity<F>) { return table<F>(); });
}

FormatFacts formatFacts(Arch arch) {
  return withFormat(arch, []<class F>(std::type_identity<F>) -> FormatFacts {
    return {F::kDefinedBits, F::kPfnMask, F::kPfnShift, F::kBitNames,
            [](Word pte) { return bool(F::pte_present(pte)); }};
  });
}

std::string describeEntry(const FormatFacts& facts, Word pte) {
  const BitName::Form form = facts.is_present(pte) ? BitName::kPresent : BitName::kSwap;
  std::string bits, fields;
  Word named = 0;
  for (const BitName& name : facts.names) {
    if (name.form != form) continue;
    named |= name.mask;
    const Word value = pte & name.mask;
    if (std::popcount(name.mask) == 1) {
      if (value) bits += std::string(" ") + name.name;
    } else {
      fields += std::string(", ") + name.name + " " + hex(value >> std::countr_zero(name.mask));
    }
  }
  std::string out = hex(pte) + " =" + (bits.empty() ? " no flags" : bits) + fields;
  if (form == BitName::kSwap) out += " (not present)";
  if (pte & ~named) out += ", other bits " + hex(pte & ~named);
  return out;
}

std::string nameBits(const FormatFacts& facts, BitName::Form form, Word bits) {
  std::string out;
  for (const BitName& name : facts.names) {
    if (name.form != form || !(bits & name.mask)) continue;
    out += (out.empty() ? "" : " ") + std::string(name.name);
    bits &= ~name.mask;
  }
  if (bits) out += (out.empty() ? "" : " ") + hex(bits);
  return out.empty() ? "none" : out;
}

}  // namespace ptecheck
