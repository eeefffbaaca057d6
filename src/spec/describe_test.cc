// SPDX-License-Identifier: GPL-2.0-only
#include "spec/describe.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "pte/x86_64.h"
#include "scenario/text.h"
#include "spec/hand_made.h"
#include "spec/judge.h"

namespace ptecheck {
namespace {

using F = X86_64<>;

Scenario scenario(const std::string& text) {
  return parseScenario(text + "\noperation: try_to_unmap\n", "test").scenario;
}

TEST(Describe, Letters) {
  const auto page = F::pte_mkold(F::pfn_pte(FOLIO_PFN + 2, F::page_readonly()));
  EXPECT_EQ(describe<F>(0), "-");
  EXPECT_EQ(describe<F>(page), "r......");
  EXPECT_EQ(describe<F>(F::pte_mkwrite(page, false), true), "wE.....");
  EXPECT_EQ(describe<F>(F::pte_mkwrite(page, true)), "s.D....");
  EXPECT_EQ(describe<F>(F::pte_mkuffd_wp(F::pte_mkyoung(F::pte_mkdirty(page)))), "r.DYSU.");
  EXPECT_EQ(describe<F>(F::pfn_pte(FOLIO_PFN, F::page_none())), "r..Y..N");
  EXPECT_EQ(describe<F>(page, false, 2, 4), "r......");
  EXPECT_EQ(describe<F>(page, false, 1, 4), "r......=page 2");
  EXPECT_EQ(describe<F>(page, false, 1, 2), "r......=0x402");
}

TEST(Describe, SwapEntries) {
  const auto slot = F::swp_entry(SWAP_TYPE, SWAP_OFFSET + 1);
  EXPECT_EQ(describe<F>(slot, true, 1, 2), "swap:...");
  EXPECT_EQ(describe<F>(F::pte_swp_mkuffd_wp(F::pte_swp_mkexclusive(slot)), false, 1, 2),
            "swap:E.U");
  EXPECT_EQ(describe<F>(F::pte_swp_mksoft_dirty(slot), false, 0, 2), "swap:.S.=page 1");
  EXPECT_EQ(describe<F>(slot, false, 0, 1), "swap:...=0x1001");
  EXPECT_EQ(describe<F>(F::swp_entry(3, 5), false, 0, 2), "swap:...=3:0x5");
}

TEST(Describe, Seen) {
  EXPECT_EQ(describeSeen(SEEN_FAULT, 0), "?");
  EXPECT_EQ(describeSeen(SEEN_ZERO, 0), "zero");
  EXPECT_EQ(describeSeen(seenValue(SEEN_ORIGINAL, 3), 3), "old");
  EXPECT_EQ(describeSeen(seenValue(SEEN_ORIGINAL, 3), 1), "old of page 3");
  EXPECT_EQ(describeSeen(seenValue(SEEN_WRITER + 1, 3), 3), "B's write");
}

TEST(BeforeAfter, Table) {
  const Scenario s = scenario(
      "folio: 4 pages, lazyfree\nvma A: write\nvma B: write\npage A B\n0 wED -\n1-3 r r\nthen: A "
      "writes 1");
  HandMade<F> made(s);
  made.entry(0, 1).after = F::pte_mkwrite(made.entry(0, 1).before, false);
  made.drop(1, 1);
  made.entry(0, 1).seen = seenValue(SEEN_WRITER, 1);
  EXPECT_EQ(beforeAfter<F>(s, made.o, false), (std::vector<std::string>{
                                                  "page  A before  after     B before  after",
                                                  "0       wED.... same        -       same",
                                                  "1       r...... w......     r...... -",
                                                  "2-3     r...... same        r...... same",
                                              }));
  made.o.neighbour_after[0][1] = 0;
  EXPECT_EQ(beforeAfter<F>(s, made.o, true),
            (std::vector<std::string>{
                "page  A before  after   reads       B before  after reads",
                "0       wED.... same    old           -       same  zero",
                "1       r...... w...... A's write     r...... -     zero",
                "2-3     r...... same    old           r...... same  old",
                "next    r..Y... -                     r..Y... same",
            }));
}

TEST(BeforeAfter, ManyProcessesStayWithin75Columns) {
  const Scenario s = scenario(
      "folio: 1 page, swap-backed, swap-cache\nvma A: write\nvma B: write\nvma C: write\nvma D: "
      "write\npage A B C D\n0 rDYS rDYS rDYS rDYS");
  HandMade<F> made(s);
  for (unsigned process = 0; process < 4; ++process) made.swapOut(process, 0);
  const auto lines = beforeAfter<F>(s, made.o, true);
  EXPECT_EQ(lines.size(), 4U);  // two blocks
  for (const std::string& line : lines) EXPECT_LE(line.size(), 75U) << line;
}

TEST(BeforeAfter, ForkedProcessesHaveNothingButWhatTheyRead) {
  const Scenario s = scenario("folio: 1 page, lazyfree\nvma A: write\npage A\n0 wE\nthen: A forks");
  HandMade<F> made(s);
  made.o.processes = 2;
  made.entry(1, 0).seen = seenValue(SEEN_ORIGINAL, 0);
  EXPECT_EQ(beforeAfter<F>(s, made.o, true), (std::vector<std::string>{
                                                 "page  A before  after reads   B reads",
                                                 "0       wE..... same  old       old",
                                             }));
}

// Whatever is broken: explain() names exactly the rules of judge(), in words, for any damage.
TEST(Explain, AgreesWithJudgeOnRandomDamage) {
  const Scenario scenarios[] = {
      scenario("folio: 4 pages, lazyfree\nvma A: write, uffd-wp\nvma B: write\npage A B\n0 wEDYS "
               "-\n1 rU "
               "rDS\n2 other -\n3 - swapped\nthen: A writes all\nthen: B forks\nthen: C writes 1"),
      scenario("folio: 2 pages, swap-backed, swap-cache, dirty, pins 1\nvma A: write\nvma A from "
               "page 1: "
               "write, locked\npage A\n0 wEDS\n1 rEY"),
      scenario("folio: 2 pages, lazyfree, references 1\nvma A: write, shadow-stack\npage A\n0 "
               "wEDS\n1 rD"),
  };
  std::uint32_t state = 7;
  auto draw = [&](unsigned n) {
    state = state * 1664525 + 1013904223;
    return static_cast<unsigned>((std::uint64_t{state} * n) >> 32);
  };
  RuleSet met = 0;
  for (int i = 0; i < 20000; ++i) {
    const Scenario& s = scenarios[draw(3)];
    HandMade<F> made(s), other(s);
    made.o.processes = other.o.processes = static_cast<unsigned short>(s.processes + draw(2));
    for (unsigned damages = draw(4); damages > 0; --damages) {
      EntryResult& e = made.entry(draw(s.processes), draw(s.pages));
      switch (draw(10)) {
        case 0:
          e.after ^= F::bit(draw(64));
          break;
        case 1:
          e.after = 0;
          break;
        case 2:
          e.after = F::swp_entry(SWAP_TYPE + draw(2), SWAP_OFFSET + draw(3)) | (draw(8) << 1);
          break;
        case 3:
          e.page_flags = static_cast<unsigned char>(draw(4));
          break;
        case 4:
          e.seen = seenValue(draw(5), draw(4));
          break;
        case 5:
          e.swap_count += static_cast<int>(draw(3)) - 1;
          break;
        case 6:
          made.o.folio_flags ^= static_cast<unsigned short>(1U << draw(6));
          break;
        case 7:
          made.o.rss[0][draw(4)] -= static_cast<int>(draw(3));
          break;
        case 8:
          --(draw(2) ? made.o.mapcount : made.o.refcount);
          break;
        default:
          made.o.neighbour_after[0][draw(2)] ^= F::bit(draw(64));
          break;
      }
    }
    const RuleSet rules = judge<F>(s, made.o) | differs<F>(s, made.o, other.o);
    RuleSet explained = 0;
    for (const Violation& violation : explain<F>(s, made.o, &other.o)) {
      explained |= ruleBit(violation.rule);
      ASSERT_FALSE(violation.bit.empty()) << ruleNames(ruleBit(violation.rule));
      ASSERT_FALSE(violation.text.empty());
    }
    ASSERT_EQ(ruleNames(rules), ruleNames(explained));
    met |= rules;
  }
  // (x86 has no contiguous blocks.)
  EXPECT_EQ(met, kScenarioRules & ~ruleBit(Rule::kOwnChecks) & ~ruleBit(Rule::kBlockBroken));
}

}  // namespace
}  // namespace ptecheck
