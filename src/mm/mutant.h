// SPDX-License-Identifier: GPL-2.0-only
//
// Mutants: mistakes that the modelled code can be told to make, each of them historical or easily
// made. They are the proof that the rules see something: every one must be found, by the rule named
// here. A mutant is chosen at run time (Policy::mutant) and costs nothing while it is kNone.
#ifndef PTECHECK_MM_MUTANT_H
#define PTECHECK_MM_MUTANT_H

#include <array>
#include <span>
#include <string_view>

namespace ptecheck {

enum class Mutant : unsigned char {
  kNone,
  // One per rule, which alone breaks.
  kRestoreMakesWritable,
  kSwapEntryLosesUffdWp,
  kSwapBackedDirtyForgotten,
  kSwapEntryLosesSoftDirty,
  kRestoreMarksSoftDirty,
  kRestoreWriteProtects,
  kRestoreForgotten,
  kScanBeforeClip,
  kRssNotReduced,
  kPinIgnored,
  kReuseShared,
  kCheckInverted,
  kSwapbackedOnlyIfBatched,
  kDroppableBlockNotUnfolded,
  // History; several rules may notice.
  kWrprotectLosesDirty,
  kMkdirtyGainsWrite,
  kNoFolioClip,
  kNoVmaClip,
  kBatchLengthKept,
  kWrongExclusivePage,
  kRssReducedByOne,
  kLazyfreeDirtyForgotten,
  kOnlyFirstDirty,
  kBlockNotUnfolded,
};

struct MutantInfo {
  Mutant mutant;
  std::string_view name;
  std::string_view summary;   // what the code does wrong, one line
  std::string_view rule;      // the rule that must find it
  std::string_view base;      // the policy to mutate
  bool alone;                 // no other rule (but those of severity `cost`) breaks
  bool needs_blocks = false;  // shows only where entries form contiguous blocks: arm64, 16 pages
};

namespace mutant_internal {

inline constexpr std::array kMutants = {
    MutantInfo{Mutant::kRestoreMakesWritable, "restore-makes-writable",
               "a lazyfree entry of an exclusive page is put back writable", "write-gained",
               "unbatched", true},
    MutantInfo{Mutant::kSwapEntryLosesUffdWp, "swap-entry-loses-uffd-wp",
               "the swap entry does not get the uffd-wp bit", "uffd-wp-changed", "unbatched", true},
    MutantInfo{Mutant::kSwapBackedDirtyForgotten, "swap-backed-dirty-forgotten",
               "a dirty entry of a swap-backed folio does not make the folio dirty", "dirty-lost",
               "unbatched", true},
    MutantInfo{Mutant::kSwapEntryLosesSoftDirty, "swap-entry-loses-soft-dirty",
               "the swap entry does not get the soft-dirty bit", "soft-dirty-lost", "unbatched",
               true},
    MutantInfo{Mutant::kRestoreMarksSoftDirty, "restore-marks-soft-dirty",
               "an entry that is put back becomes soft-dirty", "soft-dirty-gained", "unbatched",
               true},
    MutantInfo{Mutant::kRestoreWriteProtects, "restore-write-protects",
               "a swap-backed entry is put back read-only", "write-lost", "unbatched", true},
    MutantInfo{Mutant::kRestoreForgotten, "restore-forgotten",
               "the entry of a referenced lazyfree folio is not put back", "entry-lost",
               "unbatched", true},
    MutantInfo{Mutant::kScanBeforeClip, "scan-before-clip",
               "a batch is clipped to VMA and page table after it was scanned, not before",
               "batch-bounds", "restore-each", true},
    MutantInfo{Mutant::kRssNotReduced, "rss-not-reduced", "a discarded page stays in MM_ANONPAGES",
               "accounting", "unbatched", true},
    MutantInfo{Mutant::kPinIgnored, "pin-ignored", "PageAnonExclusive of a pinned page is given up",
               "exclusive-broken", "unbatched", true},
    MutantInfo{Mutant::kReuseShared, "reuse-shared",
               "do_wp_page() reuses a page that is not exclusive", "contents", "unbatched", true},
    MutantInfo{Mutant::kCheckInverted, "check-inverted",
               "the check that swap-backed folios are in the swap cache is the wrong way round",
               "own-checks", "unbatched", true},
    MutantInfo{Mutant::kSwapbackedOnlyIfBatched, "swapbacked-only-if-batched",
               "a referenced, clean folio becomes swap-backed if it was a batch", "differs",
               "restore-each", true},
    MutantInfo{Mutant::kDroppableBlockNotUnfolded, "droppable-block-not-unfolded",
               "writable entries of a droppable VMA leave a contiguous block that stays folded",
               "block-broken", "unbatched", true, true},

    MutantInfo{Mutant::kWrprotectLosesDirty, "wrprotect-loses-dirty",
               "pte_wrprotect() drops the dirty bit (LoongArch until 018e9828eb52)", "dirty-lost",
               "wrprotect-early", false},
    MutantInfo{Mutant::kMkdirtyGainsWrite, "mkdirty-gains-write",
               "pte_mkdirty() makes a merged entry writable (sparc64 until 96a9c287e25d)",
               "write-gained", "respect-write-softdirty", false},
    MutantInfo{Mutant::kNoFolioClip, "no-folio-clip",
               "a batch does not end with the folio (Xen PV until 7b08b74f3d99)", "batch-bounds",
               "restore-each", false},
    MutantInfo{Mutant::kNoVmaClip, "no-vma-clip", "a batch does not end with its VMA",
               "batch-bounds", "restore-each", false},
    MutantInfo{Mutant::kBatchLengthKept, "batch-length-kept",
               "the batch length of the previous turn is used again", "batch-bounds",
               "restore-each", false},
    MutantInfo{Mutant::kWrongExclusivePage, "wrong-exclusive-page",
               "PageAnonExclusive is read from the folio's first page (kind of cf1b80dc31a1)",
               "exclusive-broken", "unbatched", false},
    MutantInfo{Mutant::kRssReducedByOne, "rss-reduced-by-one",
               "a discarded batch leaves MM_ANONPAGES by one page", "accounting", "restore-each",
               false},
    MutantInfo{Mutant::kLazyfreeDirtyForgotten, "lazyfree-dirty-forgotten",
               "a dirty entry of a lazyfree folio does not make the folio dirty", "dirty-lost",
               "unbatched", false},
    MutantInfo{Mutant::kOnlyFirstDirty, "only-first-dirty",
               "of a batch, only the first entry's dirty bit is looked at", "dirty-lost",
               "restore-each", false},
    MutantInfo{Mutant::kBlockNotUnfolded, "block-not-unfolded",
               "entries are taken out of a contiguous block that is not unfolded before",
               "block-broken", "unbatched", false, true},
};

}  // namespace mutant_internal

constexpr std::span<const MutantInfo> mutants() { return mutant_internal::kMutants; }

}  // namespace ptecheck

#endif
