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
#include "pte/s390.h"
#include "pte/swap_entries.h"

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

  static std::size_t countOf(Family family) {
    return static_cast<std::size_t>(
        std::count_if(mutants().begin(), mutants().end(),
                      [family](const MutantInfo& info) { return info.family == family; }));
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

  EXPECT_EQ(shown_.size(), countOf(Family::kReclaim)) << "a mutant without a story";
}

TEST_F(MutantTest, EachOfSwapIsWrongWhereItShouldBe) {
  Story failing("wx wx");
  failing.swapbacked().event(EVENT_SWAP_DUPLICATE, 1);
  shows("swap-duplicate-restores-first", failing,
        [](const Story& s) { return s.after(1) == F::none(); });
  Story pinned("wx wx");
  pinned.swapbacked().s.pins = 1;
  shows("swap-count-kept", pinned, [](const Story& s) { return s.at(0).swap_count != 0; });
  shows("pinned-batch-half-shared", pinned,
        [](const Story& s) { return !(s.at(0).page_flags & PAGE_EXCLUSIVE_AFTER); });

  Story mixed("wx r");
  mixed.swapbacked();
  shows("swap-exclusive-of-first", mixed,
        [](const Story& s) { return F::pte_swp_exclusive(s.after(1)); });
  Story equal("wx wx");
  equal.swapbacked();
  shows("swap-offset-of-first", equal,
        [](const Story& s) { return F::swp_offset(s.after(1)) == SWAP_OFFSET; });
  Story soft_dirty("r rs"), armed("r ru", VMA_WRITE | VMA_UFFD_WP);
  soft_dirty.swapbacked(), armed.swapbacked();
  shows("swap-soft-dirty-of-first", soft_dirty,
        [](const Story& s) { return !F::pte_swp_soft_dirty(s.after(1)); });
  shows("swap-uffd-wp-of-first", armed,
        [](const Story& s) { return !F::pte_swp_uffd_wp(s.after(1)); });

  const auto notSoftDirty = [](const Story& s) { return !F::pte_soft_dirty(s.end(0)); };
  const auto notArmed = [](const Story& s) { return !F::pte_uffd_wp(s.end(0)); };
  const auto notBack = [](const Story& s) { return !F::pte_present(s.end(0)); };
  const auto notExclusive = [](const Story& s) {
    return !(s.at(0).page_flags & PAGE_EXCLUSIVE_END);
  };
  Story off("rxsu", VMA_WRITE | VMA_UFFD_WP), in("rxsu", VMA_WRITE | VMA_UFFD_WP);
  off.swapbacked().step(STEP_SWAPOFF, 0);
  shows("swapoff-loses-soft-dirty", off, notSoftDirty);
  shows("swapoff-loses-uffd-wp", off, notArmed);
  shows("swapoff-misses-soft-dirty", off, notBack);
  shows("swapoff-misses-uffd-wp", off, notBack);
  shows("swapoff-forgets-exclusive", off, notExclusive);
  in.swapbacked().step(STEP_READ, 0);
  shows("swap-in-loses-soft-dirty", in, notSoftDirty);
  shows("swap-in-loses-uffd-wp", in, notArmed);
  shows("swap-in-forgets-exclusive", in, notExclusive);

  Story forked("rxu", VMA_WRITE | VMA_UFFD_WP);
  forked.swapbacked().step(STEP_FORK, 0);
  shows("fork-keeps-swap-uffd-wp", forked,
        [](const Story& s) { return F::pte_swp_uffd_wp(s.end(0, 1)); });
  shows("fork-keeps-swap-exclusive", forked,
        [](const Story& s) { return F::pte_swp_exclusive(s.end(0)); });
  constexpr unsigned kPrivateFile = VMA_FILE | VMA_WRITE | VMA_UFFD_WP;
  Story back("rxu m", kPrivateFile);
  back.swapbacked().step(STEP_SWAPOFF, 0).step(STEP_FORK, 0);
  shows("fork-keeps-uffd-wp", back, [](const Story& s) { return F::pte_uffd_wp(s.end(0, 1)); });
  shows("fork-keeps-marker", back, [](const Story& s) { return s.end(1, 1) != F::none(); });
  Story released("rxu m", kPrivateFile);
  released.swapbacked().step(STEP_UNREGISTER, 0);
  shows("unregister-keeps-uffd-wp", released,
        [](const Story& s) { return F::pte_swp_uffd_wp(s.end(0)) && s.end(1) != F::none(); });
  Story writable("rxsu", kPrivateFile);
  writable.swapbacked()
      .step(STEP_UNREGISTER, 0)
      .step(STEP_READ, 0)
      .mutated("unregister-keeps-uffd-wp");
  EXPECT_TRUE(F::pte_write(writable.end(0)) && (writable.end(0) & F::kUffdWp))
      << "the VMA watches no more";
  EXPECT_EQ(shown_.size(), countOf(Family::kSwap));
}

