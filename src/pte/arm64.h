// SPDX-License-Identifier: GPL-2.0-only
//
// The arm64 page-table entry (a level-3 page descriptor), as Linux 6.12 uses it with 4K pages, page
// frames in bits 12-49 (no LPA2), CONFIG_ARM64_CONTPTE and CONFIG_HAVE_ARCH_USERFAULTFD_WP.
//
//   62-60  58   57   56   55  54   53   52   51  50  49-12  11  10  9-8   7   6  5   4-2  1   0
// +-------+---+----+----+---+----+----+----+----+---+-------+---+---+----+---+---+---+----+---+---+
// |POIndex| WP|devm|Spec| D | UXN| PXN|CONT| DBM| GP| frame | nG| AF| SH | RO| U | - |attr| 1 | 1 |
// +-------+---+----+----+---+----+----+----+----+---+-------+---+---+----+---+---+---+----+---+---+
// |       | WP|    |Spec| D |  1 |  1 |  0 |  W |   | frame | 1 | AF|    | RO| 0 | - |    | 1 | 0 |
// +-------+---+----+----+---+----+----+----+----+---+-------+---+---+----+---+---+---+----+---+---+
// | 63-62 |             offset 61-12                        | 0 |  type 10-6   | 0 | 4 |WP,X| 0 |
// +-------+-------------------------------------------------+---+--------------+---+---+----+-----+
//
// from above: an ordinary entry, a protnone entry (present to Linux, not to hardware), a swap
// entry (WP in bit 3, exclusive in bit 2).
//
// Three things make this format harder than it looks:
//
// Two bits for write. DBM (51) says "may be written", and is what pte_write() reads; RO (7, AP[2])
// is what the processor obeys. DBM=1 with RO=1 is a writable, clean entry: the first write clears
// RO, by hardware where it has FEAT_HAFDBS, by a fault elsewhere. So the dirty bit of hardware is
// spelled "DBM and not RO". An entry that stops being writable loses that spelling, and has to
// carry the fact in D (55), a software bit; one that is writable may have D or not.
//
//   dirty writable | RO DBM D
//     no     no    |  1  0  0
//     no     yes   |  1  1  0
//     yes    no    |  1  0  1
//     yes    yes   |  0  1  any
//
// The contiguous hint. CONT (52) in 16 neighbouring, aligned entries of one folio that are equal
// but for accessed and dirty lets the TLB hold one translation for all of them; hardware may then
// set accessed and dirty in *any* of the 16. Software may not change one of them alone. See
// page_table.h.
//
// Accessed and dirty by hardware are optional. `Arm64` has both (ARMv8.1 FEAT_HAFDBS); `Arm64Sw`
// has neither, and AF=0, or a store with RO=1, traps. The helpers are the same.
//
// There is no soft-dirty bit, and until 6.13 no shadow stack.
//
// Source: arch/arm64/include/asm/pgtable-hwdef.h, pgtable-prot.h, pgtable.h and
// arch/arm64/mm/mmap.c, fault.c of 6.12; the function is named where it is not the helper's own
// name.
#ifndef PTECHECK_PTE_ARM64_H
#define PTECHECK_PTE_ARM64_H

#include <array>
#include <cstdint>

#include "pte/bits.h"
#include "pte/fallbacks.h"
#include "pte/format.h"

namespace ptecheck {

// `W` as in x86_64.h.
template <class W = std::uint64_t, AccessedDirty kBy = AccessedDirty::kHardware>
struct Arm64 : Bits<W>, SwapBits<Arm64<W, kBy>, W>, NoSoftDirty<W>, NoShadowStack<W>, NoUnused<W> {
  using Word = W;
  using Bool = typename Truth<W>::Bool;
  using Bits<W>::bit, Bits<W>::low, Bits<W>::has, Bits<W>::set, Bits<W>::clear;

  static constexpr bool kHardware = kBy == AccessedDirty::kHardware;
  static constexpr const char* kName = kHardware ? "arm64" : "arm64 without hardware A/D";
  static constexpr const char* kId = kHardware ? "arm64" : "arm64-sw";
  static constexpr const char* kKernelArch = "arm64";
  static constexpr unsigned kTableSlots = 512;
  static constexpr unsigned kContiguous = 16;  // CONT_PTES
  static constexpr AccessedDirty kAccessedDirty = kBy;
  static constexpr bool kHasUffdWp = true;
  static constexpr bool kDefersTlbFlush = true;
  static constexpr bool kDefersOnlyIfRemote = false;

