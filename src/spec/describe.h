// SPDX-License-Identifier: GPL-2.0-only
//
// Raw entries as letters, and outcomes as tables of entries before and after. The letters are those
// of scenario files (docs/scenario-format.md):
//
//   wEDYSUN   a present entry, a dot where a bit is not set:
//             w writable, s writable as a shadow stack, r read-only; E its page is
//             PageAnonExclusive, D dirty, Y young, S soft-dirty, U uffd-wp, N protnone
//   swap:ESU  a swap entry of the page's own slot: exclusive marker, soft-dirty, uffd-wp
//   mig:wEDYSU, devexcl:wSU, devpriv:wSU
//             a migration entry and entries of devices: w or r, and what else they remember
//   marker, poison, poison-marker
//             a uffd-wp marker, a hwpoison entry, any other marker
//   -         no entry
//   ...=WHAT  it belongs to something else: another page of the folio, a page frame, a swap slot
#ifndef PTECHECK_SPEC_DESCRIBE_H
#define PTECHECK_SPEC_DESCRIBE_H

#include <cstddef>
#include <string>
#include <vector>

#include "scenario/flat.h"
#include "spec/cases.h"
#include "spec/reading.h"
#include "spec/reasons.h"

namespace ptecheck {

// One line that explains the letters.
extern const char* const kLettersLegend;

// 'A' + process.
inline char processName(unsigned process) { return static_cast<char>('A' + process); }

// What a load returned (EntryResult.seen) at a page: "old", "zero", "A's write", "?" (unknown: it
// faults and the subject does not model that), with "of page N" if it belongs to another page.
std::string describeSeen(unsigned seen, unsigned page);

namespace spec_detail {

// An entry, read: what describe() needs to know, free of any format.
// `page`: the folio page whose place this is, or kNoPage to name no place.
std::string describeReading(const Reading& reading, bool page_exclusive, unsigned page,
                            unsigned pages);

// What stands in a table: one row a page, columns before, after, end (if any cell has one) and
// (with `reads`) what is read, a process.
struct TableCell {
  std::string before, after, end, reads;
};
struct TableRow {
  std::string page;
  std::vector<TableCell> cells;  // by process
};
std::vector<std::string> layOut(const std::vector<TableRow>& rows, bool reads, unsigned width);

}  // namespace spec_detail

// One entry in letters. `page_exclusive`: PageAnonExclusive of its page (meaningless for swap
// entries).
template <class F>
std::string describe(typename F::Word pte, bool page_exclusive = false, unsigned page = kNoPage,
                     unsigned pages = 0) {
  return spec_detail::describeReading(spec_detail::readEntry<F>(pte), page_exclusive, page, pages);
}

// Are the entries after all steps worth a column: did steps change some, beyond what plain accesses
// do?
inline bool showsEnd(const Scenario& s, const Outcome& o) {
  if (s.steps == 0 || o.steps_done != s.steps || spec_detail::isPlainReclaim(s)) return false;
  for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i)
    if (o.entry[i].end != o.entry[i].after) return true;
  return o.processes > s.processes;
}

// The whole outcome, entries before and after (and at the end, if showsEnd()), as lines of at most
// `width` columns where the number of processes allows. Neighbouring pages with equal lines share
// one; neighbours of the folio are listed if they changed. `reads`: with what each process reads
// after the steps (processes that were forked too).
template <class F>
std::vector<std::string> beforeAfter(const Scenario& s, const Outcome& o, bool reads,
                                     unsigned width = 75) {
  std::vector<spec_detail::TableRow> rows;
  auto changed = [&](unsigned side) {
    for (unsigned process = 0; process < s.processes; ++process)
      if (o.neighbour_before[process][side] != o.neighbour_after[process][side]) return true;
    return false;
  };
  auto addNeighbours = [&](unsigned side) {
    if (!changed(side)) return;
    spec_detail::TableRow row{side == 0 ? "prev" : "next", {}};
    for (unsigned process = 0; process < s.processes; ++process) {
      const auto before = o.neighbour_before[process][side],
                 after = o.neighbour_after[process][side];
      row.cells.push_back(
          {describe<F>(before), before == after ? "same" : describe<F>(after), "", ""});
    }
    rows.push_back(row);
  };
  const bool ends = showsEnd(s, o);
  addNeighbours(0);
  const unsigned processes = reads && o.processes > s.processes ? o.processes : s.processes;
  for (unsigned page = 0; page < s.pages; ++page) {
    spec_detail::TableRow row{std::to_string(page), {}};
    for (unsigned process = 0; process < processes; ++process) {
      const EntryResult& e = o.entry[std::size_t{process} * s.pages + page];
      spec_detail::TableCell cell;
      if (process < s.processes) {
        cell.before =
            describe<F>(e.before, (e.page_flags & PAGE_EXCLUSIVE_BEFORE) != 0, page, s.pages);
        cell.after =
            describe<F>(e.after, (e.page_flags & PAGE_EXCLUSIVE_AFTER) != 0, page, s.pages);
        if (cell.before == cell.after) cell.after = e.before == e.after ? "same" : cell.after + "!";
      }
      if (ends && process < s.processes && e.end == e.after)
        cell.end = "same";
      else if (ends)
        cell.end = describe<F>(e.end, (e.page_flags & PAGE_EXCLUSIVE_END) != 0, page, s.pages);
      cell.reads = describeSeen(e.seen, page);
      row.cells.push_back(cell);
    }
    rows.push_back(row);
  }
  addNeighbours(1);
  return spec_detail::layOut(rows, reads, width);
}

}  // namespace ptecheck

#endif
