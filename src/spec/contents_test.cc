// SPDX-License-Identifier: GPL-2.0-only
//
// The rule contents: who may read what, after which steps.
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

Scenario scenario(const std::string& entries, const std::string& steps,
                  const std::string& folio = "2 pages, lazyfree",
                  const std::string& vma = "write") {
  const Scenario s = tabled(entries, folio, vma, steps);
  EXPECT_EQ(whyIllegal(s), "");
  return s;
}

constexpr unsigned short old(unsigned page) { return seenValue(SEEN_ORIGINAL, page); }
constexpr unsigned short by(unsigned process, unsigned page) {
  return seenValue(SEEN_WRITER + process, page);
}

// Does the rule accept this value at one place, all else being as expected?
bool accepts(HandMade<F>& made, unsigned process, unsigned page, unsigned short seen) {
  const unsigned short before = made.entry(process, page).seen;
  made.entry(process, page).seen = seen;
  const RuleSet broken = judge<F>(made.s, made.o);
  made.entry(process, page).seen = before;
  EXPECT_TRUE(broken == 0 || broken == ruleBit(Rule::kContents)) << ruleNames(broken);
  return broken == 0;
}

TEST(Contents, WithoutStepsEverythingIsOld) {
  const Scenario s = scenario("page A B\n0 wED -\n1 r r", "");
  HandMade<F> made(s);
  EXPECT_TRUE(accepts(made, 0, 0, old(0)));
  EXPECT_TRUE(accepts(made, 0, 0, SEEN_FAULT));  // nobody knows
  EXPECT_FALSE(accepts(made, 0, 0, SEEN_ZERO));
  EXPECT_FALSE(accepts(made, 0, 0, old(1)));
  EXPECT_FALSE(accepts(made, 0, 0, by(0, 0)));
  EXPECT_TRUE(accepts(made, 1, 0, SEEN_ZERO));  // a hole
  EXPECT_FALSE(accepts(made, 1, 0, old(0)));
}

TEST(Contents, HolesOfOtherFoliosHoldNobodysWrites) {
  const Scenario s = scenario("page A\n0 wE\n1 other", "");
  HandMade<F> made(s);
  EXPECT_TRUE(accepts(made, 0, 1, old(1)));
  EXPECT_FALSE(accepts(made, 0, 1, by(0, 1)));
}

TEST(Contents, ZeroOnlyWhereACleanPageWasDropped) {
  const Scenario s = scenario("page A\n0 wE\n1 wED", "");
  HandMade<F> made(s);
  made.drop(0, 0);
  EXPECT_TRUE(accepts(made, 0, 0, SEEN_ZERO));
  EXPECT_TRUE(accepts(made, 0, 0, old(0)));
  EXPECT_FALSE(accepts(made, 0, 0, by(0, 0)));
  EXPECT_FALSE(accepts(made, 0, 1, SEEN_ZERO));  // kept
}

TEST(Contents, OwnLastWrite) {
  const Scenario s = scenario("page A B\n0 wE -\n1 r r", "then: A writes all\nthen: B writes 1\n");
  HandMade<F> made(s);
  made.entry(0, 0).seen = by(0, 0);
  made.entry(0, 1).seen = by(0, 1);
  made.entry(1, 1).seen = by(1, 1);
  EXPECT_TRUE(accepts(made, 0, 1, by(0, 1)));
  EXPECT_FALSE(accepts(made, 0, 1, by(1, 1)));  // another's
  EXPECT_FALSE(accepts(made, 0, 1, old(1)));    // lost
  EXPECT_FALSE(accepts(made, 0, 1, SEEN_ZERO));
  EXPECT_FALSE(accepts(made, 0, 1, by(0, 0)));  // another page's
  EXPECT_FALSE(accepts(made, 1, 1, by(0, 1)));
}

TEST(Contents, SharedPageKeepsItsValueForTheOther) {
  const Scenario s = scenario("page A B\n0 - -\n1 r r", "then: A writes 1\n");
  HandMade<F> made(s);
  made.entry(0, 1).seen = by(0, 1);
  EXPECT_TRUE(accepts(made, 1, 1, old(1)));
  EXPECT_FALSE(accepts(made, 1, 1, by(0, 1)));
}

TEST(Contents, AWriteAfterTheDropStays) {
  const Scenario s = scenario("page A\n0 wE\n1 -", "then: A writes 0\nthen: A writes 1\n");
  HandMade<F> made(s);
  made.drop(0, 0);
  made.entry(0, 0).seen = by(0, 0);
  made.entry(0, 1).seen = by(0, 1);
  EXPECT_TRUE(accepts(made, 0, 0, by(0, 0)));
  EXPECT_FALSE(accepts(made, 0, 0, SEEN_ZERO));
  EXPECT_FALSE(accepts(made, 0, 0, old(0)));
  EXPECT_FALSE(accepts(made, 0, 1, SEEN_ZERO));  // written into a hole
}

