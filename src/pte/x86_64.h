// SPDX-License-Identifier: GPL-2.0-only
//
// The x86-64 page-table entry, as Linux 6.12 uses it with CONFIG_MEM_SOFT_DIRTY,
// CONFIG_HAVE_ARCH_USERFAULTFD_WP and CONFIG_X86_USER_SHADOW_STACK (the processor has shadow
// stacks).
//
//   63   62-59  58   57   51 ........ 12   11  10   9    8   7   6  5   4   3    2   1   0
// +----+------+----+----+---------------+----+----+----+---+---+---+---+---+----+---+----+---+
// | NX | pkey |SavD|devm|  page frame   | SD | WP |Spec| G |PAT| D | A |PCD|PWT | U | RW | 1 |
// +----+------+----+----+---------------+----+----+----+---+---+---+---+---+----+---+----+---+
// | NX | pkey |SavD|devm| ~(page frame) | SD | WP |Spec| 1 |   | D | A |   |    |   |    | 0 |
// +----+------+----+----+---------------+----+----+----+---+---+---+---+---+----+---+----+---+
// | type 63-59|               ~(offset) 58-9           | 0 | 0 | - | - | 0 |Excl|WP | SD | 0 |
// +-----------+----------------------------------------+---+---+---+---+---+----+---+----+---+
//
// from above: an ordinary entry, a protnone entry (present to Linux, not to hardware), a swap
// entry.
//
// Two things make this format harder than it looks:
//
// Shadow stack. Hardware reads write=0, dirty=1 as "shadow stack": writable, but by call and return
// only. So the kernel may never leave a read-only entry hardware-dirty; it keeps the fact in
// SavedDirty (58) instead. pte_write() is true for a shadow-stack entry, pte_mkclean() turns it
// into a read-only one, and pte_mkdirty() on it does too (it moves D away, believing the entry to
// be read-only).
//
// Inverted page frames. A non-present entry stores its page frame (or swap offset) inverted, so
// that a speculating processor finds an address without memory behind it (L1TF). Advancing a
// protnone entry by one page therefore subtracts.
//
// Source: arch/x86/include/asm/pgtable_types.h, pgtable.h, pgtable_64.h, pgtable_64_types.h,
// pgtable-invert.h and arch/x86/mm/pgtable.c, pgprot.c of 6.12; the function is named where it is
// not the helper's own name.
#ifndef PTECHECK_PTE_X86_64_H
#define PTECHECK_PTE_X86_64_H

#include <array>
#include <cstdint>
#include <utility>

#include "pte/bits.h"
#include "pte/fallbacks.h"
#include "pte/format.h"

namespace ptecheck {

// `W`: std::uint64_t, or any 64-bit word with &, |, ^, ~, +, -, ==, !=, and << and >> (logical) by
// an unsigned count, that can be made from a std::uint64_t.
template <class W = std::uint64_t>
struct X86_64 : Bits<W>, SwapBits<X86_64<W>, W>, NoUnused<W> {
  using Word = W;
  using Bool = decltype(std::declval<W>() == std::declval<W>());
  using Bits<W>::bit, Bits<W>::has, Bits<W>::set, Bits<W>::clear;

  static constexpr const char* kName = "x86-64";
  static constexpr const char* kId = "x86_64";
  static constexpr const char* kKernelArch = "x86_64";
  static constexpr unsigned kTableSlots = 512;
  static constexpr unsigned kContiguous = 1;
  static constexpr AccessedDirty kAccessedDirty = AccessedDirty::kHardware;
  static constexpr bool kHasSoftDirty = true;
  static constexpr bool kHasUffdWp = true;
  static constexpr bool kHasShadowStack = true;
  static constexpr bool kMkdirtySetsSoftDirty = true;
  static constexpr bool kDefersTlbFlush = true;
  static constexpr bool kDefersOnlyIfRemote = true;

  // Bits, by number, as the shifts below need some of them.
  static constexpr unsigned kRwBit = 1, kDirtyBit = 6, kSavedDirtyBit = 58, kPfnShift = 12;

