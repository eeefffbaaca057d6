// SPDX-License-Identifier: GPL-2.0-only
//
// The page-table entry of 64-bit RISC-V, as Linux 6.12 uses it with CONFIG_NUMA_BALANCING, on a
// processor without Svpbmt (memory types) and Svnapot (contiguous entries), in three variants:
//
//   Riscv        the processor sets A and D (Svadu)
//   RiscvSvade   the processor traps where A or D would have to be set (Svade)
//   RiscvSvrsw   Svadu, and Svrsw60t59b: bits 60 and 59 belong to software; Linux 6.19
//
//   63-61  60   59  58-54  53 ...... 10   9    8    7   6   5   4   3   2   1   0
// +------+----+----+-----+-------------+----+----+---+---+---+---+---+---+---+---+
// |  0   | WP | SD |  0  | page frame  |devm|Spec| D | A | 0 | U | X | W | R | 1 |
// +------+----+----+-----+-------------+----+----+---+---+---+---+---+---+---+---+
// |  0   | WP | SD |  0  | page frame  |devm|Spec| D | A | 1 | - | - | W | R | 0 |
// +------+----+----+-----+-------------+----+----+---+---+---+---+---+---+---+---+
// |                offset 63-12              |type 11-7|E | 0 | WP| SD| 0 | 0 | 0 |
// +------------------------------------------+---------+--+---+---+---+---+---+---+
//
// from above: an ordinary entry, a protnone entry (present to Linux, not to hardware), a swap entry
// (exclusive in bit 6). WP and SD exist in RiscvSvrsw alone.
//
// What makes this format harder than it looks:
//
// Little room. Hardware leaves software two bits, 8 and 9; a processor refuses an entry with
// anything in bits 54 to 63 that no extension has given a meaning. Soft-dirty and uffd-wp came
// with Svrsw60t59b only. In swap entries they sit in the bits of X and U, which are out of use
// there because protnone is told from swap by bit 5 (G) alone, not by the permissions.
//
// protnone reuses G (global), which no user page needs, and keeps R, so that the entry does not
// look like a pointer to a table. R without W, or none of R, W and X, have a meaning; W without R
// is reserved, and hardware refuses it.
//
// One kernel, two kinds of processor. Svadu and Svade differ in nothing that helpers see: the same
// entry with A clear is used by one and traps on the other.
//
// Source: arch/riscv/include/asm/pgtable-bits.h, pgtable-64.h, pgtable.h and arch/riscv/mm/init.c,
// tlbflush.c of 6.12; for RiscvSvrsw, the same headers of 6.19 (2a3ebad4db63, c64da3950cf4); RISC-V
// Privileged Architecture, "Addressing and Memory Protection". The function is named where it is
// not the helper's own name.
#ifndef PTECHECK_PTE_RISCV_H
#define PTECHECK_PTE_RISCV_H

#include <array>
#include <cstddef>
#include <cstdint>

#include "pte/bits.h"
#include "pte/fallbacks.h"
#include "pte/format.h"

namespace ptecheck {

enum class RiscvKind : unsigned char { kSvadu, kSvade, kSvrsw };

// `W` as in x86_64.h.
template <class W, RiscvKind kKind>
struct RiscvEntry : Bits<W>, SwapBits<RiscvEntry<W, kKind>, W>, NoShadowStack<W>, NoUnused<W> {
  using Word = W;
  using Bool = typename Truth<W>::Bool;
  using Bits<W>::bit, Bits<W>::low, Bits<W>::has, Bits<W>::set, Bits<W>::clear;

  static constexpr bool kSvade = kKind == RiscvKind::kSvade;
  static constexpr bool kSvrsw = kKind == RiscvKind::kSvrsw;

  static constexpr const char* kName = kSvrsw   ? "riscv with Svrsw60t59b"
                                       : kSvade ? "riscv without hardware A/D"
                                                : "riscv";
  static constexpr const char* kId = kSvrsw ? "riscv-svrsw" : kSvade ? "riscv-svade" : "riscv";
  static constexpr const char* kKernelArch = "riscv";
  static constexpr unsigned kTableSlots = 512;
  static constexpr unsigned kContiguous = 1;
  static constexpr AccessedDirty kAccessedDirty =
      kSvade ? AccessedDirty::kFault : AccessedDirty::kHardware;
  static constexpr bool kHasSoftDirty = kSvrsw;
  static constexpr bool kHasUffdWp = kSvrsw;
  static constexpr bool kMkdirtySetsSoftDirty = kSvrsw;
  static constexpr bool kDefersTlbFlush = true;
  static constexpr bool kDefersOnlyIfRemote = false;  // arch_tlbbatch_should_defer(): always

  static constexpr unsigned kPfnShift = 10;