  // Bits, by number, as the shifts below need some of them.
  static constexpr unsigned kRdonlyBit = 7, kWriteBit = 51, kDirtyBit = 55, kPfnShift = 12;

  // clang-format off
  // Present entries.
  static constexpr std::uint64_t kValid = bit(0);        // hardware may use the entry
  static constexpr std::uint64_t kPage = bit(1);         // with VALID: a page (PTE_TABLE_BIT)
  static constexpr std::uint64_t kTypePage = 3;          // both
  static constexpr std::uint64_t kAttrMask = 7 << 2;     // memory type; 0: MT_NORMAL
  static constexpr std::uint64_t kUser = bit(6);         // AP[1]: user code may use it
  static constexpr std::uint64_t kRdonly = bit(7);       // AP[2]: stores trap, or clear it (DBM)
  static constexpr std::uint64_t kShared = 3 << 8;       // SH: inner shareable
  static constexpr std::uint64_t kAf = bit(10);          // accessed flag: young
  static constexpr std::uint64_t kNg = bit(11);          // not global: this address space alone
  static constexpr std::uint64_t kPresentInvalid = kNg;  // the same when VALID=0
  static constexpr std::uint64_t kPfnMask = 0x0003fffffffff000;  // page frame: bits 12-49
  static constexpr std::uint64_t kGp = bit(50);          // guarded page (branch targets)
  static constexpr std::uint64_t kWrite = bit(51);       // DBM: writable
  static constexpr std::uint64_t kCont = bit(52);        // one of a contiguous block
  static constexpr std::uint64_t kPxn = bit(53);         // no execution by the kernel
  static constexpr std::uint64_t kUxn = bit(54);         // no execution by users
  static constexpr std::uint64_t kDirty = bit(55);       // software: dirty
  static constexpr std::uint64_t kSpecial = bit(56);     // software: no struct page to count on
  static constexpr std::uint64_t kDevmap = bit(57);      // software: device memory
  static constexpr std::uint64_t kUffdWp = bit(58);      // software: protected by userfaultfd
  static constexpr std::uint64_t kPoIndexMask = std::uint64_t{7} << 60;  // permission overlay (pkey)

  // Swap entries.
  static constexpr std::uint64_t kSwpExclusive = bit(2);  // PageAnonExclusive, remembered
  static constexpr std::uint64_t kSwpUffdWp = bit(3);     // pte_uffd_wp(), remembered
  static constexpr unsigned kSwpTypeFirstBit = 6, kSwpTypeBits = 5;
  static constexpr unsigned kSwpOffsetFirstBit = 12, kSwpOffsetBits = 50;
  // clang-format on

  static constexpr std::uint64_t kDefinedBits =
      kTypePage | kAttrMask | kUser | kRdonly | kShared | kAf | kNg | kPfnMask | kGp | kWrite |
      kCont | kPxn | kUxn | kDirty | kSpecial | kDevmap | kUffdWp | kPoIndexMask;
  static constexpr std::array<BitName, 22> kBitNames = {{
      {BitName::kPresent, kValid, "V"},
      {BitName::kPresent, kPage, "page"},
      {BitName::kPresent, kAttrMask, "attr"},
      {BitName::kPresent, kUser, "U"},
      {BitName::kPresent, kRdonly, "RO"},
      {BitName::kPresent, kShared, "SH"},
      {BitName::kPresent, kAf, "AF"},
      {BitName::kPresent, kNg, "nG"},
      {BitName::kPresent, kPfnMask, "pfn"},
      {BitName::kPresent, kGp, "GP"},
      {BitName::kPresent, kWrite, "DBM"},
      {BitName::kPresent, kCont, "CONT"},
      {BitName::kPresent, kPxn, "PXN"},
      {BitName::kPresent, kUxn, "UXN"},
      {BitName::kPresent, kDirty, "D"},
      {BitName::kPresent, kSpecial, "Spec"},
      {BitName::kPresent, kDevmap, "devm"},
      {BitName::kPresent, kUffdWp, "WP"},
      {BitName::kPresent, kPoIndexMask, "POIndex"},
      {BitName::kSwap, kSwpExclusive, "Excl"},
      {BitName::kSwap, kSwpUffdWp, "WP"},
      {BitName::kSwap, ((bit(kSwpTypeBits) - 1) << kSwpTypeFirstBit), "type"},
  }};

