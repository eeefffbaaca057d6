// SPDX-License-Identifier: GPL-2.0-only
//
// Each rule green and red, on outcomes made by hand. Red means: this rule, and no other.
#include "spec/judge.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <string>

#include "pte/x86_64.h"
#include "scenario/legal.h"
#include "scenario/text.h"
#include "spec/hand_made.h"

namespace ptecheck {
namespace {

using F = X86_64<>;

Scenario scenario(const std::string& entries, const std::string& folio = "2 pages, lazyfree",
                  const std::string& vma = "write", const std::string& more = "") {
  const Scenario s = tabled(entries, folio, vma, more);
  EXPECT_EQ(whyIllegal(s), "");
  return s;
}

// The verdict; explain() must name the same rules.
std::string broken(const HandMade<F>& made) {
  const RuleSet rules = judge<F>(made.s, made.o);
  RuleSet explained = 0;
  for (const Violation& violation : explain<F>(made.s, made.o)) {
    explained |= ruleBit(violation.rule);
    EXPECT_FALSE(violation.bit.empty());
    EXPECT_GT(violation.text.size(), 8U);
  }
  EXPECT_EQ(ruleNames(rules), ruleNames(explained));
  return ruleNames(rules);
}

const char* const kOwn = "page A\n0 wED\n1 wE";          // A's own, one dirty
const char* const kShared = "page A B\n0 wED -\n1 r r";  // page 1 shared with B
const char* const kSwap = "2 pages, swap-backed, swap-cache";

TEST(Judge, NothingChanged) {
  for (const char* entries :
       {kOwn, "page A\n0 other\n1 rES", "page A\n0 swapped\n1 rN", "page A\n0 -\n1 rEDYS"}) {
    const Scenario s = scenario(entries);
    EXPECT_EQ(broken(HandMade<F>(s)), "") << entries;
  }
}

TEST(Judge, LegalUnmapping) {
  const Scenario lazyfree = scenario("page A B\n0 wES -\n1 rY r");
  HandMade<F> dropped(lazyfree);
  dropped.drop(0, 0);
  dropped.drop(0, 1);
  dropped.drop(1, 1);
  EXPECT_EQ(broken(dropped), "");

  const Scenario swap = scenario("page A B\n0 wEDS -\n1 rU rD", kSwap, "write, uffd-wp");
  HandMade<F> swapped(swap);
  swapped.swapOut(0, 0);
  swapped.swapOut(0, 1);
  swapped.swapOut(1, 1);
  EXPECT_EQ(broken(swapped), "");
}

TEST(Judge, MergedDirtyAndYoungAreFree) {
  const Scenario s = scenario(kOwn);
  HandMade<F> made(s);
  for (unsigned page = 0; page < 2; ++page) {
    EntryResult& e = made.entry(0, page);
    e.after =
        F::pte_mkyoung(F::pte_mkwrite(F::pte_clear_soft_dirty(F::pte_mkdirty(e.before)), false));
  }
  EXPECT_EQ(broken(made), "");
}

TEST(Judge, JudgesOnlyWhatIsDone) {
  const Scenario s = scenario(kOwn);
  HandMade<F> made(s);
  made.entry(0, 0).after = 0;
  EXPECT_NE(broken(made), "");
  for (unsigned char status : {STATUS_UNMODELLED, STATUS_SIGNAL, STATUS_UNSUPPORTED, STATUS_HANG}) {
    made.o.status = status;
    EXPECT_EQ(broken(made), "");
  }
}

TEST(OwnChecks, WarnAndBug) {
  const Scenario s = scenario(kOwn);
  HandMade<F> made(s);
  made.o.warnings = 2;
  std::snprintf(made.o.message, sizeof made.o.message, "WARN mm/rmap.c:1 x");
  EXPECT_EQ(broken(made), "own-checks");
  EXPECT_EQ(explain<F>(s, made.o).at(0).text, "2 warnings, the first: WARN mm/rmap.c:1 x");
  made.o.warnings = 0;
  made.o.status = STATUS_BUG;
  EXPECT_EQ(broken(made), "own-checks");
  EXPECT_EQ(explain<F>(s, made.o).at(0).text, "stopped: WARN mm/rmap.c:1 x");
}

TEST(WriteGained, ReadOnlyBecomesWritable) {
  const Scenario s = scenario(kShared);
  HandMade<F> made(s);
  made.entry(0, 1).after = F::pte_mkwrite(made.entry(0, 1).before, false);
  EXPECT_EQ(broken(made), "write-gained");
  EXPECT_EQ(
      explain<F>(s, made.o).at(0).text,
      "A page 1: read-only before, writable after, and B maps the same page (r...... -> w......)");
}

TEST(WriteGained, ShadowStack) {
  const Scenario s = scenario("page A\n0 wED\n1 rED", "2 pages, lazyfree", "write, shadow-stack");
  HandMade<F> made(s);
  EXPECT_EQ(broken(made), "");
  const auto first = made.entry(0, 0).before, second = made.entry(0, 1).before;
  made.entry(0, 1).after = F::pte_mkwrite(second, true);  // a read-only page becomes a shadow stack
  EXPECT_EQ(broken(made), "write-gained");
  made.entry(0, 1).after = second;
  made.entry(0, 0).after = F::pte_mkwrite(first, false);  // ordinary stores reach a shadow stack
  EXPECT_EQ(broken(made), "write-gained");
  made.entry(0, 0).after = F::pte_mkdirty(first);  // merging dirty demotes it
  EXPECT_EQ(broken(made), "write-lost soft-dirty-gained");
}

TEST(WriteLost, WritableBecomesReadOnly) {
  const Scenario s = scenario(kOwn);
  HandMade<F> made(s);
  made.entry(0, 0).after = F::pte_wrprotect(made.entry(0, 0).before);
  EXPECT_EQ(broken(made), "write-lost");
}

TEST(UffdWpChanged, LostOrGained) {
  const Scenario s = scenario("page A\n0 rEU\n1 rE", "2 pages, lazyfree", "write, uffd-wp");
  HandMade<F> lost(s), gained(s);
  lost.entry(0, 0).after = F::pte_clear_uffd_wp(lost.entry(0, 0).before);
  EXPECT_EQ(broken(lost), "uffd-wp-changed");
  gained.entry(0, 1).after = F::pte_mkuffd_wp(gained.entry(0, 1).before);
  EXPECT_EQ(broken(gained), "uffd-wp-changed");
}

TEST(UffdWpChanged, InTheSwapEntry) {
  const Scenario s = scenario("page A\n0 rEU\n1 rE", kSwap, "write, uffd-wp");
  HandMade<F> lost(s), gained(s);
  lost.swapOut(0, 0);
  EXPECT_EQ(broken(lost), "");
  lost.entry(0, 0).after = F::pte_swp_clear_uffd_wp(lost.entry(0, 0).after);
  EXPECT_EQ(broken(lost), "uffd-wp-changed");
  gained.swapOut(0, 1);
  gained.entry(0, 1).after = F::pte_swp_mkuffd_wp(gained.entry(0, 1).after);
  EXPECT_EQ(broken(gained), "uffd-wp-changed");
}

TEST(DirtyLost, EntryCleaned) {
  const Scenario s = scenario(kOwn);
  HandMade<F> made(s);
  made.entry(0, 0).after = F::pte_mkclean(made.entry(0, 0).before);
  EXPECT_EQ(broken(made), "dirty-lost");
  made.o.folio_flags |= FOLIO_DIRTY;
  EXPECT_EQ(broken(made), "");
}

TEST(DirtyLost, SwappedOutClean) {
  const Scenario s = scenario(kOwn, kSwap);
  HandMade<F> made(s);
  made.swapOut(0, 0);
  made.o.folio_flags &= ~FOLIO_DIRTY;
  EXPECT_EQ(broken(made), "dirty-lost");
}

TEST(DirtyLost, DirtyPageDropped) {
  const Scenario s = scenario(kOwn);
  HandMade<F> made(s);
  made.drop(0, 0);
  made.entry(0, 0).seen = SEEN_FAULT;  // or contents would notice as well
  EXPECT_EQ(broken(made), "dirty-lost");
  made.entry(0, 0).seen = SEEN_ZERO;
  EXPECT_EQ(broken(made), "dirty-lost contents");
  const Scenario droppable = scenario(kOwn, "2 pages, lazyfree", "write, droppable");
  HandMade<F> fine(droppable);
  fine.drop(0, 0);
  EXPECT_EQ(broken(fine), "");
}

// Another process's dirty bit is its own protection, not this one's.
TEST(DirtyLost, CleanEntryOfAPageThatAnotherProcessDirtied) {
  const Scenario s = scenario("page A B\n0 - -\n1 r rD");
  HandMade<F> made(s);
  made.drop(0, 1);
  EXPECT_EQ(broken(made), "");
}

TEST(DirtyLost, DirtyFolio) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", "2 pages, lazyfree, dirty");
  HandMade<F> dropped(s), cleaned(s);
  dropped.drop(0, 0);
  dropped.entry(0, 0).seen = SEEN_FAULT;
  EXPECT_EQ(broken(dropped), "dirty-lost");
  cleaned.o.folio_flags &= ~FOLIO_DIRTY;
  EXPECT_EQ(broken(cleaned), "dirty-lost");
}

TEST(DirtyLost, DroppedUnderAReference) {
  for (const char* folio : {"2 pages, lazyfree, references 1", "2 pages, lazyfree, pins 1"}) {
    const Scenario s = scenario("page A\n0 wE\n1 wE", folio);
    HandMade<F> made(s);
    made.drop(0, 0);
    EXPECT_EQ(broken(made), "dirty-lost") << folio;
  }
  const Scenario s = scenario("page A\n0 wE\n1 wE", "2 pages, lazyfree", "write, droppable",
                              "event: reference at chance 1\n");
  HandMade<F> made(s);
  made.drop(0, 0);
  EXPECT_EQ(broken(made), "");  // it did not fire
  made.o.event_fired = 1;
  ++made.o.refcount;
  EXPECT_EQ(broken(made), "dirty-lost");
}

TEST(DirtyLost, DroppedUnderALateReference) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", "2 pages, lazyfree", "write",
                              "event: reference at chance 2\n");
  HandMade<F> made(s);
  made.o.event_fired = 1;
  ++made.o.refcount;
  made.drop(0, 0);  // before it fired
  EXPECT_EQ(broken(made), "");
  made.drop(0, 1);
  EXPECT_EQ(broken(made), "dirty-lost");
}

