// SPDX-License-Identifier: GPL-2.0-only
//
// The page-table entry of LoongArch (64 bit, 4K pages), as Linux 6.12 uses it with
// CONFIG_NUMA_BALANCING.
//
//   63   62   61  60-59  58-48   47 ... 12   11   10   9   8   7   6   5-4  3-2   1   0
// +----+----+----+------+------+------------+----+----+---+---+---+---+----+-----+---+---+
// |RPLV| NX | NR | devm |  -   | page frame |Spec| 0  | M | W | P | G | MAT| PLV | D | V |
// +----+----+----+------+------+------------+----+----+---+---+---+---+----+-----+---+---+
// |  - | 1  | 1  | devm |  -   | page frame |Spec| 1  | M | W | 0 | G | MAT| PLV | - | 0 |
// +----+----+----+------+------+------------+----+----+---+---+---+---+----+-----+---+---+
// |             offset 63-24         | Excl 23 | type 22-16 |              0             |
// +----------------------------------+---------+------------+----------------------------+
//
// from above: an ordinary entry (devm is 59, bit 60 is of huge pages only), a protnone entry, a
// swap entry.
//
// What makes this format harder than it looks:
//
// The TLB is filled by software. The handlers of a missing, invalid or unwritable translation
// (handle_tlb_load, handle_tlb_store, handle_tlb_modify in tlbex.S) are part of what a program sees
// as its processor, and it is they who keep A and D. They look at P (may be used) and W (may be
// written), which the TLB does not know; and set V (valid, hence also: young) and D (may be stored
// to, hence also: dirty), which it does. A store sets M as well.
//
// Two bits for dirty. D is what the TLB obeys, so it must go when write goes; M (modified) is
// software's and stays. An entry is dirty if either is set. pte_wrprotect() and pte_modify() move
// D's meaning to M before they drop D; pte_mkdirty() and pte_mkwrite() set D if W and M have met.
//
// That D without M exists at all is due to newer processors (3A6000 and later) that walk the page
// table themselves, check P and W, and set V and D: but not M, which is not theirs. So D alone may
// tell of a write, and a helper that drops D without looking loses it (018e9828eb52). hw_access()
// is the handlers, not the walker; both are covered where helpers are tried on all words.
//
// None of V, D and P is protnone's own: it is bit 10, with P and V clear. pte_mkyoung() on such an
// entry does set V; then NR keeps loads out, D stores.
//
// There is no soft-dirty and no uffd-wp.
//
// Source: arch/loongarch/include/asm/pgtable-bits.h, pgtable.h and arch/loongarch/mm/cache.c,
// tlbex.S of 6.12; LoongArch Reference Manual, volume 1, "Page Table Entry Formats". The function
// is named where it is not the helper's own name.
#ifndef PTECHECK_PTE_LOONGARCH_H
#define PTECHECK_PTE_LOONGARCH_H

#include <array>
#include <cstdint>

#include "pte/bits.h"
#include "pte/fallbacks.h"
#include "pte/format.h"

