// SPDX-License-Identifier: GPL-2.0-only
//
// The rules about whole entries, pages and counters, green and red, like judge_test.cc.
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

const char* const kShared = "page A B\n0 wED -\n1 r r";  // page 1 shared with B
const char* const kSwap = "2 pages, swap-backed, swap-cache";

TEST(EntryLost, VanishedBehindTheCountersBack) {
  const Scenario s = scenario("page A B\n0 wED -\n1 r r", "2 pages, lazyfree, references 1");
  HandMade<F> made(s);
  made.entry(0, 1).after = 0;
  EXPECT_EQ(broken(made), "entry-lost");
  EXPECT_EQ(explain<F>(s, made.o).at(0).text,
            "A: 1 entry vanished, and no counter knows (mapcount, refcount and rss agree)");
}

TEST(EntryLost, OneDroppedAndOneVanished) {
  const Scenario s = scenario("page A\n0 wE\n1 wE");
  HandMade<F> made(s);
  made.drop(0, 0);
  made.entry(0, 1).after = 0;
  EXPECT_EQ(broken(made), "entry-lost");
}

TEST(EntryLost, SwapBackedWithoutASwapEntry) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", kSwap);
  HandMade<F> made(s);
  made.drop(0, 0);
  made.entry(0, 0).seen = SEEN_FAULT;
  EXPECT_EQ(broken(made), "entry-lost");
}

TEST(EntryLost, AnotherPage) {
  const Scenario s = scenario("page A\n0 wE\n1 wE");
  HandMade<F> made(s);
  made.entry(0, 1).after = made.entry(0, 0).before;  // page frame not advanced
  EXPECT_EQ(broken(made), "entry-lost");
  EXPECT_EQ(explain<F>(s, made.o).at(0).text,
            "A page 1: maps another page afterwards (wE..... -> wE.....=page 0)");
}

TEST(EntryLost, AnotherProtection) {
  const Scenario s = scenario("page A\n0 rEN\n1 wE");
  HandMade<F> made(s);
  made.entry(0, 0).after = F::pfn_pte(FOLIO_PFN, F::page_readonly());
  EXPECT_EQ(broken(made), "entry-lost");
}

TEST(EntryLost, AnotherSwapSlot) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", kSwap);
  HandMade<F> made(s);
  made.swapOut(0, 0);
  made.swapOut(0, 1);
  made.entry(0, 1).after = made.entry(0, 0).after;  // and counted so
  ++made.entry(0, 0).swap_count;
  --made.entry(0, 1).swap_count;
  EXPECT_EQ(broken(made), "entry-lost");
  const Scenario lazyfree = scenario("page A\n0 wE\n1 wE");
  HandMade<F> without(lazyfree);  // no slot at all
  without.swapOut(0, 0);
  EXPECT_EQ(broken(without), "entry-lost");
}

TEST(BatchBounds, NeighbourHoleAndOutside) {
  const Scenario s = scenario("page A\n0 wE\n1 other");
  for (unsigned side = 0; side < 2; ++side) {
    HandMade<F> neighbour(s);
    neighbour.o.neighbour_after[0][side] = F::pte_mkdirty(neighbour.o.neighbour_after[0][side]);
    EXPECT_EQ(broken(neighbour), "batch-bounds");
    neighbour.drop(0, 0);  // unmapped with the folio, and counted so
    neighbour.o.neighbour_after[0][side] = 0;
    --neighbour.o.mapcount, --neighbour.o.refcount, --neighbour.o.rss[0][RSS_ANON];
    EXPECT_EQ(broken(neighbour), "batch-bounds");
  }
  HandMade<F> hole(s), outside(s);
  hole.entry(0, 1).after = F::pte_mkdirty(hole.entry(0, 1).before);
  EXPECT_EQ(broken(hole), "batch-bounds");
  outside.o.outside = 1;
  EXPECT_EQ(broken(outside), "batch-bounds");
}

TEST(BatchBounds, Mlocked) {
  Scenario s = scenario("page A\n0 wE\n1 wE", "2 pages, lazyfree", "write",
                        "vma A from page 1: write, locked\n");
  HandMade<F> made(s);
  made.drop(0, 0);
  EXPECT_EQ(broken(made), "");
  made.drop(0, 1);
  EXPECT_EQ(broken(made), "batch-bounds");
  s.ttu = UNMAP_IGNORE_MLOCK;
  EXPECT_EQ(broken(made), "");
}