  // What pte_modify() takes from the new protection; all else is kept.
  static constexpr std::uint64_t kProtectionMask = kUser | kPxn | kUxn | kRdonly | kPresentInvalid |
                                                   kValid | kWrite | kGp | kAttrMask | kPoIndexMask;

  // Protections (mmap.c, protection_map[]: private mappings without execution).
  static constexpr Word page_readonly() {  // PAGE_READONLY
    return Word(kTypePage | kAf | kShared | kUser | kRdonly | kNg | kPxn | kUxn);
  }
  static constexpr Word page_none() {  // PAGE_NONE
    return Word(kPage | kAf | kShared | kPresentInvalid | kRdonly | kPxn | kUxn);
  }
  // All of protection_map[]: none; read, with and without execution; execution alone (where the
  // kernel cannot read it either: FEAT_PAN3); write, with and without execution.
  static constexpr std::uint64_t kUsable = kTypePage | kAf | kShared | kRdonly | kNg | kPxn;
  static constexpr std::array<std::uint64_t, 6> kProtections = {
      kPage | kAf | kShared | kPresentInvalid | kRdonly | kPxn | kUxn,
      kUsable | kUser | kUxn,
      kUsable | kUser,
      kUsable,
      kUsable | kUser | kUxn | kWrite,
      kUsable | kUser | kWrite};

  // Forms.
  static constexpr Word none() { return Word(0); }
  static constexpr Bool pte_none(Word pte) { return pte == Word(0); }
  static constexpr Bool pte_valid(Word pte) { return has(pte, kValid); }
  static constexpr Bool pte_present(Word pte) { return has(pte, kValid | kPresentInvalid); }
  static constexpr Bool pte_same(Word a, Word b) { return a == b; }
  // Not VALID, present all the same, and the protection that only PAGE_NONE has.
  static constexpr Bool pte_protnone(Word pte) {
    return (pte & Word(kValid | kPresentInvalid | kUser | kUxn)) == Word(kPresentInvalid | kUxn);
  }
  // A protnone entry counts as accessible only while mm_tlb_flush_pending(); never here.
  static constexpr Bool pte_accessible(Word pte) { return pte_valid(pte); }
  static constexpr Bool clear_flushes(Word pte) { return pte_accessible(pte); }

  // Asking.
  static constexpr Bool pte_hw_dirty(Word pte) {
    return (pte & Word(kWrite | kRdonly)) == Word(kWrite);
  }
  static constexpr Bool pte_sw_dirty(Word pte) { return has(pte, kDirty); }
  static constexpr Bool pte_dirty(Word pte) { return pte_sw_dirty(pte) || pte_hw_dirty(pte); }
  static constexpr Bool pte_young(Word pte) { return has(pte, kAf); }
  static constexpr Bool pte_uffd_wp(Word pte) { return has(pte, kUffdWp); }
  static constexpr Bool pte_special(Word pte) { return has(pte, kSpecial); }
  static constexpr Bool pte_write(Word pte) { return has(pte, kWrite); }
  static constexpr Word pte_pfn(Word pte) { return (pte & Word(kPfnMask)) >> kPfnShift; }

  // Changing. RO follows: it is clear only in an entry that is writable and dirty.
  static constexpr Word pte_wrprotect(Word pte) {
    return set(clear(keep_hw_dirty(pte), kWrite), kRdonly);
  }
  static constexpr Word pte_mkdirty(Word pte) {
    return clear_rdonly_if(set(pte, kDirty), pte >> kWriteBit);
  }
  static constexpr Word pte_mkclean(Word pte) { return set(clear(pte, kDirty), kRdonly); }
  static constexpr Word pte_mkyoung(Word pte) { return set(pte, kAf); }
  static constexpr Word pte_mkold(Word pte) { return clear(pte, kAf); }
  static constexpr Word pte_mkuffd_wp(Word pte) { return pte_wrprotect(set(pte, kUffdWp)); }
  static constexpr Word pte_clear_uffd_wp(Word pte) { return clear(pte, kUffdWp); }
  static constexpr Word pte_mkspecial(Word pte) { return set(pte, kSpecial); }
  static constexpr Word pte_mkwrite_novma(Word pte) {
    return clear_rdonly_if(set(pte, kWrite), pte >> kDirtyBit);
  }
  static constexpr Word pte_mkwrite(Word pte, bool) { return pte_mkwrite_novma(pte); }

