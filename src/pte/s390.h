// SPDX-License-Identifier: GPL-2.0-only
//
// The s390 page-table entry (64 bit), as Linux 6.12 uses it with CONFIG_MEM_SOFT_DIRTY and
// CONFIG_NUMA_BALANCING, on a processor that can forbid execution (since z14).
//
//   63 ............ 12   11  10   9    8    7   6    5   4   3   2   1   0
// +-------------------+----+---+----+----+---+-----+---+---+---+---+----+---+
// |    page frame     | 0  | I | RO | NX | U | Spec| W | R | D | Y | SD | 1 |
// +-------------------+----+---+----+----+---+-----+---+---+---+---+----+---+
// |      offset       |Excl| 1 | 1  | -  | - |   type 6-2        | SD | 0 |
// +-------------------+----+---+----+----+---+-------------------+----+---+
//
// from above: a present entry, a swap entry. An empty entry is not 0 but I alone, 0x400: to
// hardware a word of zeros maps page frame 0. (The architecture's manual, and the kernel's
// comments, number bits the other way round: its bit 0 is the 63 of this picture.)
//
// One thing makes this format unlike the others: hardware looks at I, RO and NX alone and never
// writes an entry. All that Linux wants to know is in software bits, which hardware ignores, and
// the kernel derives the hardware bits from them:
//
//   I  (invalid)    is clear only if the entry is readable and young (R and Y)
//   RO (read-only)  is clear only if the entry is writable and dirty (W and D)
//
// so that the first access to an old entry, and the first store to a clean one, ends in the fault
// handler, which sets Y or D. Each helper that changes a software bit brings the hardware bit
// along: pte_mkclean() and pte_wrprotect() set RO, pte_mkold() sets I; pte_mkdirty() and
// pte_mkwrite() take RO away if W and D have met, pte_mkyoung() takes I away if R is there. What
// hardware may do has therefore to be asked of I and RO, and what the kernel allows, of W.
//
// It follows that an old or a protnone entry is invalid to hardware, is never in a TLB, and that
// taking it out of the table needs no flush.
//
// Source: arch/s390/include/asm/pgtable.h, arch/s390/mm/mmap.c and pgtable.c of 6.12;
// z/Architecture Principles of Operation, "Page-Table Entries". The function is named where it is
// not the helper's own name.
#ifndef PTECHECK_PTE_S390_H
#define PTECHECK_PTE_S390_H

#include <array>
#include <cstdint>

#include "pte/bits.h"
#include "pte/fallbacks.h"
#include "pte/format.h"

namespace ptecheck {

// `W` as in x86_64.h.
template <class W = std::uint64_t>
struct S390 : Bits<W>, SwapBits<S390<W>, W>, NoUffdWp<W>, NoShadowStack<W> {
  using Word = W;
  using Bool = typename Truth<W>::Bool;
  using Bits<W>::low, Bits<W>::has, Bits<W>::set, Bits<W>::clear, Bits<W>::clear_if;

  static constexpr const char* kName = "s390";
  static constexpr const char* kId = "s390";
  static constexpr const char* kKernelArch = "s390";
  static constexpr unsigned kTableSlots = 256;  // a table is half a page
  static constexpr unsigned kContiguous = 1;
  static constexpr AccessedDirty kAccessedDirty = AccessedDirty::kFault;
  static constexpr bool kHasSoftDirty = true;
  static constexpr bool kHasUnused = true;
  static constexpr bool kMkdirtySetsSoftDirty = true;
  // Clearing an entry invalidates it in all TLBs (IPTE), there and then.
  static constexpr bool kDefersTlbFlush = false;
  static constexpr bool kDefersOnlyIfRemote = false;

  static constexpr unsigned kPfnShift = 12;