  // clang-format off
  // Present entries. Bits that a variant lacks are 0, which makes setting them no change, and
  // asking for them a no.
  static constexpr std::uint64_t kPresent = bit(0);   // V, valid: hardware may use the entry
  static constexpr std::uint64_t kRead = bit(1);      // loads are allowed
  static constexpr std::uint64_t kWrite = bit(2);     // stores are
  static constexpr std::uint64_t kExec = bit(3);      // execution is
  static constexpr std::uint64_t kUser = bit(4);      // to user code
  static constexpr std::uint64_t kGlobal = bit(5);    // in all address spaces
  static constexpr std::uint64_t kProtnone = bit(5);  // the same when V=0: present to Linux alone
  static constexpr std::uint64_t kAccessed = bit(6);  // young; set by hardware if Svadu
  static constexpr std::uint64_t kDirty = bit(7);     // set by hardware if Svadu
  static constexpr std::uint64_t kSpecial = bit(8);   // software: no struct page to count on
  static constexpr std::uint64_t kDevmap = bit(9);    // software: device memory
  static constexpr std::uint64_t kPfnMask = 0x003ffffffffffc00;  // page frame: bits 10-53
  static constexpr std::uint64_t kSoftDirty = kSvrsw ? bit(59) : 0;  // software: written
  static constexpr std::uint64_t kUffdWp = kSvrsw ? bit(60) : 0;     // software: userfaultfd

  // Swap entries: what is remembered of the present entry.
  static constexpr std::uint64_t kSwpSoftDirty = kSvrsw ? bit(3) : 0;  // pte_soft_dirty()
  static constexpr std::uint64_t kSwpUffdWp = kSvrsw ? bit(4) : 0;     // pte_uffd_wp()
  static constexpr std::uint64_t kSwpExclusive = bit(6);               // PageAnonExclusive
  static constexpr unsigned kSwpTypeBits = 5, kSwpTypeShift = 7, kSwpOffsetShift = 12;
  // clang-format on

  static constexpr std::uint64_t kDefinedBits = kPfnMask | 0x3ff | kSoftDirty | kUffdWp;
  static constexpr auto kBitNames = [] {
    constexpr std::array<BitName, 12> all = {{
        {BitName::kPresent, kPresent, "V"},
        {BitName::kPresent, kRead, "R"},
        {BitName::kPresent, kWrite, "W"},
        {BitName::kPresent, kExec, "X"},
        {BitName::kPresent, kUser, "U"},
        {BitName::kPresent, kGlobal, "G"},
        {BitName::kPresent, kAccessed, "A"},
        {BitName::kPresent, kDirty, "D"},
        {BitName::kPresent, kSpecial, "Spec"},
        {BitName::kPresent, kDevmap, "devm"},
        {BitName::kPresent, kPfnMask, "pfn"},
        {BitName::kSwap, kSwpExclusive, "Excl"},
    }};
    constexpr std::array<BitName, 4> svrsw = {{
        {BitName::kPresent, kSoftDirty, "SD"},
        {BitName::kPresent, kUffdWp, "WP"},
        {BitName::kSwap, kSwpSoftDirty, "SD"},
        {BitName::kSwap, kSwpUffdWp, "WP"},
    }};
    std::array<BitName, all.size() + (kSvrsw ? svrsw.size() : 0)> names{};
    for (std::size_t i = 0; i < names.size(); ++i)
      names[i] = i < all.size() ? all[i] : svrsw[i - all.size()];
    return names;
  }();

  // What pte_modify() takes from the protection (the rest is _PAGE_CHG_MASK; memory types, which
  // would be among them, are Svpbmt's).
  static constexpr std::uint64_t kProtectionMask =
      kPresent | kRead | kWrite | kExec | kUser | kGlobal;
  // Bits 54-63 as far as they have no meaning.
  static constexpr std::uint64_t kReserved =
      ~(kPfnMask | std::uint64_t{0x3ff}) & ~(kSoftDirty | kUffdWp);

  // Protections (init.c, protection_map[]: private mappings without execution).
  static constexpr Word page_readonly() { return Word(kPresent | kAccessed | kUser | kRead); }
  static constexpr Word page_none() { return Word(kProtnone | kRead); }
  // All of protection_map[]: none, R, X, RX, RW, RWX.
  static constexpr std::uint64_t kBase = kPresent | kAccessed | kUser;
  static constexpr std::array<std::uint64_t, 6> kProtections = {
      kProtnone | kRead,     kBase | kRead,          kBase | kExec,
      kBase | kRead | kExec, kBase | kRead | kWrite, kBase | kRead | kWrite | kExec};

