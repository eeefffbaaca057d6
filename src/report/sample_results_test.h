// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: results made by hand, as a check would leave them.
#ifndef PTECHECK_REPORT_SAMPLE_RESULTS_TEST_H
#define PTECHECK_REPORT_SAMPLE_RESULTS_TEST_H

#include <initializer_list>
#include <sstream>
#include <string>
#include <utility>

#include "check/result.h"
#include "check/tree_check.h"
#include "report/report.h"

namespace ptecheck {

inline Row sampleRow(const std::string& name,
                     std::initializer_list<std::pair<Rule, std::uint64_t>> broken) {
  Row row;
  row.name = name;
  row.summary = "about " + name;
  for (const auto& [rule, count] : broken) {
    row.broken |= ruleBit(rule);
    row.broken_elsewhere |= ruleBit(rule);
    row.count[static_cast<std::size_t>(rule)] = count;
  }
  row.price = {1000000, 400000, 1000000, 0, 0, 300000};
  return row;
}

// Two entries of a lazyfree folio; the second, read-only, comes back writable.
inline Finding sampleFinding(const std::string& row, Rule rule, unsigned pages = 2) {
  using F = X86_64<>;
  Finding finding;
  finding.id = "e1/" + row + "/1001";
  finding.row = row;
  finding.rule = rule;
  Scenario& s = finding.scenario;
  s.pages = static_cast<unsigned short>(pages);
  s.processes = 1;
  s.folio_flags = FOLIO_UPTODATE | FOLIO_LOCKED | FOLIO_DIRTY;
  s.vma[0][0].flags = VMA_WRITE;
  Outcome& o = finding.outcome;
  o.status = STATUS_DONE;
  o.processes = 1;
  for (unsigned page = 0; page < pages; ++page) {
    s.entry[page] = ENTRY_PRESENT | ENTRY_YOUNG;
    const F::Word read_only = F::pte_advance_pfn(F::pfn_pte(FOLIO_PFN, F::page_readonly()), page);
    EntryResult& e = o.entry[page];
    e.before = page == 0 ? F::pte_mkwrite(read_only, false) : read_only;
    e.after = F::pte_mkwrite(read_only, false);
    if (page == 0) {
      s.entry[page] |= ENTRY_WRITE | ENTRY_EXCLUSIVE;
      e.page_flags = PAGE_EXCLUSIVE_BEFORE | PAGE_EXCLUSIVE_AFTER;
    }
    e.seen = seenValue(SEEN_ORIGINAL, page);
  }
  finding.violations.push_back({rule, 0, 1, "write", "A page 1: read-only before, writable after"});
  return finding;
}

// What the main job's result looks like.
inline CheckResult sampleResult() {
  CheckResult result;
  result.subject = "the built-in model (x86-64)";
  Space random;
  random.random = true;
  random.max_pages = MAX_PAGES;
  result.parts = {{Space{}, 900000, 5000, 0}, {random, 100000, 0, 1}};
  result.rows = {
      sampleRow("unbatched", {}),
      sampleRow(
          "v6.16",
          {{Rule::kWriteGained, 250000}, {Rule::kSoftDirtyLost, 70000}, {Rule::kWriteLost, 10}}),
      sampleRow("wrprotect", {{Rule::kSoftDirtyLost, 70000}, {Rule::kWriteLost, 31000}}),
      sampleRow("respect-write-softdirty", {{Rule::kSoftDirtyGained, 1234}}),
      sampleRow("merge-write-safe-restore", {{Rule::kContents, 1}}),
  };
  result.rows[2].price.extra_faults = 62000;
  for (const Row& row : result.rows)
    for (Rule rule : rulesOf(row.broken)) result.findings.push_back(sampleFinding(row.name, rule));
  return result;
}

inline TreeCheck sampleTree() {
  TreeCheck check;
  check.version = "6.18.1";
  check.batches = true;
  check.result.subject =
      "Linux 6.18.1 at /home/someone/a/rather/long/path/to/the/kernel/sources/linux-6.18.1";
  check.result.parts = {{Space{}, 900000, 5000, 0}};
  check.result.rows = {sampleRow("tree", {{Rule::kWriteGained, 4}})};
  check.result.findings = {sampleFinding("tree", Rule::kWriteGained)};
  check.bit_differences = {"write: gained 4, lost 0"};
  check.notes = {"3 scenarios could not be expressed"};
  return check;
}

inline std::size_t longestLine(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return longest;
}

}  // namespace ptecheck

#endif
