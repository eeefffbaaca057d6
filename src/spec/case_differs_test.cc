// SPDX-License-Identifier: GPL-2.0-only
//
// The rule differs in every case but plain reclaim: its freedoms (green), and what is none (red).
#include <gtest/gtest.h>

#include <string>

#include "pte/x86_64.h"
#include "spec/hand_made_cases.h"
#include "spec/judge.h"

namespace ptecheck {
namespace {

using F = X86_64<>;
using Made = HandMadeCase<F>;

constexpr unsigned kP = ENTRY_PRESENT, kW = ENTRY_WRITE, kD = ENTRY_DIRTY, kY = ENTRY_YOUNG,
                   kS = ENTRY_SOFT_DIRTY, kU = ENTRY_UFFD_WP, kE = ENTRY_EXCLUSIVE;
constexpr unsigned kSwapFolio = FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;

// The verdict; explain() must say as much.
bool differ(const Made& batched, const Made& one) {
  const RuleSet broken = differs<F>(batched.s, batched.o, one.o);
  const auto sentences = explainDifferences<F>(batched.s, batched.o, one.o);
  EXPECT_EQ(broken != 0, !sentences.empty());
  for (const Violation& violation : sentences) {
    EXPECT_EQ(violation.rule, Rule::kDiffers);
    EXPECT_GT(violation.text.size(), 8U);
  }
  return broken != 0;
}

// Page 1 became `b` batched, and `single` one by one; page 0 the migration entry `first` in both.
bool differ(const Scenario& s, F::Word first, F::Word single, F::Word b) {
  Made batched(s), one(s);
  batched.replace(0, 0, first), one.replace(0, 0, first);
  batched.replace(0, 1, b), one.replace(0, 1, single);
  EXPECT_FALSE(differ(one, one));
  return differ(batched, one);
}

TEST(CaseDiffers, MigrationEntries) {
  const Scenario s = migrating(2, kSwapFolio, {kP | kW | kE | kD | kY, kP | kW | kE});
  const auto becomes = [&](unsigned single, unsigned b) {
    return differ(s, Made::migration(kW | kD | kY, 0), Made::migration(single, 1),
                  Made::migration(b, 1));
  };
  EXPECT_FALSE(becomes(kW, kW | kY)) << "freedom 1";
  EXPECT_TRUE(becomes(kW | kY, kW));
  EXPECT_FALSE(becomes(kW, kW | kD)) << "freedom 2";
  EXPECT_TRUE(becomes(kW | kD, kW));
  EXPECT_FALSE(becomes(kW, kW | kD | kS)) << "freedom 3";
  EXPECT_TRUE(becomes(kW, kW | kS));
  EXPECT_TRUE(becomes(kW | kS, kW));
  EXPECT_FALSE(becomes(kW, kE)) << "freedom 4";
  EXPECT_TRUE(becomes(kE, kW));
  EXPECT_TRUE(becomes(kW, 0)) << "not exclusive either";
  EXPECT_TRUE(becomes(kW, kW | kU));
}

TEST(CaseDiffers, NobodyWasYoungOrDirty) {
  const Scenario s = migrating(2, kSwapFolio, {kP | kW | kE, kP | kW | kE});
  EXPECT_TRUE(
      differ(s, Made::migration(kW, 0), Made::migration(kW, 1), Made::migration(kW | kD, 1)));
  EXPECT_TRUE(
      differ(s, Made::migration(kW, 0), Made::migration(kW, 1), Made::migration(kW | kY, 1)));
}

TEST(CaseDiffers, FormsAndMarkers) {
  const Scenario s =
      unmapping(2, FOLIO_FILE, {kP | kU, kP | kU}, VMA_WRITE | VMA_FILE | VMA_UFFD_WP);
  EXPECT_FALSE(differ(s, Made::marker(), Made::marker(), Made::marker()));
  EXPECT_TRUE(differ(s, Made::marker(), Made::marker(), 0));
  EXPECT_TRUE(differ(s, Made::marker(), 0, Made::marker()));
}

TEST(CaseDiffers, KeptByTheBatchedRun) {
  const Scenario s = migrating(2, kSwapFolio, {kP | kE, kP | kE});
  Made batched(s), one(s);
  one.replace(0, 0, Made::migration(kE, 0));
  EXPECT_FALSE(differ(batched, one)) << "S kept the second";
  EXPECT_TRUE(differ(one, batched)) << "the converse is no freedom";
  one.replace(0, 1, Made::migration(kE, 1));
  EXPECT_TRUE(differ(batched, one)) << "S kept nothing";
}

TEST(CaseDiffers, Holes) {
  const Scenario s = unmapping(2, kSwapFolio, {kP | kE, ENTRY_SWAP | kE});
  Made batched(s), one(s);
  batched.entry(0, 1).after = Made::swap(0, 1);
  EXPECT_TRUE(differ(batched, one));
}

TEST(CaseDiffers, CountersFlagsAndFlushes) {
  const Scenario s = migrating(2, kSwapFolio, {kP | kE, kP | kE});
  Made one(s);
  one.o.flushed_pages = 1;
  Made counters(s), flags(s), flushes(s);
  for (Made* made : {&counters, &flags, &flushes}) made->o.flushed_pages = 2;
  EXPECT_FALSE(differ(counters, one)) << "freedom 8";
  ++counters.o.refcount;
  EXPECT_TRUE(differ(counters, one));
  flags.o.folio_flags |= FOLIO_DIRTY;
  EXPECT_TRUE(differ(flags, one));
  flushes.o.flushed_pages = 0;
  EXPECT_TRUE(differ(flushes, one));
}

TEST(CaseDiffers, AfterTheSteps) {
  Scenario s = migrating(1, kSwapFolio, {kP | kW | kE | kY});
  addStep(s, STEP_MIGRATED);
  Made batched(s), one(s);
  for (Made* made : {&batched, &one}) {
    made->replace(0, 0, Made::migration(kW, 0));
    made->end(0, 0, Made::present(kW, MOVED_PFN), 1);
    made->allStepsDone();
  }
  EXPECT_FALSE(differ(batched, one));
  batched.entry(0, 0).end = Made::present(kW | kY, MOVED_PFN);
  EXPECT_FALSE(differ(batched, one)) << "young was merged";
  batched.entry(0, 0).end = Made::present(kW | kU, MOVED_PFN);
  EXPECT_TRUE(differ(batched, one));
  batched.o.steps_done = 0;
  EXPECT_FALSE(differ(batched, one)) << "nothing to compare";
  batched.entry(0, 0).seen = SEEN_ZERO;
  EXPECT_TRUE(differ(batched, one));
}

TEST(CaseDiffers, UserfaultfdLetsGo) {
  Scenario s = unmapping(2, kSwapFolio, {kP | kE, kP | kE | kD}, VMA_WRITE | VMA_UFFD_WP);
  addStep(s, STEP_UNREGISTER);
  Made batched(s), one(s);
  batched.allStepsDone(), one.allStepsDone();
  const auto ends = [&](unsigned single, unsigned b) {
    one.entry(0, 0).end = Made::present(single, FOLIO_PFN);
    batched.entry(0, 0).end = Made::present(b, FOLIO_PFN);
    return differ(batched, one);
  };
  EXPECT_FALSE(ends(0, kD | kS | kW)) << "freedom 14";
  EXPECT_FALSE(ends(kD | kS | kW, kD | kS)) << "freedom 4";
  EXPECT_TRUE(ends(0, kD | kW)) << "soft-dirty in neither";
  EXPECT_TRUE(ends(kD | kS, kD | kS | kW)) << "in both";
  batched.s.step[0] = one.s.step[0] = {STEP_READ, 0, ALL_PAGES};
  EXPECT_TRUE(ends(0, kD | kS | kW)) << "an access";
}

}  // namespace
}  // namespace ptecheck
