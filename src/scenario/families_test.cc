// SPDX-License-Identifier: GPL-2.0-only
//
// Every family of the space: how many scenarios it has, that all are legal and different, and that
// what it is about is in it.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "scenario/drivers_test.h"
#include "scenario/family.h"
#include "scenario/legal.h"
#include "scenario/sanitized.h"
#include "scenario/space.h"

namespace ptecheck {
namespace {

constexpr std::array kNew = {Family::kSwap, Family::kFile, Family::kMigration, Family::kDevice,
                             Family::kRare, Family::kHuge, Family::kMismatch};

Abilities arm64() {
  Abilities abilities;
  abilities.soft_dirty = abilities.shadow_stack = false;
  abilities.contiguous = 16;
  return abilities;
}

Abilities s390() {
  Abilities abilities;
  abilities.uffd_wp = abilities.shadow_stack = false;
  abilities.table_slots = 256;
  abilities.unused = true;
  abilities.hwpoison = abilities.device = false;
  return abilities;
}

Space spaceOf(Family family, unsigned pages, const Abilities& abilities = {}) {
  Space space;
  space.family = family;
  space.max_pages = pages;
  space.abilities = abilities;
  return space;
}

template <class Visit>
unsigned forEach(const Space& space, Visit visit) {
  CountingChooser counter;
  Scenario scenario;
  unsigned built = 0;
  do {
    if (!chooseScenario(counter, space, scenario)) continue;
    ++built;
    visit(scenario);
  } while (counter.next());
  return built;
}

std::string bytesOf(const Scenario& s) {
  return {reinterpret_cast<const char*>(&s), scenarioBytes(s.processes, s.pages)};
}

TEST(Families, HaveNames) {
  std::set<std::string_view> names;
  for (unsigned i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    names.insert(familyName(family));
    EXPECT_EQ(findFamily(familyName(family)), family);
  }
  EXPECT_EQ(names.size(), kFamilies);
  EXPECT_EQ(findFamily("hugetlb"), std::nullopt);
  EXPECT_EQ(findFamily(""), std::nullopt);
}

// Pinned: a change of these numbers is a change of what "exhaustive" means.
TEST(Families, HaveThisManyScenarios) {
  struct Pinned {
    Family family;
    std::array<unsigned, 3> x86_64, arm64, s390;  // up to 1, 2 and 4 pages
  };
  const std::array pinned = {
      Pinned{
          Family::kSwap, {42238, 479173, 982469}, {19752, 144972, 481423}, {20758, 217841, 479985}},
      Pinned{Family::kFile, {11584, 117930, 555671}, {6504, 49858, 280973}, {8524, 93570, 509823}},
      Pinned{Family::kMigration,
             {50903, 445680, 745424},
             {28121, 196252, 370712},
             {33720, 273671, 443881}},
      Pinned{Family::kDevice, {6090, 34370, 69645}, {2736, 10305, 31397}, {0, 0, 0}},
      Pinned{Family::kRare, {57898, 57898, 57898}, {31446, 31446, 31446}, {43658, 566394, 1383997}},
      Pinned{Family::kHuge, {972, 972, 972}, {462, 462, 462}, {892, 892, 892}},
      Pinned{Family::kMismatch, {4279, 41039, 74794}, {1928, 13068, 29308}, {3378, 32338, 63693}},
  };
  for (const Pinned& p : pinned)
    for (unsigned order = 0; order < (kSlow ? 1U : 3U); ++order) {
      const auto count = [&](const Abilities& abilities) {
        return forEach(spaceOf(p.family, 1U << order, abilities), [](const Scenario&) {});
      };
      const std::string where =
          std::string(familyName(p.family)) + ", up to " + std::to_string(1U << order) + " pages";
      EXPECT_EQ(count({}), p.x86_64[order]) << where;
      EXPECT_EQ(count(arm64()), p.arm64[order]) << where << ", arm64";
      EXPECT_EQ(count(s390()), p.s390[order]) << where << ", s390";
    }
}

// One and two pages wholly; of four every 37th.
TEST(Families, BuildLegalScenariosOnly) {
  for (Family family : kNew)
    for (const Abilities& abilities : {Abilities{}, arm64(), s390()}) {
      unsigned number = 0;
      forEach(spaceOf(family, kSlow ? 1 : 4, abilities), [&](const Scenario& s) {
        if (++number % 37 != 0 && (kSlow || s.pages > 2)) return;
        ASSERT_EQ(whyIllegal(s), "") << familyName(family) << ", scenario " << number;
        ASSERT_EQ(whatIsMissing(s, abilities), "") << familyName(family) << ", " << number;
      });
    }
}

TEST(Families, BuildNoScenarioTwice) {
  for (Family family : kNew) {
    std::set<std::string> seen;
    unsigned number = 0;
    forEach(spaceOf(family, family == Family::kHuge || kSlow ? 1 : 2), [&](const Scenario& s) {
      ++number;
      ASSERT_TRUE(seen.insert(bytesOf(s)).second) << familyName(family) << ", " << number;
    });
  }
}

TEST(Families, DrawLegalScenariosOfAllSizes) {
  for (Family family : kNew)
    for (const Abilities& abilities : {Abilities{}, arm64(), s390()}) {
      Space space = spaceOf(family, MAX_PAGES, abilities);
      space.random = true;
      std::set<unsigned> sizes;
      for (std::uint32_t seed = 0; seed < (kSlow ? 300U : 3000U); ++seed) {
        DrawnChooser drawn{seed * 2654435761U};
        Scenario scenario;
        if (!chooseScenario(drawn, space, scenario)) continue;
        sizes.insert(scenario.pages);
        ASSERT_EQ(whyIllegal(scenario), "") << familyName(family) << ", seed " << seed;
        ASSERT_EQ(whatIsMissing(scenario, abilities), "") << familyName(family) << ", " << seed;
      }
      const bool none = family == Family::kDevice && !abilities.device;
      const unsigned smallest = family == Family::kHuge ? abilities.table_slots : 1U;
      EXPECT_EQ(sizes.empty(), none) << familyName(family);
      if (none) continue;
      EXPECT_EQ(*sizes.begin(), smallest) << familyName(family);
      // (Broken memory is of one page; unused entries come in all sizes.)
      const bool one_page = family == Family::kRare && !abilities.unused;
      EXPECT_EQ(*sizes.rbegin(), one_page ? 1U : abilities.table_slots) << familyName(family);
    }
}

// What batching can get wrong needs different entries side by side; each family has to have them
// with two pages and with four.
TEST(Families, MixEntriesInOneFolio) {
  struct Mixture {
    Family family;
    const char* what;
    std::function<bool(const Scenario&)> is;
  };
  const auto has = [](const Scenario& s, unsigned page, unsigned bits) {
    return (s.entry[page] & bits) == bits;
  };
  const auto firstThen = [&](unsigned before, unsigned last) {
    return [=](const Scenario& s) {
      const unsigned end = s.pages - 1U;
      for (unsigned page = 0; page < end; ++page)
        if (!has(s, page, before)) return false;
      return has(s, end, last) && s.entry[end] != s.entry[end - 1U];
    };
  };
  const std::array mixtures = {
      Mixture{Family::kSwap, "present, then swapped", firstThen(ENTRY_PRESENT, ENTRY_SWAP)},
      Mixture{Family::kSwap, "swapped, then present", firstThen(ENTRY_SWAP, ENTRY_PRESENT)},
      Mixture{Family::kSwap, "a device's at the end",
              firstThen(ENTRY_PRESENT, ENTRY_DEVICE_EXCLUSIVE)},
      Mixture{Family::kSwap, "soft-dirty at the end alone",
              firstThen(ENTRY_PRESENT | ENTRY_WRITE, ENTRY_WRITE | ENTRY_SOFT_DIRTY)},
      Mixture{Family::kFile, "a marker at the end", firstThen(ENTRY_PRESENT, ENTRY_MARKER)},
      Mixture{Family::kFile, "uffd-wp at the end", firstThen(ENTRY_PRESENT, ENTRY_UFFD_WP)},
      Mixture{Family::kFile, "write at the end", firstThen(ENTRY_PRESENT, ENTRY_WRITE)},
      Mixture{Family::kMigration, "write at the end",
              firstThen(ENTRY_PRESENT | ENTRY_EXCLUSIVE, ENTRY_WRITE)},
      Mixture{Family::kMigration, "young at the start",
              firstThen(ENTRY_PRESENT | ENTRY_WRITE | ENTRY_YOUNG, ENTRY_WRITE)},
      Mixture{Family::kMigration, "dirty at the end",
              firstThen(ENTRY_PRESENT | ENTRY_WRITE, ENTRY_WRITE | ENTRY_DIRTY)},
      Mixture{Family::kMigration, "swapped at the end", firstThen(ENTRY_PRESENT, ENTRY_SWAP)},
      Mixture{Family::kDevice, "a device's at the end",
              firstThen(ENTRY_PRESENT, ENTRY_DEVICE_EXCLUSIVE)},
      Mixture{Family::kRare, "unused at the end", firstThen(ENTRY_PRESENT, ENTRY_UNUSED)},
  };
  for (const Mixture& mixture : mixtures) {
    const Abilities abilities = mixture.family == Family::kRare ? s390() : Abilities{};
    std::array<unsigned, 5> found{};
    unsigned refused = 0, event = 0;
    forEach(spaceOf(mixture.family, kSlow ? 2 : 4, abilities), [&](const Scenario& s) {
      if (s.pages == 1 || !mixture.is(s)) return;
      ++found[s.pages];
      refused += s.pins != 0;
      event += s.event_at > 1;
    });
    EXPECT_GT(found[2], 0U) << mixture.what;
    EXPECT_EQ(found[4] > 0, !kSlow) << mixture.what;
    EXPECT_GT(refused, 0U) << mixture.what << ", and a pin";
    EXPECT_EQ(event > 0, mixture.family != Family::kFile)
        << mixture.what << ", and something that fails at the second batch";
  }
}

// Every kind of entry, folio, event and step that scenarios can have is in one of the families.
TEST(Families, LeaveNothingOut) {
  unsigned entries = 0, folio = 0, vmas = 0, ttu = 0, events = 0, steps = 0;
  bool pmd = false;
  for (unsigned i = 0; i < kFamilies; ++i)
    for (const Abilities& abilities : {Abilities{}, s390()})
      forEach(spaceOf(static_cast<Family>(i), i == 0 ? 1 : 2, abilities), [&](const Scenario& s) {
        for (unsigned e = 0; e < unsigned{s.pages} * s.processes; ++e) entries |= s.entry[e];
        for (const auto& process : s.vma)
          for (const VmaSpec& vma : process) vmas |= vma.flags;
        for (unsigned step = 0; step < s.steps; ++step) steps |= 1U << s.step[step].action;
        folio |= s.folio_flags;
        ttu |= s.ttu;
        events |= 1U << s.event;
        pmd = pmd || s.pmd_mapped != 0;
      });
  EXPECT_EQ(entries, 0x7fffU);
  EXPECT_EQ(folio, 0x1ffU & ~unsigned{FOLIO_MLOCKED});
  EXPECT_EQ(vmas, 0xffU);
  EXPECT_EQ(ttu, 0x7U);
  EXPECT_EQ(events, 0xfU);
  EXPECT_EQ(steps, 0x7fU);
  EXPECT_TRUE(pmd);
}

}  // namespace
}  // namespace ptecheck
