// SPDX-License-Identifier: GPL-2.0-only
//
// The page-table entry of 64-bit PowerPC (book3s64: POWER9 and later) with radix translation and
// pages of 64 KB, as Linux 6.12 uses it with CONFIG_MEM_SOFT_DIRTY and CONFIG_NUMA_BALANCING.
//
//   63  62  61  60-53  52 ....... 16  15-12   11   10   9   8   7  6  5-4  3   2   1   0
// +----+---+---+------+-------------+------+----+-----+----+---+---+--+---+----+---+---+---+
// | P=1| 1 | 0 |  -   | page frame  |  -   |devm| Spec| SD | A | D |- |ATT|Priv| R | W | X |
// +----+---+---+------+-------------+------+----+-----+----+---+---+--+---+----+---+---+---+
// | P=0| 1 |I=1|  -   | page frame  |  -   |devm| Spec| SD | A | D |- |ATT|Priv| R | W | X |
// +----+---+---+------+-------------+------+----+-----+----+---+---+--+---+----+---+---+---+
// | P=0| 1 | 0 |  -   |   offset    |  -   | -  |  -  | SD | - | - |- |E,-| type 4-0          |
// +----+---+---+------+-------------+------+----+-----+----+---+---+--+---+----+---+---+---+
//
// from above: an ordinary entry; an entry that is invalid for a moment, while its permissions are
// being raised; a swap entry, whose Excl (E) is bit 5. (The architecture's manual numbers bits the
// other way round: its bit 0 is the 63 of this picture.)
//
// What makes this format harder than it looks:
//
// Bit 62 says "a page, not a table" to hardware, and Linux sets it in whatever is not empty, swap
// entries as well. So P alone does not make an entry present, nor does its absence make it a swap
// entry: I (a software bit) together with bit 62 is present, too. The nest MMU of POWER9 cannot
// take more permissions for a page while it holds a translation; so radix__ptep_set_access_flags()
// takes P out, sets I, flushes, and only then writes the new entry.
//
// protnone is not a bit of its own but the absence of R, W and X. Such an entry stays valid to
// hardware, which refuses every access. pte_mkwrite() sets R besides W: W without R would have no
// meaning.
//
// Table memory is big-endian also when the processor is not. The word here is pte_val(), in the
// processor's order; the kernel's helpers work on pte_raw(), with swapped masks, which comes to the
// same.
//
// Soft-dirty comes along in swap entries at its own place, bit 9; uffd-wp does not exist.
//
// Source: arch/powerpc/include/asm/book3s/64/pgtable.h, radix.h, radix-64k.h, hash-64k.h,
// arch/powerpc/include/asm/pgtable.h, pgtable-masks.h of 6.12; Power ISA 3.1B, Book III, "Radix
// Tree Translation". The function is named where it is not the helper's own name.
#ifndef PTECHECK_PTE_POWERPC_H
#define PTECHECK_PTE_POWERPC_H

#include <array>
#include <cstdint>

#include "pte/bits.h"
#include "pte/fallbacks.h"
#include "pte/format.h"

namespace ptecheck {

// `W` as in x86_64.h.
template <class W = std::uint64_t>
struct Powerpc : Bits<W>, SwapBits<Powerpc<W>, W>, NoUffdWp<W>, NoShadowStack<W>, NoUnused<W> {
  using Word = W;
  using Bool = typename Truth<W>::Bool;
  using Bits<W>::bit, Bits<W>::low, Bits<W>::has, Bits<W>::set, Bits<W>::clear;

  static constexpr const char* kName = "powerpc (radix, 64K pages)";
  static constexpr const char* kId = "powerpc";
  static constexpr const char* kKernelArch = "powerpc";
  static constexpr unsigned kTableSlots = 32;  // a table is 256 bytes
  static constexpr unsigned kContiguous = 1;
  static constexpr AccessedDirty kAccessedDirty = AccessedDirty::kHardware;
  static constexpr bool kHasSoftDirty = true;
  static constexpr bool kMkdirtySetsSoftDirty = true;
  static constexpr bool kDefersTlbFlush = false;
  static constexpr bool kDefersOnlyIfRemote = false;

