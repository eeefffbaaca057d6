// SPDX-License-Identifier: GPL-2.0-only
//
// Mutants: mistakes that the modelled code can be told to make, each of them historical or easily
// made. They are the proof that the rules see something: every one must be found, by the rule named
// here. A mutant is chosen at run time (Policy::mutant) and costs nothing while it is kNone.
#ifndef PTECHECK_MM_MUTANT_H
#define PTECHECK_MM_MUTANT_H

#include <span>
#include <string_view>

#include "scenario/family.h"

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
  // Swap entries, swap-in, swapoff, and what a fork copies of them.
  kSwapDuplicateRestoresFirst,
  kSwapCountKept,
  kSwapOffsetOfFirst,
  kSwapExclusiveOfFirst,
  kSwapSoftDirtyOfFirst,
  kSwapUffdWpOfFirst,
  kPinnedBatchHalfShared,
  kSwapoffLosesSoftDirty,
  kSwapoffLosesUffdWp,
  kSwapoffMissesSoftDirty,
  kSwapoffMissesUffdWp,
  kSwapoffForgetsExclusive,
  kSwapInForgetsExclusive,
  kSwapInLosesSoftDirty,
  kSwapInLosesUffdWp,
  kForkKeepsSwapUffdWp,
  kForkKeepsSwapExclusive,
  kForkKeepsUffdWp,
  kForkKeepsMarker,
  kUnregisterKeepsUffdWp,
  // Folios of files.
  kMarkerForgotten,
  kMarkerInvented,
  kMarkerOfFirstOnly,
  kFileDirtyForgotten,
  kFileCountedAsAnonymous,
  // Migration, there and back.
  kMigrationEntryLosesSoftDirty,
  kMigrationEntryLosesUffdWp,
  kMigrationEntryLosesExclusive,
  kMigrationEntryLosesWrite,
  kMigrationDirtyForgotten,
  kMigrationRestoreForgotten,
  kMigrationPinIgnored,
  kMigrationStopsAfterFirst,
  kMigrationWriteOfFirst,
  kMigrationExclusiveOfFirst,
  kMigrationSoftDirtyOfFirst,
  kMigrationUffdWpOfFirst,
  kMigrationBackLosesSoftDirty,
  kMigrationBackLosesUffdWp,
  kMigrationBackForgetsExclusive,
  kMigrationBackMkdirtyGainsWrite,
  kMigrationBackWriteOfFirst,
  kMigrationBackStopsAfterFirst,
  kForkMigrationLosesSoftDirty,
  kForkMigrationLosesUffdWp,
  kForkMigrationStaysWritable,
  // Entries of devices.
  kDevicePrivateSoftDirtyAsPresent,
  kDevicePrivateUffdWpAsPresent,
  kDevicePrivateUffdWpSetAsPresent,
  kDeviceExclusivePageAsPresent,
  kDeviceExclusiveRestoredPresent,
  // Rare ones.
  kHwpoisonKeepsRss,
  kUnusedKeepsRss,
  kMismatchLosesEntry,
};

struct MutantInfo {
  Mutant mutant;
  std::string_view name;
  std::string_view summary;   // what the code does wrong, one line
  std::string_view rule;      // the rule that must find it
  std::string_view base;      // the policy to mutate
  bool alone;                 // no other rule (but those of severity `cost`) breaks
  bool needs_blocks = false;  // shows only where entries form contiguous blocks: arm64, 16 pages
  Family family = Family::kReclaim;  // of the scenarios in which it shows
};

std::span<const MutantInfo> mutants();

}  // namespace ptecheck

#endif
