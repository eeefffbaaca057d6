// SPDX-License-Identifier: GPL-2.0-only
//
// What steps made of what the operation left: each reason green and red, on outcomes made by hand.
// Red means: this rule, and no other.
#include <gtest/gtest.h>

#include <string>

#include "pte/x86_64.h"
#include "spec/hand_made_cases.h"
#include "spec/hand_made_verdict.h"

namespace ptecheck {
namespace {

using F = X86_64<>;
using Made = HandMadeCase<F>;

constexpr unsigned kP = ENTRY_PRESENT, kW = ENTRY_WRITE, kD = ENTRY_DIRTY, kS = ENTRY_SOFT_DIRTY,
                   kU = ENTRY_UFFD_WP, kE = ENTRY_EXCLUSIVE;
constexpr unsigned kSwapFolio = FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
constexpr unsigned kBefore = PAGE_EXCLUSIVE_BEFORE, kEnd = PAGE_EXCLUSIVE_END;

// A's only page is swapped out, then a step follows that makes `now` of it.
std::string swappedBackAs(unsigned entry, unsigned action, F::Word now,
                          unsigned page_flags = kBefore | kEnd, unsigned vma = VMA_WRITE) {
  Scenario s = unmapping(1, kSwapFolio,
                         {
                             kP | entry,
                         },
                         vma | (entry & kU ? unsigned{VMA_UFFD_WP} : 0U));
  s.folio_flags |= FOLIO_DIRTY;
  addStep(s, action);
  // Judged as a case, whatever the step.
  addStep(s, STEP_READ);
  if (action == STEP_SWAPOFF) --s.steps;
  Made made(s);
  made.replace(0, 0, Made::swap(entry & (kE | kS | kU), 0));
  made.end(0, 0, now, 1, -1);
  made.flagPage(0, page_flags);
  made.allStepsDone();
  return broken(made);
}

TEST(CaseEnd, SwapIn) {
  const auto at = [](unsigned bits) { return Made::present(bits, FOLIO_PFN); };
  EXPECT_EQ(swappedBackAs(kE | kS | kW, STEP_READ, at(kS | kW)), "");
  EXPECT_EQ(swappedBackAs(kE | kS | kW, STEP_READ, at(kS)), "");
  EXPECT_EQ(swappedBackAs(kE | kS, STEP_READ, at(0)), "soft-dirty-lost");
  EXPECT_EQ(swappedBackAs(kE, STEP_READ, at(kS)), "soft-dirty-gained");
  EXPECT_EQ(swappedBackAs(kE, STEP_READ, at(kS), kBefore | kEnd, VMA_WRITE | VMA_SOFTDIRTY), "");
  EXPECT_EQ(swappedBackAs(kE | kU, STEP_READ, at(kU)), "");
  EXPECT_EQ(swappedBackAs(kE | kU, STEP_READ, at(0)), "uffd-wp-changed");
  EXPECT_EQ(swappedBackAs(kE, STEP_READ, at(kU)), "uffd-wp-changed");
  EXPECT_EQ(swappedBackAs(kE | kS, STEP_READ, at(kS), kBefore), "exclusive-broken");
  EXPECT_EQ(swappedBackAs(kE, STEP_READ, Made::swap(kE, 0)), "entry-lost accounting");
  EXPECT_EQ(swappedBackAs(kE, STEP_READ, Made::present(0, FOLIO_PFN + 1)), "entry-lost accounting");
}

TEST(CaseEnd, SwapInMayMakeWritableUnlessSomebodyHasToSeeTheWrite) {
  const auto writable = Made::present(kW, FOLIO_PFN);
  EXPECT_EQ(swappedBackAs(kE, STEP_READ, writable), "write-gained") << "soft-dirty is tracked";
  EXPECT_EQ(swappedBackAs(kE, STEP_READ, writable, kBefore | kEnd, VMA_WRITE | VMA_SOFTDIRTY), "");
  EXPECT_EQ(swappedBackAs(kE, STEP_READ, writable, kBefore | kEnd, VMA_SOFTDIRTY), "write-gained");
  EXPECT_EQ(swappedBackAs(0, STEP_READ, writable, 0, VMA_WRITE | VMA_SOFTDIRTY), "write-gained");
}

TEST(CaseEnd, Swapoff) {
  EXPECT_EQ(swappedBackAs(kE | kS, STEP_SWAPOFF, Made::present(kS, FOLIO_PFN)), "");
  EXPECT_EQ(swappedBackAs(kE | kS, STEP_SWAPOFF, Made::present(kS | kW, FOLIO_PFN)),
            "write-gained");
  EXPECT_EQ(swappedBackAs(kE | kS, STEP_SWAPOFF, Made::present(0, FOLIO_PFN)), "soft-dirty-lost");
  Scenario s = unmapping(1, kSwapFolio, {kP | kE});
  addStep(s, STEP_SWAPOFF);
  Made forgotten(s);
  forgotten.replace(0, 0, Made::swap(kE, 0));
  forgotten.allStepsDone();
  EXPECT_EQ(broken(forgotten), "entry-lost");
  forgotten.o.steps_done = 0;
  EXPECT_EQ(broken(forgotten), "") << "a subject that does not run steps";
}

// A swap entry, a marker and a present entry of a VMA that userfaultfd lets go of.
class Released {
 public:
  explicit Released(unsigned vma = VMA_WRITE | VMA_FILE | VMA_UFFD_WP) : made_(scenario(vma)) {
    made_.replace(0, 0, Made::swap(kE | kS | kU, 0));
    made_.entry(0, 0).end = Made::swap(kE | kS, 0);
    made_.entry(0, 1).end = F::none();
    made_.entry(0, 2).end = Made::present(kS | kW, FOLIO_PFN + 2);
    made_.allStepsDone();
  }
  std::string with(unsigned page, F::Word end) {
    const auto before = made_.entry(0, page).end;
    made_.entry(0, page).end = end;
    const std::string rules = broken(made_);
    made_.entry(0, page).end = before;
    return rules;
  }
  std::string asIs() const { return broken(made_); }

