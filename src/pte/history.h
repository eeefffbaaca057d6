// SPDX-License-Identifier: GPL-2.0-only
//
// Entry formats as they were in some kernel while one helper was wrong. Each is today's format with
// that helper put back, and says which commit repaired it, and which fact did not hold. A statement
// about formats is worth something if it refutes those it should: src/prove tries its lemmas on
// them, history_test.cc has an entry by hand for each.
//
// A helper that is replaced here is not what other helpers of the format call; where the kernel's
// did, they are replaced as well. Where the description of a bug leaves the exact code open, or the
// bug was of an architecture that is no format here, the effect is modelled, and the comment says
// so.
#ifndef PTECHECK_PTE_HISTORY_H
#define PTECHECK_PTE_HISTORY_H

#include <cstdint>

#include "pte/architectures.h"

namespace ptecheck {

struct HistoryNote {
  const char* id;       // "loongarch-wrprotect"
  const char* commit;   // that repaired it
  const char* kernels;  // that had it: "6.3 to 6.15"
  const char* helper;   // that was wrong
  const char* broke;    // the fact that did not hold
};

// --- x86-64 ---

// Before shadow stacks (6.6), where it was right: RW=0, D=1 was but a read-only, dirty entry. Since
// then hardware, and pte_write(), take it for a writable one.
template <class W>
struct X86WrprotectLeavesDirty : X86_64<W> {
  using Today = X86_64<W>;
  static constexpr HistoryNote kHistory = {"x86-wrprotect", "bb3aadf7d446", "before 6.6",
                                           "pte_wrprotect",
                                           "after pte_wrprotect() an entry is not writable"};
  static constexpr W pte_wrprotect(W pte) { return pte & W(~Today::kRw); }
  static constexpr W pte_mkuffd_wp(W pte) { return pte_wrprotect(pte | W(Today::kUffdWp)); }
};

// 5.7 to 6.2: whoever marked an entry had to write-protect it as well, and not all did.
template <class W>
struct X86MkuffdWpLeavesWrite : X86_64<W> {
  using Today = X86_64<W>;
  static constexpr HistoryNote kHistory = {"x86-mkuffd-wp", "f1eb1bacfba9", "5.7 to 6.2",
                                           "pte_mkuffd_wp",
                                           "after pte_mkuffd_wp() an entry is not writable"};
  static constexpr W pte_mkuffd_wp(W pte) { return pte | W(Today::kUffdWp); }
};

// 6.9 to 6.14 under Xen, paravirtual: making an entry translates its page frame, and an entry for a
// frame that has no memory comes out empty. An expected entry one page behind a folio's end was
// equal to the empty one there. Effect modelled: no memory where bit 20 of the frame is set.
template <class W>
struct X86AdvanceIntoAHole : X86_64<W> {
  using Today = X86_64<W>;
  static constexpr HistoryNote kHistory = {"x86-advance", "7b08b74f3d99", "6.9 to 6.14",
                                           "pte_advance_pfn",
                                           "an advanced entry is never an empty one"};
  static constexpr std::uint64_t kHole = std::uint64_t{1} << 20;
  static constexpr W pte_advance_pfn(W pte, W pages) {
    const W advanced = Today::pte_advance_pfn(pte, pages);
    return select((Today::pte_pfn(advanced) & W(kHole)) != W(0), Today::none(), advanced);
  }
};

// 5.7 to 5.12: swapoff (pte_same_as_swp()) took soft-dirty off an entry before comparing it, but
// not uffd-wp, and never found the entry. Effect modelled: taking uffd-wp off does nothing.
template <class W>
struct X86SwpUffdWpSticks : X86_64<W> {
  using Today = X86_64<W>;
  static constexpr HistoryNote kHistory = {
      "x86-swp-clear-uffd-wp", "099dd6878b9b", "5.7 to 5.12", "pte_swp_clear_uffd_wp",
      "without its software bits a swap entry is what it was made as"};
  static constexpr W pte_swp_clear_uffd_wp(W pte) { return pte; }
};

// 4.14 to 5.8: try_to_unmap_one() and migrate_vma asked a device-private entry for its soft-dirty
// bit with the helper for present entries, which looks at a bit of the offset. Effect modelled.
template <class W>
struct X86SwpSoftDirtyAsPresent : X86_64<W> {
  using Today = X86_64<W>;
  static constexpr HistoryNote kHistory = {"x86-swp-soft-dirty", "ad7df764b7e1", "4.14 to 5.8",
                                           "pte_swp_soft_dirty",
                                           "a swap entry is soft-dirty exactly if it was made so"};
  static constexpr typename Today::Bool pte_swp_soft_dirty(W pte) {
    return Today::pte_soft_dirty(pte);
  }
};

// 5.7 to 5.8: the same of uffd-wp, which was *set* so, and changed the offset. Effect modelled.
template <class W>
struct X86SwpUffdWpAsPresent : X86_64<W> {
  using Today = X86_64<W>;
  static constexpr HistoryNote kHistory = {
      "x86-swp-mkuffd-wp", "ebdf8321eeeb", "5.7 to 5.8", "pte_swp_mkuffd_wp",
      "a swap entry gives back its offset, whatever its software bits"};
  static constexpr W pte_swp_mkuffd_wp(W pte) { return pte | W(Today::kUffdWp); }
};

// --- arm64 ---

// Until 6.6: a dirty entry that had been protnone in between came back writable, with D, and with
// RO: pte_dirty() is content, hardware is not. On a processor without FEAT_HAFDBS the write faults,
// the fault handler finds the entry dirty and writable already, and changes nothing, for ever.
template <class W>
struct Arm64ModifyLeavesReadOnly : Arm64Sw<W> {
  using Today = Arm64Sw<W>;
  static constexpr HistoryNote kHistory = {
      "arm64-modify", "3c0696076aad", "until 6.6", "pte_modify",
      "hardware writes through a writable, dirty, young entry at once"};
  static constexpr W pte_modify(W pte, W protection) {
    const W kept = select(Today::pte_hw_dirty(pte), pte | W(Today::kDirty), pte);
    return (kept & W(~Today::kProtectionMask)) | (protection & W(Today::kProtectionMask));
  }
};

// Until 5.10: a valid but old entry counted as one that no TLB can hold. But the flush that goes
// with making it old is not waited for.
template <class W>
struct Arm64AccessibleIfYoung : Arm64<W> {
  using Today = Arm64<W>;
  using typename Today::Bool;
  static constexpr HistoryNote kHistory = {
      "arm64-accessible", "07509e10dcc7", "until 5.10", "pte_accessible",
      "an entry that a TLB holds stays accessible when it is made old"};
  static constexpr Bool pte_accessible(W pte) {
    return Today::pte_valid(pte) && Today::pte_young(pte);
  }
  static constexpr Bool clear_flushes(W pte) { return pte_accessible(pte); }
};

// Until 5.10: the dirty bit that hardware keeps (DBM and not RO) went with DBM.
template <class W>
struct Arm64WrprotectLosesDirty : Arm64<W> {
  using Today = Arm64<W>;
  static constexpr HistoryNote kHistory = {"arm64-wrprotect", "ff1712f953e2", "until 5.10",
                                           "pte_wrprotect",
                                           "pte_wrprotect() leaves every dirty entry so"};
  static constexpr W pte_wrprotect(W pte) { return (pte & W(~Today::kWrite)) | W(Today::kRdonly); }
  static constexpr W pte_mkuffd_wp(W pte) { return pte_wrprotect(pte | W(Today::kUffdWp)); }
};

// Until 6.17: RO was cleared without a look at D, and DBM without RO means dirty. Costs a
// write-back of a page that nobody wrote.
template <class W>
struct Arm64MkwriteMakesDirty : Arm64<W> {
  using Today = Arm64<W>;
  static constexpr HistoryNote kHistory = {"arm64-mkwrite", "143937ca51cc", "until 6.17",
                                           "pte_mkwrite", "pte_mkwrite() makes no entry dirty"};
  static constexpr W pte_mkwrite_novma(W pte) {
    return (pte | W(Today::kWrite)) & W(~Today::kRdonly);
  }
  static constexpr W pte_mkwrite(W pte, bool) { return pte_mkwrite_novma(pte); }
};

// --- powerpc ---

// 6.3 to 6.15 on alpha, whose marker is above bit 31: the masked word went through an int. Effect
// modelled: a marker in bit 56, which swap entries of powerpc have to spare, read through 32 bits.
template <class W>
struct PowerpcSwpExclusiveTruncated : Powerpc<W> {
  using Today = Powerpc<W>;
  static constexpr HistoryNote kHistory = {"alpha-swp-exclusive", "403d1338a4a5", "6.3 to 6.15",
                                           "pte_swp_exclusive",
                                           "a swap entry is exclusive exactly if it was made so"};
  static constexpr std::uint64_t kSwpExclusive = std::uint64_t{1} << 56;
  static constexpr W pte_swp_mkexclusive(W pte) { return pte | W(kSwpExclusive); }
  static constexpr W pte_swp_clear_exclusive(W pte) { return pte & W(~kSwpExclusive); }
  static constexpr typename Today::Bool pte_swp_exclusive(W pte) {
    return ((pte & W(kSwpExclusive)) & W(0xffffffff)) != W(0);
  }
};

// --- loongarch ---

// Until 2026: D was dropped without a look at it. Where hardware walks the page table, M does not
// have the fact.
template <class W>
struct LoongarchWrprotectLosesDirty : Loongarch<W> {
  using Today = Loongarch<W>;
  static constexpr HistoryNote kHistory = {"loongarch-wrprotect", "018e9828eb52", "until 2026",
                                           "pte_wrprotect",
                                           "pte_wrprotect() leaves every dirty entry so"};
  static constexpr W pte_wrprotect(W pte) { return pte & W(~(Today::kWrite | Today::kDirty)); }
};

// Until 6.1: D was set whether there was W or not, and D is what the TLB obeys. On sparc64, where
// pte_mkdirty() likewise set the bit that permits stores, migration (96a9c287e25d) and the split of
// a huge page (624a2c94f5b7) made read-only pages writable.
template <class W>
struct LoongarchMkdirtyPermitsStores : Loongarch<W> {
  using Today = Loongarch<W>;
  static constexpr HistoryNote kHistory = {
      "loongarch-mkdirty", "bf2f34a506e6", "until 6.1", "pte_mkdirty",
      "hardware writes through no entry that pte_write() denies"};
  static constexpr W pte_mkdirty(W pte) { return pte | W(Today::kDirtyBits); }
};

// Until 6.1: D was set whether there was M or not, and D means dirty. Costs a write-back.
template <class W>
struct LoongarchMkwriteMakesDirty : Loongarch<W> {
  using Today = Loongarch<W>;
  static constexpr HistoryNote kHistory = {"loongarch-mkwrite", "54e6cd42a583", "until 6.1",
                                           "pte_mkwrite", "pte_mkwrite() makes no entry dirty"};
  static constexpr W pte_mkwrite_novma(W pte) { return pte | W(Today::kWrite | Today::kDirty); }
  static constexpr W pte_mkwrite(W pte, bool) { return pte_mkwrite_novma(pte); }
};

// Each has kHistory, and the format as it is now as Today.
template <class W = std::uint64_t>
using HistoryFormats =
    FormatList<X86WrprotectLeavesDirty<W>, X86MkuffdWpLeavesWrite<W>, X86AdvanceIntoAHole<W>,
               X86SwpUffdWpSticks<W>, X86SwpSoftDirtyAsPresent<W>, X86SwpUffdWpAsPresent<W>,
               Arm64ModifyLeavesReadOnly<W>, Arm64AccessibleIfYoung<W>, Arm64WrprotectLosesDirty<W>,
               Arm64MkwriteMakesDirty<W>, PowerpcSwpExclusiveTruncated<W>,
               LoongarchWrprotectLosesDirty<W>, LoongarchMkdirtyPermitsStores<W>,
               LoongarchMkwriteMakesDirty<W>>;

// Calls visit(std::type_identity<F>()) for each of HistoryFormats, in order.
template <class W = std::uint64_t, class Visit>
void forEachHistoryFormat(Visit&& visit) {
  [&]<class... F>(FormatList<F...>) { (visit(std::type_identity<F>()), ...); }(HistoryFormats<W>());
}

}  // namespace ptecheck

#endif