  // clang-format off
  // Present entries.
  static constexpr std::uint64_t kPresent = 0x001;    // software: maps a page frame
  static constexpr std::uint64_t kSoftDirty = 0x002;  // software: written since clear_refs
  static constexpr std::uint64_t kYoung = 0x004;      // software
  static constexpr std::uint64_t kDirty = 0x008;      // software
  static constexpr std::uint64_t kRead = 0x010;       // software: may be read
  static constexpr std::uint64_t kWrite = 0x020;      // software: may be written
  static constexpr std::uint64_t kSpecial = 0x040;    // software: no struct page to count on
  static constexpr std::uint64_t kUnused = 0x080;     // software: the guest no longer needs the page
  static constexpr std::uint64_t kNoExec = 0x100;     // no execution
  static constexpr std::uint64_t kProtect = 0x200;    // read-only
  static constexpr std::uint64_t kInvalid = 0x400;    // not for translation
  static constexpr std::uint64_t kLarge = 0x800;      // software: huge page; in a table: 0
  static constexpr std::uint64_t kPfnMask = 0xfffffffffffff000;  // page frame: bits 12-63

  // Swap entries.
  static constexpr std::uint64_t kSwpSoftDirty = 0x002;  // pte_soft_dirty(), remembered
  static constexpr std::uint64_t kSwpExclusive = 0x800;  // PageAnonExclusive, remembered
  static constexpr unsigned kSwpTypeBits = 5, kSwpTypeShift = 2;
  static constexpr unsigned kSwpOffsetBits = 52, kSwpOffsetShift = 12;
  // clang-format on

  static constexpr std::uint64_t kDefinedBits = kPfnMask | 0xfff;
  static constexpr std::array<BitName, 15> kBitNames = {{
      {BitName::kPresent, kPresent, "P"},
      {BitName::kPresent, kSoftDirty, "SD"},
      {BitName::kPresent, kYoung, "Y"},
      {BitName::kPresent, kDirty, "D"},
      {BitName::kPresent, kRead, "R"},
      {BitName::kPresent, kWrite, "W"},
      {BitName::kPresent, kSpecial, "Spec"},
      {BitName::kPresent, kUnused, "U"},
      {BitName::kPresent, kNoExec, "NX"},
      {BitName::kPresent, kProtect, "RO"},
      {BitName::kPresent, kInvalid, "I"},
      {BitName::kPresent, kLarge, "L"},
      {BitName::kPresent, kPfnMask, "pfn"},
      {BitName::kSwap, kSwpSoftDirty, "SD"},
      {BitName::kSwap, kSwpExclusive, "Excl"},
  }};

  // What pte_modify() keeps (_PAGE_CHG_MASK).
  static constexpr std::uint64_t kChangeMask = kPfnMask | kSpecial | kDirty | kYoung | kSoftDirty;

  // Protections (mmap.c, protection_map[]: private mappings without execution). They come with I
  // and RO; making an entry of them, or pte_modify(), takes away what its software bits permit.
  static constexpr Word page_readonly() {
    return Word(kPresent | kRead | kNoExec | kInvalid | kProtect);
  }
  static constexpr Word page_none() { return Word(kPresent | kInvalid | kProtect); }
  // All of protection_map[]: none; read, with and without execution; write, likewise.
  static constexpr std::uint64_t kNoAccess = kPresent | kInvalid | kProtect;
  static constexpr std::array<std::uint64_t, 5> kProtections = {
      kNoAccess, kNoAccess | kRead | kNoExec, kNoAccess | kRead,
      kNoAccess | kRead | kWrite | kNoExec, kNoAccess | kRead | kWrite};

  // Forms.
  static constexpr Word none() { return Word(kInvalid); }
  static constexpr Bool pte_none(Word pte) { return pte == none(); }
  static constexpr Bool pte_present(Word pte) { return has(pte, kPresent); }
  static constexpr Bool pte_same(Word a, Word b) { return a == b; }
  static constexpr Bool pte_protnone(Word pte) {
    return (pte & Word(kPresent | kRead)) == Word(kPresent);
  }
  // The generic answer: it might be.
  static constexpr Bool pte_accessible(Word) { return Truth<W>::always(); }
  // ptep_flush_direct(): an invalid entry is in no TLB.
  static constexpr Bool clear_flushes(Word pte) { return !has(pte, kInvalid); }

