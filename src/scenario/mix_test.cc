// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/mix.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "scenario/drivers_test.h"
#include "scenario/error.h"
#include "scenario/legal.h"

namespace ptecheck {
namespace {

// Calls use(scenario) for so many samples.
template <class Use>
void sample(const Mix& mix, const Abilities& abilities, unsigned samples, Use use) {
  const auto s = std::make_unique<Scenario>();
  for (unsigned i = 0; i < samples; ++i) {
    DrawnChooser chooser{i * 2654435761U};
    chooseMixed(chooser, mix, abilities, *s);
    use(*s);
  }
}

std::string whyRejected(std::string_view text) {
  try {
    parseMix(text, "my.mix");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "";
}

TEST(Mix, EveryScenarioIsLegal) {
  Abilities least;
  least.soft_dirty = least.uffd_wp = least.shadow_stack = least.device = false;
  least.table_slots = 32;
  least.contiguous = 16;
  // All values of all groups, each as often as any other.
  std::string even;
  for (const MixGroupInfo& group : mixGroups())
    for (unsigned value = 0; value < group.count(); ++value)
      even += std::string(group.name) + " " + std::string(group.values[value]) + " = 1\n";
  for (const Mix& mix : {builtInMix(), parseMix(even, "even")})
    for (const Abilities& abilities : {Abilities{}, least})
      sample(mix, abilities, 3000, [&](const Scenario& s) {
        ASSERT_EQ(whyIllegal(s), "");
        ASSERT_EQ(whatIsMissing(s, abilities), "");
      });
}

TEST(Mix, DrawsAsOftenAsTheWeightsSay) {
  std::map<unsigned, unsigned> pages;
  unsigned present = 0, dirty = 0;
  sample(parseMix("pages 4 = 1\npages 64 = 3\nrun 1 = 1\nfolio lazyfree = 1\n"
                  "dirty yes = 1\ndirty no = 3",
                  "my.mix"),
         {}, 4000, [&](const Scenario& s) {
           ++pages[s.pages];
           for (unsigned page = 0; page < s.pages; ++page) {
             present += (s.entry[page] & ENTRY_PRESENT) != 0;
             dirty += (s.entry[page] & ENTRY_DIRTY) != 0;
           }
         });
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_NEAR(pages[64], 3000, 120);
  EXPECT_NEAR(dirty * 4.0 / present, 1, 0.1);
}

// A value without weight does not occur, in any group; each with weight does.
TEST(Mix, EveryGroupDecidesSomething) {
  const auto count = [](const std::string& lines, auto what) {
    unsigned sum = 0;
    std::string all = "pages 4 = 1\n" + lines;
    if (lines.find("work ") == lines.npos) all += "\nwork unmap = 1";
    if (lines.find("entry ") == lines.npos) all += "\nentry present = 1";
    if (lines.find("folio ") == lines.npos) all += "\nfolio lazyfree = 1\nfolio swap-backed = 1";
    sample(parseMix(all, "my.mix"), {}, 300, [&](const Scenario& s) { sum += what(s); });
    return sum;
  };
  const auto entry = [](unsigned bits) {
    return [bits](const Scenario& s) { return (s.entry[0] & bits) == bits; };
  };
  const std::string alone = "processes one = 1\nmapped all = 1\nvma tracked = 1\n";
  for (const auto& [name, bits] :
       {std::pair{"dirty", ENTRY_DIRTY}, std::pair{"young", ENTRY_YOUNG},
        std::pair{"soft-dirty", ENTRY_SOFT_DIRTY}, std::pair{"write", ENTRY_WRITE}}) {
    EXPECT_EQ(count(alone + name + " yes = 1", entry(bits)), 300U) << name;
    EXPECT_EQ(count(alone + name + " no = 1", entry(bits)), 0U) << name;
  }
  EXPECT_EQ(count(alone + "write no = 1\nexclusive yes = 1", entry(ENTRY_EXCLUSIVE)), 300U);
  EXPECT_EQ(count(alone + "write no = 1\nexclusive no = 1", entry(ENTRY_EXCLUSIVE)), 0U);
  const std::string registered =
      "processes one = 1\nmapped all = 1\nvma uffd-wp = 1\nwrite no = 1\n";
  EXPECT_EQ(count(registered + "uffd-wp yes = 1", entry(ENTRY_UFFD_WP)), 300U);
  EXPECT_EQ(count(registered + "uffd-wp no = 1", entry(ENTRY_UFFD_WP)), 0U);
  const auto swapbacked = [](const Scenario& s) { return (s.folio_flags & FOLIO_SWAPBACKED) != 0; };
  EXPECT_EQ(count("folio swap-backed = 1", swapbacked), 300U);
  EXPECT_EQ(count("folio lazyfree = 1", swapbacked), 0U);
  const auto flag = [](unsigned bit) {
    return [bit](const Scenario& s) { return (s.folio_flags & bit) != 0; };
  };
  EXPECT_EQ(count("folio file = 1\nfolio shmem = 1", flag(FOLIO_FILE)), 300U);
  EXPECT_EQ(count("folio file = 1", flag(FOLIO_SWAPBACKED)), 0U);
  EXPECT_EQ(count("folio shmem = 1", flag(FOLIO_SWAPBACKED)), 300U);
  const auto shared_vma = [](const Scenario& s) { return (s.vma[0][0].flags & VMA_SHARED) != 0; };
  EXPECT_EQ(count("folio file = 1\nmapping shared = 1", shared_vma), 300U);
  EXPECT_EQ(count("folio file = 1\nmapping private = 1", shared_vma), 0U);
  const auto does = [](unsigned action) {
    return [action](const Scenario& s) {
      return std::count_if(s.step, s.step + s.steps,
                           [&](const Step& step) { return step.action == action; });
    };
  };
  EXPECT_EQ(count("work migrate = 1\nreference none = 1\npin none = 1", does(STEP_MIGRATED)), 300U);
  EXPECT_EQ(count("work migrate = 1\nreference one = 1", does(STEP_NOT_MIGRATED)), 300U);
  EXPECT_EQ(count("work unmap = 1", does(STEP_MIGRATED)), 0U);
  EXPECT_EQ(count("after read = 1", does(STEP_READ)), 300U);
  EXPECT_EQ(count("after nothing = 1", does(STEP_READ)), 0U);
  EXPECT_EQ(count("folio file = 1\nafter read = 1", does(STEP_READ)), 0U);
  EXPECT_EQ(count("folio swap-backed = 1\nafter swapoff = 1", does(STEP_SWAPOFF)), 300U);
  EXPECT_EQ(count("folio lazyfree = 1\nafter swapoff = 1", does(STEP_SWAPOFF)), 0U);
  const auto folio_dirty = [](const Scenario& s) { return (s.folio_flags & FOLIO_DIRTY) != 0; };
  EXPECT_EQ(count("folio-flag dirty = 1", folio_dirty), 300U);
  EXPECT_EQ(count("folio-flag clean = 1", folio_dirty), 0U);
  const auto two = [](const Scenario& s) { return s.processes == 2; };
  EXPECT_EQ(count("processes two = 1", two), 300U);
  EXPECT_EQ(count("processes one = 1", two), 0U);
  const auto both = [](const Scenario& s) { return (s.entry[4] & ENTRY_PRESENT) != 0; };
  EXPECT_EQ(count("mapped all = 1\nprocesses two = 1\nshared yes = 1", both), 300U);
  EXPECT_EQ(count("mapped all = 1\nprocesses two = 1\nshared no = 1", both), 0U);
  const auto steps = [](const Scenario& s) { return unsigned{s.steps}; };
  EXPECT_EQ(count("after write = 1", steps), 300U);
  EXPECT_EQ(count("after fork-and-write = 1", steps), 600U);
  EXPECT_EQ(count("after nothing = 1", steps), 0U);
  const auto referenced = [](const Scenario& s) { return unsigned{s.references}; };
  EXPECT_EQ(count("reference one = 1", referenced), 300U);
  EXPECT_EQ(count("reference none = 1", referenced), 0U);
  const auto pinned = [](const Scenario& s) { return unsigned{s.pins}; };
  EXPECT_EQ(count(alone + "write yes = 1\npin one = 1", pinned), 300U);
  EXPECT_EQ(count(alone + "write yes = 1\npin none = 1", pinned), 0U);
  EXPECT_EQ(count(alone + "write no = 1\nexclusive no = 1\npin one = 1", pinned), 0U);
  const auto event = [](const Scenario& s) { return s.event != EVENT_NONE; };
  EXPECT_EQ(count("event one = 1", event), 300U);
  EXPECT_EQ(count("event none = 1", event), 0U);
  const auto deferred = [](const Scenario& s) { return (s.ttu & UNMAP_BATCH_FLUSH) != 0; };
  EXPECT_EQ(count("flush deferred = 1", deferred), 300U);
  EXPECT_EQ(count("flush immediate = 1", deferred), 0U);
  const auto mapped = [](const Scenario& s) {
    return static_cast<unsigned>(std::count_if(
        s.entry, s.entry + 4, [](unsigned bits) { return (bits & ENTRY_PRESENT) != 0; }));
  };
  EXPECT_EQ(count("mapped three-quarters = 1", mapped), 900U);
  EXPECT_EQ(count("mapped half = 1", mapped), 600U);
  EXPECT_EQ(count("mapped one = 1", mapped), 300U);
  const auto equal = [](const Scenario& s) {
    return std::set<unsigned>(s.entry, s.entry + 4).size() == 1;
  };
  EXPECT_EQ(count(alone + "run 4 = 1", equal), 300U);
  EXPECT_LT(count(alone + "run 1 = 1", equal), 100U);
}

// How many entries of each kind (entryKind()) there are, of A's.
std::map<unsigned, unsigned> kindsIn(const std::string& lines, const Abilities& abilities = {}) {
  std::map<unsigned, unsigned> kinds;
  sample(parseMix("pages 8 = 1\nmapped all = 1\nrun 1 = 1\nwork unmap = 1\n" + lines, "my.mix"),
         abilities, 1000, [&](const Scenario& s) {
           EXPECT_EQ(whyIllegal(s), "");
           bool maps = false;
           for (unsigned page = 0; page < s.pages; ++page) {
             ++kinds[entryKind(s.entry[page])];
             maps = maps || entryMaps(s.entry[page]);
           }
           EXPECT_TRUE(maps);
         });
  return kinds;
}

TEST(Mix, EntriesInSwapFormAndMarkersAreDrawnWhereTheyCanBe) {
  const std::string one = "processes one = 1\n", half = "entry present = 1\nentry swap = 1\n";
  auto kinds = kindsIn(one + half + "folio swap-backed = 1\nvma untracked = 1");
  EXPECT_NEAR(kinds[ENTRY_SWAP], 4000, 250);
  EXPECT_EQ(kinds[ENTRY_SWAP] + kinds[ENTRY_PRESENT], 8000U);
  // Some entry maps the folio, whatever the weights say.
  kinds = kindsIn(one + "entry swap = 1\nfolio swap-backed = 1\nvma untracked = 1");
  EXPECT_EQ(kinds[ENTRY_PRESENT], 1000U);
  EXPECT_EQ(kinds[ENTRY_SWAP], 7000U);
  // No swap slots: lazyfree, files, migration.
  EXPECT_EQ(kindsIn(half + "folio lazyfree = 1\nfolio file = 1\nfolio shmem = 1").count(ENTRY_SWAP),
            0U);
  const std::string watched = "entry present = 1\nentry marker = 1\nvma uffd-wp = 1\n" + one;
  EXPECT_NEAR(kindsIn(watched + "folio file = 1\nfolio shmem = 1")[ENTRY_MARKER], 4000, 250);
  EXPECT_EQ(kindsIn(watched + "folio lazyfree = 1\nfolio swap-backed = 1").count(ENTRY_MARKER), 0U);
  EXPECT_EQ(kindsIn("entry marker = 1\nvma untracked = 1\nfolio file = 1").count(ENTRY_MARKER), 0U);
  const std::string device = "entry device-exclusive = 1\nfolio lazyfree = 1\nvma untracked = 1\n";
  EXPECT_EQ(kindsIn(one + device)[ENTRY_DEVICE_EXCLUSIVE], 8000U);
  Abilities without;
  without.device = false;
  EXPECT_EQ(kindsIn(device, without).count(ENTRY_DEVICE_EXCLUSIVE), 0U);
}

// What they remember is drawn like what present ones have.
TEST(Mix, EntriesInSwapFormRememberWhatIsDrawn) {
  const std::string swapped =
      "entry swap = 9\nentry present = 1\nfolio swap-backed = 1\nprocesses one = 1\n";
  const auto all_have = [](const std::string& lines, unsigned bits) {
    unsigned seen = 0;
    sample(parseMix("work unmap = 1\npages 8 = 1\n" + lines, "my.mix"), {}, 300,
           [&](const Scenario& s) {
             for (unsigned page = 0; page < s.pages; ++page) {
               if (!(s.entry[page] & ENTRY_SWAP)) continue;
               ++seen;
               EXPECT_EQ(s.entry[page] & ~unsigned{ENTRY_SWAP}, bits);
             }
           });
    EXPECT_GT(seen, 100U);
  };
  const std::string plain = "soft-dirty no = 1\nuffd-wp no = 1\n";
  all_have(swapped + "vma tracked = 1\nexclusive no = 1\n" + plain, 0);
  all_have(swapped + "vma tracked = 1\nexclusive yes = 1\n" + plain, ENTRY_EXCLUSIVE);
  all_have(swapped + "vma tracked = 1\nexclusive no = 1\nsoft-dirty yes = 1", ENTRY_SOFT_DIRTY);
  all_have(swapped + "vma uffd-wp = 1\nexclusive no = 1\nsoft-dirty no = 1\nuffd-wp yes = 1",
           ENTRY_UFFD_WP);
  // Shared by two processes, a page is nobody's alone.
  sample(
      parseMix("work unmap = 1\npages 8 = 1\nentry swap = 9\nentry present = 1\nexclusive yes = 1\n"
               "folio swap-backed = 1\nprocesses two = 1\nshared yes = 1",
               "my.mix"),
      {}, 300, [](const Scenario& s) {
        for (unsigned page = 0; page < s.pages; ++page) {
          EXPECT_EQ(s.entry[page], s.entry[s.pages + page]);
          EXPECT_FALSE(s.entry[page] & ENTRY_EXCLUSIVE);
        }
      });
}

// The built-in mix has them, seldom.
TEST(Mix, TheBuiltInOneHasSwapEntriesMarkersAndSwapsIn) {
  unsigned swap = 0, marker = 0, present = 0, device = 0, reads = 0;
  sample(builtInMix(), {}, 20000, [&](const Scenario& s) {
    for (unsigned page = 0; page < s.pages; ++page) {
      swap += (s.entry[page] & ENTRY_SWAP) != 0;
      marker += (s.entry[page] & ENTRY_MARKER) != 0;
      present += (s.entry[page] & ENTRY_PRESENT) != 0;
      device += (s.entry[page] & ENTRY_DEVICE_EXCLUSIVE) != 0;
    }
    reads += s.steps != 0 && s.step[s.steps - 1].action == STEP_READ;
  });
  EXPECT_GT(swap, 100U);
  EXPECT_LT(swap * 20, present);
  EXPECT_GT(marker, 0U);
  EXPECT_LT(marker, swap);
  EXPECT_EQ(device, 0U);
  EXPECT_GT(reads, 2000U);
}

TEST(Mix, ContiguousBlocksAreDrawnWhereThereAreAny) {
  Abilities arm64;
  arm64.contiguous = 16;
  unsigned folded = 0, large = 0;
  sample(parseMix("pages 8 = 1\npages 16 = 1\nblocks folded = 1", "my.mix"), arm64, 300,
         [&](const Scenario& s) {
           folded += s.folded;
           large += s.pages == 16;
           EXPECT_TRUE(s.pages == 16 || s.folded == 0);
         });
  EXPECT_EQ(folded, large);
  EXPECT_GT(large, 100U);
}

TEST(Mix, GroupsThatAreNotNamedAreBuiltIn) {
  const Mix mix = parseMix("# only this\npages 2 = 7   # small\n\n", "my.mix");
  EXPECT_EQ(mix.weight(MixGroup::kPages, 1), 7U);
  EXPECT_EQ(mix.weight(MixGroup::kPages, 0), 0U);
  EXPECT_EQ(mix.weight(MixGroup::kRun, 0), builtInMix().weight(MixGroup::kRun, 0));
  EXPECT_NE(mix.weight(MixGroup::kRun, 0), 0U);
}

TEST(Mix, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(whyRejected("\npages = 3"),
            "my.mix:2: a line is 'GROUP VALUE = WEIGHT', such as 'pages 16 = 30'.");
  EXPECT_NE(whyRejected("page 4 = 3").find("my.mix:1: there is no group 'page'; there are pages, "),
            std::string::npos);
  EXPECT_EQ(whyRejected("dirty maybe = 3"), "my.mix:1: 'dirty' is never 'maybe'; it is no, yes.");
  EXPECT_EQ(whyRejected("# x\ndirty yes = -1"),
            "my.mix:2: a weight is a whole number from 0 to 1000000, not '-1'.");
  EXPECT_NE(whyRejected("dirty yes = 1000001").find("my.mix:1:"), std::string::npos);
  EXPECT_EQ(whyRejected("dirty yes = 1\ndirty yes = 2"), "my.mix:2: 'dirty yes' is given twice.");
  EXPECT_EQ(whyRejected("dirty yes = 0\npages 1 = 1"),
            "my.mix:1: all weights of 'dirty' are 0; give one of them more.");
  EXPECT_EQ(whyRejected("pages 16 = 1\r\n"), "");
}

}  // namespace
}  // namespace ptecheck
