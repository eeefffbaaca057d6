// SPDX-License-Identifier: GPL-2.0-only
//
// Each mutant, in the situation that shows it: what is wrong afterwards, and that its base has it
// right. That the rules find them is tested where rules and model meet, in check/.
#include "mm/mutant.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <vector>

#include "mm/story.h"
#include "pte/arm64.h"

namespace ptecheck {
namespace {

using F = Story::F;

class MutantTest : public testing::Test {
 protected:
  // `wrong` holds for the mutant and not for its base.
  template <class AnyStory>
  void shows(std::string_view mutant, AnyStory& story,
             const std::function<bool(const std::type_identity_t<AnyStory>&)>& wrong) {
    const MutantInfo& info = *findMutant(mutant);
    story.run(info.base);
    EXPECT_FALSE(wrong(story)) << mutant << ": its base " << info.base;
    story.mutated(mutant);
    EXPECT_TRUE(wrong(story)) << mutant;
    shown_.push_back(mutant);
  }

  std::vector<std::string_view> shown_;
};

TEST_F(MutantTest, EachIsWrongWhereItShouldBe) {
  Story dirty("rxd");
  shows("restore-makes-writable", dirty, [](const Story& s) { return F::pte_write(s.after(0)); });
  shows("restore-marks-soft-dirty", dirty,
        [](const Story& s) { return F::pte_soft_dirty(s.after(0)); });
  shows("lazyfree-dirty-forgotten", dirty, [](const Story& s) { return s.after(0) == F::none(); });

  Story swapped("wxds ru", VMA_WRITE | VMA_UFFD_WP);
  swapped.swapbacked();
  shows("swap-entry-loses-uffd-wp", swapped,
        [](const Story& s) { return !F::pte_swp_uffd_wp(s.after(1)); });
  shows("swap-entry-loses-soft-dirty", swapped,
        [](const Story& s) { return !F::pte_swp_soft_dirty(s.after(0)); });
  shows("swap-backed-dirty-forgotten", swapped,
        [](const Story& s) { return !(s.out().folio_flags & FOLIO_DIRTY); });
  Story half("r wx");
  half.swapbacked();
  shows("wrong-exclusive-page", half,
        [](const Story& s) { return !F::pte_swp_exclusive(s.after(1)); });

  Story failing("wx");
  failing.swapbacked().event(EVENT_SWAP_DUPLICATE, 1);
  shows("restore-write-protects", failing,
        [](const Story& s) { return !F::pte_write(s.after(0)); });

  Story pinned("wx wx");
  pinned.swapbacked().s.pins = 1;
  shows("pin-ignored", pinned, [](const Story& s) { return !F::pte_present(s.after(0)); });

  Story referenced("wx wx");
  referenced.s.references = 1;
  shows("restore-forgotten", referenced,
        [](const Story& s) { return s.after(0) == F::none() && s.out().mapcount == 2; });
  shows("swapbacked-only-if-batched", referenced,
        [](const Story& s) { return (s.out().folio_flags & FOLIO_SWAPBACKED) != 0; });

  Story clean("r r");
  shows("rss-not-reduced", clean, [](const Story& s) { return s.out().rss[0][RSS_ANON] == 0; });
  shows("rss-reduced-by-one", clean, [](const Story& s) { return s.out().rss[0][RSS_ANON] == -1; });
  shows("no-folio-clip", clean, [](const Story& s) {
    return s.out().neighbour_after[0][1] == F::none() && s.out().outside != 0;
  });

  Story at_end("r r");
  at_end.s.table_end = 1;
  shows("scan-before-clip", at_end,
        [](const Story& s) { return s.out().outside == 1 && s.out().batches == 2; });
  Story split("r r");
  split.split(1, VMA_WRITE);
  shows("no-vma-clip", split, [](const Story& s) { return s.out().batches == 1; });

  shows("check-inverted", clean, [](const Story& s) { return s.out().warnings == 1; });

  Story shared("r");
  shared.process("r").step(STEP_WRITE, 0);
  shared.s.references = 1;
  shows("reuse-shared", shared,
        [](const Story& s) { return s.at(0, 1).seen == seenValue(SEEN_WRITER, 0); });

  Story late("wx wxd");
  shows("wrprotect-loses-dirty", late,
        [](const Story& s) { return !(s.out().folio_flags & FOLIO_DIRTY); });
  shows("only-first-dirty", late, [](const Story& s) { return s.after(1) == F::none(); });
  Story read_only("r rd");
  shows("mkdirty-gains-write", read_only,
        [](const Story& s) { return F::pte_write(s.after(0)) && F::pte_write(s.after(1)); });

  Story runs("r r - r");
  shows("batch-length-kept", runs, [](const Story& s) { return s.out().outside != 0; });

  // The first page of a block is put back, and 15 others still say that they are one.
  using A = Arm64<>;
  const auto markedAlone = [](const StoryOf<A>& s) {
    return !A::pte_cont(s.after(0)) && A::pte_valid_cont(s.after(1));
  };
  StoryOf<A> block("16*wxy", VMA_WRITE | VMA_DROPPABLE);
  block.folded().s.references = 1;
  shows("droppable-block-not-unfolded", block, markedAlone);
  shows("block-not-unfolded", block, markedAlone);

  const auto of_reclaim =
      std::count_if(mutants().begin(), mutants().end(),
                    [](const MutantInfo& info) { return info.family == Family::kReclaim; });
  EXPECT_EQ(shown_.size(), static_cast<std::size_t>(of_reclaim)) << "a mutant without a story";
}

// A mistake that needs a situation leaves others alone.
TEST_F(MutantTest, MostDoNotShowInThePlainestSituation) {
  for (const MutantInfo& info : mutants()) {
    Story story("wx");
    story.run(policyOf(info));
    EXPECT_EQ(story.after(0) == F::none(), info.mutant != Mutant::kCheckInverted) << info.name;
  }
}

// In the reference of a policy the mistake is made as well, so `differs` sees only what needs a
// batch.
TEST_F(MutantTest, OnlyBatchesShowTheOneForDiffers) {
  Story story("wx wx");
  story.s.references = 1;
  const Policy policy = policyOf(*findMutant("swapbacked-only-if-batched"));
  story.run(policy.reference());
  EXPECT_FALSE(story.out().folio_flags & FOLIO_SWAPBACKED);
}

}  // namespace
}  // namespace ptecheck
