// SPDX-License-Identifier: GPL-2.0-only
//
// Histories by hand: of each demand one that meets it and one that does not.
#include "spec/history.h"

#include "spec/history_tale_test.h"

namespace ptecheck {
namespace {

using namespace tale;

TEST(History, IsSmallAndStartsWithWhatIsThere) {
  EXPECT_EQ(sizeof(History), 28U);
  EXPECT_EQ(historyOf(anonymous(2)).at[1].may, contentsBit(originalContents(1)));
  EXPECT_EQ(historyOf(anonymous()).at[1].may, 0);
  EXPECT_EQ(historyOf(anonymous()).at[kMaxRanges].may, 0);
  EXPECT_EQ(historyOf(forked()).at[kMaxRanges].may, contentsBit(kOld));
  EXPECT_EQ(historyOf(lazyfree()).at[0].may, contentsBit(kOld) | contentsBit(kZero));
}

TEST(History, LoadsSeeTheLastStore) {
  EXPECT_EQ(verdict(anonymous(), {load(0, kOld), store(0, kX), load(1, kX)}), "");
  EXPECT_EQ(verdict(anonymous(), {store(0, kX), store(1, kY), load(0, kX)}), "2 contents");
  EXPECT_EQ(verdict(anonymous(), {load(0, kZero)}), "0 contents");
  EXPECT_EQ(verdict(anonymous(2), {store(0, kX).in(0, 1), load(0, kOld), load(0, kX).in(0, 1)}),
            "");
  EXPECT_EQ(verdict(anonymous(2), {store(0, kX).in(0, 1), load(0, kX)}), "1 contents");
  EXPECT_EQ(verdict(anonymous(), {load(0, kOld).in(1)}), "0 contents") << "no such space";
}

TEST(History, ASharedMappingIsOneMemory) {
  EXPECT_EQ(
      verdict(sharedFile(), {store(0, kX), load(1, kX).in(1), store(1, kY).in(1), load(0, kY)}),
      "");
  EXPECT_EQ(verdict(sharedFile(), {store(0, kX), load(1, kOld).in(1)}), "1 contents");
  EXPECT_EQ(verdict(forked(), {store(0, kX), load(1, kOld).in(1)}), "");
  EXPECT_EQ(verdict(forked(), {store(0, kX), load(1, kX).in(1)}), "1 contents");
}

TEST(History, DontneedLeavesZeroesOrWhatWasStoredSince) {
  const Told begin = begins(0, kDontneed), end = returns(0, kDontneed);
  EXPECT_EQ(verdict(anonymous(), {begin, load(1, kOld), load(1, kZero), load(2, kOld), end}), "");
  EXPECT_EQ(verdict(anonymous(), {begin, end, load(1, kZero)}), "");
  EXPECT_EQ(verdict(anonymous(), {begin, end, load(1, kOld)}), "2 contents");
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), end, load(1, kX)}), "");
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), end, load(1, kZero)}), "");
  EXPECT_EQ(verdict(anonymous(), {store(1, kX), begin, end, load(1, kX)}), "3 contents");
  // Old and new page at the same time.
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), store(2, kY), load(1, kX), end, load(2, kX),
                                  load(1, kX)}),
            "");
  // What a load saw afterwards is what there is.
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), end, load(1, kZero), load(1, kX)}),
            "4 contents");
  EXPECT_EQ(verdict(anonymous(), {begin, end, store(1, kX), load(1, kZero)}), "3 contents");
  EXPECT_EQ(verdict(anonymous(2), {begin, end, load(1, kOld)}), "2 contents");
  EXPECT_EQ(verdict(anonymous(2), {begin, end, load(1, kZero).in(0, 1)}), "2 contents");
}

TEST(History, EachOfSeveralDontneedsPromises) {
  const Told begin = begins(0, kDontneed), end = returns(0, kDontneed);
  const Told begin2 = begins(1, kDontneed), end2 = returns(1, kDontneed);
  // BZ-35: the second returns before the first has flushed.
  EXPECT_EQ(verdict(anonymous(), {begin, begin2, end2, load(2, kOld)}), "3 contents");
  EXPECT_EQ(verdict(anonymous(), {begin, store(2, kX), begin2, end2, load(2, kX)}), "4 contents");
  EXPECT_EQ(verdict(anonymous(), {begin, store(2, kX), begin2, end, load(2, kX)}), "");
  EXPECT_EQ(verdict(anonymous(), {begin, begin2, store(2, kX), end2, load(2, kX), load(2, kZero)}),
            "")
      << "the first may still do it";
}

