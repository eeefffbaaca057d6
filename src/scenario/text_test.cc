// SPDX-License-Identifier: GPL-2.0-only
#include "scenario/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scenario/error.h"
#include "scenario/legal.h"
#include "scenario/space.h"

namespace ptecheck {
namespace {

const char* const kCve =
    "# The first entry's write bit is stamped on the rest.\n"
    "#\n"
    "# B shares page 1.\n"
    "arch: riscv-svrsw\n"
    "folio: 2 pages, lazyfree, dirty, folded, references 3, pins 1\n"
    "page table: ends before page 1\n"
    "vma A: write\n"
    "vma A from page 2: read-only, locked\n"
    "vma B: write, uffd-wp\n"
    "page     A        B\n"
    "0        wEDYS..  -\n"
    "1        r.DY...  r....UN\n"
    "operation: try_to_unmap, batch-flush, ignore-mlock, remote-cpu\n"
    "event: reference at chance 2\n"
    "then: A writes 1\n"
    "then: B forks\n"
    "then: C reads all\n"
    "expect v6.16: write-gained contents\n"
    "expect mutant first-entry: write-gained\n"
    "expect tree: good\n";

std::string errorOf(const std::string& text, const Vocabulary& vocabulary = {}) {
  try {
    parseScenario(text, "f.pte", vocabulary);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "no error";
}

// Equal in what counts: used entries only.
bool same(const Scenario& a, const Scenario& b) {
  if (std::memcmp(&a, &b, offsetof(Scenario, entry)) != 0) return false;
  return std::equal(a.entry, a.entry + std::size_t{a.processes} * a.pages, b.entry);
}

TEST(Text, ReadsEverything) {
  const ScenarioFile file = parseScenario(kCve, "f.pte");
  EXPECT_EQ(file.title, "The first entry's write bit is stamped on the rest.\n\nB shares page 1.");
  EXPECT_EQ(file.arch, "riscv-svrsw");
  const Scenario& s = file.scenario;
  EXPECT_EQ(s.pages, 2);
  EXPECT_EQ(s.processes, 2);
  EXPECT_EQ(s.folio_flags, FOLIO_DIRTY | FOLIO_LOCKED | FOLIO_UPTODATE);
  EXPECT_EQ(s.folded, 1);
  EXPECT_EQ(s.references, 3);
  EXPECT_EQ(s.pins, 1);
  EXPECT_EQ(s.table_end, 1);
  EXPECT_EQ(s.ttu, UNMAP_BATCH_FLUSH | UNMAP_IGNORE_MLOCK);
  EXPECT_EQ(s.remote_cpu, 1);
  EXPECT_EQ(s.event, EVENT_REFERENCE);
  EXPECT_EQ(s.event_at, 2);
  EXPECT_EQ(s.split[0], 2);
  EXPECT_EQ(s.split[1], 0);
  EXPECT_EQ(s.vma[0][0].flags, VMA_WRITE);
  EXPECT_EQ(s.vma[0][1].flags, VMA_LOCKED);
  EXPECT_EQ(s.vma[1][0].flags, VMA_WRITE | VMA_UFFD_WP);
  EXPECT_EQ(s.entry[0], ENTRY_PRESENT | ENTRY_WRITE | ENTRY_EXCLUSIVE | ENTRY_DIRTY | ENTRY_YOUNG |
                            ENTRY_SOFT_DIRTY);
  EXPECT_EQ(s.entry[1], ENTRY_PRESENT | ENTRY_DIRTY | ENTRY_YOUNG);
  EXPECT_EQ(s.entry[2], 0);
  EXPECT_EQ(s.entry[3], ENTRY_PRESENT | ENTRY_UFFD_WP | ENTRY_PROTNONE);
  ASSERT_EQ(s.steps, 3);
  EXPECT_EQ(s.step[0].action, STEP_WRITE);
  EXPECT_EQ(s.step[0].page, 1);
  EXPECT_EQ(s.step[1].action, STEP_FORK);
  EXPECT_EQ(s.step[1].process, 1);
  EXPECT_EQ(s.step[2].process, 2);
  EXPECT_EQ(s.step[2].page, ALL_PAGES);
  const std::vector<Expectation> expected = {
      {Expectation::Kind::kPolicy, "v6.16", {"write-gained", "contents"}},
      {Expectation::Kind::kMutant, "first-entry", {"write-gained"}},
      {Expectation::Kind::kTree, "", {}},
  };
  EXPECT_EQ(file.expectations, expected);
  EXPECT_EQ(printScenario(file), kCve);
}

TEST(Text, ReadsEveryKindOfEntryFolioAndStep) {
  const std::string head =
      "folio: 4 pages, swap-backed, swap-cache\n"
      "vma A: write, file\n"
      "vma B: write, file\n"
      "page     A             B\n"
      "0        devexcl:wE..  -\n"
      "1        swap:E.U      swapped\n"
      "2        rE.Y...X      -\n"
      "3        r..Y...       swap:.S.\n";
  const std::string swap = head +
                           "operation: try_to_unmap\n"
                           "event: arch-unmap-fails at chance 2\n"
                           "then: A forks\n"
                           "then: swapoff\n";
  const ScenarioFile file = parseScenario(swap, "f.pte");
  EXPECT_EQ(printScenario(file), swap);
  const Scenario& s = file.scenario;
  EXPECT_EQ(s.entry[0], ENTRY_DEVICE_EXCLUSIVE | ENTRY_WRITE | ENTRY_EXCLUSIVE);
  EXPECT_EQ(s.entry[1], ENTRY_SWAP | ENTRY_EXCLUSIVE | ENTRY_UFFD_WP);
  EXPECT_EQ(s.entry[2], ENTRY_PRESENT | ENTRY_EXCLUSIVE | ENTRY_YOUNG | ENTRY_UNUSED);
  EXPECT_EQ(s.entry[7], ENTRY_SWAP | ENTRY_SOFT_DIRTY);
  EXPECT_EQ(s.vma[1][0].flags, VMA_WRITE | VMA_FILE);
  EXPECT_EQ(s.event, EVENT_ARCH_UNMAP);
  EXPECT_EQ(s.step[1].action, STEP_SWAPOFF);
  EXPECT_EQ(s.step[1].page, ALL_PAGES);

  for (const char* text :
       {"folio: 2 pages, swap-backed, swap-cache\nvma A: write, uffd-wp, file\npage     A\n"
        "0        rE...U.\n1        marker\noperation: try_to_unmap\nthen: A unregisters\n",
        "folio: 2 pages, shmem, dirty\nvma A: write, uffd-wp, file, shared\n"
        "page     A\n0        marker\n1        w.D....\noperation: try_to_unmap\n",
        "folio: 1 page, file, hwpoison\nvma A: read-only, file\n"
        "page     A\n0        r......\noperation: try_to_unmap, hwpoison\n",
        "folio: 1 page, lazyfree, device-private\nvma A: write\npage     A\n"
        "0        devpriv:rE..\noperation: try_to_migrate\nthen: A forks\nthen: not migrated\n",
        "folio: 32 pages, lazyfree, pmd-mapped A B, pins 1\nvma A: write\nvma B: write\n"
        "page     A        B\n0-31     r......  r......\n"
        "operation: try_to_migrate\nthen: migrated\n"})
    EXPECT_EQ(printScenario(parseScenario(text, "f.pte")), text);
}

TEST(Text, IsGenerousWithBlanksCommentsAndOrder) {
  const ScenarioFile file = parseScenario(
      "operation:try_to_unmap # what else\r\n"
      "\n"
      "  folio :  4   pages,swap-backed , swap-cache\n"
      "# not the title\n"
      "page A\n"
      "1-2   rSE\n"
      "3 swapped\n"
      "vma A: read-only",
      "f.pte");
  EXPECT_EQ(file.title, "");
  EXPECT_EQ(printScenario(file),
            "folio: 4 pages, swap-backed, swap-cache\n"
            "vma A: read-only\n"
            "page     A\n"
            "0        -\n"
            "1-2      rE..S..\n"
            "3        swapped\n"
            "operation: try_to_unmap\n");
}

TEST(Text, NamesFileLineColumnAndWord) {
  const std::string folio = "folio: 2 pages, lazyfree\n";
  const std::string table = folio + "page A B\n";
  struct Case {
    std::string text, error;
  };
  const std::vector<Case> cases = {
      {"", "f.pte:1:1: the file ends without a 'folio:' line"},
      {folio, "f.pte:1:1: the file ends without a table of entries"},
      {table, "f.pte:2:1: the file ends without a 'vma A:' line"},
      {table + "vma A: write\n", "f.pte:3:1: the file ends without a 'vma B:' line"},
      {table + "vma A: write\nvma B: write\nvma C: write\noperation: try_to_unmap\n",
       "f.pte:6:1: the file ends without a column for process C"},
      {table + "vma A: write\nvma B: write\n",
       "f.pte:4:1: the file ends without an 'operation:' line"},
      {"folios: 2\n", "f.pte:1:1: 'folios': a line begins with 'arch:', 'folio:'"},
      {folio + folio, "f.pte:2:1: 'folio': this line is there already"},
      {"folio 2 pages", "f.pte:1:7: '2': expected ':' after the first word"},
      {"folio: 3 pages, lazyfree", "f.pte:1:8: '3': a folio has 1, 2, 4, ... or 512 pages"},
      {"folio: 1024 pages, lazyfree",
       "f.pte:1:8: '1024': expected the number of pages, a number from 1 to 512"},
      {"folio: two pages", "f.pte:1:8: 'two': expected the number of pages"},
      {"folio: 99999999999999999999 pages",
       "f.pte:1:8: '99999999999999999999': expected the number"},
      {"folio: 2 page, lazyfree", "f.pte:1:10: 'page': expected 'pages'"},
      {"folio: 2 pages", "f.pte:1:15: the line ends: say whether the folio is 'lazyfree'"},
      {"folio: 2 pages, lazyfree, swap-backed", "f.pte:1:27: 'swap-backed': a folio is either"},
      {"folio: 2 pages, lazyfree, drity",
       "f.pte:1:27: 'drity': no property of a folio; allowed: lazyfree, "},
      {"folio: 2 pages, lazyfree dirty", "f.pte:1:26: 'dirty': expected ',' after a word"},
      {"folio: 2 pages, lazyfree, pins",
       "f.pte:1:31: the line ends: expected pins, a number from 1 to 65535"},
      {"page A", "f.pte:1:1: 'page': the 'folio:' line must come first"},
      {folio + "page", "f.pte:2:5: the line ends: name the processes"},
      {folio + "page B", "f.pte:2:6: 'B': processes are named A, B, C, D, in this order"},
      {folio + "page A B C D E", "f.pte:2:14: 'E': expected a process: A, B, C or D"},
      {folio + "page table: ends before page 3",
       "f.pte:2:30: '3': expected the page that the next table begins with, a number from 1 to 2"},
      {folio + "page table: stops", "f.pte:2:13: 'stops': expected 'ends' after 'page table:'"},
      {folio + "0 r", "f.pte:2:1: '0': entries need the heading"},
      {table + "0 r", "f.pte:3:4: the line ends: the entry of process B is missing"},
      {table + "0 r - -", "f.pte:3:7: '-': expected the end of the line"},
      {table + "2 r -", "f.pte:3:1: '2': expected a page, or a range of pages like 2-5"},
      {table + "1-0 r -", "f.pte:3:1: '1-0': a range rises"},
      {table + "0- r -", "f.pte:3:1: '0-': expected a page"},
      {table + "0-1 r -\n1 r -", "f.pte:4:1: '1': the entries of page 1 are given already"},
      {table + "0 r xE", "f.pte:3:5: 'xE': an entry begins with 'w' (writable) or 'r' (read-only)"},
      {table + "0 wEQ -", "f.pte:3:5: 'Q' in 'wEQ': expected each at most once: E exclusive"},
      {table + "0 wEE -", "f.pte:3:5: 'E' in 'wEE': expected each at most once"},
      {table + "0 swap r -", "f.pte:3:8: 'r': expected ':' after 'swap'"},
      {table + "0 swap:EW -",
       "f.pte:3:9: 'W' in 'EW': expected each at most once: E exclusive, S soft-dirty, U uffd-wp "
       "("},
      {table + "0 swap:D -", "f.pte:3:8: 'D' in 'D': expected each at most once"},
      {table + "0 devexcl:E -", "f.pte:3:11: 'E': expected w or r, then each at most once"},
      {table + "then: not now", "f.pte:3:11: 'now': expected 'migrated' after 'not'"},
      {"folio: 2 pages, lazyfree, pmd-mapped, dirty",
       "f.pte:1:37: ',': expected a process: A, B, C or D"},
      {table + "vma E: write", "f.pte:3:5: 'E': expected a process"},
      {table + "vma A: write, readonly",
       "f.pte:3:15: 'readonly': no property of a VMA; allowed: read-only, write, "},
      {table + "vma A: locked", "f.pte:3:8: 'locked': a VMA is either 'read-only' or 'write'"},
      {table + "vma A: write, read-only", "f.pte:3:15: 'read-only': a VMA is either"},
      {table + "vma A: write\nvma A: write", "f.pte:4:5: 'A': this line is there already"},
      {table + "vma A from page 3: write",
       "f.pte:3:17: '3': expected the first page of the second VMA"},
      {table + "vma A from 1: write", "f.pte:3:12: '1': expected 'page' after 'from'"},
      {table + "operation: migrate",
       "f.pte:3:12: 'migrate': the operation is 'try_to_unmap' or "
       "'try_to_migrate'"},
      {table + "operation: try_to_unmap, fast",
       "f.pte:3:26: 'fast': no flag of the operation; allowed: batch-flush"},
      {table + "event: lightning at chance 1",
       "f.pte:3:8: 'lightning': no event; allowed: reference, "},
      {table + "event: reference", "f.pte:3:17: the line ends: expected 'at'"},
      {table + "event: reference at chance 0",
       "f.pte:3:28: '0': expected the chance, a number from 1"},
      {table + "then: A sleeps", "f.pte:3:9: 'sleeps': no step; allowed: A reads PAGE"},
      {table + "then: A writes 2",
       "f.pte:3:16: '2': expected 'all' or a page, a number from 0 to 1"},
      {table + "then: A forks 1", "f.pte:3:15: '1': expected the end of the line"},
      {table + "expect : good", "f.pte:3:8: ':': expected the name of a policy"},
      {table + "expect v6.16 good", "f.pte:3:14: 'good': expected ':' after the subject"},
      {table + "expect v6.16:",
       "f.pte:3:14: the line ends: expected 'good' or the rules that are broken"},
      {table + "expect v6.16: contents good", "f.pte:3:24: 'good': either 'good' or the rules"},
      {table + "expect v6.16: good contents",
       "f.pte:3:20: 'contents': expected the end of the line"},
  };
  for (const Case& c : cases) {
    const std::string error = errorOf(c.text);
    EXPECT_EQ(error.substr(0, c.error.size()), c.error) << c.text;
  }
  std::string steps = table;
  for (int i = 0; i <= MAX_STEPS; ++i) steps += "then: A reads all\n";
  EXPECT_EQ(errorOf(steps).substr(0, 40), "f.pte:11:1: 'then': at most 8 steps can ");
}

TEST(Text, InsistsOnAVocabularyIfThereIsOne) {
  const Vocabulary vocabulary = {{"contents", "differs"}, {"v6.16"}, {"slip"}, {"x86_64", "arm64"}};
  const std::string start = "folio: 2 pages, lazyfree\n";
  EXPECT_EQ(
      errorOf(start + "expect v6.17: good", vocabulary),
      "f.pte:2:8: 'v6.17': no policy ('mutant NAME' and 'tree' are possible too); allowed: v6.16");
  EXPECT_EQ(errorOf(start + "expect mutant slap: good", vocabulary),
            "f.pte:2:15: 'slap': no mutant; allowed: slip");
  EXPECT_EQ(errorOf(start + "expect tree: content", vocabulary),
            "f.pte:2:14: 'content': no rule, and not 'good'; allowed: contents, differs");
  EXPECT_EQ(errorOf("arch: vax", vocabulary),
            "f.pte:1:7: 'vax': no known architecture; allowed: x86_64, arm64");
  EXPECT_EQ(errorOf("arch:", vocabulary),
            "f.pte:1:6: the line ends: expected the name of a known architecture");
  EXPECT_EQ(errorOf("arch arm64\narch: arm64", vocabulary),
            "f.pte:2:1: 'arch': this line is there already");
  EXPECT_EQ(errorOf(start + "expect mutant slip: contents", vocabulary).substr(0, 40),
            "f.pte:2:1: the file ends without a table");
}

TEST(Text, SaysWhichFileCannotBeRead) {
  EXPECT_THROW(readScenarioFile("/nonexistent/x.pte"), Error);
  try {
    readScenarioFile("/nonexistent/x.pte");
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "/nonexistent/x.pte: cannot be read: No such file or directory.");
  }
  EXPECT_THROW(readScenarioFile("/"), Error);  // a folder
}

// Whatever bytes come: an error or a scenario, never a crash or an index out of range.
TEST(Text, SurvivesMutilatedText) {
  std::uint32_t state = 1;
  auto draw = [&](std::size_t n) {
    state = state * 1664525 + 1013904223;
    return static_cast<std::size_t>((std::uint64_t{state} * n) >> 32);
  };
  std::set<std::string> errors;
  int fine = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = kCve;
    for (std::size_t changes = 1 + draw(3); changes > 0; --changes) {
      const std::size_t at = draw(text.size());
      switch (draw(4)) {
        case 0:
          text.erase(at, 1 + draw(8));
          break;
        case 1:
          text[at] = static_cast<char>(draw(256));
          break;
        case 2:
          text.insert(at, 1, "0123456789-:,.#\nwrEDYSUNAB"[draw(26)]);
          break;
        default:
          text.insert(at, text.substr(draw(text.size()), draw(20)));
          break;
      }
    }
    const std::string error = errorOf(text);
    if (error == "no error")
      ++fine;
    else
      errors.insert(error);
  }
  EXPECT_GT(fine, 500);
  EXPECT_GT(errors.size(), 1000U);
}

// The generator's own random scenarios, and everything that it never makes but files may say.
TEST(Text, RoundTripsRandomScenarios) {
  struct Drawn {
    std::uint32_t state;
    unsigned choose(unsigned n) {
      state = state * 1664525 + 1013904223;
      return n <= 1 ? 0 : static_cast<unsigned>((std::uint64_t{state} * n) >> 32);
    }
    void boundary() {}
  };
  Space space;
  space.random = true;
  space.max_pages = 64;
  space.abilities.unused = true;
  int built = 0;
  for (std::uint32_t seed = 0; seed < 8000; ++seed) {
    Drawn drawn{seed * 2654435761U};
    space.family = static_cast<Family>(seed % kFamilies);
    ScenarioFile file;
    Scenario& s = file.scenario;
    if (!chooseScenario(drawn, space, s)) continue;
    ++built;
    if (drawn.choose(2) == 1) s.folio_flags |= FOLIO_MLOCKED;
    if (drawn.choose(8) == 1) s.folio_flags &= ~FOLIO_UPTODATE;
    s.references = static_cast<unsigned short>(drawn.choose(4));
    if (drawn.choose(2) == 1) file.title = "One line\n\n  and another";
    if (drawn.choose(2) == 1)
      file.expectations.push_back({Expectation::Kind::kTree, "", {"a-rule", "b"}});
    const std::string text = printScenario(file);
    const ScenarioFile again = parseScenario(text, "f.pte");
    ASSERT_TRUE(same(s, again.scenario)) << text;
    ASSERT_EQ(file.title, again.title);
    ASSERT_EQ(file.expectations, again.expectations);
    ASSERT_EQ(printScenario(again), text);
  }
  EXPECT_GT(built, 5000);
}

TEST(Text, WritesEveryEntryThatALegalScenarioCanHave) {
  constexpr unsigned kMore = ENTRY_OTHER | ENTRY_SWAPPED;
  const auto check = [](unsigned entry) {
    const std::string letters = entryLetters(entry);
    const ScenarioFile file = parseScenario("folio: 1 page, lazyfree\nvma A: write\npage A\n0 " +
                                                letters + "\noperation: try_to_unmap\n",
                                            "f.pte");
    EXPECT_EQ(file.scenario.entry[0], entry) << letters;
    return letters;
  };
  for (unsigned entry = 0; entry < 2048; ++entry) {
    if ((entry & kMore) || !(entry & ENTRY_PRESENT)) continue;
    EXPECT_EQ(check(entry).size(), entry & ENTRY_UNUSED ? 8U : 7U);
  }
  std::set<std::string> different;
  for (unsigned kind : {ENTRY_SWAP, ENTRY_DEVICE_EXCLUSIVE, ENTRY_DEVICE_PRIVATE})
    for (unsigned bits = 0; bits < 128; ++bits) {
      unsigned allowed = ENTRY_EXCLUSIVE | ENTRY_SOFT_DIRTY | ENTRY_UFFD_WP;
      if (kind != ENTRY_SWAP) allowed |= ENTRY_WRITE;
      if (!(bits & ~allowed)) different.insert(check(kind | bits));
    }
  EXPECT_EQ(different.size(), 8U + 16U + 16U);
  for (unsigned hole : {0, int{ENTRY_OTHER}, int{ENTRY_SWAPPED}, int{ENTRY_MARKER}}) check(hole);
}

}  // namespace
}  // namespace ptecheck