TEST(Contents, AChildInheritsWhatWasThereAtTheFork) {
  const Scenario s =
      scenario("page A\n0 wED\n1 wED",
               "then: A writes 0\nthen: A forks\nthen: A writes 1\nthen: B writes 0\n");
  HandMade<F> made(s);
  made.o.processes = 2;
  made.entry(0, 0).seen = by(0, 0);
  made.entry(0, 1).seen = by(0, 1);
  made.entry(1, 0).seen = by(1, 0);
  made.entry(1, 1).seen = old(1);
  EXPECT_TRUE(accepts(made, 1, 1, old(1)));
  EXPECT_FALSE(accepts(made, 1, 1, by(0, 1)));  // the parent's later write
  EXPECT_FALSE(accepts(made, 1, 0, by(0, 0)));  // its own write is newer
  EXPECT_FALSE(accepts(made, 0, 0, by(1, 0)));  // the child's write
}

TEST(Contents, AChildMayInheritADroppedPageEitherWay) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", "then: A forks\nthen: A writes 0\n");
  HandMade<F> made(s);
  made.drop(0, 0);
  made.o.processes = 2;
  made.entry(0, 0).seen = by(0, 0);
  made.entry(1, 0).seen = SEEN_ZERO;
  made.entry(1, 1).seen = old(1);
  EXPECT_TRUE(accepts(made, 1, 0, SEEN_ZERO));
  EXPECT_TRUE(accepts(made, 1, 0, old(0)));
  EXPECT_FALSE(accepts(made, 1, 0, by(0, 0)));
  EXPECT_FALSE(accepts(made, 1, 1, SEEN_ZERO));
}

TEST(Contents, DroppableMemoryIsWipedOnFork) {
  const Scenario s =
      scenario("page A\n0 wED\n1 wE", "then: A forks\n", "2 pages, lazyfree", "write, droppable");
  HandMade<F> made(s);
  made.o.processes = 2;
  made.entry(1, 0).seen = made.entry(1, 1).seen = SEEN_ZERO;
  EXPECT_TRUE(accepts(made, 1, 0, SEEN_ZERO));
  EXPECT_FALSE(accepts(made, 0, 0, SEEN_ZERO));
}

TEST(Contents, StepsEndAtAForkThatTheSubjectCannotDo) {
  const Scenario s = scenario("page A\n0 wE\n1 wE", "then: A forks\nthen: A writes all\n");
  HandMade<F> made(s);  // reports one process: it stopped before the fork
  EXPECT_TRUE(accepts(made, 0, 0, old(0)));
  EXPECT_FALSE(accepts(made, 0, 0, by(0, 0)));
}

TEST(Contents, AWriteUnderUffdWpMayWait) {
  const Scenario s = scenario("page A\n0 rEU\n1 rE", "then: A writes all\n", "2 pages, lazyfree",
                              "write, uffd-wp");
  HandMade<F> made(s);
  made.entry(0, 1).seen = by(0, 1);
  EXPECT_TRUE(accepts(made, 0, 0, old(0)));
  EXPECT_TRUE(accepts(made, 0, 0, by(0, 0)));
  EXPECT_FALSE(accepts(made, 0, 0, SEEN_ZERO));
  EXPECT_FALSE(accepts(made, 0, 1, old(1)));
}

// Its record has no entry to look at, and its VMA no userfaultfd.
TEST(Contents, AForkedProcessNeverWaits) {
  Scenario s = scenario("page A\n0 rEU\n1 rE", "then: A forks\nthen: B writes 0\n",
                        "2 pages, lazyfree", "write, uffd-wp");
  s.vma[1][0].flags = VMA_WRITE | VMA_UFFD_WP;  // left over from another scenario, say
  HandMade<F> made(s);
  made.o.processes = 2;
  made.entry(1, 0).after = made.entry(0, 0).after;
  made.entry(1, 0).seen = by(1, 0);
  made.entry(1, 1).seen = old(1);
  EXPECT_TRUE(accepts(made, 1, 0, by(1, 0)));
  EXPECT_FALSE(accepts(made, 1, 0, old(0)));
}

TEST(Contents, ExplainsWhoWroteIt) {
  const Scenario s = scenario("page A B\n0 - -\n1 r r", "then: A writes 1\n");
  HandMade<F> made(s);
  made.entry(0, 1).seen = made.entry(1, 1).seen = by(0, 1);
  const auto violations = explain<F>(s, made.o);
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].text, "B page 1: reads A's write, should read old");
}

}  // namespace
}  // namespace ptecheck