  // Asking: software bits alone.
  static constexpr Bool pte_write(Word pte) { return has(pte, kWrite); }
  static constexpr Bool pte_dirty(Word pte) { return has(pte, kDirty); }
  static constexpr Bool pte_young(Word pte) { return has(pte, kYoung); }
  static constexpr Bool pte_soft_dirty(Word pte) { return has(pte, kSoftDirty); }
  static constexpr Bool pte_special(Word pte) { return has(pte, kSpecial); }
  static constexpr Bool pte_unused(Word pte) { return has(pte, kUnused); }
  static constexpr Word pte_pfn(Word pte) { return pte >> kPfnShift; }

  // Changing. The hardware bits follow.
  static constexpr Word pte_wrprotect(Word pte) { return set(clear(pte, kWrite), kProtect); }
  static constexpr Word pte_mkwrite_novma(Word pte) {
    return clear_if(has(pte, kDirty), set(pte, kWrite), kProtect);
  }
  static constexpr Word pte_mkwrite(Word pte, bool) { return pte_mkwrite_novma(pte); }
  static constexpr Word pte_mkdirty(Word pte) {
    return clear_if(has(pte, kWrite), set(pte, kDirty | kSoftDirty), kProtect);
  }
  static constexpr Word pte_mkclean(Word pte) { return set(clear(pte, kDirty), kProtect); }
  static constexpr Word pte_mkyoung(Word pte) {
    return clear_if(has(pte, kRead), set(pte, kYoung), kInvalid);
  }
  static constexpr Word pte_mkold(Word pte) { return set(clear(pte, kYoung), kInvalid); }
  static constexpr Word pte_mksoft_dirty(Word pte) { return set(pte, kSoftDirty); }
  static constexpr Word pte_clear_soft_dirty(Word pte) { return clear(pte, kSoftDirty); }
  static constexpr Word pte_mkspecial(Word pte) { return set(pte, kSpecial); }
  // Set when the hypervisor is told (ptep_zap_unused(), arch/s390/mm/pgtable.c).
  static constexpr Word pte_mkunused(Word pte) { return set(pte, kUnused); }

  // mk_pte_phys(): a new entry is young.
  static constexpr Word pfn_pte(Word pfn, Word protection) {
    return pte_mkyoung((pfn << kPfnShift) | protection);
  }
  static constexpr Word pte_modify(Word pte, Word protection) {
    const Word kept = (pte & Word(kChangeMask)) | protection;
    const Word readable = clear_if(has(kept, kYoung) && has(kept, kRead), kept, kInvalid);
    return clear_if(has(kept, kDirty) && has(kept, kWrite), readable, kProtect);
  }
  static constexpr Word pte_advance_pfn(Word pte, Word pages) { return pte + (pages << kPfnShift); }

  // Swap entries (mk_swap_pte()): I and RO are set.
  static constexpr Word swp_entry(Word type, Word offset) {
    return Word(kInvalid | kProtect) | ((offset & low(kSwpOffsetBits)) << kSwpOffsetShift) |
           ((type & low(kSwpTypeBits)) << kSwpTypeShift);
  }
  static constexpr Word swp_type(Word pte) { return (pte >> kSwpTypeShift) & low(kSwpTypeBits); }
  static constexpr Word swp_offset(Word pte) { return pte >> kSwpOffsetShift; }

  // Hardware: no access through an invalid entry, nor through one whose bit 11 is set (a
  // translation-specification exception); no store where RO is set. Bits of Linux do not count, and
  // nothing is written back: the processor's own referenced and changed bits are not in the entry
  // but with the page frame (storage keys), where Linux does not look for those of its processes.
  static constexpr Bool hw_reads(Word pte) { return !has(pte, kInvalid | kLarge); }
  static constexpr Bool hw_writes(Word pte, bool) {
    return !has(pte, kInvalid | kLarge | kProtect);
  }
  static constexpr Word hw_access(Word pte, bool) { return pte; }
};

static_assert(EntryFormat<S390<>>);

}  // namespace ptecheck

#endif
