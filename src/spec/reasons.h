// SPDX-License-Identifier: GPL-2.0-only
//
// Why a rule counts as broken: one value for each way, so that the walk over an outcome (inspect.h,
// contents.h, differs.h) can tell it in one byte and explain.cc can make a sentence of it.
#ifndef PTECHECK_SPEC_REASONS_H
#define PTECHECK_SPEC_REASONS_H

#include <cstdint>

#include "spec/rules.h"

namespace ptecheck {

// In a place of process or page: the folio or the system as a whole.
constexpr unsigned kNoProcess = 0xffff, kNoPage = 0xffff;

namespace spec_detail {

enum class Reason : std::uint8_t {
  // an entry that stays
  kWrite,            // write bit
  kShadowStack,      // ordinary writes became shadow-stack writes, or the other way round
  kUffdWp,           // uffd-wp bit
  kSoftDirty,        // soft-dirty bit
  kCleaned,          // dirty bit cleared, folio not dirty
  kWrongPage,        // maps another page
  kOtherProtection,  // protnone, special, cache type, ... differ
  kHoleChanged,      // was no entry of this folio
  kLockedChanged,    // in a VM_LOCKED VMA
  kBlock,            // marked contiguous, and no block
  // an entry that went
  kDroppedSwapBacked,  // without a swap entry
  kDroppedDirty,       // although the entry was dirty
  kDroppedDirtyFolio,  // although the folio was
  kDroppedHeld,        // although somebody holds a reference
  kDroppedHeldLate,    // the same, when the reference appeared during the operation
  kUnacknowledged,     // no counter knows; detail: how many
  // a swap entry in its place
  kWrongSlot,        // of another page, or the folio has none
  kSwappedClean,     // the entry was dirty, the folio is not
  kUffdWpInSwap,     // swap bit differs
  kSoftDirtyInSwap,  // swap bit differs
  kMarkerLost,       // page was exclusive, marker not set
  kMarkerInvented,   // the other way round
  kExclusiveCopied,  // marker set and page still exclusive
  kPinnedUnmapped,   // exclusive and pinned
  // anything else in its place
  kWrongForm,      // this operation does not make such an entry of it
  kWrongFrame,     // a migration, hwpoison or device entry of another page
  kWriteInEntry,   // write, of a migration or device entry
  kMigratedClean,  // neither migration entry nor folio know that it was dirty
  kDroppedClean,   // dropped or poisoned; it was dirty, the folio is not
  kMarkerMissing,  // it was uffd-wp, and the VMA wants to know
  kMarkerUnasked,  // a marker where no bit was
  // after the steps, against what the operation left
  kEndForm,           // became something that no step makes of it
  kEndNotBack,        // is still (or is now) something else than a present entry
  kEndWrongPage,      // maps another page, or the page where it was before it moved
  kEndWrite,          // write bit
  kEndUffdWp,         // uffd-wp bit
  kEndSoftDirty,      // soft-dirty bit
  kEndClean,          // the dirty bit is neither in the entry nor on the folio
  kEndExclusiveLost,  // PageAnonExclusive or its marker
  kEndExclusive,      // the same, invented or kept by one who must not
  kEndShared,         // exclusive, and mapped more than once
  // page and folio
  kExclusiveInvented,
  kExclusiveLostWritable,
  kExclusiveLostPinned,
  kFolioFlag,  // FOLIO_DIRTY cleared
  // the code's own checks
  kWarned,
  kStopped,
  // outside
  kOutside,
  kNeighbourBefore,
  kNeighbourAfter,
  // counters; detail: the right number
  kMapcountBefore,
  kMapcount,
  kRefcount,
  kRssAnon,
  kRssSwap,
  kRssFolio,  // the kind of the folio
  kRssOther,
  kSwapCount,
  kMapcountEnd,
  kRssEnd,
  // contents; detail: what should have been read
  kSeen,
  // differs: batched against one by one
  kDiffersForm,  // kept, dropped, swapped
  kDiffersBits,  // a bit that has no freedom
  kDiffersPage,  // PageAnonExclusive
  kDiffersNeighbour,
  kDiffersFolio,  // folio flags
  kDiffersCounters,
  kDiffersSeen,
  kDiffersEnd,  // an entry after all steps
  kDiffersFlush,
};

// What a sink is told.
struct Record {
  Rule rule;
  Reason reason;
  unsigned process, page, detail;
};

// The sink that answers "which rules", and nothing else.
struct BitSink {
  RuleSet broken = 0;
  void operator()(Rule rule, Reason, unsigned, unsigned, unsigned = 0) { broken |= ruleBit(rule); }
  void operator()(const Record& record) { broken |= ruleBit(record.rule); }
};

}  // namespace spec_detail
}  // namespace ptecheck

#endif
