// SPDX-License-Identifier: GPL-2.0-only
//
// What more there is than present entries of anonymous folios: for each kind a legal scenario, and
// every demand unmet once.
#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "scenario/legal.h"

namespace ptecheck {
namespace {

constexpr unsigned short kWritable = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_EXCLUSIVE;

// Two pages, lazyfree, in A and B, who share neither.
Scenario legal() {
  Scenario s{};
  s.pages = 2;
  s.processes = 2;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED;
  s.vma[0][0].flags = s.vma[1][0].flags = VMA_WRITE;
  s.entry[0] = kWritable;
  s.entry[3] = ENTRY_PRESENT | ENTRY_DIRTY;
  return s;
}

Scenario alone() {
  Scenario s = legal();
  s.processes = 1;
  return s;
}

struct Change {
  const char* sentence;  // part of it; "": legal
  std::function<void(Scenario&)> change;
};
void expectVerdicts(const Scenario& from, const std::vector<Change>& changes) {
  EXPECT_EQ(whyIllegal(from), "");
  for (const Change& c : changes) {
    Scenario s = from;
    c.change(s);
    const std::string why = whyIllegal(s), sentence = c.sentence;
    EXPECT_TRUE(sentence.empty() ? why.empty() : why.find(sentence) != std::string::npos)
        << sentence << "\ngot: " << why;
  }
}

TEST(Legal, ChecksFoliosOfFiles) {
  Scenario file = legal();
  file.folio_flags |= FOLIO_FILE;
  file.vma[0][0].flags = file.vma[1][0].flags = VMA_FILE | VMA_SHARED | VMA_WRITE | VMA_UFFD_WP;
  file.entry[0] = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_DIRTY;
  file.entry[1] = ENTRY_MARKER;
  file.entry[2] = ENTRY_PRESENT | ENTRY_WRITE;
  expectVerdicts(
      file,
      {
          {"", [](Scenario& s) { s.pins = 1; }},
          {"", [](Scenario& s) { s.folio_flags |= FOLIO_SWAPBACKED; }},
          {"not in the swap cache", [](Scenario& s) { s.folio_flags |= FOLIO_SWAPCACHE; }},
          {"A page 0: exclusive, but only anonymous",
           [](Scenario& s) { s.entry[0] |= ENTRY_EXCLUSIVE; }},
          {"A page 0: a file's page, writable in a private VMA",
           [](Scenario& s) {
             s.folio_flags |= FOLIO_SWAPBACKED;
             s.vma[0][0].flags &= ~VMA_SHARED;
           }},
          {"B page 1: dirty, but nobody",
           [](Scenario& s) {
             s.vma[1][0].flags &= ~VMA_SHARED;
             s.entry[2] = ENTRY_PRESENT;
           }},
          {"A: all VMAs of a folio are of a file",
           [](Scenario& s) {
             s.split[0] = 1;
             s.vma[0][1].flags = VMA_WRITE;
           }},
          {"A: the folio of a file is mapped by VMAs of the file",
           [](Scenario& s) { s.vma[0][0].flags = s.vma[1][0].flags = VMA_WRITE; }},
          {"A: a VMA of a file is neither",
           [](Scenario& s) {
             for (auto& vma : s.vma) vma[0].flags |= VMA_SHADOW_STACK;
           }},
          {"A page 1: a marker is in", [](Scenario& s) { s.vma[0][0].flags &= ~VMA_UFFD_WP; }},
          {"A page 1: a swap entry in a shared VMA",
           [](Scenario& s) { s.entry[1] = ENTRY_SWAPPED; }},
          {"inherits nothing",
           [](Scenario& s) {
             s.steps = 1;
             s.step[0] = {STEP_FORK, 0, ALL_PAGES};
           }},
          {"writes to a file's folio",
           [](Scenario& s) {
             s.steps = 1;
             s.step[0] = {STEP_WRITE, 0, 0};
           }},
      });
  Scenario anonymous = legal();
  anonymous.folio_flags |= FOLIO_SWAPBACKED;
  anonymous.vma[0][0].flags = anonymous.vma[1][0].flags = VMA_FILE | VMA_WRITE | VMA_UFFD_WP;
  expectVerdicts(anonymous, {
                                {"A: a shared VMA maps no anonymous folio",
                                 [](Scenario& s) { s.vma[0][0].flags |= VMA_SHARED; }},
                                {"A: a lazyfree folio is not in a VMA of a file",
                                 [](Scenario& s) { s.folio_flags &= ~FOLIO_SWAPBACKED; }},
                                {"", [](Scenario& s) { s.entry[2] = ENTRY_MARKER; }},
                                {"B page 0: a marker is in",
                                 [](Scenario& s) {
                                   s.entry[2] = ENTRY_MARKER;
                                   s.vma[1][0].flags &= ~VMA_UFFD_WP;
                                 }},
                                {"A: a shared VMA is one of a file",
                                 [](Scenario& s) {
                                   s.split[0] = 2;
                                   s.vma[0][1].flags = VMA_SHARED;
                                 }},
                            });
}

TEST(Legal, ChecksEntriesInSwapForm) {
  Scenario swap = legal();
  swap.folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  swap.entry[1] = ENTRY_SWAP | ENTRY_SOFT_DIRTY;
  swap.entry[0] = ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE | ENTRY_WRITE;
  expectVerdicts(
      swap,
      {
          {"", [](Scenario& s) { s.pins = 1; }},
          {"A page 1: swapped, but", [](Scenario& s) { s.folio_flags &= ~FOLIO_SWAPCACHE; }},
          {"A page 1: a swap entry remembers", [](Scenario& s) { s.entry[1] |= ENTRY_DIRTY; }},
          {"A page 1: exclusive, but B maps", [](Scenario& s) { s.entry[1] |= ENTRY_EXCLUSIVE; }},
          {"A page 0: exclusive, but B has a swap entry",
           [](Scenario& s) { s.entry[2] = ENTRY_SWAP; }},
          {"A page 1: write-protected", [](Scenario& s) { s.entry[1] |= ENTRY_UFFD_WP; }},
          {"A page 0: a device's entry remembers", [](Scenario& s) { s.entry[0] |= ENTRY_YOUNG; }},
          {"A page 0: device-exclusive, but its page is not exclusive",
           [](Scenario& s) { s.entry[0] = ENTRY_DEVICE_EXCLUSIVE; }},
          {"A page 0: device-private, but", [](Scenario& s) { s.entry[0] = ENTRY_DEVICE_PRIVATE; }},
          {"A page 0: device-exclusive in a shadow stack",
           [](Scenario& s) {
             for (auto& vma : s.vma) vma[0].flags |= VMA_SHADOW_STACK;
           }},
          {"A page 0: writable, but its VMA is not", [](Scenario& s) { s.vma[0][0].flags = 0; }},
          {"step 1: swapoff, but",
           [](Scenario& s) {
             s.folio_flags &= ~FOLIO_SWAPCACHE;
             s.entry[1] = 0;
             s.steps = 1;
             s.step[0] = {STEP_SWAPOFF, 0, ALL_PAGES};
           }},
          {"step 1: it is about all",
           [](Scenario& s) {
             s.steps = 1;
             s.step[0] = {STEP_SWAPOFF, 1, ALL_PAGES};
           }},
          {"step 1: nothing was migrated",
           [](Scenario& s) {
             s.steps = 1;
             s.step[0] = {STEP_MIGRATED, 0, ALL_PAGES};
           }},
          // Not mapped, so that there is nothing to pin.
          {"pinned, but none",
           [](Scenario& s) {
             s.pins = 1;
             s.entry[0] = ENTRY_SWAP | ENTRY_EXCLUSIVE;
           }},
      });
  swap.folio_flags |= FOLIO_FILE;
  swap.folio_flags &= ~FOLIO_SWAPCACHE;
  swap.entry[1] = 0;
  for (auto& vma : swap.vma) vma[0].flags = VMA_WRITE | VMA_FILE;
  EXPECT_NE(whyIllegal(swap).find("A page 0: device-exclusive, but its page is not anonymous"),
            std::string::npos);
}

TEST(Legal, ChecksUnregistering) {
  Scenario s = legal();
  s.folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  s.vma[0][0].flags |= VMA_UFFD_WP;
  s.steps = 1;
  s.step[0] = {STEP_UNREGISTER, 0, ALL_PAGES};
  expectVerdicts(s, {
                        {"step 1: it is about all pages", [](Scenario& c) { c.step[0].page = 0; }},
                        {"step 1: B has no VMA that is registered",
                         [](Scenario& c) { c.step[0].process = 1; }},
                        {"",
                         [](Scenario& c) {
                           c.step[0].process = 1;
                           c.split[1] = 1;
                           c.vma[1][1].flags = VMA_WRITE | VMA_UFFD_WP;
                         }},
                        {"step 1: B has no VMA",
                         [](Scenario& c) {  // it is behind the folio
                           c.step[0].process = 1;
                           c.split[1] = 2;
                           c.vma[1][1].flags = VMA_WRITE | VMA_UFFD_WP;
                         }},
                        {"step 2: C has no VMA",
                         [](Scenario& c) {
                           c.steps = 2;
                           c.step[0].action = STEP_FORK;
                           c.step[1] = {STEP_UNREGISTER, 2, ALL_PAGES};
                         }},
                        {"", [](Scenario& c) { c.operation = OPERATION_TRY_TO_MIGRATE; }},
                        {"step 1: unknown action 7", [](Scenario& c) { c.step[0].action = 7; }},
                    });
  Scenario file = alone();
  file.folio_flags |= FOLIO_FILE;
  file.vma[0][0].flags = VMA_FILE | VMA_SHARED | VMA_WRITE | VMA_UFFD_WP;
  file.entry[0] = ENTRY_PRESENT;
  expectVerdicts(file, {{"anonymous folios in memory only", [](Scenario& c) {
                           c.steps = 1;
                           c.step[0] = {STEP_UNREGISTER, 0, ALL_PAGES};
                         }}});
}

TEST(Legal, ChecksMigrations) {
  Scenario s = legal();
  s.operation = OPERATION_TRY_TO_MIGRATE;
  s.folio_flags |= FOLIO_SWAPBACKED | FOLIO_SWAPCACHE;
  const auto steps = [](std::initializer_list<unsigned> actions) {
    std::vector<unsigned char> list;
    for (unsigned action : actions) list.push_back(static_cast<unsigned char>(action));
    return [list](Scenario& changed) {
      for (unsigned char action : list) changed.step[changed.steps++] = {action, 0, ALL_PAGES};
    };
  };
  const auto movedWith = [&](auto change) {
    return [=](Scenario& changed) {
      change(changed);
      changed.step[changed.steps++] = {STEP_MIGRATED, 0, ALL_PAGES};
    };
  };
  expectVerdicts(
      s, {
             {"", steps({STEP_FORK, STEP_MIGRATED, STEP_WRITE, STEP_SWAPOFF})},
             {"", steps({STEP_NOT_MIGRATED, STEP_FORK, STEP_READ})},
             {"", steps({STEP_FORK, STEP_FORK})},
             {"step 1: whoever touches", steps({STEP_READ, STEP_MIGRATED})},
             {"step 2: whoever touches", steps({STEP_FORK, STEP_WRITE})},
             {"step 1: swapoff of a folio that is still", steps({STEP_SWAPOFF})},
             {"step 2: the migration has ended", steps({STEP_MIGRATED, STEP_NOT_MIGRATED})},
             {"with extra references", movedWith([](Scenario& c) { c.references = 1; })},
             {"with extra references", movedWith([](Scenario& c) { c.pins = 1; })},
             {"still mapped is not migrated", movedWith([](Scenario& c) {
                c.event = EVENT_ARCH_UNMAP;
                c.event_at = 1;
              })},
             {"no flag but TTU_BATCH_FLUSH", [](Scenario& c) { c.ttu = UNMAP_IGNORE_MLOCK; }},
             {"", [](Scenario& c) { c.ttu = UNMAP_BATCH_FLUSH; }},
         });
}

TEST(Legal, ChecksBrokenAndDeviceMemory) {
  Scenario s = alone();
  s.pages = 1;
  s.folio_flags |= FOLIO_HWPOISON | FOLIO_SWAPBACKED;
  s.ttu = UNMAP_HWPOISON;
  expectVerdicts(
      s, {
             {"has been split to one page", [](Scenario& c) { c.pages = 2; }},
             {"but the folio is in order", [](Scenario& c) { c.folio_flags &= ~FOLIO_HWPOISON; }},
             {"without TTU_HWPOISON", [](Scenario& c) { c.folio_flags |= FOLIO_SWAPCACHE; }},
             {"whose memory is broken is not migrated",
              [](Scenario& c) {
                c.operation = OPERATION_TRY_TO_MIGRATE;
                c.ttu = 0;
                c.steps = 1;
                c.step[0] = {STEP_MIGRATED, 0, ALL_PAGES};
              }},
             {"swapoff of a folio whose memory",
              [](Scenario& c) {
                c.folio_flags |= FOLIO_SWAPCACHE;
                c.ttu = 0;
                c.steps = 1;
                c.step[0] = {STEP_SWAPOFF, 0, ALL_PAGES};
              }},
         });
  s = alone();
  s.pages = 1;
  s.operation = OPERATION_TRY_TO_MIGRATE;
  s.folio_flags |= FOLIO_DEVICE_PRIVATE;
  s.entry[0] = ENTRY_DEVICE_PRIVATE | ENTRY_EXCLUSIVE | ENTRY_WRITE;
  expectVerdicts(
      s, {
             {"has one page", [](Scenario& c) { c.pages = 2; }},
             {"is only migrated", [](Scenario& c) { c.operation = OPERATION_TRY_TO_UNMAP; }},
             {"without swap slots", [](Scenario& c) { c.folio_flags |= FOLIO_HWPOISON; }},
             {"cannot be pinned", [](Scenario& c) { c.pins = 1; }},
             {"A page 0: present, but the folio", [](Scenario& c) { c.entry[0] = ENTRY_PRESENT; }},
             {"A page 0: device-exclusive, but the folio",
              [](Scenario& c) { c.entry[0] = ENTRY_DEVICE_EXCLUSIVE | ENTRY_EXCLUSIVE; }},
             {"touches a page in device memory",
              [](Scenario& c) {
                c.steps = 2;
                c.step[0] = {STEP_NOT_MIGRATED, 0, ALL_PAGES};
                c.step[1] = {STEP_READ, 0, 0};
              }},
         });
}

TEST(Legal, ChecksPmdMappings) {
  Scenario s = alone();
  s.pages = 32;
  s.pmd_mapped = 1;
  for (unsigned page = 0; page < 32; ++page) s.entry[page] = kWritable;
  expectVerdicts(
      s, {
             {"a process that does not exist", [](Scenario& c) { c.pmd_mapped = 2; }},
             {"32 at least", [](Scenario& c) { c.pages = 16; }},
             {"no page-table end inside", [](Scenario& c) { c.table_end = 16; }},
             {"", [](Scenario& c) { c.table_end = c.split[0] = 32; }},
             {"are not folded", [](Scenario& c) { c.folded = 1; }},
             {"A: a VMA that ends in the folio",
              [](Scenario& c) {
                c.split[0] = 16;
                c.vma[0][1].flags = VMA_WRITE;
              }},
             {"A page 31: differs", [](Scenario& c) { c.entry[31] |= ENTRY_DIRTY; }},
             {"A: what a PMD maps is present", [](Scenario& c) { c.entry[0] = 0; }},
             {"A: what a PMD maps is present", [](Scenario& c) { c.entry[0] |= ENTRY_UNUSED; }},
             {"only an anonymous folio",
              [](Scenario& c) {
                c.folio_flags |= FOLIO_FILE;
                c.vma[0][0].flags = VMA_FILE | VMA_SHARED | VMA_WRITE;
                for (unsigned page = 0; page < 32; ++page) c.entry[page] = ENTRY_PRESENT;
              }},
         });
}

}  // namespace
}  // namespace ptecheck