TEST(SoftDirty, LostOrGained) {
  const Scenario s = scenario("page A\n0 wES\n1 wE");
  HandMade<F> lost(s), gained(s);
  lost.entry(0, 0).after = F::pte_clear_soft_dirty(lost.entry(0, 0).before);
  EXPECT_EQ(broken(lost), "soft-dirty-lost");
  gained.entry(0, 1).after = F::pte_mksoft_dirty(gained.entry(0, 1).before);
  EXPECT_EQ(broken(gained), "soft-dirty-gained");
}

TEST(SoftDirty, InTheSwapEntry) {
  const Scenario s = scenario("page A\n0 wES\n1 wE", kSwap);
  HandMade<F> lost(s), gained(s);
  lost.swapOut(0, 0);
  lost.entry(0, 0).after = F::pte_swp_mkexclusive(F::swp_entry(SWAP_TYPE, SWAP_OFFSET));
  EXPECT_EQ(broken(lost), "soft-dirty-lost");
  gained.swapOut(0, 1);
  gained.entry(0, 1).after = F::pte_swp_mksoft_dirty(gained.entry(0, 1).after);
  EXPECT_EQ(broken(gained), "soft-dirty-gained");
}

TEST(SoftDirty, MeansNothingUnderVmSoftDirty) {
  for (const char* folio : {"2 pages, lazyfree", kSwap}) {
    const Scenario s = scenario("page A\n0 wES\n1 wE", folio, "write, soft-dirty");
    HandMade<F> made(s);
    made.entry(0, 0).after = F::pte_clear_soft_dirty(made.entry(0, 0).before);
    made.entry(0, 1).after = F::pte_mksoft_dirty(made.entry(0, 1).before);
    EXPECT_EQ(broken(made), "");
    if (!(s.folio_flags & FOLIO_SWAPBACKED)) continue;
    HandMade<F> swapped(s);
    swapped.swapOut(0, 1);
    swapped.entry(0, 1).after = F::pte_swp_mksoft_dirty(swapped.entry(0, 1).after);
    EXPECT_EQ(broken(swapped), "");
  }
}