TEST(Accounting, EachCounter) {
  const Scenario s = scenario("page A B\n0 wE -\n1 r r", kSwap);
  struct Case {
    const char* bit;
    void (*change)(HandMade<F>&);
  };
  const Case cases[] = {
      {"mapcount", [](HandMade<F>& m) { ++m.o.mapcount; }},
      {"mapcount", [](HandMade<F>& m) { --m.o.mapcount; }},
      {"mapcount", [](HandMade<F>& m) { ++m.o.mapcount_before, ++m.o.mapcount; }},
      {"refcount", [](HandMade<F>& m) { ++m.o.refcount; }},
      {"refcount", [](HandMade<F>& m) { --m.o.refcount; }},
      {"rss", [](HandMade<F>& m) { ++m.o.rss[0][RSS_ANON]; }},
      {"rss", [](HandMade<F>& m) { --m.o.rss[1][RSS_ANON]; }},
      {"rss", [](HandMade<F>& m) { ++m.o.rss[0][RSS_SWAP]; }},
      {"rss", [](HandMade<F>& m) { --m.o.rss[0][RSS_SWAP]; }},
      {"rss", [](HandMade<F>& m) { ++m.o.rss[1][RSS_FILE]; }},
      {"rss", [](HandMade<F>& m) { ++m.o.rss[1][RSS_SHMEM]; }},
      {"rss", [](HandMade<F>& m) { --m.o.rss[0][RSS_ANON], ++m.o.rss[1][RSS_ANON]; }},
      {"swap-count", [](HandMade<F>& m) { ++m.entry(0, 0).swap_count; }},
      {"swap-count", [](HandMade<F>& m) { --m.entry(0, 0).swap_count; }},
      {"swap-count", [](HandMade<F>& m) { ++m.entry(0, 1).swap_count; }},
  };
  for (const Case& c : cases) {
    HandMade<F> made(s);
    made.swapOut(0, 0);
    ASSERT_EQ(broken(made), "");
    c.change(made);
    EXPECT_EQ(broken(made), "accounting") << &c - cases;
    EXPECT_EQ(explain<F>(s, made.o).at(0).bit, c.bit) << &c - cases;
  }
}

// The sums agree on too small a number, but the wrong process pays: no entry just vanished.
TEST(Accounting, ChargedToTheWrongProcess) {
  const Scenario s = scenario("page A B\n0 r r\n1 r r");
  HandMade<F> made(s);
  made.drop(0, 0);
  made.drop(0, 1);
  made.o.rss[0][RSS_ANON] = 0;
  made.o.rss[1][RSS_ANON] = -1;
  ++made.o.mapcount;
  ++made.o.refcount;
  EXPECT_EQ(broken(made), "accounting");
}

TEST(Accounting, EventReferenceAndMlockBatch) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", "2 pages, lazyfree", "write",
                              "event: reference at chance 1\n");
  HandMade<F> made(s);
  ++made.o.refcount;
  EXPECT_EQ(broken(made), "accounting");
  made.o.event_fired = 1;
  EXPECT_EQ(broken(made), "");
  --made.o.refcount;
  EXPECT_EQ(broken(made), "accounting");

  // mlock_folio() may hold on to a small folio; not to a large one.
  const Scenario locked = scenario("page A\n0 wE", "1 page, lazyfree", "write, locked");
  HandMade<F> small(locked);
  ++small.o.refcount;
  EXPECT_EQ(broken(small), "");
  ++small.o.refcount;
  EXPECT_EQ(broken(small), "accounting");
  const Scenario large = scenario("page A\n0 wE\n1 wE", "2 pages, lazyfree", "write, locked");
  HandMade<F> not_small(large);
  ++not_small.o.refcount;
  EXPECT_EQ(broken(not_small), "accounting");
}

TEST(ExclusiveBroken, OfAPageThatStays) {
  const Scenario s = scenario("page A\n0 wE\n1 rE");
  HandMade<F> writable(s), protected_(s), read_only(s);
  writable.entry(0, 0).page_flags = PAGE_EXCLUSIVE_BEFORE;
  EXPECT_EQ(broken(writable), "exclusive-broken");
  protected_.entry(0, 0).page_flags = PAGE_EXCLUSIVE_BEFORE;
  protected_.entry(0, 0).after = F::pte_wrprotect(protected_.entry(0, 0).before);
  EXPECT_EQ(broken(protected_), "write-lost");
  read_only.entry(0, 1).page_flags = PAGE_EXCLUSIVE_BEFORE;
  EXPECT_EQ(broken(read_only), "");
}

TEST(ExclusiveBroken, Invented) {
  const Scenario s = scenario(kShared);
  HandMade<F> made(s);
  made.entry(0, 1).page_flags = made.entry(1, 1).page_flags = PAGE_EXCLUSIVE_AFTER;
  EXPECT_EQ(broken(made), "exclusive-broken");
}

TEST(ExclusiveBroken, Pinned) {
  const Scenario s = scenario("page A\n0 rE\n1 r", "2 pages, swap-backed, swap-cache, pins 1");
  HandMade<F> cleared(s), swapped(s), shared(s);
  cleared.entry(0, 0).page_flags = PAGE_EXCLUSIVE_BEFORE;
  EXPECT_EQ(broken(cleared), "exclusive-broken");
  swapped.swapOut(0, 0);
  EXPECT_EQ(broken(swapped), "exclusive-broken");
  shared.swapOut(0, 1);  // not exclusive: the pin is elsewhere
  EXPECT_EQ(broken(shared), "");
}

TEST(ExclusiveBroken, SwapMarker) {
  const Scenario s = scenario("page A\n0 wE\n1 r", kSwap);
  HandMade<F> lost(s), invented(s), copied(s);
  lost.swapOut(0, 0);
  lost.entry(0, 0).after = F::pte_swp_clear_exclusive(lost.entry(0, 0).after);
  EXPECT_EQ(broken(lost), "exclusive-broken");
  invented.swapOut(0, 1);
  invented.entry(0, 1).after = F::pte_swp_mkexclusive(invented.entry(0, 1).after);
  EXPECT_EQ(broken(invented), "exclusive-broken");
  copied.swapOut(0, 0);
  copied.entry(0, 0).page_flags |= PAGE_EXCLUSIVE_AFTER;
  EXPECT_EQ(broken(copied), "exclusive-broken");
}

}  // namespace
}  // namespace ptecheck
