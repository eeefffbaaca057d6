// SPDX-License-Identifier: GPL-2.0-only
//
// The space of a format that lacks something, against the full space without the scenarios that
// need it; and how many scenarios that leaves.
#include "scenario/abilities.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <set>

#include "scenario/drivers_test.h"
#include "scenario/legal.h"
#include "scenario/sanitized.h"
#include "scenario/space.h"

namespace ptecheck {
namespace {

struct Case {
  const char* like;  // a format that has these
  Abilities abilities;
  std::array<unsigned, 3> scenarios;  // exhaustive, up to 1, 2 and 4 pages
};

constexpr Abilities has(bool soft_dirty, bool uffd_wp, bool shadow_stack,
                        unsigned short table_slots = TABLE_SLOTS, unsigned short contiguous = 1) {
  Abilities abilities;
  abilities.soft_dirty = soft_dirty;
  abilities.uffd_wp = uffd_wp;
  abilities.shadow_stack = shadow_stack;
  abilities.table_slots = table_slots;
  abilities.contiguous = contiguous;
  return abilities;
}

// Pinned: a change of these numbers is a change of what "exhaustive" means.
const std::array kCases = {
    Case{"x86_64", has(true, true, true), {80400, 1549476, 3809438}},
    Case{"arm64", has(false, true, false, 512, 16), {31592, 397000, 581538}},
    Case{"s390", has(true, false, false, 256), {58280, 1254696, 3096418}},
    Case{"powerpc", has(true, false, false, 32), {58280, 1254696, 3096418}},
    Case{"riscv", has(false, false, false), {24808, 338150, 493408}},
    Case{"riscv-svrsw", has(true, true, false), {71680, 1457250, 3687932}},
};

Space spaceOf(const Abilities& abilities, unsigned pages) {
  Space space;
  space.max_pages = pages;
  space.abilities = abilities;
  return space;
}

TEST(Abilities, LeaveThisManyScenarios) {
  for (const Case& c : kCases)
    for (unsigned order = 0; order < (kSlow ? 1U : 3U); ++order) {
      const Space space = spaceOf(c.abilities, 1U << order);
      CountingChooser counter;
      Scenario scenario;
      unsigned built = 0;
      do {
        if (chooseScenario(counter, space, scenario)) ++built;
      } while (counter.next());
      EXPECT_EQ(built, c.scenarios[order]) << c.like << ", up to " << (1U << order) << " pages";
    }
}

// What needs an ability, said here once more and by itself.
bool needsMore(const Scenario& s, const Abilities& abilities) {
  unsigned entries = 0, vmas = 0;
  for (unsigned i = 0; i < unsigned{s.pages} * s.processes; ++i) entries |= s.entry[i];
  for (const auto& process : s.vma)
    for (const VmaSpec& vma : process) vmas |= vma.flags;
  return (!abilities.soft_dirty && ((entries & ENTRY_SOFT_DIRTY) || (vmas & VMA_SOFTDIRTY))) ||
         (!abilities.uffd_wp && ((entries & ENTRY_UFFD_WP) || (vmas & VMA_UFFD_WP))) ||
         (!abilities.shadow_stack && (vmas & VMA_SHADOW_STACK));
}

// The exact twin: one scenario after the other, the reduced space is the full one without those
// that need more.
TEST(Abilities, LeaveOutWhatNeedsMoreAndNothingElse) {
  for (const Case& c : kCases) {
    const Space full = spaceOf({}, kSlow ? 1 : 4);
    const Space reduced = spaceOf(c.abilities, full.max_pages);
    CountingChooser of_full, of_reduced;
    Scenario expected, scenario;
    bool begun = false;
    const auto nextOfReduced = [&] {
      while (!begun || of_reduced.next()) {
        begun = true;
        if (chooseScenario(of_reduced, reduced, scenario)) return true;
      }
      return false;
    };
    unsigned compared = 0;
    do {
      if (!chooseScenario(of_full, full, expected) || needsMore(expected, c.abilities)) continue;
      ASSERT_TRUE(nextOfReduced()) << c.like << " ends too early, after " << compared;
      ++compared;
      ASSERT_EQ(
          std::memcmp(&scenario, &expected, scenarioBytes(expected.processes, expected.pages)), 0)
          << c.like << ": scenario " << compared;
    } while (of_full.next());
    EXPECT_FALSE(nextOfReduced()) << c.like << " has more";
    EXPECT_EQ(compared, c.scenarios[kSlow ? 0 : 2]) << c.like;
  }
}

TEST(Abilities, RandomScenariosNeedNoMore) {
  for (const Case& c : kCases) {
    Space space = spaceOf(c.abilities, MAX_PAGES);
    space.random = true;
    std::set<unsigned> sizes;
    for (std::uint32_t seed = 0; seed < 5000; ++seed) {
      DrawnChooser drawn{seed * 2654435761U};
      Scenario scenario;
      if (!chooseScenario(drawn, space, scenario)) continue;
      sizes.insert(scenario.pages);
      ASSERT_EQ(whyIllegal(scenario), "") << c.like << ", seed " << seed;
      ASSERT_EQ(whatIsMissing(scenario, c.abilities), "") << c.like << ", seed " << seed;
    }
    EXPECT_EQ(*sizes.rbegin(), c.abilities.table_slots) << c.like;
  }
}

// No page table ends inside a folio, or takes part of one, unless that is asked for.
TEST(Abilities, TablesEndWhereAskedOnly) {
  for (const Case& c : kCases)
    for (unsigned pages = 1; pages <= c.abilities.table_slots; pages *= 2) {
      Scenario s{};
      s.pages = static_cast<unsigned short>(pages);
      const unsigned slots = c.abilities.table_slots;
      unsigned first = scenarioFirstSlot(&s);
      EXPECT_EQ(first / slots, (first + pages - 1) / slots) << c.like << ", " << pages << " pages";
      s.table_end = static_cast<unsigned short>(pages / 2);
      if (s.table_end == 0) continue;
      first = scenarioFirstSlot(&s);
      EXPECT_EQ((first + s.table_end) % slots, 0U) << c.like << ", " << pages << " pages";
      EXPECT_EQ(first / slots + 1, (first + pages - 1) / slots) << c.like << ", " << pages;
    }
}

TEST(Abilities, SayWhatIsMissingAndWhere) {
  const auto missing = [](const Abilities& abilities, auto change) {
    Scenario s{};
    s.pages = 64;
    s.processes = 2;
    change(s);
    EXPECT_EQ(whatIsMissing(s, {}), "");
    return whatIsMissing(s, abilities);
  };
  EXPECT_EQ(missing(has(false, false, false), [](Scenario&) {}), "");
  EXPECT_EQ(missing(has(true, true, true, 32), [](Scenario&) {}),
            "folios of more than 32 pages (a page table has no more entries)");
  EXPECT_EQ(missing(has(false, true, true), [](Scenario& s) { s.entry[65] = ENTRY_SOFT_DIRTY; }),
            "soft-dirty (B page 1)");
  EXPECT_EQ(missing(has(true, false, true), [](Scenario& s) { s.entry[3] = ENTRY_UFFD_WP; }),
            "uffd-wp (A page 3)");
  EXPECT_EQ(missing(has(false, true, true), [](Scenario& s) { s.vma[0][0].flags = VMA_SOFTDIRTY; }),
            "soft-dirty (VMA of A)");
  EXPECT_EQ(missing(has(true, false, true),
                    [](Scenario& s) {
                      s.split[1] = 64;
                      s.vma[1][1].flags = VMA_UFFD_WP;
                    }),
            "uffd-wp (VMA of B)");
  EXPECT_EQ(
      missing(has(true, true, false), [](Scenario& s) { s.vma[0][0].flags = VMA_SHADOW_STACK; }),
      "shadow stacks (VMA of A)");
  Abilities none;
  none.hwpoison = none.device = false;
  EXPECT_EQ(missing(none, [](Scenario& s) { s.folio_flags = FOLIO_HWPOISON; }), "hwpoison");
  EXPECT_EQ(missing(none, [](Scenario& s) { s.folio_flags = FOLIO_DEVICE_PRIVATE; }),
            "memory of devices");
  EXPECT_EQ(missing(none, [](Scenario& s) { s.entry[2] = ENTRY_DEVICE_EXCLUSIVE; }),
            "entries of devices (A page 2)");
  Scenario s{};
  s.pages = s.processes = 1;
  s.entry[0] = ENTRY_PRESENT | ENTRY_UNUSED;
  EXPECT_EQ(whatIsMissing(s, none), "unused entries (A page 0)");
  none.unused = true;
  EXPECT_EQ(whatIsMissing(s, none), "");
  s.pages = 256;
  s.pmd_mapped = 1;
  EXPECT_EQ(whatIsMissing(s, none), "PMDs that map 256 pages (a page table has 512 entries)");
  none.table_slots = 256;
  EXPECT_EQ(whatIsMissing(s, none), "");
}

}  // namespace
}  // namespace ptecheck