TEST_F(MutantTest, EachOfFilesIsWrongWhereItShouldBe) {
  Story armed("r r ru ru", VMA_FILE | VMA_SHARED | VMA_WRITE | VMA_UFFD_WP);
  armed.folio(FOLIO_FILE);
  shows("marker-forgotten", armed, [](const Story& s) { return s.after(2) == F::none(); });
  shows("marker-invented", armed, [](const Story& s) { return s.after(0) != F::none(); });
  shows("marker-of-first-only", armed, [](const Story& s) { return s.after(3) == F::none(); });
  Story dirty("wd", VMA_FILE | VMA_SHARED | VMA_WRITE);
  dirty.folio(FOLIO_FILE);
  shows("file-dirty-forgotten", dirty,
        [](const Story& s) { return !(s.out().folio_flags & FOLIO_DIRTY); });
  shows("file-counted-as-anonymous", dirty,
        [](const Story& s) { return s.out().rss[0][RSS_FILE] == 0; });
  EXPECT_EQ(shown_.size(), countOf(Family::kFile));
}

constexpr SwapEntries<F> kEntries = swapEntries<F>();

Story migrating(std::string_view entries, unsigned vma_flags = VMA_WRITE | VMA_UFFD_WP) {
  Story story(entries, vma_flags);
  story.folio(FOLIO_SWAPBACKED).migrate();
  return story;
}

TEST_F(MutantTest, EachOfMigrationIsWrongWhereItShouldBe) {
  Story all = migrating("rxsu");
  shows("migration-entry-loses-soft-dirty", all,
        [](const Story& s) { return !F::pte_swp_soft_dirty(s.after(0)); });
  shows("migration-entry-loses-uffd-wp", all,
        [](const Story& s) { return !F::pte_swp_uffd_wp(s.after(0)); });
  shows("migration-entry-loses-exclusive", all,
        [](const Story& s) { return kEntries.is(s.after(0), SwapKind::kMigrationRead); });
  Story written = migrating("wxd");
  shows("migration-entry-loses-write", written,
        [](const Story& s) { return !kEntries.is(s.after(0), SwapKind::kMigrationWrite); });
  shows("migration-dirty-forgotten", written,
        [](const Story& s) { return !(s.out().folio_flags & FOLIO_DIRTY); });
  Story pinned = migrating("wx wx");
  pinned.s.pins = 1;
  shows("migration-restore-forgotten", pinned,
        [](const Story& s) { return s.after(0) == F::none(); });
  shows("migration-pin-ignored", pinned,
        [](const Story& s) { return !F::pte_none(s.after(0)) && !F::pte_present(s.after(0)); });
  Story pair = migrating("r");
  pair.process("r").step(STEP_MIGRATED, 0);
  shows("migration-stops-after-first", pair,
        [](const Story& s) { return F::pte_present(s.after(0, 1)); });
  shows("migration-back-stops-after-first", pair,
        [](const Story& s) { return !F::pte_present(s.end(0, 1)); });

  Story halves = migrating("wx rx"), shared = migrating("rx r"), soft_dirty = migrating("r rs"),
        armed = migrating("r ru");
  halves.step(STEP_MIGRATED, 0);
  shows("migration-write-of-first", halves,
        [](const Story& s) { return kEntries.is(s.after(1), SwapKind::kMigrationWrite); });
  shows("migration-back-write-of-first", halves,
        [](const Story& s) { return F::pte_write(s.end(1)); });
  shows("migration-exclusive-of-first", shared,
        [](const Story& s) { return kEntries.is(s.after(1), SwapKind::kMigrationReadExclusive); });
  shows("migration-soft-dirty-of-first", soft_dirty,
        [](const Story& s) { return !F::pte_swp_soft_dirty(s.after(1)); });
  shows("migration-uffd-wp-of-first", armed,
        [](const Story& s) { return !F::pte_swp_uffd_wp(s.after(1)); });

  Story back = migrating("rxsud");
  back.step(STEP_MIGRATED, 0);
  shows("migration-back-loses-soft-dirty", back,
        [](const Story& s) { return !F::pte_soft_dirty(s.end(0)); });
  shows("migration-back-loses-uffd-wp", back,
        [](const Story& s) { return !F::pte_uffd_wp(s.end(0)); });
  shows("migration-back-forgets-exclusive", back,
        [](const Story& s) { return !(s.at(0).page_flags & PAGE_EXCLUSIVE_END); });
  shows("migration-back-mkdirty-gains-write", back,
        [](const Story& s) { return F::pte_write(s.end(0)); });

  Story forked = migrating("wxs"), forked_armed = migrating("rxu");
  forked.step(STEP_FORK, 0);
  forked_armed.step(STEP_FORK, 0);
  shows("fork-migration-loses-soft-dirty", forked,
        [](const Story& s) { return !F::pte_swp_soft_dirty(s.end(0)); });
  shows("fork-migration-loses-uffd-wp", forked_armed,
        [](const Story& s) { return !F::pte_swp_uffd_wp(s.end(0)); });
  shows("fork-migration-stays-writable", forked,
        [](const Story& s) { return kEntries.is(s.end(0, 1), SwapKind::kMigrationWrite); });
  Story device = migrating("wxE");
  shows("device-exclusive-page-as-present", device,
        [](const Story& s) { return kEntries.swp_offset_pfn(s.after(0)) != FOLIO_PFN; });
  EXPECT_EQ(shown_.size(), countOf(Family::kMigration));
}

