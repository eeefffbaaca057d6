// SPDX-License-Identifier: GPL-2.0-only
//
// userfaultfd lets go: what becomes of entries of every form.
#include "mm/userfaultfd.h"

#include <gtest/gtest.h>

#include "mm/story.h"
#include "pte/arm64.h"

namespace ptecheck {
namespace {

using F = Story::F;
constexpr unsigned kArmed = VMA_WRITE | VMA_UFFD_WP;
constexpr SwapEntries<F> kEntries = swapEntries<F>();

// Nothing is unmapped: a page of it is pinned.
template <class AnyStory = Story>
AnyStory pinned(std::string_view entries, unsigned flags = kArmed) {
  AnyStory story(entries, flags);
  story.swapbacked().s.pins = 1;
  story.step(STEP_UNREGISTER, 0);
  return story;
}

TEST(Userfaultfd, PresentEntriesBecomeWritableIfNothingSpeaksAgainstIt) {
  Story story = pinned("rxsuy rxuy ruy");
  story.run("unbatched");
  EXPECT_TRUE(F::pte_write(story.end(0)));
  EXPECT_FALSE(F::pte_write(story.end(1))) << "soft-dirty has to see the write";
  EXPECT_FALSE(F::pte_write(story.end(2))) << "shared: swapped out";
  for (unsigned page : {0U, 1U}) {
    EXPECT_FALSE(F::pte_uffd_wp(story.end(page)));
    EXPECT_TRUE(F::pte_young(story.end(page)));
  }
  Story untracked = pinned("rxuy", kArmed | VMA_SOFTDIRTY),
        read_only = pinned("rxsuy", VMA_UFFD_WP);
  EXPECT_TRUE(F::pte_write(untracked.run("unbatched").end(0)));
  EXPECT_FALSE(F::pte_write(read_only.run("unbatched").end(0)));
}

TEST(Userfaultfd, SwapEntriesKeepTheRestAndMarkersGo) {
  Story story("rxsu Sxsu m", kArmed | VMA_FILE);
  story.swapbacked().step(STEP_UNREGISTER, 0).run("unbatched");
  for (unsigned page : {0U, 1U}) {
    EXPECT_TRUE(F::pte_swp_uffd_wp(story.after(page)));
    EXPECT_EQ(story.end(page), F::pte_swp_clear_uffd_wp(story.after(page)));
    EXPECT_TRUE(F::pte_swp_soft_dirty(story.end(page)));
    EXPECT_TRUE(F::pte_swp_exclusive(story.end(page)));
  }
  EXPECT_EQ(story.end(2), F::none());
}

TEST(Userfaultfd, MigrationEntriesBecomeReadable) {
  Story story("wxsdy rxu", kArmed);
  story.folio(FOLIO_SWAPBACKED).migrate().step(STEP_UNREGISTER, 0).run("unbatched");
  EXPECT_TRUE(kEntries.is(story.after(0), SwapKind::kMigrationWrite));
  EXPECT_TRUE(kEntries.is(story.end(0), SwapKind::kMigrationReadExclusive));
  EXPECT_TRUE(F::pte_swp_soft_dirty(story.end(0)));
  EXPECT_TRUE(kEntries.is_migration_entry_dirty(story.end(0)));
  EXPECT_TRUE(kEntries.is_migration_entry_young(story.end(0)));
  EXPECT_EQ(story.end(1), F::pte_swp_clear_uffd_wp(story.after(1)));
}

TEST(Userfaultfd, OtherProcessesAndVmasStayArmed) {
  Story story("ru ru", kArmed);
  story.process("ru ru", kArmed).swapbacked().split(1, VMA_WRITE | VMA_UFFD_WP, 1);
  story.s.vma[1][0].flags = VMA_WRITE;
  story.s.entry[2] = ENTRY_PRESENT;
  story.step(STEP_UNREGISTER, 1).run("unbatched");
  EXPECT_TRUE(F::pte_swp_uffd_wp(story.end(0, 0)));
  EXPECT_TRUE(F::pte_swp_uffd_wp(story.end(1, 0)));
  EXPECT_FALSE(F::pte_swp_uffd_wp(story.end(1, 1)));
}

TEST(Userfaultfd, VmasThatAreNotRegisteredAreLeftAlone) {
  Story story = pinned("rxsy rxsuy", VMA_WRITE);
  story.split(1, kArmed).run("unbatched");
  EXPECT_EQ(story.end(0), story.after(0)) << "could be writable";
  EXPECT_TRUE(F::pte_write(story.end(1)));
}

// What is swapped in afterwards waits for nobody.
TEST(Userfaultfd, WritesNeedNoMonitorAfterwards) {
  Story waits("rxsu", kArmed), goes("rxsu", kArmed);
  waits.swapbacked().step(STEP_WRITE, 0).run("unbatched");
  goes.swapbacked().step(STEP_UNREGISTER, 0).step(STEP_WRITE, 0).run("unbatched");
  EXPECT_GT(waits.at(0).faults, goes.at(0).faults);
  EXPECT_TRUE(F::pte_write(goes.end(0)));
}

TEST(Userfaultfd, ContiguousBlocksAreUnfoldedBefore) {
  using Arm = Arm64<>;
  StoryOf<Arm> story = pinned<StoryOf<Arm>>("16*rxuy");
  story.folded().run("unbatched");
  EXPECT_TRUE(Arm::pte_valid_cont(story.before(0)));
  for (unsigned page = 0; page < 16; ++page) {
    EXPECT_FALSE(Arm::pte_uffd_wp(story.end(page)));
    EXPECT_TRUE(Arm::pte_write(story.end(page)));
    EXPECT_TRUE(Arm::pte_valid_cont(story.end(page))) << "and folded again by the last";
  }
}

}  // namespace
}  // namespace ptecheck