TEST(History, DontneedOfAFileReadsTheFileAgain) {
  const Told begin = begins(0, kDontneed), end = returns(0, kDontneed);
  EXPECT_EQ(verdict(sharedFile(),
                    {store(1, kX), begin, load(1, kX), end, load(2, kX).in(1), load(2, kX)}),
            "");
  EXPECT_EQ(verdict(sharedFile(), {store(1, kX), begin, load(1, kZero)}), "2 contents");
  EXPECT_EQ(verdict(privateFile(), {store(1, kX), begin, end, load(1, kOld)}), "");
  EXPECT_EQ(verdict(privateFile(), {store(1, kX), begin, end, load(1, kX)}), "3 contents");
  EXPECT_EQ(verdict(privateFile(), {begin, end, load(1, kZero)}), "2 contents");
}

TEST(History, FreeAllowsZeroesUntilAStoreAfterIt) {
  const Told begin = begins(0, kFree), end = returns(0, kFree);
  EXPECT_EQ(verdict(anonymous(), {begin, load(1, kOld), end, load(1, kOld), load(1, kZero)}), "");
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), end, load(1, kX), load(1, kZero)}), "");
  EXPECT_EQ(verdict(anonymous(), {begin, end, store(1, kX), load(1, kZero)}), "3 contents");
  EXPECT_EQ(verdict(anonymous(), {begin, end, load(1, kX)}), "2 contents");
  EXPECT_EQ(verdict(lazyfree(), {load(0, kZero)}), "");
  EXPECT_EQ(verdict(lazyfree(), {store(0, kX), load(0, kZero)}), "1 contents");
  EXPECT_EQ(verdict(sharedFile(), {begin, load(1, kZero)}), "1 contents") << "not of files";
  EXPECT_EQ(verdict(forked(), {begin, end, load(1, kZero).in(1)}), "2 contents") << "not a child's";
}

// Reclaim takes a clean lazyfree page out and puts off the flush; another processor gets a new
// page.
TEST(History, ADroppedLazyfreePageMayStillBeRead) {
  EXPECT_EQ(verdict(lazyfree(), {load(1, kZero).by(kZeroPage), load(2, kOld)}), "");
  EXPECT_EQ(verdict(lazyfree(), {store(1, kX).by(1), load(2, kOld).by(0), load(1, kX).by(1)}), "");
  EXPECT_EQ(verdict(lazyfree(), {store(1, kX).by(1), frees(0), load(2, kOld).by(0)}),
            "2 stale-tlb");
  // MADV_DONTNEED flushes what reclaim did not.
  EXPECT_EQ(verdict(lazyfree(), {store(1, kX).by(1), begins(0, kDontneed), returns(0, kDontneed),
                                 load(2, kOld).by(0)}),
            "3 contents");
  EXPECT_EQ(verdict(lazyfree(), {begins(0, kDontneed), store(1, kX).by(1), load(2, kOld).by(0),
                                 returns(0, kDontneed), load(2, kOld).by(0)}),
            "4 contents");
}

TEST(History, AfterMprotectNobodyStores) {
  const Told begin = begins(0, kMprotect), end = returns(0, kMprotect);
  EXPECT_EQ(verdict(anonymous(2), {begin, store(1, kX), end, load(1, kX), store(1, kY).in(0, 1)}),
            "");
  EXPECT_EQ(verdict(anonymous(), {begin, end, store(1, kX)}), "2 stale-tlb");
  EXPECT_EQ(verdict(forked(), {begin, end, store(1, kX).in(1)}), "");
}

TEST(History, AfterMunmapNobodyReaches) {
  const Told begin = begins(0, kMunmap), end = returns(0, kMunmap);
  EXPECT_EQ(verdict(anonymous(2), {begin, load(1, kOld), store(1, kX), end, load(1, 2).in(0, 1)}),
            "");
  EXPECT_EQ(verdict(anonymous(), {begin, load(1, kZero)}), "1 contents");
  EXPECT_EQ(verdict(anonymous(), {begin, end, load(1, kOld)}), "2 stale-tlb");
  EXPECT_EQ(verdict(anonymous(), {begin, end, store(1, kX)}), "2 stale-tlb");
  EXPECT_EQ(verdict(sharedFile(), {begin, end, store(1, kX).in(1), load(1, kX).in(1)}), "");
  EXPECT_EQ(verdict(sharedFile(), {begin, end, load(1, kOld)}), "2 stale-tlb");
}