  static constexpr unsigned kPfnShift = 16;

  // clang-format off
  // Present entries.
  static constexpr std::uint64_t kExec = bit(0);         // execution is allowed
  static constexpr std::uint64_t kWrite = bit(1);        // stores are
  static constexpr std::uint64_t kRead = bit(2);         // loads are
  static constexpr std::uint64_t kPrivileged = bit(3);   // to the kernel only
  static constexpr std::uint64_t kAttributes = 0x30;     // cache: ordinary, SAO, I/O, uncached
  static constexpr std::uint64_t kDirty = bit(7);        // C, changed; set by hardware
  static constexpr std::uint64_t kAccessed = bit(8);     // R, referenced, young; set by hardware
  static constexpr std::uint64_t kSoftDirty = bit(9);    // software: written since clear_refs
  static constexpr std::uint64_t kSpecial = bit(10);     // software: no struct page to count on
  static constexpr std::uint64_t kDevmap = bit(11);      // software: device memory
  static constexpr std::uint64_t kPfnMask = 0x001fffffffff0000;  // page frame: bits 16-52
  static constexpr std::uint64_t kInvalid = bit(61);     // software: present even if P=0
  static constexpr std::uint64_t kPte = bit(62);         // a page, not a table; in swap entries too
  static constexpr std::uint64_t kPresent = bit(63);     // hardware may use the entry

  // Swap entries.
  static constexpr std::uint64_t kSwpExclusive = bit(5);  // PageAnonExclusive, remembered
  static constexpr std::uint64_t kSwpSoftDirty = bit(9);  // pte_soft_dirty(), remembered
  static constexpr unsigned kSwpTypeBits = 5;
  // clang-format on

  static constexpr std::uint64_t kReadWriteExec = kRead | kWrite | kExec;
  static constexpr std::uint64_t kDefinedBits = kPfnMask | kReadWriteExec | kPrivileged |
                                                kAttributes | kDirty | kAccessed | kSoftDirty |
                                                kSpecial | kDevmap | kInvalid | kPte | kPresent;
  static constexpr std::array<BitName, 16> kBitNames = {{
      {BitName::kPresent, kExec, "X"},
      {BitName::kPresent, kWrite, "W"},
      {BitName::kPresent, kRead, "R"},
      {BitName::kPresent, kPrivileged, "Priv"},
      {BitName::kPresent, kAttributes, "ATT"},
      {BitName::kPresent, kDirty, "D"},
      {BitName::kPresent, kAccessed, "A"},
      {BitName::kPresent, kSoftDirty, "SD"},
      {BitName::kPresent, kSpecial, "Spec"},
      {BitName::kPresent, kDevmap, "devm"},
      {BitName::kPresent, kPfnMask, "pfn"},
      {BitName::kPresent, kInvalid, "I"},
      {BitName::kPresent, kPte, "PTE"},
      {BitName::kPresent, kPresent, "P"},
      {BitName::kSwap, kSwpExclusive, "Excl"},
      {BitName::kSwap, kSwpSoftDirty, "SD"},
  }};

  // What only hash translation uses (H_PAGE_COMBO, H_PAGE_BUSY, H_PAGE_HASHPTE): 0 here, but
  // pte_modify() keeps it.
  static constexpr std::uint64_t kHashBits = bit(12) | bit(6) | bit(55);
  // What pte_modify() keeps (_PAGE_CHG_MASK).
  static constexpr std::uint64_t kChangeMask =
      kPfnMask | kHashBits | kDirty | kAccessed | kSpecial | kPte | kSoftDirty | kDevmap;

  // Protections (protection_map[]: private mappings without execution).
  static constexpr Word page_readonly() { return Word(kPresent | kAccessed | kRead); }
  static constexpr Word page_none() { return Word(kPresent | kAccessed); }
  // All of protection_map[]: none, X, R, RX, RW, RWX.
  static constexpr std::uint64_t kBase = kPresent | kAccessed;
  static constexpr std::array<std::uint64_t, 6> kProtections = {kBase,
                                                                kBase | kExec,
                                                                kBase | kRead,
                                                                kBase | kRead | kExec,
                                                                kBase | kRead | kWrite,
                                                                kBase | kReadWriteExec};