TEST_F(MutantTest, EachRareOneIsWrongWhereItShouldBe) {
  // Where a present entry has these bits, this one has page frame bits, stored inverted.
  Story in_device = migrating("P");
  in_device.folio(FOLIO_DEVICE_PRIVATE);
  shows("device-private-soft-dirty-as-present", in_device,
        [](const Story& s) { return F::pte_swp_soft_dirty(s.after(0)); });
  shows("device-private-uffd-wp-as-present", in_device,
        [](const Story& s) { return F::pte_swp_uffd_wp(s.after(0)); });
  Story referenced("wxE");
  referenced.s.references = 1;
  shows("device-exclusive-restored-present", referenced,
        [](const Story& s) { return F::pte_present(s.after(0)); });
  // On arm64, pte_mkuffd_wp() sets a bit that makes another type of it.
  using Arm = Arm64<>;
  StoryOf<Arm> stays("Pxu", VMA_WRITE | VMA_UFFD_WP);
  stays.folio(FOLIO_SWAPBACKED | FOLIO_DEVICE_PRIVATE).migrate().step(STEP_NOT_MIGRATED, 0);
  shows("device-private-uffd-wp-set-as-present", stays, [](const StoryOf<Arm>& s) {
    return !swapEntries<Arm>().is_device_private_entry(s.end(0));
  });
  EXPECT_EQ(shown_.size(), countOf(Family::kDevice));

  Story broken("wx");
  broken.folio(FOLIO_SWAPBACKED | FOLIO_HWPOISON).s.ttu = UNMAP_HWPOISON;
  shows("hwpoison-keeps-rss", broken, [](const Story& s) { return s.out().rss[0][RSS_ANON] == 0; });
  Story mismatch("wx");
  mismatch.folio(FOLIO_SWAPBACKED);
  shows("mismatch-loses-entry", mismatch,
        [](const Story& s) { return s.after(0) == F::none() && s.out().mapcount == 1; });
  StoryOf<S390<>> unused("rX");
  shows("unused-keeps-rss", unused,
        [](const StoryOf<S390<>>& s) { return s.out().rss[0][RSS_ANON] == 0; });
  EXPECT_EQ(shown_.size(),
            countOf(Family::kDevice) + countOf(Family::kRare) + countOf(Family::kMismatch));
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
