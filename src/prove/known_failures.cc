// SPDX-License-Identifier: GPL-2.0-only
#include "prove/known_failures.h"

namespace ptecheck {
namespace {

constexpr const char* kShadowStackMoved =
    "The dirty bit of a shadow-stack entry is what makes it one, so that clearing or moving it "
    "leaves a read-only entry. Where the entry goes back to the table, the next call or return "
    "faults and makes it a shadow stack again.";
constexpr const char* kShadowStackBatch =
    "pte_mkclean() of normalisation makes a shadow-stack entry and a read-only one equal, although "
    "write is respected. Whoever writes the first entry back for all makes read-only pages "
    "shadow-stack pages, or the reverse. No kernel has been shown to get such a batch.";
constexpr const char* kLastSwapOffset =
    "Type 0 with an offset of all ones is stored as zeros, as offsets are stored inverted. No swap "
    "file has this page: the header counts pages in 32 bits, the offset has 50.";
constexpr const char* kContiguousBit =
    "set_pte() clears bit 52, the contiguous hint, in whatever it is given; in swap form that is "
    "bit 40 of the offset. No swap file has such an offset, and the page frames modelled here end "
    "below, young and dirty of a migrating page included. With 4K pages and 52-bit addresses, "
    "Kconfig's default in 6.12, bit 40 is a migrating page's young bit: the page comes back old, "
    "and may leave memory earlier.";
constexpr const char* kAlwaysAccessible =
    "The architecture has no pte_accessible(), and the generic one says yes to everything: one "
    "flush more than necessary.";
constexpr const char* kInvalidWhenOld =
    "Taking an old entry out needs no flush, because making it old has flushed: a valid entry is "
    "only ever changed by invalidating it in all TLBs first (ptep_xchg_direct()).";
constexpr const char* kProtectionIsYoung =
    "The accessed bit is part of the protection, so that pte_modify() makes an old entry young: it "
    "stays longer in memory.";
constexpr const char* kProtectionSaysYoung =
    "The valid bit, which is also the young one, comes from the protection alone: a change of "
    "protection forgets whether the page was used.";

constexpr auto kHarmless = FailureStatus::kHarmless;
constexpr auto kCandidate = FailureStatus::kCandidate;
constexpr const char* kShadowStackExample = "bad_shadow_stack.pte";
constexpr const char* kShadowStackPrice = "bad_shadow_stack_price.pte";

}  // namespace

const std::vector<KnownFailure>& knownFailures() {
  static const std::vector<KnownFailure> all = {
      {"x86_64", "mkdirty-keeps/write-lost", kHarmless, kShadowStackMoved, kShadowStackPrice},
      {"x86_64", "mkdirty-keeps/shadow-stack-lost", kHarmless, kShadowStackMoved,
       kShadowStackPrice},
      {"x86_64", "mkclean-keeps/write-lost", kHarmless, kShadowStackMoved, ""},
      {"x86_64", "mkclean-keeps/shadow-stack-lost", kHarmless, kShadowStackMoved, ""},
      {"x86_64", "batch-write/write", kCandidate, kShadowStackBatch, kShadowStackExample},
      {"x86_64", "batch-write-soft/write", kCandidate, kShadowStackBatch, kShadowStackExample},
      {"x86_64", "swap/not-none", kHarmless, kLastSwapOffset, ""},
      {"x86_64", "swp_clear_uffd_wp-keeps/form", kHarmless, kLastSwapOffset, ""},
      {"x86_64", "swp_clear_exclusive-keeps/form", kHarmless, kLastSwapOffset, ""},
      {"arm64", "stored/swap", kHarmless, kContiguousBit, ""},
      {"arm64-sw", "stored/swap", kHarmless, kContiguousBit, ""},
      {"s390", "modify_none-does/accessible", kHarmless, kAlwaysAccessible, ""},
      {"s390", "mkyoung-keeps/flush-on-clear-gained", kHarmless, kInvalidWhenOld, ""},
      {"s390", "mkold-keeps/flush-on-clear-lost", kHarmless, kInvalidWhenOld, ""},
      {"s390", "hardware/accessible-when-old", kHarmless, kInvalidWhenOld, ""},
      {"powerpc", "modify_none-does/accessible", kHarmless, kAlwaysAccessible, ""},
      {"powerpc", "modify_readonly-keeps/young-gained", kHarmless, kProtectionIsYoung, ""},
      {"powerpc", "modify_none-keeps/young-gained", kHarmless, kProtectionIsYoung, ""},
      {"powerpc", "modify_shared-keeps/young-gained", kHarmless, kProtectionIsYoung, ""},
      {"riscv", "modify_readonly-keeps/young-gained", kHarmless, kProtectionIsYoung, ""},
      {"riscv", "modify_shared-keeps/young-gained", kHarmless, kProtectionIsYoung, ""},
      {"riscv-svade", "modify_readonly-keeps/young-gained", kHarmless, kProtectionIsYoung, ""},
      {"riscv-svade", "modify_shared-keeps/young-gained", kHarmless, kProtectionIsYoung, ""},
      {"riscv-svrsw", "modify_readonly-keeps/young-gained", kHarmless, kProtectionIsYoung, ""},
      {"riscv-svrsw", "modify_shared-keeps/young-gained", kHarmless, kProtectionIsYoung, ""},
      {"loongarch", "modify_readonly-keeps/young-gained", kHarmless, kProtectionSaysYoung, ""},
      {"loongarch", "modify_none-keeps/young-lost", kHarmless, kProtectionSaysYoung, ""},
      {"loongarch", "modify_shared-keeps/young-gained", kHarmless, kProtectionSaysYoung, ""},
  };
  return all;
}

const KnownFailure* findKnownFailure(std::string_view arch, std::string_view lemma) {
  for (const KnownFailure& failure : knownFailures())
    if (arch == failure.arch && lemma == failure.lemma) return &failure;
  return nullptr;
}

}  // namespace ptecheck