  // Forms.
  static constexpr Word none() { return Word(0); }
  // Ignores A and D (RADIX_PTE_NONE_MASK).
  static constexpr Bool pte_none(Word pte) { return !has(pte, ~(kAccessed | kDirty)); }
  static constexpr Bool pte_present(Word pte) {
    return has(pte, kPte) && has(pte, kPresent | kInvalid);
  }
  static constexpr Bool pte_same(Word a, Word b) { return a == b; }
  static constexpr Bool pte_protnone(Word pte) {
    return (pte & Word(kPresent | kPte | kReadWriteExec)) == Word(kPresent | kPte);
  }
  // The generic answer: it might be.
  static constexpr Bool pte_accessible(Word) { return Truth<W>::always(); }
  static constexpr Bool clear_flushes(Word pte) { return pte_accessible(pte); }

  // Asking.
  static constexpr Bool pte_write(Word pte) { return has(pte, kWrite); }
  static constexpr Bool pte_dirty(Word pte) { return has(pte, kDirty); }
  static constexpr Bool pte_young(Word pte) { return has(pte, kAccessed); }
  static constexpr Bool pte_soft_dirty(Word pte) { return has(pte, kSoftDirty); }
  static constexpr Bool pte_special(Word pte) { return has(pte, kSpecial); }
  static constexpr Word pte_pfn(Word pte) { return (pte & Word(kPfnMask)) >> kPfnShift; }

  // Changing.
  static constexpr Word pte_wrprotect(Word pte) { return clear(pte, kWrite); }
  static constexpr Word pte_mkwrite_novma(Word pte) { return set(pte, kRead | kWrite); }
  static constexpr Word pte_mkwrite(Word pte, bool) { return pte_mkwrite_novma(pte); }
  static constexpr Word pte_mkdirty(Word pte) { return set(pte, kDirty | kSoftDirty); }
  static constexpr Word pte_mkclean(Word pte) { return clear(pte, kDirty); }
  static constexpr Word pte_mkyoung(Word pte) { return set(pte, kAccessed); }
  static constexpr Word pte_mkold(Word pte) { return clear(pte, kAccessed); }
  static constexpr Word pte_mksoft_dirty(Word pte) { return set(pte, kSoftDirty); }
  static constexpr Word pte_clear_soft_dirty(Word pte) { return clear(pte, kSoftDirty); }
  static constexpr Word pte_mkspecial(Word pte) { return set(pte, kSpecial); }

  static constexpr Word pfn_pte(Word pfn, Word protection) {
    return (pfn << kPfnShift) | protection | Word(kPte);
  }
  static constexpr Word pte_modify(Word pte, Word protection) {
    return (pte & Word(kChangeMask)) | protection;
  }
  static constexpr Word pte_advance_pfn(Word pte, Word pages) { return pte + (pages << kPfnShift); }

  // Swap entries (__swp_entry(), and __swp_entry_to_pte(), which adds bit 62).
  static constexpr Word swp_entry(Word type, Word offset) {
    return Word(kPte) | type | ((offset << kPfnShift) & Word(kPfnMask));
  }
  static constexpr Word swp_type(Word pte) { return pte & low(kSwpTypeBits); }
  static constexpr Word swp_offset(Word pte) { return (pte & Word(kPfnMask)) >> kPfnShift; }

  // Hardware: user loads need P, bit 62 and R, and that Priv is clear; stores W.
  static constexpr Bool hw_reads(Word pte) { return permits(pte, kRead); }
  static constexpr Bool hw_writes(Word pte, bool) { return permits(pte, kWrite); }
  // Bits the processor sets, atomically, when it uses an entry.
  static constexpr Word hw_access(Word pte, bool write) {
    return set(pte, kAccessed | (write ? kDirty : 0));
  }

 private:
  static constexpr Bool permits(Word pte, std::uint64_t access) {
    return (pte & Word(kPresent | kPte | kPrivileged | access)) == Word(kPresent | kPte | access);
  }
};

static_assert(EntryFormat<Powerpc<>>);

}  // namespace ptecheck

#endif