TEST(History, NobodyReachesAFreedFrame) {
  EXPECT_EQ(verdict(anonymous(), {load(1, kOld).by(0), frees(0), load(1, kOld).by(1)}), "");
  EXPECT_EQ(verdict(anonymous(), {frees(0), load(1, kOld).by(0)}), "1 stale-tlb");
  EXPECT_EQ(verdict(anonymous(), {frees(3), store(1, kX).by(3)}), "1 stale-tlb");
  EXPECT_EQ(verdict(lazyfree(), {frees(0), load(1, kZero).by(kZeroPage)}), "");
  EXPECT_EQ(verdict(anonymous(), {frees(0), frees(0)}), "1 accounting");
  EXPECT_EQ(verdict(anonymous(), {frees(0), frees(1), frees(kMaxFrames - 1)}), "");
}

TEST(History, AChildGetsWhatItsParentHadSometimeDuringFork) {
  const Told begin = begins(0, kFork), end = returns(0, kFork);
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), end, load(2, kOld).in(1), load(1, kX)}), "");
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), end, load(2, kX).in(1), load(2, kX).in(1)}),
            "");
  EXPECT_EQ(
      verdict(anonymous(), {begin, store(1, kX), end, load(2, kX).in(1), load(2, kOld).in(1)}),
      "4 contents");
  EXPECT_EQ(verdict(anonymous(), {store(1, kX), begin, end, load(2, kOld).in(1)}), "3 contents");
  // The parent writes by an old translation: ForkNoFlush.
  EXPECT_EQ(verdict(anonymous(), {begin, end, store(1, kX), load(2, kX).in(1)}), "3 contents");
  EXPECT_EQ(verdict(anonymous(), {begin, end, store(2, kX).in(1), load(1, kX)}), "3 contents");
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), load(1, kOld)}), "2 contents");
  // The child of a lazyfree page has one, too; it is as read-only as its parent was.
  EXPECT_EQ(verdict(lazyfree(), {begin, end, store(1, kX), load(2, kZero).in(1)}), "");
  EXPECT_EQ(verdict(lazyfree(), {begin, end, store(2, kX).in(1), load(2, kZero).in(1)}),
            "3 contents");
  EXPECT_EQ(verdict(anonymous(),
                    {begins(0, kMprotect), returns(0, kMprotect), begin, end, store(1, kX).in(1)}),
            "4 stale-tlb");
  // MADV_DONTNEED at the same time.
  EXPECT_EQ(verdict(anonymous(), {begin, begins(1, kDontneed), end, load(2, kZero).in(1)}), "");
  EXPECT_EQ(verdict(anonymous(), {begin, end, begins(1, kDontneed), load(2, kZero).in(1)}),
            "3 contents");
}

TEST(History, MremapMovesEverything) {
  const Told begin = begins(0, kMremap), end = returns(0, kMremap);
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), load(1, kX).in(1), store(1, kY).in(1),
                                  load(1, kY), end, load(1, kY).in(1)}),
            "");
  EXPECT_EQ(verdict(anonymous(), {begin, end, load(1, kOld)}), "2 stale-tlb");
  EXPECT_EQ(verdict(anonymous(), {store(1, kX), begin, end, load(1, kOld).in(1)}), "3 contents");
  EXPECT_EQ(verdict(anonymous(), {begin, store(1, kX), load(1, kOld).in(1)}), "2 contents");
  EXPECT_EQ(verdict(lazyfree(), {begin, end, load(1, kZero).in(1)}), "");
  EXPECT_EQ(verdict(anonymous(),
                    {begins(0, kMprotect), returns(0, kMprotect), begin, end, store(1, kX).in(1)}),
            "4 stale-tlb");
  EXPECT_EQ(verdict(sharedFile(), {begins(0, kMunmap), returns(0, kMunmap), store(1, kX).in(1),
                                   load(1, kX).in(1)}),
            "");
}

// A call that overlaps mremap() may have come too late to find anything.
TEST(History, WhatOverlapsMremapPromisesNothing) {
  const Told begin = begins(0, kMremap), end = returns(0, kMremap);
  EXPECT_EQ(verdict(anonymous(), {begins(1, kDontneed), begin, end, returns(1, kDontneed),
                                  load(2, kOld).in(1), load(2, kZero).in(1)}),
            "5 contents");
  EXPECT_EQ(verdict(anonymous(), {begins(1, kDontneed), begin, end, load(2, kZero).in(1)}), "");
  EXPECT_EQ(verdict(anonymous(),
                    {begin, begins(1, kMprotect), returns(1, kMprotect), end, store(2, kX).in(1)}),
            "");
  EXPECT_EQ(verdict(anonymous(),
                    {begins(1, kMprotect), begin, returns(1, kMprotect), end, store(2, kX).in(1)}),
            "");
  EXPECT_EQ(verdict(anonymous(), {begin, begins(1, kMunmap), returns(1, kMunmap), end,
                                  load(2, kOld).in(1), load(2, kOld)}),
            "5 stale-tlb");
  EXPECT_EQ(verdict(anonymous(), {pin(2), begin, begins(1, kMunmap), returns(1, kMunmap),
                                  deviceStore(2, kX), load(0, kX).in(1)}),
            "");
}