  // Forms.
  static constexpr Word none() { return Word(0); }
  static constexpr Bool pte_none(Word pte) { return pte == Word(0); }
  static constexpr Bool pte_present(Word pte) { return has(pte, kPresent | kProtnone); }
  static constexpr Bool pte_same(Word a, Word b) { return a == b; }
  static constexpr Bool pte_protnone(Word pte) {
    return (pte & Word(kPresent | kProtnone)) == Word(kProtnone);
  }
  // A protnone entry counts as accessible only while mm_tlb_flush_pending(); never here.
  static constexpr Bool pte_accessible(Word pte) { return has(pte, kPresent); }
  static constexpr Bool clear_flushes(Word pte) { return pte_accessible(pte); }

  // Asking.
  static constexpr Bool pte_write(Word pte) { return has(pte, kWrite); }
  static constexpr Bool pte_dirty(Word pte) { return has(pte, kDirty); }
  static constexpr Bool pte_young(Word pte) { return has(pte, kAccessed); }
  static constexpr Bool pte_soft_dirty(Word pte) { return has(pte, kSoftDirty); }
  static constexpr Bool pte_uffd_wp(Word pte) { return has(pte, kUffdWp); }
  static constexpr Bool pte_special(Word pte) { return has(pte, kSpecial); }
  static constexpr Word pte_pfn(Word pte) { return (pte & Word(kPfnMask)) >> kPfnShift; }

  // Changing.
  static constexpr Word pte_wrprotect(Word pte) { return clear(pte, kWrite); }
  static constexpr Word pte_mkwrite_novma(Word pte) { return set(pte, kWrite); }
  static constexpr Word pte_mkwrite(Word pte, bool) { return pte_mkwrite_novma(pte); }
  static constexpr Word pte_mkdirty(Word pte) { return set(pte, kDirty | kSoftDirty); }
  static constexpr Word pte_mkclean(Word pte) { return clear(pte, kDirty); }
  static constexpr Word pte_mkyoung(Word pte) { return set(pte, kAccessed); }
  static constexpr Word pte_mkold(Word pte) { return clear(pte, kAccessed); }
  static constexpr Word pte_mksoft_dirty(Word pte) { return set(pte, kSoftDirty); }
  static constexpr Word pte_clear_soft_dirty(Word pte) { return clear(pte, kSoftDirty); }
  // Without uffd-wp, the generic pte_mkuffd_wp() does not even write-protect.
  static constexpr Word pte_mkuffd_wp(Word pte) {
    return kHasUffdWp ? pte_wrprotect(set(pte, kUffdWp)) : pte;
  }
  static constexpr Word pte_clear_uffd_wp(Word pte) { return clear(pte, kUffdWp); }
  static constexpr Word pte_mkspecial(Word pte) { return set(pte, kSpecial); }

  static constexpr Word pfn_pte(Word pfn, Word protection) {
    return (pfn << kPfnShift) | protection;
  }
  static constexpr Word pte_modify(Word pte, Word protection) {
    return clear(pte, kProtectionMask) | protection;
  }
  static constexpr Word pte_advance_pfn(Word pte, Word pages) { return pte + (pages << kPfnShift); }

  // Swap entries.
  static constexpr Word swp_entry(Word type, Word offset) {
    return ((type & low(kSwpTypeBits)) << kSwpTypeShift) | (offset << kSwpOffsetShift);
  }
  static constexpr Word swp_type(Word pte) { return (pte >> kSwpTypeShift) & low(kSwpTypeBits); }
  static constexpr Word swp_offset(Word pte) { return pte >> kSwpOffsetShift; }

  // Hardware: user loads need V, U and R, stores W as well, and nothing reserved may be set. Where
  // Svadu would set A or D, Svade traps.
  static constexpr Bool hw_reads(Word pte) {
    return permits(pte, kPresent | kUser | kRead | (kSvade ? kAccessed : 0));
  }
  static constexpr Bool hw_writes(Word pte, bool) {
    return permits(pte, kPresent | kUser | kRead | kWrite | (kSvade ? kAccessed | kDirty : 0));
  }
  static constexpr Word hw_access(Word pte, bool write) {
    return kSvade ? pte : set(pte, kAccessed | (write ? kDirty : 0));
  }

 private:
  static constexpr Bool permits(Word pte, std::uint64_t wanted) {
    return (pte & Word(kReserved | wanted)) == Word(wanted);
  }
};

template <class W = std::uint64_t>
using Riscv = RiscvEntry<W, RiscvKind::kSvadu>;
template <class W = std::uint64_t>
using RiscvSvade = RiscvEntry<W, RiscvKind::kSvade>;
template <class W = std::uint64_t>
using RiscvSvrsw = RiscvEntry<W, RiscvKind::kSvrsw>;

static_assert(EntryFormat<Riscv<>> && EntryFormat<RiscvSvade<>> && EntryFormat<RiscvSvrsw<>>);

}  // namespace ptecheck

#endif
