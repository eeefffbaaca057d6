// SPDX-License-Identifier: GPL-2.0-only
//
// The rule differs: every freedom of differs.h used, and overdrawn by one step.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "pte/x86_64.h"
#include "scenario/legal.h"
#include "scenario/text.h"
#include "spec/hand_made.h"
#include "spec/judge.h"

namespace ptecheck {
namespace {

using F = X86_64<>;

const char* const kSwap = "2 pages, swap-backed, swap-cache";

Scenario scenario(const std::string& entries, const std::string& folio = "2 pages, lazyfree",
                  const std::string& vma = "write", const std::string& more = "") {
  const Scenario s = tabled(entries, folio, vma, more);
  EXPECT_EQ(whyIllegal(s), "");
  return s;
}

bool differ(const HandMade<F>& batched, const HandMade<F>& one) {
  const RuleSet rules = differs<F>(batched.s, batched.o, one.o);
  EXPECT_TRUE(rules == 0 || rules == ruleBit(Rule::kDiffers));
  const auto violations = explainDifferences<F>(batched.s, batched.o, one.o);
  EXPECT_EQ(violations.empty(), rules == 0);
  for (const Violation& violation : violations) {
    EXPECT_EQ(violation.rule, Rule::kDiffers);
    EXPECT_FALSE(violation.bit.empty());
    EXPECT_GT(violation.text.size(), 8U);
  }
  return rules != 0;
}

// Applies a change to one entry of the batched run, and compares.
bool differsAt(const Scenario& s, unsigned page, const std::function<F::Word(F::Word)>& change) {
  HandMade<F> batched(s), one(s);
  batched.entry(0, page).after = change(batched.entry(0, page).after);
  return differ(batched, one);
}

F::Word dirtied(F::Word pte) { return F::pte_clear_soft_dirty(F::pte_mkdirty(pte)); }

TEST(Differs, EqualIsFine) {
  const Scenario s = scenario("page A\n0 wED\n1 wE");
  EXPECT_FALSE(differ(HandMade<F>(s), HandMade<F>(s)));
}

TEST(Differs, YoungGainedIfSomeEntryWas) {
  EXPECT_FALSE(differsAt(scenario("page A\n0 wEY\n1 wE"), 1, F::pte_mkyoung));
  EXPECT_TRUE(differsAt(scenario("page A\n0 wE\n1 wE"), 1, F::pte_mkyoung));
  EXPECT_TRUE(differsAt(scenario("page A\n0 wEY\n1 wE"), 0, F::pte_mkold));
}

TEST(Differs, DirtyGainedIfSomeEntryWas) {
  EXPECT_FALSE(differsAt(scenario("page A\n0 wED\n1 wE"), 1, dirtied));
  EXPECT_TRUE(differsAt(scenario("page A\n0 wE\n1 wE"), 1, dirtied));
  EXPECT_TRUE(differsAt(scenario("page A\n0 wED\n1 wE"), 0, F::pte_mkclean));
}

TEST(Differs, SoftDirtyGainedWithDirtyOnly) {
  EXPECT_FALSE(differsAt(scenario("page A\n0 wED\n1 wE"), 1, F::pte_mkdirty));
  EXPECT_TRUE(differsAt(scenario("page A\n0 wE\n1 wE"), 1, F::pte_mksoft_dirty));
  EXPECT_TRUE(differsAt(scenario("page A\n0 wES\n1 wE"), 0, F::pte_clear_soft_dirty));
  const Scenario untracked =
      scenario("page A\n0 wES\n1 wE", "2 pages, lazyfree", "write, soft-dirty");
  EXPECT_FALSE(differsAt(untracked, 0, F::pte_clear_soft_dirty));
}

TEST(Differs, WriteMayBeLostButNotGained) {
  EXPECT_FALSE(differsAt(scenario("page A\n0 wED\n1 wE"), 0, F::pte_wrprotect));
  EXPECT_TRUE(differsAt(scenario("page A\n0 rED\n1 wE"), 0,
                        [](F::Word pte) { return F::pte_mkwrite(pte, false); }));
  EXPECT_TRUE(
      differsAt(scenario("page A\n0 wED\n1 wED", "2 pages, lazyfree", "write, shadow-stack"), 0,
                [](F::Word pte) { return F::pte_mkwrite(pte, false); }));
}

TEST(Differs, UffdWpAndEverythingElseAreExact) {
  const Scenario s = scenario("page A\n0 rEU\n1 rE", "2 pages, lazyfree", "write, uffd-wp");
  EXPECT_TRUE(differsAt(s, 0, F::pte_clear_uffd_wp));
  EXPECT_TRUE(differsAt(s, 1, F::pte_mkuffd_wp));
  EXPECT_TRUE(differsAt(s, 0, [](F::Word pte) { return F::pte_advance_pfn(pte, 1); }));
  EXPECT_TRUE(differsAt(s, 0, F::pte_mkspecial));
  EXPECT_TRUE(differsAt(scenario("page A\n0 wE\n1 other"), 1, F::pte_mkold));  // a hole
}

TEST(Differs, ABatchPutBackWhereSingleEntriesWent) {
  const Scenario s = scenario("page A\n0 wE\n1 wED");
  HandMade<F> batched(s), one(s);
  one.drop(0, 0);
  batched.entry(0, 0).after = dirtied(batched.entry(0, 0).after);
  EXPECT_FALSE(differ(batched, one));
  batched.entry(0, 0).after = F::pte_mkuffd_wp(batched.entry(0, 0).after);  // not as it was before
  EXPECT_TRUE(differ(batched, one));
}

TEST(Differs, KeptForNoReason) {
  const Scenario s = scenario("page A\n0 wE\n1 wE");
  HandMade<F> batched(s), one(s);
  one.drop(0, 0);
  EXPECT_FALSE(differ(batched, one));
  one.drop(0, 1);
  EXPECT_TRUE(differ(batched, one));
}

TEST(Differs, UnmappedByTheBatchAlone) {
  const Scenario s = scenario("page A\n0 wE\n1 wED");
  HandMade<F> batched(s), one(s);
  batched.drop(0, 0);
  EXPECT_TRUE(differ(batched, one));
}

TEST(Differs, LateEventsHitAnotherPlace) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", "2 pages, lazyfree", "write",
                              "event: reference at chance 2\n");
  HandMade<F> batched(s), one(s);
  batched.drop(0, 0);
  batched.drop(0, 1);
  one.drop(0, 0);
  one.o.event_fired = 1;
  ++one.o.refcount;
  EXPECT_FALSE(differ(batched, one));
  HandMade<F> bits(s);
  bits.entry(0, 1).after = F::pte_mksoft_dirty(bits.entry(0, 1).after);
  EXPECT_TRUE(differ(bits, one));
}