TEST(History, DeviceAndProgramSeeEachOther) {
  EXPECT_EQ(verdict(anonymous(), {pin(0), deviceStore(0, kX), load(1, kX), store(1, kY),
                                  deviceLoad(0, kY), unpin(0)}),
            "");
  EXPECT_EQ(verdict(anonymous(), {pin(0), deviceStore(0, kX), load(1, kOld)}), "2 contents");
  EXPECT_EQ(verdict(anonymous(), {pin(0), store(1, kX), deviceLoad(0, kOld)}), "2 contents");
  // fork(): the page stays the parent's.
  EXPECT_EQ(verdict(anonymous(), {pin(0), begins(1, kFork), returns(1, kFork), store(2, kX),
                                  deviceLoad(0, kOld)}),
            "4 contents");
  EXPECT_EQ(verdict(anonymous(), {pin(0), begins(1, kFork), returns(1, kFork), deviceStore(0, kX),
                                  load(2, kX).in(1)}),
            "4 contents");
  // Neither mprotect() nor mremap() moves the page.
  EXPECT_EQ(verdict(anonymous(), {pin(0), begins(1, kMprotect), returns(1, kMprotect),
                                  deviceStore(0, kX), load(2, kX)}),
            "");
  EXPECT_EQ(verdict(anonymous(), {pin(0), begins(1, kMremap), returns(1, kMremap),
                                  deviceStore(0, kX), load(2, kX).in(1)}),
            "");
  EXPECT_EQ(verdict(anonymous(), {pin(0), begins(1, kMremap), returns(1, kMremap),
                                  deviceStore(0, kX), load(2, kOld).in(1)}),
            "4 contents");
  EXPECT_EQ(verdict(lazyfree(), {pin(0), deviceStore(0, kX), load(1, kZero)}), "2 contents");
}

TEST(History, APinOfWhatWasThrownAwayConcernsNobody) {
  const Told begin = begins(1, kDontneed), end = returns(1, kDontneed);
  EXPECT_EQ(verdict(anonymous(), {pin(0), begin, end, deviceStore(0, kX), deviceLoad(0, kX),
                                  load(2, kZero), deviceLoad(0, kOld)}),
            "");
  EXPECT_EQ(
      verdict(anonymous(), {pin(0), begin, deviceStore(0, kX), load(2, kX), end, load(2, kZero)}),
      "");
  EXPECT_EQ(verdict(anonymous(), {begin, pin(0), end, deviceStore(0, kX), load(2, kX)}), "");
  EXPECT_EQ(verdict(anonymous(), {begin, end, pin(0), deviceStore(0, kX), load(2, kZero)}),
            "4 contents");
  EXPECT_EQ(verdict(anonymous(), {pin(0), begins(1, kMunmap), returns(1, kMunmap),
                                  deviceStore(0, kX), deviceLoad(0, kOld)}),
            "");
  // Files keep their page.
  EXPECT_EQ(verdict(sharedFile(), {pin(0), begin, end, deviceStore(0, kX), load(2, kOld)}),
            "4 contents");
  EXPECT_EQ(verdict(sharedFile(), {pin(0), begins(1, kMunmap), returns(1, kMunmap),
                                   deviceStore(0, kX), load(2, kOld).in(1)}),
            "4 contents");
}

TEST(History, AStoreMayReplaceAPageThatIsPinnedForReadingAndNotAnonymous) {
  EXPECT_EQ(verdict(lazyfree(), {pin(0, false).by(kZeroPage), store(1, kX).by(1),
                                 deviceLoad(0, kZero).by(kZeroPage)}),
            "");
  EXPECT_EQ(verdict(privateFile(), {pin(0, false), store(1, kX).by(1), deviceLoad(0, kOld)}), "");
  EXPECT_EQ(verdict(privateFile(), {pin(0), store(1, kX), deviceLoad(0, kOld)}), "2 contents");
  EXPECT_EQ(verdict(sharedFile(), {pin(0, false), store(1, kX), deviceLoad(0, kOld)}),
            "2 contents");
  EXPECT_EQ(verdict(anonymous(), {pin(0, false), store(1, kX), deviceLoad(0, kOld)}), "2 contents");
}