namespace ptecheck {

// `W` as in x86_64.h.
template <class W = std::uint64_t>
struct Loongarch : Bits<W>,
                   SwapBits<Loongarch<W>, W>,
                   NoSoftDirty<W>,
                   NoUffdWp<W>,
                   NoShadowStack<W>,
                   NoUnused<W> {
  using Word = W;
  using Bool = typename Truth<W>::Bool;
  using Bits<W>::bit, Bits<W>::low, Bits<W>::has, Bits<W>::set, Bits<W>::clear, Bits<W>::set_if;

  static constexpr const char* kName = "loongarch";
  static constexpr const char* kId = "loongarch";
  static constexpr const char* kKernelArch = "loongarch";
  static constexpr unsigned kTableSlots = 512;
  static constexpr unsigned kContiguous = 1;
  static constexpr AccessedDirty kAccessedDirty = AccessedDirty::kTlbHandler;
  static constexpr bool kDefersTlbFlush = false;
  static constexpr bool kDefersOnlyIfRemote = false;

  static constexpr unsigned kPfnShift = 12;

  // clang-format off
  // Present entries.
  static constexpr std::uint64_t kValid = bit(0);       // the TLB may use the entry; young
  static constexpr std::uint64_t kDirty = bit(1);       // the TLB may store; dirty
  static constexpr std::uint64_t kPlvUser = 0xc;        // privilege level: 3, user code
  static constexpr std::uint64_t kMat = 0x30;           // cache: memory access type
  static constexpr std::uint64_t kCached = bit(4);      // ... coherent, cached
  static constexpr std::uint64_t kGlobal = bit(6);      // in all address spaces
  static constexpr std::uint64_t kPresent = bit(7);     // software (and walker): may be used
  static constexpr std::uint64_t kWrite = bit(8);       // software (and walker): may be written
  static constexpr std::uint64_t kModified = bit(9);    // software: dirty, also without D
  static constexpr std::uint64_t kProtnone = bit(10);   // software: present to Linux alone
  static constexpr std::uint64_t kSpecial = bit(11);    // software: no struct page to count on
  static constexpr std::uint64_t kPfnMask = 0x0000fffffffff000;  // page frame: bits 12-47
  static constexpr std::uint64_t kDevmap = bit(59);     // software: device memory
  static constexpr std::uint64_t kNoRead = bit(61);     // no loads
  static constexpr std::uint64_t kNoExec = bit(62);     // no execution
  static constexpr std::uint64_t kRplv = bit(63);       // PLV: this level and no other

  // Swap entries.
  static constexpr std::uint64_t kSwpExclusive = bit(23);  // PageAnonExclusive, remembered
  static constexpr unsigned kSwpTypeBits = 7, kSwpTypeShift = 16, kSwpOffsetShift = 24;
  // clang-format on

  static constexpr std::uint64_t kDefinedBits =
      kPfnMask | 0xfff | kDevmap | kNoRead | kNoExec | kRplv;
  static constexpr std::array<BitName, 16> kBitNames = {{
      {BitName::kPresent, kValid, "V"},
      {BitName::kPresent, kDirty, "D"},
      {BitName::kPresent, kPlvUser, "PLV"},
      {BitName::kPresent, kMat, "MAT"},
      {BitName::kPresent, kGlobal, "G"},
      {BitName::kPresent, kPresent, "P"},
      {BitName::kPresent, kWrite, "W"},
      {BitName::kPresent, kModified, "M"},
      {BitName::kPresent, kProtnone, "PN"},
      {BitName::kPresent, kSpecial, "Spec"},
      {BitName::kPresent, kPfnMask, "pfn"},
      {BitName::kPresent, kDevmap, "devm"},
      {BitName::kPresent, kNoRead, "NR"},
      {BitName::kPresent, kNoExec, "NX"},
      {BitName::kPresent, kRplv, "RPLV"},
      {BitName::kSwap, kSwpExclusive, "Excl"},
  }};

  static constexpr std::uint64_t kDirtyBits = kDirty | kModified;
  // What pte_modify() keeps (_PAGE_CHG_MASK). V is not among it: whoever gets a protection that
  // permits something is young.
  static constexpr std::uint64_t kChangeMask =
      kModified | kSpecial | kDevmap | kPfnMask | kMat | kPlvUser;

  // Protections (cache.c, protection_map[]: private mappings without execution).
  static constexpr Word page_readonly() {
    return Word(kValid | kPlvUser | kCached | kPresent | kNoExec);
  }
  static constexpr Word page_none() {
    return Word(kPlvUser | kCached | kProtnone | kNoRead | kNoExec);
  }
  // All of protection_map[]: none; read, with and without execution; write, likewise.
  static constexpr std::uint64_t kReadable = kValid | kPlvUser | kCached | kPresent;
  static constexpr std::array<std::uint64_t, 5> kProtections = {
      kPlvUser | kCached | kProtnone | kNoRead | kNoExec, kReadable | kNoExec, kReadable,
      kReadable | kWrite | kNoExec, kReadable | kWrite};

  // Forms.
  static constexpr Word none() { return Word(0); }
  // Ignores G, which the kernel's own empty entries have.
  static constexpr Bool pte_none(Word pte) { return !has(pte, ~kGlobal); }
  static constexpr Bool pte_present(Word pte) { return has(pte, kPresent | kProtnone); }
  static constexpr Bool pte_same(Word a, Word b) { return a == b; }
  static constexpr Bool pte_protnone(Word pte) { return has(pte, kProtnone); }
  // A protnone entry counts as accessible only while mm_tlb_flush_pending(); never here.
  static constexpr Bool pte_accessible(Word pte) { return has(pte, kPresent); }
  static constexpr Bool clear_flushes(Word pte) { return pte_accessible(pte); }

  // Asking.
  static constexpr Bool pte_write(Word pte) { return has(pte, kWrite); }
  static constexpr Bool pte_dirty(Word pte) { return has(pte, kDirtyBits); }
  static constexpr Bool pte_young(Word pte) { return has(pte, kValid); }
  static constexpr Bool pte_special(Word pte) { return has(pte, kSpecial); }
  static constexpr Word pte_pfn(Word pte) { return (pte & Word(kPfnMask)) >> kPfnShift; }

  // Changing. D comes and goes with W; M stays.
  static constexpr Word pte_wrprotect(Word pte) { return clear(keep_dirty(pte), kWrite | kDirty); }
  static constexpr Word pte_mkwrite_novma(Word pte) {
    return set_if(has(pte, kModified), set(pte, kWrite), kDirty);
  }
  static constexpr Word pte_mkwrite(Word pte, bool) { return pte_mkwrite_novma(pte); }
  static constexpr Word pte_mkdirty(Word pte) {
    return set_if(has(pte, kWrite), set(pte, kModified), kDirty);
  }
  static constexpr Word pte_mkclean(Word pte) { return clear(pte, kDirtyBits); }
  static constexpr Word pte_mkyoung(Word pte) { return set(pte, kValid); }
  static constexpr Word pte_mkold(Word pte) { return clear(pte, kValid); }
  static constexpr Word pte_mkspecial(Word pte) { return set(pte, kSpecial); }

  static constexpr Word pfn_pte(Word pfn, Word protection) {
    return (pfn << kPfnShift) | protection;
  }
  static constexpr Word pte_modify(Word pte, Word protection) {
    return (keep_dirty(pte) & Word(kChangeMask)) | clear(protection, kChangeMask);
  }
  static constexpr Word pte_advance_pfn(Word pte, Word pages) { return pte + (pages << kPfnShift); }

  // Swap entries (mk_swap_pte()).
  static constexpr Word swp_entry(Word type, Word offset) {
    return ((type & low(kSwpTypeBits)) << kSwpTypeShift) | (offset << kSwpOffsetShift);
  }
  static constexpr Word swp_type(Word pte) { return (pte >> kSwpTypeShift) & low(kSwpTypeBits); }
  static constexpr Word swp_offset(Word pte) { return pte >> kSwpOffsetShift; }

  // Hardware with its TLB handlers. A load needs PLV 3 and NR clear, and V, which handle_tlb_load
  // sets if P is there.
  static constexpr Bool hw_reads(Word pte) {
    return is_user(pte) && !has(pte, kNoRead) && has(pte, kValid | kPresent);
  }
  // A store needs PLV 3, V and D. If V is there and D is not, handle_tlb_modify sets D, provided
  // there is W; if V is not there, handle_tlb_store sets both, provided there are P and W.
  static constexpr Bool hw_writes(Word pte, bool) {
    return is_user(pte) && ((has(pte, kValid) && has(pte, kDirty | kWrite)) ||
                            (has(pte, kPresent) && has(pte, kWrite)));
  }
  // What the handlers set, if it comes to them.
  static constexpr Word hw_access(Word pte, bool write) {
    return write ? set_if(!(has(pte, kValid) && has(pte, kDirty)), pte, kValid | kDirtyBits)
                 : set(pte, kValid);
  }

 private:
  static constexpr Word keep_dirty(Word pte) { return set_if(has(pte, kDirty), pte, kModified); }
  static constexpr Bool is_user(Word pte) { return (pte & Word(kPlvUser)) == Word(kPlvUser); }
};

static_assert(EntryFormat<Loongarch<>>);

}  // namespace ptecheck

#endif
