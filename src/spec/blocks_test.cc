// SPDX-License-Identifier: GPL-2.0-only
//
// Outcomes with contiguous blocks: what the rules see of them, green and red.
#include "spec/blocks.h"

#include <gtest/gtest.h>

#include <string>

#include "pte/arm64.h"
#include "pte/x86_64.h"
#include "scenario/legal.h"
#include "spec/hand_made.h"
#include "spec/judge.h"

namespace ptecheck {
namespace {

using F = Arm64<>;

Scenario scenario(const std::string& entries, const std::string& folio = "16 pages, lazyfree",
                  const std::string& more = "") {
  const Scenario s = tabled("page A\n" + entries, folio, "write", more);
  EXPECT_EQ(whyIllegal(s), "");
  return s;
}

class Blocks : public testing::Test {
 protected:
  using Made = HandMade<F>;

  enum Side { kBefore, kAfter, kBoth };
  // Marks entries [from, to) of A.
  static void mark(Made& made, unsigned from, unsigned to, Side side) {
    for (unsigned page = from; page < to; ++page) {
      EntryResult& e = made.entry(0, page);
      if (side != kAfter) e.before = F::pte_mkcont(e.before);
      if (side != kBefore) e.after = F::pte_mkcont(e.after);
    }
  }
  // The verdict; explain() must name the same rules.
  static std::string broken(const Made& made) {
    const RuleSet rules = judge<F>(made.s, made.o);
    RuleSet explained = 0;
    for (const Violation& violation : explain<F>(made.s, made.o))
      explained |= ruleBit(violation.rule);
    EXPECT_EQ(ruleNames(rules), ruleNames(explained));
    return ruleNames(rules);
  }
  // Written to: as hardware notes it, and as software does.
  static unsigned long long dirtied(unsigned long long pte) { return F::hw_access(pte, true); }
  static unsigned long long marked(unsigned long long pte) {
    return F::pte_mkdirty(F::pte_mkyoung(pte));
  }
};

TEST_F(Blocks, WholeOnesAreGood) {
  const Scenario s = scenario("0-31 wE", "32 pages, lazyfree");
  Made one(s), two(s), folded(s), unfolded(s);
  mark(one, 0, 16, kBoth);
  EXPECT_EQ(broken(one), "");
  mark(two, 0, 32, kBoth);
  EXPECT_EQ(broken(two), "");
  mark(folded, 16, 32, kAfter);
  EXPECT_EQ(broken(folded), "");
  mark(unfolded, 0, 16, kBefore);
  EXPECT_EQ(broken(unfolded), "");
}

TEST_F(Blocks, AccessedAndDirtyMayDifferInside) {
  const Scenario s = scenario("0-15 wE");
  Made made(s);
  mark(made, 0, 16, kBoth);
  made.entry(0, 3).after = dirtied(made.entry(0, 3).after);
  EXPECT_EQ(broken(made), "");
}

TEST_F(Blocks, AllOtherBitsMayNot) {
  const Scenario s = scenario("0-15 wE");
  for (auto change : {F::pte_wrprotect, F::pte_mkspecial, F::pte_mknoncont}) {
    Made made(s);
    mark(made, 0, 16, kAfter);
    made.entry(0, 3).after = change(made.entry(0, 3).after);
    EXPECT_TRUE(contains(judge<F>(s, made.o), Rule::kBlockBroken));
  }
}

TEST_F(Blocks, AClearedEntryLeavesNone) {
  const Scenario s = scenario("0-15 wE");
  Made made(s);
  mark(made, 0, 16, kBoth);
  made.drop(0, 5);
  EXPECT_EQ(broken(made), "block-broken");
  EXPECT_EQ(
      explain<F>(s, made.o).at(0).text,
      "A page 0: marked contiguous afterwards, but its block is not whole, aligned and alike");
  mark(made, 0, 16, kBefore);
  for (unsigned page = 0; page < 16; ++page)
    made.entry(0, page).after = F::pte_mknoncont(made.entry(0, page).after);
  EXPECT_EQ(broken(made), "") << "unfolded in time";
}

TEST_F(Blocks, MustBeAlignedAndInsideTheFolio) {
  const Scenario small = scenario("0-7 wE", "8 pages, lazyfree");
  Made inside(small);
  mark(inside, 0, 8, kAfter);
  EXPECT_EQ(broken(inside), "block-broken") << "8 pages are no block";
  const Scenario shifted =
      scenario("0-31 wE", "32 pages, lazyfree", "page table: ends before page 8\n");
  Made moved(shifted);
  mark(moved, 8, 24, kAfter);
  EXPECT_EQ(broken(moved), "block-broken") << "addresses are aligned, page frames are not";
}

TEST_F(Blocks, DirtyOfOneEntryIsDirtyOfAll) {
  const Scenario s = scenario("0-15 wE");
  Made made(s);
  mark(made, 0, 16, kBoth);
  made.entry(0, 3).before = made.entry(0, 3).after = dirtied(made.entry(0, 3).before);
  for (unsigned page = 0; page < 16; ++page) made.drop(0, page);
  EXPECT_EQ(broken(made), "dirty-lost contents") << "any of the pages may have been written";
  EXPECT_EQ(explain<F>(s, made.o).size(), 32U) << "both, of every page";
}

TEST_F(Blocks, DirtyMayMoveInsideABlockAndMustNotVanish) {
  const Scenario s = scenario("0-15 wE");
  Made made(s);
  mark(made, 0, 16, kBoth);
  made.entry(0, 3).before = dirtied(made.entry(0, 3).before);
  made.entry(0, 9).after = dirtied(made.entry(0, 9).after);
  EXPECT_EQ(broken(made), "");
  made.entry(0, 9).after = F::pte_mkclean(made.entry(0, 9).after);
  EXPECT_EQ(broken(made), "dirty-lost");
}

// Half of the block is mlocked, where nothing may change; but the block as a whole may be unfolded,
// or folded, by what happens to the other half.
TEST_F(Blocks, FoldingAndUnfoldingChangeNothing) {
  const Scenario s =
      scenario("0-15 wE", "16 pages, lazyfree", "vma A from page 8: write, locked\n");
  Made unfolded(s), folded(s), cleaned(s);
  mark(unfolded, 0, 16, kBefore);
  unfolded.entry(0, 3).before = dirtied(unfolded.entry(0, 3).before);
  for (unsigned page = 0; page < 16; ++page)
    unfolded.entry(0, page).after = marked(unfolded.entry(0, page).after);
  EXPECT_EQ(broken(unfolded), "");
  folded.entry(0, 3).before = dirtied(folded.entry(0, 3).before);
  for (unsigned page = 0; page < 16; ++page)
    folded.entry(0, page).after = marked(folded.entry(0, page).after);
  mark(folded, 0, 16, kAfter);
  EXPECT_EQ(broken(folded), "");
  cleaned.entry(0, 9).before = dirtied(cleaned.entry(0, 9).before);
  mark(cleaned, 0, 16, kAfter);
  EXPECT_EQ(broken(cleaned), "batch-bounds dirty-lost");
}

// Taken out one by one, a block is unfolded, and flushed for that.
TEST_F(Blocks, DiffersAllowsForTheFlushOfUnfolding) {
  const Scenario s = scenario("0-15 wE");
  Made batched(s), single(s);
  mark(batched, 0, 16, kBefore);
  mark(single, 0, 16, kBefore);
  for (unsigned page = 0; page < 16; ++page) {
    batched.drop(0, page);
    single.drop(0, page);
  }
  batched.o.flushed_pages = 16;
  single.o.flushed_pages = 32;
  EXPECT_EQ(ruleNames(differs<F>(s, batched.o, single.o)), "");
  single.o.flushed_pages = 33;
  EXPECT_EQ(ruleNames(differs<F>(s, batched.o, single.o)), "differs");
}

TEST_F(Blocks, DiffersComparesGatheredEntries) {
  const Scenario s = scenario("0-15 wE");
  Made batched(s), single(s);
  mark(batched, 0, 16, kBoth);
  mark(single, 0, 16, kBefore);
  EXPECT_EQ(ruleNames(differs<F>(s, batched.o, single.o)), "");
  single.entry(0, 2).after = F::pte_wrprotect(single.entry(0, 2).after);
  EXPECT_EQ(ruleNames(differs<F>(s, batched.o, single.o)), "differs");
}

// Forked processes have records of what they read alone; those are kept.
TEST_F(Blocks, GatheringKeepsAllElse) {
  const Scenario s = scenario("0-15 wE");
  Made made(s);
  mark(made, 0, 16, kBefore);
  made.o.processes = 2;
  made.o.entry[16 + 3].seen = seenValue(SEEN_ORIGINAL, 3);
  made.o.flushed_pages = 7;
  const spec_detail::Gathered<F> gathered(s, made.o);
  EXPECT_EQ((*gathered).entry[16 + 3].seen, seenValue(SEEN_ORIGINAL, 3));
  EXPECT_EQ((*gathered).flushed_pages, 7U);
  EXPECT_FALSE(F::pte_cont((*gathered).entry[5].before));
  EXPECT_TRUE(F::pte_cont(made.o.entry[5].before));
}

TEST_F(Blocks, OtherFormatsHaveNone) {
  using X = X86_64<>;
  const Scenario s = scenario("0-15 wE");
  HandMade<X> made(s);
  const spec_detail::Gathered<X> gathered(s, made.o);
  EXPECT_EQ(&*gathered, &made.o) << "no copy";
  EXPECT_EQ(judge<X>(s, made.o), 0U);
}

}  // namespace
}  // namespace ptecheck