TEST(History, PinnedFramesAreNotFreed) {
  EXPECT_EQ(verdict(anonymous(), {pin(0).by(2), unpin(0).by(2), frees(2)}), "");
  EXPECT_EQ(verdict(anonymous(), {pin(0).by(2), frees(1), frees(2)}), "2 accounting");
  EXPECT_EQ(verdict(anonymous(), {frees(2), pin(0).by(2)}), "1 accounting");
  EXPECT_EQ(verdict(anonymous(), {pin(0).by(2), unpin(0), frees(2), deviceStore(0, kX).by(2)}),
            "3 accounting");
  EXPECT_EQ(verdict(anonymous(), {frees(2), deviceLoad(0, kOld).by(2)}), "1 accounting");
}

TEST(History, FsyncPutsIntoStorageWhatWasWritten) {
  const Told begin = begins(0, kWriteback), end = returns(0, kWriteback);
  EXPECT_EQ(verdict(sharedFile(), {store(1, kX), begin, store(1, kY), inStorage(0, kX), end}), "");
  EXPECT_EQ(verdict(sharedFile(), {store(1, kX), begin, store(1, kY), inStorage(0, kY), end}), "");
  EXPECT_EQ(verdict(sharedFile(), {store(1, kX), begin, inStorage(0, kOld)}), "2 dirty-lost");
  EXPECT_EQ(verdict(sharedFile(), {store(1, kX).in(1), begin, inStorage(0, kOld)}), "2 dirty-lost");
  EXPECT_EQ(verdict(sharedFile(), {pin(1), deviceStore(1, kX), begin, inStorage(0, kOld)}), "");
  EXPECT_EQ(
      verdict(sharedFile(), {pin(1), deviceStore(1, kX), unpin(1), begin, inStorage(0, kOld)}),
      "4 dirty-lost");
  EXPECT_EQ(verdict(privateFile(), {store(1, kX), begin, inStorage(0, kOld)}), "");
}

TEST(History, UnmappedMeansUnmapped) {
  EXPECT_EQ(verdict(anonymous(), {begins(0, kUnmapFolio), returns(0, kUnmapFolio, 0)}), "");
  EXPECT_EQ(verdict(anonymous(), {begins(0, kUnmapFolio), returns(0, kUnmapFolio, 1)}),
            "1 accounting");
}

TEST(History, AnAccessThatIsAllowedSucceeds) {
  EXPECT_EQ(verdict(anonymous(), {stuck(1)}), "0 progress");
}

TEST(History, CallsOfOneSpaceAreNotAnothers) {
  const HistorySetup shared_memory = {.shared_mapping = true, .anonymous = true};
  EXPECT_EQ(verdict(shared_memory, {begins(0, kFree), load(1, kZero)}), "1 contents");
  EXPECT_EQ(verdict(forked(), {begins(0, kDontneed), store(1, kX).in(1), load(1, kOld).in(1)}),
            "2 contents");
  // What is left of a lazyfree page is in no translation of a child.
  EXPECT_EQ(verdict(lazyfree(),
                    {store(0, kX).by(1), begins(0, kFork), returns(0, kFork), load(1, kOld).in(1)}),
            "3 contents");
  // MADV_FREE during fork(): the child's page may be dropped, too.
  EXPECT_EQ(verdict(anonymous(), {begins(0, kFork), begins(1, kFree), returns(0, kFork),
                                  load(2, kOld).in(1), load(2, kZero).in(1)}),
            "");
  // A pin taken during MADV_DONTNEED may be of the page that goes.
  EXPECT_EQ(verdict(anonymous(), {begins(1, kDontneed), pin(0), returns(1, kDontneed),
                                  deviceStore(0, kX), load(2, kZero)}),
            "");
}

TEST(History, CallsThatReturnedAreForgotten) {
  History with, without;
  verdict(anonymous(), {begins(0, kDontneed), store(1, kX), returns(0, kDontneed), store(1, kY)},
          &with);
  verdict(anonymous(), {store(1, kY)}, &without);
  EXPECT_EQ(with, without);
}

TEST(History, SentencesSayWhatHappened) {
  const HistorySetup setup = anonymous();
  History h = historyOf(setup);
  judge(setup, h, store(0, kX).event);
  EXPECT_EQ(
      explain(setup, h, load(1, kOld).event, Rule::kContents),
      "actor 1 reads the original contents of page 0 in space 0 page 0 where write 1 must be");
  judge(setup, h, begins(0, kDontneed).event);
  EXPECT_EQ(explain(setup, h, load(1, kY).event, Rule::kContents),
            "actor 1 reads write 2 in space 0 page 0 where write 1 or zeroes must be");
}

}  // namespace
}  // namespace ptecheck