  // clang-format off
  // Present entries.
  static constexpr std::uint64_t kPresent = bit(0);      // hardware may use the entry
  static constexpr std::uint64_t kRw = bit(1);           // ordinary stores are allowed
  static constexpr std::uint64_t kUser = bit(2);         // user code may use it
  static constexpr std::uint64_t kPwt = bit(3);          // cache: write through
  static constexpr std::uint64_t kPcd = bit(4);          // cache: disabled
  static constexpr std::uint64_t kAccessed = bit(5);     // young; set by hardware
  static constexpr std::uint64_t kDirty = bit(6);        // set by hardware; with RW=0: shadow stack
  static constexpr std::uint64_t kPat = bit(7);          // cache: page attribute table
  static constexpr std::uint64_t kGlobal = bit(8);       // survives a switch of address space
  static constexpr std::uint64_t kProtnone = bit(8);     // the same when P=0: present to Linux alone
  static constexpr std::uint64_t kSpecial = bit(9);      // software: no struct page to count on
  static constexpr std::uint64_t kUffdWp = bit(10);      // software: protected by userfaultfd
  static constexpr std::uint64_t kSoftDirty = bit(11);   // software: written since clear_refs
  static constexpr std::uint64_t kPfnMask = 0x000ffffffffff000;  // page frame: bits 12-51
  static constexpr std::uint64_t kDevmap = bit(57);      // software: device memory
  static constexpr std::uint64_t kSavedDirty = bit(58);  // software: dirty, while RW=0
  static constexpr std::uint64_t kPkeyMask = std::uint64_t{15} << 59;  // protection key
  static constexpr std::uint64_t kNx = bit(63);          // no execution

  // Swap entries.
  static constexpr std::uint64_t kSwpSoftDirty = bit(1);  // pte_soft_dirty(), remembered
  static constexpr std::uint64_t kSwpUffdWp = bit(2);     // pte_uffd_wp(), remembered
  static constexpr std::uint64_t kSwpExclusive = bit(3);  // PageAnonExclusive, remembered
  static constexpr unsigned kSwpTypeBits = 5, kSwpOffsetFirstBit = 9;
  // clang-format on

  static constexpr std::uint64_t kDefinedBits =
      kPfnMask | 0xfff | kDevmap | kSavedDirty | kPkeyMask | kNx;
  static constexpr std::array<BitName, 20> kBitNames = {{
      {BitName::kPresent, kPresent, "P"},       {BitName::kPresent, kRw, "RW"},
      {BitName::kPresent, kUser, "U"},          {BitName::kPresent, kPwt, "PWT"},
      {BitName::kPresent, kPcd, "PCD"},         {BitName::kPresent, kAccessed, "A"},
      {BitName::kPresent, kDirty, "D"},         {BitName::kPresent, kPat, "PAT"},
      {BitName::kPresent, kGlobal, "G"},        {BitName::kPresent, kSpecial, "Spec"},
      {BitName::kPresent, kUffdWp, "WP"},       {BitName::kPresent, kSoftDirty, "SD"},
      {BitName::kPresent, kPfnMask, "pfn"},     {BitName::kPresent, kDevmap, "devm"},
      {BitName::kPresent, kSavedDirty, "SavD"}, {BitName::kPresent, kPkeyMask, "pkey"},
      {BitName::kPresent, kNx, "NX"},           {BitName::kSwap, kSwpSoftDirty, "SD"},
      {BitName::kSwap, kSwpUffdWp, "WP"},       {BitName::kSwap, kSwpExclusive, "Excl"},
  }};

  static constexpr std::uint64_t kDirtyBits = kDirty | kSavedDirty;
  // What pte_modify() keeps (_PAGE_CHG_MASK); not RW, U, NX, P, G: those are the protection.
  static constexpr std::uint64_t kChangeMask = kPfnMask | kPcd | kPwt | kPat | kSpecial |
                                               kAccessed | kDirtyBits | kSoftDirty | kDevmap |
                                               kUffdWp;

