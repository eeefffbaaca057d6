// SPDX-License-Identifier: GPL-2.0-only
//
// What each event lets pass, and what it forbids; green and red, like judge_test.cc.
#include "spec/events.h"

#include <gtest/gtest.h>

#include <string>

#include "pte/x86_64.h"
#include "scenario/legal.h"
#include "scenario/text.h"
#include "spec/hand_made.h"
#include "spec/judge.h"

namespace ptecheck {
namespace {

using F = X86_64<>;

constexpr unsigned long long kAccessed = 1 << 5, kDirty = 1 << 6;  // what x86 hardware sets

Scenario scenario(const std::string& entries, const std::string& folio = "2 pages, lazyfree",
                  const std::string& vma = "write", const std::string& more = "") {
  const Scenario s = tabled(entries, folio, vma, more);
  EXPECT_EQ(whyIllegal(s), "");
  return s;
}

const char* const kTwo = "page A\n0 wE\n1 wE";
const char* const kSwap = "2 pages, swap-backed, swap-cache";
const char* const kHeld = "2 pages, lazyfree, references 1";

// An outcome and the events of its run.
struct Disturbed : HandMade<F> {
  using HandMade::HandMade;
  EventPlan plan{};
  EventReport report{};

  void happens(unsigned kind, unsigned entry = NO_EVENT_ENTRY, unsigned long long set = 0) {
    const unsigned i = plan.count++;
    plan.event[i] = {0, static_cast<unsigned char>(kind), static_cast<unsigned char>(entry)};
    report.happened |= static_cast<unsigned char>(1 << i);
    report.entry[i] = static_cast<unsigned char>(entry);
    report.set[i] = set;
  }
  void dirtied(unsigned page) { happens(EVENT_DIRTIED, page, kAccessed | kDirty); }
  void written(unsigned page) {
    happens(EVENT_WRITTEN, page, kAccessed | kDirty);
    o.folio_flags |= FOLIO_DIRTY;
  }
  void held(unsigned kind, unsigned page) {
    happens(kind, page);
    ++report.references;
    ++o.refcount;
  }