  static constexpr Word pfn_pte(Word pfn, Word protection) {
    return (pfn << kPfnShift) | protection;
  }
  // Another protection, the rest kept; D remembers a dirty bit that went with DBM, and clears RO
  // again if the new protection is writable.
  static constexpr Word pte_modify(Word pte, Word protection) {
    const Word kept = clear(keep_hw_dirty(pte), kProtectionMask);
    const Word result = kept | (protection & Word(kProtectionMask));
    return clear_rdonly_if(result, (result >> kDirtyBit) & (result >> kWriteBit));
  }
  static constexpr Word pte_advance_pfn(Word pte, Word pages) {
    return pfn_pte(pte_pfn(pte) + pages, clear(pte, kPfnMask));
  }

  // Contiguous blocks: for page_table.h alone.
  static constexpr Bool pte_cont(Word pte) { return has(pte, kCont); }
  static constexpr Bool pte_valid_cont(Word pte) {
    return (pte & Word(kValid | kCont)) == Word(kValid | kCont);
  }
  static constexpr Word pte_mkcont(Word pte) { return set(pte, kCont | kTypePage); }
  static constexpr Word pte_mknoncont(Word pte) { return clear(pte, kCont); }
  // __ptep_set_access_flags(): what an entry becomes when a fault wants `wanted`. It only ever gets
  // more permissive, because hardware may be changing it at the same time.
  static constexpr std::uint64_t kAccessFlags = kRdonly | kAf | kWrite | kDirty;
  static constexpr Word access_flags_set(Word pte, Word wanted) {
    const Word more = pte | (wanted & Word(kAccessFlags & ~kRdonly));
    return more & (wanted | Word(~kRdonly));
  }

  // Swap entries.
  static constexpr Word swp_entry(Word type, Word offset) {
    return (type << kSwpTypeFirstBit) | (offset << kSwpOffsetFirstBit);
  }
  static constexpr Word swp_type(Word pte) { return (pte >> kSwpTypeFirstBit) & low(kSwpTypeBits); }
  static constexpr Word swp_offset(Word pte) {
    return (pte >> kSwpOffsetFirstBit) & low(kSwpOffsetBits);
  }

  // Hardware (Arm ARM, "Hardware management of the Access flag and dirty state"): user accesses
  // need a valid page descriptor and AP[1]; stores AP[2] clear, or DBM, which is the permission to
  // clear it. Without hardware management AF must be set, and DBM means nothing.
  static constexpr Bool hw_reads(Word pte) {
    const std::uint64_t wanted = kTypePage | kUser | (kHardware ? 0 : kAf);
    return (pte & Word(wanted)) == Word(wanted);
  }
  static constexpr Bool hw_writes(Word pte, bool) {
    const Bool obeyed = !has(pte, kRdonly);
    if constexpr (kHardware) return hw_reads(pte) && (obeyed || pte_write(pte));
    return hw_reads(pte) && obeyed;
  }
  // Bits the processor changes when it uses an entry.
  static constexpr Word hw_access(Word pte, bool write) {
    if constexpr (!kHardware) return pte;
    const Word young = set(pte, kAf);
    return write ? clear_rdonly_if(young, pte >> kWriteBit) : young;
  }

 private:
  // Sets D if the entry is dirty to hardware.
  static constexpr Word keep_hw_dirty(Word pte) {
    const Word hw_dirty = (pte >> kWriteBit) & (~pte >> kRdonlyBit) & Word(1);
    return pte | (hw_dirty << kDirtyBit);
  }
  // Clears RO if the lowest bit of `condition` is set.
  static constexpr Word clear_rdonly_if(Word pte, Word condition) {
    return pte & ~((condition & Word(1)) << kRdonlyBit);
  }
};

template <class W = std::uint64_t>
using Arm64Sw = Arm64<W, AccessedDirty::kFault>;

static_assert(EntryFormat<Arm64<>>);
static_assert(EntryFormat<Arm64Sw<>>);

}  // namespace ptecheck

#endif
