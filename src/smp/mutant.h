// SPDX-License-Identifier: GPL-2.0-only
//
// Mistakes that need another processor: each of them was in some kernel (the bug's number is that
// of docs/bugs-found.md), or would be, if a line were forgotten.
#ifndef PTECHECK_SMP_MUTANT_H
#define PTECHECK_SMP_MUTANT_H

#include <cstdint>
#include <span>
#include <string_view>

namespace ptecheck {

enum class SmpMutant : std::uint8_t {
  kNone,
  // reclaim
  kFlushAfterFree,      // the folio is freed before try_to_unmap_flush()
  kFlushAfterPageout,   // pageout without try_to_unmap_flush_dirty()
  kReferenceReadEarly,  // lazyfree: refcount read before the entries are cleared
  kDirtyReadEarly,      // the entry's dirty bit is that of the scan, not of the clear
  kClearNotAtomic,      // entry read, then written as none: a dirty bit set in between is lost
  kNoRefFreeze,         // __remove_mapping() does not look at references again
  kReclaimIgnoresPins,  // swap-backed: PageAnonExclusive is given up although a pin may exist
  // draining deferred flushes, BZ-32, BZ-33, BZ-34
  kMprotectNoDrain,
  kMunmapNoDrain,
  kDontneedNoDrain,
  kFreeNoDrain,
  kFreeNoDrainAfterRelock,  // BZ-33
  kMremapNoDrain,
  kDrainOnlyBarrier,  // BZ-34: arm64
  // flushes forgotten or late
  kClearRefsNoFlush,  // BZ-11
  kMprotectNoFlush,
  kFreeNoFlush,
  kForkNoFlush,
  kMremapFlushLate,          // after the page-table lock is dropped
  kZapNoNestedFlush,         // BZ-35
  kZapDirtyFlushLate,        // BZ-37
  kCowNoFlush,               // wp_page_copy() without ptep_clear_flush()
  kWritebackNoFlush,         // page_mkclean()
  kAgeingThenNotAccessible,  // BZ-40
  // others
  kPagemapScanStale,     // BZ-21
  kClearRefsPinned,      // BZ-29
  kUnmapSyncSkipsEmpty,  // BZ-50
  kGupNoRecheck,         // GUP-fast does not read the entry again
  kGupIgnoresFork,       // nor write_protect_seq
  kGupNoExclusiveTest,   // read-only pins of shared pages
  kForkIgnoresPins,
  kFaultChangesNothing,
  // Candidates: kernels do so (6.12 at least), and it was not shown on one.
  kForkCopiesStale,
  kClearRefsForgetsPinned,
  kFaultNoDrain,
  kUnpinWithoutDirty,
  // others, of system calls
  kMprotectNotAtomic,   // entry read, then written read-only: a dirty bit set in between is lost
  kForkNotAtomic,       // likewise, the parent's
  kMkcleanNotAtomic,    // page_mkclean(): entry read and flushed, then written, never taken out
  kPagemapScanNoFlush,  // write-protected entries stay in TLBs
  kClearRefsReadLock,   // BZ-11's sibling: faults come between entries and flush
  kZapFreeBeforeFlush,  // pages are given back before tlb_flush()
  kZapDirtyLost         // the folio does not get an entry's dirty bit
};

// Instead of a bug's number.
inline constexpr std::string_view kCandidate = "candidate";

struct SmpMutantInfo {
  SmpMutant mutant;
  std::string_view name;     // stable, kebab-case
  std::string_view bug;      // "BZ-32", or ""
  std::string_view summary;  // one line
};
std::span<const SmpMutantInfo> smpMutants();
const SmpMutantInfo* findSmpMutant(std::string_view name);  // nullptr: there is none

}  // namespace ptecheck

#endif
