// SPDX-License-Identifier: GPL-2.0-only
#include "smp/mutant.h"

namespace ptecheck {

namespace {

constexpr SmpMutantInfo kInfos[] = {
    {SmpMutant::kFlushAfterFree, "flush-after-free", "",
     "reclaim gives a page back before it flushes TLBs"},
    {SmpMutant::kFlushAfterPageout, "flush-after-pageout", "",
     "reclaim writes a page to storage while TLBs still let programs store to it"},
    {SmpMutant::kReferenceReadEarly, "reference-read-early", "",
     "reclaim reads the references before it takes the entries out"},
    {SmpMutant::kDirtyReadEarly, "dirty-read-early", "",
     "reclaim uses the dirty bit of its scan, not that of the entry it took out"},
    {SmpMutant::kClearNotAtomic, "clear-not-atomic", "",
     "reclaim reads an entry, then writes it as none: a bit set in between is lost"},
    {SmpMutant::kNoRefFreeze, "no-ref-freeze", "",
     "reclaim frees a page without a last look at its references"},
    {SmpMutant::kReclaimIgnoresPins, "reclaim-ignores-pins", "",
     "reclaim takes a page that is pinned from its process"},
    {SmpMutant::kMprotectNoDrain, "mprotect-no-drain", "BZ-32",
     "mprotect() does not do the flush that reclaim has put off"},
    {SmpMutant::kMunmapNoDrain, "munmap-no-drain", "BZ-32",
     "munmap() does not do the flush that reclaim has put off"},
    {SmpMutant::kDontneedNoDrain, "dontneed-no-drain", "BZ-32",
     "MADV_DONTNEED does not do the flush that reclaim has put off"},
    {SmpMutant::kFreeNoDrain, "free-no-drain", "BZ-32",
     "MADV_FREE does not do the flush that reclaim has put off"},
    {SmpMutant::kFreeNoDrainAfterRelock, "free-no-drain-after-relock", "BZ-33",
     "MADV_FREE drops the page-table lock to split a folio, and does not drain again"},
    {SmpMutant::kMremapNoDrain, "mremap-no-drain", "BZ-32",
     "mremap() does not do the flush that reclaim has put off"},
    {SmpMutant::kDrainOnlyBarrier, "drain-only-barrier", "BZ-34",
     "the drain waits for this processor's invalidations only, not for reclaim's"},
    {SmpMutant::kClearRefsNoFlush, "clear-refs-no-flush", "BZ-11",
     "clear_refs makes entries read-only and does not flush TLBs"},
    {SmpMutant::kMprotectNoFlush, "mprotect-no-flush", "",
     "mprotect() makes entries read-only and does not flush TLBs"},
    {SmpMutant::kFreeNoFlush, "free-no-flush", "",
     "MADV_FREE makes entries clean and does not flush TLBs"},
    {SmpMutant::kForkNoFlush, "fork-no-flush", "",
     "fork() makes the parent's entries read-only and does not flush TLBs"},
    {SmpMutant::kMremapFlushLate, "mremap-flush-late", "",
     "mremap() flushes TLBs after it has dropped the page-table locks"},
    {SmpMutant::kZapNoNestedFlush, "zap-no-nested-flush", "BZ-35",
     "a call returns although another one has not flushed what it took out"},
    {SmpMutant::kZapDirtyFlushLate, "zap-dirty-flush-late", "BZ-37",
     "munmap() of a file's dirty pages drops the page-table lock before it flushes TLBs"},
    {SmpMutant::kCowNoFlush, "cow-no-flush", "",
     "a page is copied on write, and TLBs keep the old one"},
    {SmpMutant::kWritebackNoFlush, "writeback-no-flush", "",
     "writeback makes entries clean and does not flush TLBs"},
    {SmpMutant::kAgeingThenNotAccessible, "ageing-then-not-accessible", "BZ-40",
     "an old entry is believed not to be in any TLB"},
    {SmpMutant::kPagemapScanStale, "pagemap-scan-stale", "BZ-21",
     "PAGEMAP_SCAN writes back what it read before it took the entry out"},
    {SmpMutant::kClearRefsPinned, "clear-refs-pinned", "BZ-29",
     "clear_refs makes the entry of a pinned page read-only"},
    {SmpMutant::kUnmapSyncSkipsEmpty, "unmap-sync-skips-empty", "BZ-50",
     "an empty entry is skipped without the page-table lock, while its mapping still counts"},
    {SmpMutant::kGupNoRecheck, "gup-no-recheck", "",
     "GUP-fast does not read the entry again after it has a reference"},
    {SmpMutant::kGupIgnoresFork, "gup-ignores-fork", "",
     "GUP-fast does not look whether a fork has begun (before 57efa1fe5957)"},
    {SmpMutant::kGupNoExclusiveTest, "gup-no-exclusive-test", "",
     "GUP-fast pins a page for reading that is not exclusive"},
    {SmpMutant::kForkIgnoresPins, "fork-ignores-pins", "", "fork() shares a page that is pinned"},
    {SmpMutant::kFaultChangesNothing, "fault-changes-nothing", "BZ-08",
     "ptep_set_access_flags() believes that nothing has to be set (kind of 97c5550b7631)"},
    {SmpMutant::kForkCopiesStale, "fork-copies-stale", kCandidate,
     "the child's entry is what the parent's was before it was write-protected: a dirty bit that "
     "was set in between is the parent's alone"},
    {SmpMutant::kClearRefsForgetsPinned, "clear-refs-forgets-pinned", kCandidate,
     "a pinned page that is soft-dirty through its VMA alone is left writable and not soft-dirty"},
    {SmpMutant::kFaultNoDrain, "fault-no-drain", kCandidate,
     "a fault maps a new page although others may still read the old one, whose flush reclaim has "
     "put off"},
    {SmpMutant::kUnpinWithoutDirty, "unpin-without-dirty", "",
     "a device's stores do not make the page dirty"},
    {SmpMutant::kMprotectNotAtomic, "mprotect-not-atomic", "",
     "mprotect() reads an entry, then writes it: a dirty bit set in between is lost"},
    {SmpMutant::kForkNotAtomic, "fork-not-atomic", "",
     "fork() reads the parent's entry, then writes it: a dirty bit set in between is lost"},
    {SmpMutant::kMkcleanNotAtomic, "mkclean-not-atomic", "",
     "writeback reads an entry, then writes it clean, and never takes it out"},
    {SmpMutant::kPagemapScanNoFlush, "pagemap-scan-no-flush", "",
     "PAGEMAP_SCAN write-protects entries and does not flush TLBs"},
    {SmpMutant::kClearRefsReadLock, "clear-refs-read-lock", "BZ-11",
     "clear_refs lets faults come between read-only entries and its flush"},
    {SmpMutant::kZapFreeBeforeFlush, "zap-free-before-flush", "",
     "munmap() gives pages back before it flushes TLBs"},
    {SmpMutant::kZapDirtyLost, "zap-dirty-lost", "",
     "munmap() does not move an entry's dirty bit to the page of the file"},
};

}  // namespace

std::span<const SmpMutantInfo> smpMutants() { return kInfos; }

const SmpMutantInfo* findSmpMutant(std::string_view name) {
  for (const SmpMutantInfo& info : kInfos)
    if (info.name == name) return &info;
  return nullptr;
}

}  // namespace ptecheck