 private:
  static Scenario scenario(unsigned vma) {
    Scenario s =
        unmapping(3, kSwapFolio, {kP | kE | kS | kU, ENTRY_MARKER, kP | kE | kS | kU}, vma);
    s.pages = 3;
    addStep(s, STEP_UNREGISTER);
    return s;
  }
  Made made_;
};

TEST(CaseEnd, NothingIsArmedWhereUserfaultfdHasLetGo) {
  Released released;
  EXPECT_EQ(released.asIs(), "");
  EXPECT_EQ(released.with(0, Made::swap(kE | kS | kU, 0)), "uffd-wp-changed");
  EXPECT_EQ(released.with(1, Made::marker()), "uffd-wp-changed");
  EXPECT_EQ(released.with(2, Made::present(kS | kU, FOLIO_PFN + 2)), "uffd-wp-changed");
  EXPECT_EQ(released.with(2, Made::present(kS | kW, FOLIO_PFN + 2) | F::Word(F::kUffdWp)),
            "write-gained uffd-wp-changed");
  EXPECT_EQ(released.with(0, Made::swap(kE, 0)), "soft-dirty-lost");
  EXPECT_EQ(released.with(0, Made::swap(kS, 0)), "exclusive-broken");
  EXPECT_EQ(released.with(2, Made::present(kS, FOLIO_PFN + 2)), "")
      << "a fault may have to make it so";
  EXPECT_EQ(released.with(2, Made::present(kW, FOLIO_PFN + 2)), "write-gained soft-dirty-lost");
  Released read_only(VMA_FILE | VMA_UFFD_WP);
  EXPECT_EQ(read_only.asIs(), "write-gained");
}

TEST(CaseEnd, NobodyWaitsWhereUserfaultfdHasLetGo) {
  const auto verdict = [](unsigned seen, bool unregisters) {
    Scenario s = unmapping(1, kSwapFolio, {kP | kE | kS | kU}, VMA_WRITE | VMA_UFFD_WP);
    addStep(s, unregisters ? STEP_UNREGISTER : STEP_READ);
    addStep(s, STEP_WRITE);
    Made made(s);
    made.entry(0, 0).end = Made::present(kS | kW | kD, FOLIO_PFN);
    made.entry(0, 0).seen = static_cast<std::uint16_t>(seen);
    made.allStepsDone();
    return broken(made);
  };
  const unsigned old = seenValue(SEEN_ORIGINAL, 0), written = seenValue(SEEN_WRITER, 0);
  EXPECT_EQ(verdict(written, false), "");
  EXPECT_EQ(verdict(old, false), "") << "the monitor may not have let it through";
  EXPECT_EQ(verdict(written, true), "");
  EXPECT_EQ(verdict(old, true), "contents");
}

TEST(CaseEnd, SwapEntryIsForked) {
  Scenario s =
      unmapping(2, kSwapFolio, {kP | kE | kS | kU, ENTRY_SWAP | kE}, VMA_WRITE | VMA_UFFD_WP);
  addStep(s, STEP_FORK);
  Made made(s);
  made.replace(0, 0, Made::swap(kE | kS | kU, 0));
  made.forkedChild();
  made.entry(0, 0).end = Made::swap(kS | kU, 0);
  made.entry(0, 1).end = Made::swap(0, 1);
  made.childHas(1, 0, Made::swap(kS, 0), false, RSS_SWAP);
  made.childHas(1, 1, Made::swap(0, 1), false, RSS_SWAP);
  made.allStepsDone();
  EXPECT_EQ(broken(made), "");
  made.entry(0, 1).end = Made::swap(kE, 1);
  EXPECT_EQ(broken(made), "exclusive-broken");
  made.entry(0, 1).end = Made::swap(0, 1);
  made.entry(1, 0).end = Made::swap(kS | kU, 0);
  EXPECT_EQ(broken(made), "uffd-wp-changed");
  made.entry(1, 0).end = Made::swap(0, 0);
  EXPECT_EQ(broken(made), "soft-dirty-lost");
  made.entry(1, 0).end = 0;
  EXPECT_EQ(broken(made), "entry-lost accounting");
}

struct Migrated {
  unsigned entry;
  F::Word now;
  unsigned page_flags = kBefore | kEnd;
  bool moved = true;
  unsigned folio_flags = kSwapFolio;
  unsigned vma = VMA_WRITE | VMA_UFFD_WP;
};

// A's only page migrates, or does not, and its entry becomes `now`.
std::string broken(const Migrated& m) {
  Scenario s = migrating(1, m.folio_flags, {kP | m.entry}, m.vma);
  addStep(s, m.moved ? STEP_MIGRATED : STEP_NOT_MIGRATED);
  Made made(s);
  made.replace(0, 0, Made::migration(m.entry, 0));
  made.end(0, 0, m.now, 1);
  if (!(m.folio_flags & FOLIO_FILE)) made.flagPage(0, m.page_flags);
  made.allStepsDone();
  return broken(made);
}

TEST(CaseEnd, MigrationBack) {
  const auto there = [](unsigned bits) { return Made::present(bits, MOVED_PFN); };
  EXPECT_EQ(broken({kW | kE | kD | kS, there(kW | kD | kS)}), "");
  EXPECT_EQ(broken({kW | kE | kD | kS, there(kW | kS)}), "dirty-lost");
  EXPECT_EQ(broken({kW | kE | kS, there(kW)}), "soft-dirty-lost");
  EXPECT_EQ(broken({kW | kE, there(kW | kS)}), "soft-dirty-gained");
  EXPECT_EQ(broken({kW | kE, there(0)}), "write-lost");
  EXPECT_EQ(broken({kE, there(kW)}), "write-gained");
  EXPECT_EQ(broken({kE | kU, there(kU)}), "");
  EXPECT_EQ(broken({kE | kU, there(0)}), "uffd-wp-changed");
  EXPECT_EQ(broken({kE, there(kU)}), "uffd-wp-changed");
  EXPECT_EQ(broken({kE, there(0), kBefore}), "exclusive-broken");
  EXPECT_EQ(broken({0, there(0), 0}), "");
  EXPECT_EQ(broken({0, there(0), kEnd}), "exclusive-broken");
  EXPECT_EQ(broken({kE, Made::present(0, FOLIO_PFN)}), "entry-lost accounting");
  EXPECT_EQ(broken({kE, Made::present(0, FOLIO_PFN), kBefore | kEnd, false}), "");
  EXPECT_EQ(broken({kE, there(0), kBefore | kEnd, false}), "entry-lost accounting");
}

TEST(CaseEnd, MigrationEntryLeftBehind) {
  Scenario s = migrating(1, kSwapFolio, {kP | kE});
  addStep(s, STEP_MIGRATED);
  Made made(s);
  made.replace(0, 0, Made::migration(kE, 0));
  made.allStepsDone();
  EXPECT_EQ(broken(made), "entry-lost");
  EXPECT_EQ(explain<F>(s, made.o).at(0).text,
            "A page 0: did not come back (mig:rE...., after the steps mig:rE....)");
}

// Not all processes were visited, and the folio moved nevertheless.
TEST(CaseEnd, MappingThatMigrationOverlooked) {
  for (const unsigned end : {STEP_NOT_MIGRATED, STEP_MIGRATED}) {
    Scenario s = migrating(1, kSwapFolio, {kP | kD});
    addStep(s, end);
    Made made(s);
    made.allStepsDone();
    if (end == STEP_MIGRATED) made.o.mapcount_end = 0;  // of the folio where it is now
    EXPECT_EQ(broken(made), end == STEP_MIGRATED ? "entry-lost" : "");
  }
}

TEST(CaseEnd, FileMigratesBack) {
  const unsigned vma = VMA_WRITE | VMA_FILE | VMA_SHARED;
  EXPECT_EQ(broken({kW, Made::present(kW, MOVED_PFN), 0, true, FOLIO_FILE, vma}), "");
  EXPECT_EQ(broken({kW, Made::present(0, MOVED_PFN), 0, true, FOLIO_FILE, vma}), "write-lost");
  EXPECT_EQ(broken({0, Made::present(kW, MOVED_PFN), 0, true, FOLIO_FILE, vma}), "write-gained");
}

// Migrate, fork, migrated: both are read-only then.
TEST(CaseEnd, MigrationEntryIsForked) {
  Scenario s = migrating(1, kSwapFolio, {kP | kW | kE | kS});
  addStep(s, STEP_FORK);
  Made still(s);
  still.replace(0, 0, Made::migration(kW | kS, 0));
  still.forkedChild();
  still.entry(0, 0).end = Made::migration(kS, 0);
  still.childHas(1, 0, Made::migration(kS, 0), false, RSS_ANON);
  still.allStepsDone();
  EXPECT_EQ(broken(still), "");
  still.entry(0, 0).end = Made::migration(kW | kS, 0);
  EXPECT_EQ(broken(still), "write-gained");
  still.entry(0, 0).end = Made::migration(kE | kS, 0);
  EXPECT_EQ(broken(still), "exclusive-broken");

  addStep(s, STEP_MIGRATED);
  Made back(s);
  back.replace(0, 0, Made::migration(kW | kS, 0));
  back.forkedChild();
  back.end(0, 0, Made::present(kS, MOVED_PFN), 1);
  back.childHas(1, 0, Made::present(kS, MOVED_PFN), true, RSS_ANON);
  back.allStepsDone();
  EXPECT_EQ(broken(back), "");
  back.entry(1, 0).end = Made::present(kS | kW, MOVED_PFN);
  EXPECT_EQ(broken(back), "write-gained");
  back.entry(1, 0).end = Made::present(kS, MOVED_PFN);
  back.flagPage(0, kBefore | kEnd);
  EXPECT_EQ(broken(back), "exclusive-broken");
}

TEST(CaseEnd, WhatWasKeptStays) {
  Scenario s = migrating(2, kSwapFolio, {kP | kE | kD, ENTRY_SWAPPED});
  s.vma[0][0].flags = VMA_WRITE;
  addStep(s, STEP_NOT_MIGRATED);
  Made made(s);
  made.allStepsDone();
  made.entry(0, 1).before = made.entry(0, 1).after = made.entry(0, 1).end =
      F::swp_entry(SWAP_TYPE, SWAP_OFFSET + MAX_PAGES);
  EXPECT_EQ(broken(made), "");
  const auto as_it_was = made.entry(0, 0).after;
  made.entry(0, 0).end = Made::present(kD | kW, FOLIO_PFN);
  EXPECT_EQ(broken(made), "write-gained");
  made.entry(0, 0).end = Made::present(0, FOLIO_PFN);
  EXPECT_EQ(broken(made), "dirty-lost");
  made.entry(0, 0).end = Made::present(kD, MOVED_PFN);
  EXPECT_EQ(broken(made), "entry-lost accounting");
  made.entry(0, 0).end = as_it_was;
  made.entry(0, 1).end = 0;
  EXPECT_EQ(broken(made), "entry-lost accounting");
}

TEST(CaseEnd, DeviceGivesThePageBack) {
  Scenario s = unmapping(1, kSwapFolio, {ENTRY_DEVICE_EXCLUSIVE | kW | kE});
  addStep(s, STEP_READ);
  Made made(s);
  made.allStepsDone();
  made.flagPage(0, 7);
  EXPECT_EQ(broken(made), "");
  // restore_exclusive_pte() marks it dirty, and with that soft-dirty.
  made.entry(0, 0).end = Made::present(kW | kD | kS, FOLIO_PFN);
  EXPECT_EQ(broken(made), "");
  made.entry(0, 0).end = Made::present(kW | kD, FOLIO_PFN + 1);
  EXPECT_EQ(broken(made), "entry-lost accounting");
  made.s.steps = 0;
  addStep(made.s, STEP_SWAPOFF);
  made.entry(0, 0).end = Made::present(kW | kD, FOLIO_PFN);
  EXPECT_EQ(broken(made), "entry-lost") << "not by swapoff";
}

TEST(CaseEnd, PinnedPageIsCopiedByFork) {
  Scenario s = unmapping(1, kSwapFolio, {ENTRY_DEVICE_EXCLUSIVE | kE});
  s.pins = 1;
  addStep(s, STEP_FORK);
  Made made(s);
  made.forkedChild();
  made.flagPage(0, 7);
  made.entry(0, 0).end = Made::present(0, FOLIO_PFN);
  made.childHas(1, 0, Made::present(kW | kD | kS, 0x2000), false, RSS_ANON);
  made.allStepsDone();
  EXPECT_EQ(broken(made), "");
  made.entry(0, 0).end = Made::present(kW, FOLIO_PFN);
  EXPECT_EQ(broken(made), "write-gained");
}

TEST(CaseEnd, PinnedPageIsCopiedByForkOnceItIsSwappedIn) {
  Scenario s = unmapping(2, kSwapFolio, {ENTRY_SWAP | kE, kP | kE});
  s.pins = 1;
  addStep(s, STEP_READ);
  addStep(s, STEP_FORK);
  Made made(s);
  made.forkedChild();
  made.flagPage(0, kEnd);
  made.flagPage(1, 7);
  made.end(0, 0, Made::present(0, FOLIO_PFN), 1, -1);
  for (unsigned page = 0; page < 2; ++page)
    made.childHas(1, page, Made::present(kD | kS, 0x2000 + page), false, RSS_ANON);
  made.allStepsDone();
  EXPECT_EQ(broken(made), "");
  made.entry(1, 0).end = Made::present(0, FOLIO_PFN);
  EXPECT_EQ(broken(made), "exclusive-broken accounting") << "shared under a pin";
}

TEST(CaseEnd, CountersAtTheEnd) {
  Scenario s = migrating(1, kSwapFolio, {kP | kE});
  addStep(s, STEP_MIGRATED);
  Made made(s);
  made.replace(0, 0, Made::migration(kE, 0));
  made.end(0, 0, Made::present(0, MOVED_PFN), 1);
  made.flagPage(0, kBefore | kEnd);
  made.allStepsDone();
  EXPECT_EQ(broken(made), "");
  made.o.mapcount_end = 0;
  EXPECT_EQ(broken(made), "accounting");
  made.o.mapcount_end = 1;
  made.o.rss_end[0][RSS_ANON] = 1;
  EXPECT_EQ(broken(made), "accounting");
}

}  // namespace
}  // namespace ptecheck