  // Protections (pgprot.c, protection_map[]: private mappings without execution).
  static constexpr Word page_readonly() { return Word(kPresent | kUser | kAccessed | kNx); }
  static constexpr Word page_none() { return Word(kAccessed | kProtnone); }
  // All of protection_map[]: none; read, with and without execution; write, likewise.
  static constexpr std::uint64_t kReadable = kPresent | kUser | kAccessed;
  static constexpr std::array<std::uint64_t, 5> kProtections = {
      kAccessed | kProtnone, kReadable | kNx, kReadable, kReadable | kRw | kNx, kReadable | kRw};

  // Forms.
  static constexpr Word none() { return Word(0); }
  // Ignores A and D: Knights Landing may set them in an entry that is not present.
  static constexpr Bool pte_none(Word pte) { return !has(pte, ~(kAccessed | kDirty)); }
  static constexpr Bool pte_present(Word pte) { return has(pte, kPresent | kProtnone); }
  static constexpr Bool pte_same(Word a, Word b) { return a == b; }
  static constexpr Bool pte_protnone(Word pte) {
    return (pte & Word(kProtnone | kPresent)) == Word(kProtnone);
  }
  // A protnone entry counts as accessible only while mm_tlb_flush_pending(); never here.
  static constexpr Bool pte_accessible(Word pte) { return has(pte, kPresent); }
  static constexpr Bool clear_flushes(Word pte) { return pte_accessible(pte); }

  // Asking.
  static constexpr Bool pte_dirty(Word pte) { return has(pte, kDirtyBits); }
  static constexpr Bool pte_young(Word pte) { return has(pte, kAccessed); }
  static constexpr Bool pte_soft_dirty(Word pte) { return has(pte, kSoftDirty); }
  static constexpr Bool pte_uffd_wp(Word pte) { return has(pte, kUffdWp); }
  static constexpr Bool pte_special(Word pte) { return has(pte, kSpecial); }
  static constexpr Bool pte_shstk(Word pte) { return (pte & Word(kRw | kDirty)) == Word(kDirty); }
  // RW, or a shadow stack: that is, RW or D.
  static constexpr Bool pte_write(Word pte) { return has(pte, kRw | kDirty); }
  static constexpr Word pte_pfn(Word pte) {
    return ((pte ^ protnone_mask(pte)) & Word(kPfnMask)) >> kPfnShift;
  }

  // Changing. Those that could leave RW=0, D=1 behind move D to SavedDirty.
  static constexpr Word pte_wrprotect(Word pte) { return mksaveddirty_shift(clear(pte, kRw)); }
  static constexpr Word pte_mkdirty(Word pte) {
    return mksaveddirty_shift(set(pte, kDirty | kSoftDirty));
  }
  static constexpr Word pte_mkclean(Word pte) { return clear(pte, kDirtyBits); }
  static constexpr Word pte_mkyoung(Word pte) { return set(pte, kAccessed); }
  static constexpr Word pte_mkold(Word pte) { return clear(pte, kAccessed); }
  static constexpr Word pte_mksoft_dirty(Word pte) { return set(pte, kSoftDirty); }
  static constexpr Word pte_clear_soft_dirty(Word pte) { return clear(pte, kSoftDirty); }
  static constexpr Word pte_mkuffd_wp(Word pte) { return pte_wrprotect(set(pte, kUffdWp)); }
  static constexpr Word pte_clear_uffd_wp(Word pte) { return clear(pte, kUffdWp); }
  static constexpr Word pte_mkspecial(Word pte) { return set(pte, kSpecial); }
  static constexpr Word pte_mkwrite_novma(Word pte) { return set(pte, kRw); }
  static constexpr Word pte_mkwrite_shstk(Word pte) { return set(clear(pte, kRw), kDirty); }
  // pte_mkwrite() of arch/x86/mm/pgtable.c; `shadow_stack`: the VMA is VM_SHADOW_STACK.
  static constexpr Word pte_mkwrite(Word pte, bool shadow_stack) {
    return shadow_stack ? pte_mkwrite_shstk(pte) : clear_saveddirty_shift(pte_mkwrite_novma(pte));
  }