TEST(Differs, SwapEntries) {
  const Scenario s = scenario("page A\n0 wED\n1 rEU", kSwap, "write, uffd-wp");
  auto swapped = [&](const std::function<void(HandMade<F>&)>& change) {
    HandMade<F> batched(s), one(s);
    for (unsigned page = 0; page < 2; ++page) batched.swapOut(0, page), one.swapOut(0, page);
    change(batched);
    return differ(batched, one);
  };
  EXPECT_FALSE(swapped([](HandMade<F>&) {}));
  EXPECT_FALSE(swapped([](HandMade<F>& b) {  // merged dirty went to the folio
    b.entry(0, 1).after = F::pte_swp_mksoft_dirty(b.entry(0, 1).after);
  }));
  EXPECT_TRUE(swapped(
      [](HandMade<F>& b) { b.entry(0, 1).after = F::pte_swp_clear_uffd_wp(b.entry(0, 1).after); }));
  EXPECT_TRUE(swapped([](HandMade<F>& b) {
    b.entry(0, 1).after = F::pte_swp_clear_exclusive(b.entry(0, 1).after);
  }));
  EXPECT_TRUE(swapped([](HandMade<F>& b) { b.entry(0, 1).after = b.entry(0, 0).after; }));
  EXPECT_TRUE(swapped([](HandMade<F>& b) { b.entry(0, 1).after = 0; }));
  EXPECT_TRUE(swapped([](HandMade<F>& b) { b.entry(0, 1).page_flags |= PAGE_EXCLUSIVE_AFTER; }));
}

TEST(Differs, SoftDirtyInSwapNeedsADirtyFolio) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", kSwap);
  HandMade<F> batched(s), one(s);
  for (unsigned page = 0; page < 2; ++page) batched.swapOut(0, page), one.swapOut(0, page);
  batched.entry(0, 0).after = F::pte_swp_mksoft_dirty(batched.entry(0, 0).after);
  EXPECT_TRUE(differ(batched, one));
}

TEST(Differs, ExclusiveOfAKeptBatchIsAsBefore) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", kSwap);
  HandMade<F> batched(s), one(s);
  one.swapOut(0, 0);
  EXPECT_FALSE(differ(batched, one));
  batched.entry(0, 0).page_flags = PAGE_EXCLUSIVE_BEFORE;
  EXPECT_TRUE(differ(batched, one));
}