  // The verdict; the explanation must name the same rules.
  std::string broken() const {
    const RuleSet rules = judgeWithEvents<F>(s, o, plan, report);
    RuleSet explained = 0;
    for (const Violation& violation : explainWithEvents<F>(s, o, plan, report))
      explained |= ruleBit(violation.rule);
    EXPECT_EQ(ruleNames(rules), ruleNames(explained));
    return ruleNames(rules);
  }
};

TEST(Events, NoneIsTheRulesAlone) {
  const Scenario s = scenario(kTwo);
  Disturbed made(s);
  made.drop(0, 0);
  EXPECT_EQ(made.broken(), "");
  made.entry(0, 1).after = F::pte_mkwrite(F::pte_wrprotect(made.entry(0, 1).before), true);
  EXPECT_EQ(made.broken(), ruleNames(judge<F>(s, made.o)));
  EXPECT_NE(made.broken(), "");
}

TEST(Events, DirtySetByHardwareMustNotBeLost) {
  const Scenario s = scenario(kTwo);
  Disturbed made(s);
  made.dirtied(1);
  made.entry(0, 1).after |= kAccessed | kDirty;
  EXPECT_EQ(made.broken(), "");
  made.drop(0, 0);
  EXPECT_EQ(made.broken(), "") << "the other page";
  made.entry(0, 1).after &= ~kDirty;
  EXPECT_EQ(made.broken(), "dirty-lost");
  made.o.folio_flags |= FOLIO_DIRTY;
  EXPECT_EQ(made.broken(), "") << "the folio knows";
  made.entry(0, 1).after &= ~kAccessed;
  EXPECT_EQ(made.broken(), "") << "accessed is free";
  made.drop(0, 1);
  EXPECT_EQ(made.broken(), "dirty-lost contents");
}

TEST(Events, DirtySetByHardwareGoesWithASwapEntry) {
  const Scenario s = scenario(kTwo, kSwap);
  Disturbed made(s);
  made.dirtied(1);
  made.swapOut(0, 1);
  EXPECT_EQ(made.broken(), "dirty-lost");
  made.o.folio_flags |= FOLIO_DIRTY;
  EXPECT_EQ(made.broken(), "");
}

TEST(Events, AccessedIsFree) {
  const Scenario s = scenario(kTwo, "2 pages, lazyfree", "write, locked");
  Disturbed made(s);
  made.happens(EVENT_ACCESSED, 0, kAccessed);
  made.entry(0, 0).after |= kAccessed;
  EXPECT_EQ(made.broken(), "") << "nor is it a change of a locked entry";
}

TEST(Events, WhatAGupUserWroteMustNotBeDropped) {
  const Scenario s = scenario(kTwo);
  Disturbed made(s);
  made.written(1);
  EXPECT_EQ(made.broken(), "");
  made.drop(0, 0);
  EXPECT_EQ(made.broken(), "") << "the other page, which was clean then";
  made.drop(0, 1);
  EXPECT_EQ(made.broken(), "dirty-lost contents");
  Disturbed forgotten(s);
  forgotten.written(0);
  forgotten.o.folio_flags &= static_cast<unsigned short>(~FOLIO_DIRTY);
  EXPECT_EQ(forgotten.broken(), "dirty-lost") << "the folio's flag was cleared again";
  const Scenario locked = scenario(kTwo, "2 pages, lazyfree", "write, locked");
  Disturbed untouched(locked);
  untouched.written(0);
  EXPECT_EQ(untouched.broken(), "") << "the folio's flag speaks for an entry that nobody changed";
}

TEST(Events, AKeptReferenceHoldsItsPage) {
  for (const char* vma : {"write", "write, droppable"}) {
    const Scenario s = scenario(kTwo, "2 pages, lazyfree", vma);
    Disturbed made(s);
    made.held(EVENT_REFERRED, 1);
    EXPECT_EQ(made.broken(), "");
    made.drop(0, 0);
    EXPECT_EQ(made.broken(), "") << "a page that nobody refers to";
    made.drop(0, 1);
    EXPECT_EQ(made.broken(), "dirty-lost");
  }
  const Scenario s = scenario(kTwo, kSwap);
  Disturbed made(s);
  made.held(EVENT_REFERRED, 1);
  made.swapOut(0, 1);
  EXPECT_EQ(made.broken(), "") << "what has a swap entry can be found again";
  --made.o.refcount;
  EXPECT_EQ(made.broken(), "accounting") << "the reference was dropped by another";
}

TEST(Events, APinHoldsItsMappingAndItsExclusiveness) {
  const Scenario s = scenario(kTwo, kSwap);
  Disturbed made(s);
  made.held(EVENT_PINNED, 1);
  made.swapOut(0, 0);
  EXPECT_EQ(made.broken(), "");
  made.swapOut(0, 1);
  EXPECT_EQ(made.broken(), "exclusive-broken");
  Disturbed shared(s);
  shared.held(EVENT_PINNED, 1);
  shared.entry(0, 1).after = shared.entry(0, 1).before =
      F::pte_wrprotect(shared.entry(0, 1).before);
  shared.entry(0, 1).page_flags = PAGE_EXCLUSIVE_BEFORE;
  EXPECT_EQ(shared.broken(), "exclusive-broken");
}

TEST(Events, AHolderWhoIsGoneHasWritten) {
  const Scenario s = scenario(kTwo, kHeld);
  Disturbed made(s);
  made.happens(EVENT_FINISHED);
  made.report.finished = 1;
  made.report.references = -1;
  --made.o.refcount;
  made.o.folio_flags |= FOLIO_DIRTY;
  EXPECT_EQ(made.broken(), "");
  made.drop(0, 0);
  EXPECT_EQ(made.broken(), "dirty-lost contents");
  const Scenario droppable = scenario(kTwo, kHeld, "write, droppable");
  Disturbed gone(droppable);
  gone.drop(0, 0);
  EXPECT_EQ(gone.broken(), "dirty-lost") << "under a reference";
  gone.happens(EVENT_FINISHED);
  gone.report.finished = 1;
  gone.report.references = -1;
  --gone.o.refcount;
  gone.o.folio_flags |= FOLIO_DIRTY;
  EXPECT_EQ(gone.broken(), "") << "which is gone, and a droppable page may go dirty";
}

TEST(Events, TheHolderOfAnEventWhoIsGoneHasWrittenHisPage) {
  const Scenario s = scenario(kTwo);
  Disturbed made(s);
  made.held(EVENT_REFERRED, 1);
  made.happens(EVENT_FINISHED, 1, kAccessed | kDirty);
  --made.report.references;
  --made.o.refcount;
  made.o.folio_flags |= FOLIO_DIRTY;
  made.drop(0, 0);
  EXPECT_EQ(made.broken(), "");
  made.drop(0, 1);
  EXPECT_EQ(made.broken(), "dirty-lost contents");
}

TEST(Events, WhatDidNotHappenCountsNot) {
  const Scenario s = scenario(kTwo);
  Disturbed made(s);
  made.dirtied(0);
  made.report.happened = 0;
  made.drop(0, 0);
  EXPECT_EQ(made.broken(), "");
}

TEST(Events, OtherRulesStay) {
  const Scenario s = scenario("page A\n0 r\n1 wE", "2 pages, lazyfree", "write, locked");
  Disturbed made(s);
  made.dirtied(1);
  made.entry(0, 1).after |= kAccessed | kDirty;
  EXPECT_EQ(made.broken(), "");
  made.entry(0, 0).after |= 2;  // write
  EXPECT_NE(made.broken().find("write-gained"), std::string::npos);
}

}  // namespace
}  // namespace ptecheck