TEST(RuleTable, NamesAndSets) {
  std::set<std::string_view> names;
  for (const RuleInfo& info : ruleTable()) {
    names.insert(info.name);
    EXPECT_EQ(findRule(info.name), info.rule);
    EXPECT_FALSE(severityName(info.severity).empty());
    EXPECT_EQ(info.text.back(), '.');
    EXPECT_EQ(info.meaning.back(), '.');
    EXPECT_TRUE(contains(kAllRules, info.rule));
  }
  EXPECT_EQ(names.size(), kRules);
  EXPECT_EQ(findRule("write"), std::nullopt);
  EXPECT_EQ(ruleNames(0), "");
  EXPECT_EQ(ruleNames(kCostRules), "write-lost soft-dirty-gained");
}

TEST(Meets, GoodAllowsCostsOnly) {
  const RuleSet cost = ruleBit(Rule::kWriteLost), grave = ruleBit(Rule::kWriteGained);
  EXPECT_TRUE(meets(0, 0));
  EXPECT_TRUE(meets(cost, 0));
  EXPECT_FALSE(meets(grave, 0));
  EXPECT_TRUE(meets(grave | cost, grave));
  EXPECT_FALSE(meets(0, cost));
  EXPECT_FALSE(meets(grave, ruleBit(Rule::kContents)));
}

}  // namespace
}  // namespace ptecheck