TEST(Differs, FolioFlags) {
  const Scenario dirty = scenario("page A\n0 wE\n1 wED"), clean = scenario("page A\n0 wE\n1 wE");
  auto flags = [](const Scenario& s, unsigned batched_flags, unsigned one_flags) {
    HandMade<F> batched(s), one(s);
    batched.o.folio_flags |= static_cast<unsigned short>(batched_flags);
    one.o.folio_flags |= static_cast<unsigned short>(one_flags);
    return differ(batched, one);
  };
  EXPECT_FALSE(flags(dirty, FOLIO_DIRTY, 0));
  EXPECT_FALSE(flags(dirty, FOLIO_DIRTY | FOLIO_SWAPBACKED, 0));
  EXPECT_TRUE(flags(clean, FOLIO_DIRTY, 0));
  EXPECT_TRUE(flags(clean, FOLIO_SWAPBACKED, 0));
  EXPECT_TRUE(flags(dirty, 0, FOLIO_DIRTY));
  EXPECT_TRUE(flags(dirty, 0, FOLIO_SWAPBACKED));
  EXPECT_TRUE(flags(dirty, FOLIO_MLOCKED, 0));
}

TEST(Differs, CountersFlushesNeighboursAndContents) {
  const Scenario s = scenario("page A\n0 wE\n1 wE");
  auto changed = [&](const std::function<void(HandMade<F>&)>& change) {
    HandMade<F> batched(s), one(s);
    one.o.flush_pending = batched.o.flush_pending = 1;
    one.o.flushed_pages = batched.o.flushed_pages = 2;
    change(batched);
    return differ(batched, one);
  };
  EXPECT_TRUE(changed([](HandMade<F>& b) { ++b.o.refcount; }));
  EXPECT_TRUE(changed([](HandMade<F>& b) { --b.o.mapcount; }));
  EXPECT_TRUE(changed([](HandMade<F>& b) { ++b.o.rss[0][RSS_SWAP]; }));
  EXPECT_TRUE(changed([](HandMade<F>& b) { ++b.entry(0, 1).swap_count; }));
  EXPECT_TRUE(changed([](HandMade<F>& b) { b.o.flush_pending = 0; }));
  EXPECT_FALSE(changed([](HandMade<F>& b) { b.o.flush_pending_writable = 1; }));
  EXPECT_TRUE(changed([](HandMade<F>& b) { b.o.flushed_pages = 1; }));
  EXPECT_FALSE(changed([](HandMade<F>& b) { b.o.flushed_pages = 9; }));
  EXPECT_TRUE(changed([](HandMade<F>& b) { b.o.neighbour_after[0][1] = 0; }));
  EXPECT_TRUE(changed([](HandMade<F>& b) { b.entry(0, 1).seen = SEEN_ZERO; }));
  EXPECT_FALSE(changed([](HandMade<F>& b) { b.entry(0, 1).seen = SEEN_FAULT; }));
  EXPECT_FALSE(changed([](HandMade<F>& b) { b.o.batches = 7; }));
  EXPECT_FALSE(changed([](HandMade<F>& b) {
    b.o.status = STATUS_UNSUPPORTED;
    b.o.mapcount = 9;
  }));
}

TEST(BitDifferences, GainedAndLostAreApart) {
  const Scenario s = scenario("page A\n0 wED\n1 rES");
  HandMade<F> a(s), b(s);
  b.entry(0, 0).after = F::pte_mkyoung(F::pte_wrprotect(b.entry(0, 0).before));
  b.entry(0, 1).after = F::pte_mkwrite(F::pte_clear_soft_dirty(b.entry(0, 1).before), false);
  b.entry(0, 1).page_flags = PAGE_EXCLUSIVE_BEFORE;
  for (const BitDifferences& bits : {bitDifferences<F>(s, b.o), bitDifferences<F>(s, b.o, a.o)}) {
    EXPECT_EQ(bits.write.gained, 1U);
    EXPECT_EQ(bits.write.lost, 1U);
    EXPECT_EQ(bits.young.gained, 1U);
    EXPECT_EQ(bits.soft_dirty.gained, 0U);
    EXPECT_EQ(bits.soft_dirty.lost, 1U);
    EXPECT_EQ(bits.dirty.gained + bits.dirty.lost + bits.mapped.gained + bits.mapped.lost, 0U);
    EXPECT_EQ(bits.exclusive.lost, 1U);
  }
  HandMade<F> dropped(s);
  dropped.drop(0, 1);
  BitDifferences sum = bitDifferences<F>(s, dropped.o, a.o);
  sum.add(bitDifferences<F>(s, a.o, dropped.o));
  EXPECT_EQ(sum.mapped.gained, 1U);
  EXPECT_EQ(sum.mapped.lost, 1U);
  EXPECT_EQ(sum.soft_dirty.lost, 0U);  // a dropped entry has no bits
}

}  // namespace
}  // namespace ptecheck