  static constexpr Word pfn_pte(Word pfn, Word protection) {
    return (((pfn << kPfnShift) ^ protnone_mask(protection)) & Word(kPfnMask)) | protection;
  }
  // Another protection, the rest kept; the page frame turns round if P comes or goes. D must not
  // stay behind when RW goes (only if it was there: a shadow-stack entry keeps its D).
  static constexpr Word pte_modify(Word pte, Word protection) {
    const Word kept = (pte & Word(kChangeMask)) | (protection & Word(~kChangeMask));
    const Word flip = (protnone_mask(pte) ^ protnone_mask(kept)) & Word(kPfnMask);
    const Word result = kept ^ flip;
    const Word was_writable = mask_of(pte >> kRwBit);
    return (mksaveddirty_shift(result) & was_writable) |
           (clear_saveddirty_shift(result) & ~was_writable);
  }
  static constexpr Word pte_advance_pfn(Word pte, Word pages) {
    const Word inverted = protnone_mask(pte);
    return pte + (((pages << kPfnShift) ^ inverted) - inverted);  // negated if inverted
  }

  // Swap entries.
  static constexpr Word swp_entry(Word type, Word offset) {
    return ((~offset << (kSwpOffsetFirstBit + kSwpTypeBits)) >> kSwpTypeBits) |
           (type << (64 - kSwpTypeBits));
  }
  static constexpr Word swp_type(Word pte) { return pte >> (64 - kSwpTypeBits); }
  static constexpr Word swp_offset(Word pte) {
    return (~pte << kSwpTypeBits) >> (kSwpOffsetFirstBit + kSwpTypeBits);
  }

  // Hardware (Intel SDM, volume 3, "Access Rights" and "Shadow-Stack Accesses"): user loads need P
  // and U; ordinary stores RW as well; a shadow-stack access needs RW=0, D=1 instead.
  static constexpr Bool hw_reads(Word pte) {
    return (pte & Word(kPresent | kUser)) == Word(kPresent | kUser);
  }
  static constexpr Bool hw_writes(Word pte, bool shadow_stack) {
    const std::uint64_t wanted = kPresent | kUser | (shadow_stack ? kDirty : kRw);
    const std::uint64_t looked_at = kPresent | kUser | kRw | (shadow_stack ? kDirty : 0);
    return (pte & Word(looked_at)) == Word(wanted);
  }
  // Bits the processor sets when it uses an entry.
  static constexpr Word hw_access(Word pte, bool write) {
    return set(pte, kAccessed | (write ? kDirty : 0));
  }

  // If RW=0: D moves to SavedDirty, so that no shadow-stack entry comes about by accident.
  static constexpr Word mksaveddirty_shift(Word pte) {
    const Word read_only = (~pte >> kRwBit) & Word(1);
    const Word moved = ((pte >> kDirtyBit) & read_only) << kSavedDirtyBit;
    return (pte | moved) & ~(read_only << kDirtyBit);
  }
  // If RW=1: SavedDirty moves back to D.
  static constexpr Word clear_saveddirty_shift(Word pte) {
    const Word writable = (pte >> kRwBit) & Word(1);
    const Word moved = ((pte >> kSavedDirtyBit) & writable) << kDirtyBit;
    return (pte | moved) & ~(writable << kSavedDirtyBit);
  }
  // All ones if the page frame is stored inverted: not present, but not empty either.
  static constexpr Word protnone_mask(Word pte) {
    const Word not_zero = (pte | (Word(0) - pte)) >> 63;
    return mask_of(not_zero & ~pte);
  }

 private:
  static constexpr Word mask_of(Word lowest_bit) { return Word(0) - (lowest_bit & Word(1)); }
};

static_assert(EntryFormat<X86_64<>>);

}  // namespace ptecheck

#endif
