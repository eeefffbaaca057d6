// SPDX-License-Identifier: GPL-2.0-only
#include "spec/describe.h"

#include <algorithm>

#include "scenario/hex.h"

namespace ptecheck {

const char* const kLettersLegend =
    "w writable, s shadow stack, r read-only, E exclusive, D dirty, Y young,\n"
    "S soft-dirty, U uffd-wp, N protnone; - none; swap:... a swap entry;\n"
    "mig:..., devexcl:..., devpriv:... migration and device entries";

std::string describeSeen(unsigned seen, unsigned page) {
  if (seen == SEEN_FAULT) return "?";
  if (seen == SEEN_ZERO) return "zero";
  const unsigned who = seen >> SEEN_SHIFT, of = seen & ((1U << SEEN_SHIFT) - 1);
  std::string text = "old";
  if (who >= SEEN_WRITER) {
    text = "A's write";
    text[0] = processName(who - SEEN_WRITER);
  }
  if (of != page) text += " of page " + std::to_string(of);
  return text;
}

namespace spec_detail {

namespace {

char letter(bool set, char name) { return set ? name : '.'; }

// "=..." if `number` is not that of `page`; `base`: the number of page 0.
std::string otherThan(unsigned long long number, unsigned long long base, unsigned page,
                      unsigned pages) {
  if (page == kNoPage || number == base + page) return "";
  if (number >= base && number - base < pages) return "=page " + std::to_string(number - base);
  return "=" + hex(number);
}

// The same for a page frame; where a migration puts the folio is "moved".
std::string ofPlace(unsigned long long pfn, unsigned page, unsigned pages) {
  if (page == kNoPage || pfn < MOVED_PFN || pfn - MOVED_PFN >= pages)
    return otherThan(pfn, FOLIO_PFN, page, pages);
  return pfn == MOVED_PFN + page ? "=moved" : "=moved page " + std::to_string(pfn - MOVED_PFN);
}

void padTo(std::string& line, std::size_t column) {
  if (line.size() < column) line.append(column - line.size(), ' ');
}

}  // namespace

std::string describeReading(const Reading& r, bool page_exclusive, unsigned page, unsigned pages) {
  const char access = !r.write ? 'r' : r.shadow_stack ? 's' : 'w';
  switch (r.form) {
    case EntryForm::kNone:
      return "-";
    case EntryForm::kPresent: {
      // What a guest does not use is rare, so that the letter appears only then.
      const char letters[] = {access,
                              letter(page_exclusive, 'E'),
                              letter(r.dirty, 'D'),
                              letter(r.young, 'Y'),
                              letter(r.soft_dirty, 'S'),
                              letter(r.uffd_wp, 'U'),
                              letter(r.protnone, 'N'),
                              '\0'};
      return letters + std::string(r.unused ? "X" : "") + ofPlace(r.number, page, pages);
    }
    case EntryForm::kSwap: {
      const char letters[] = {letter(r.exclusive, 'E'), letter(r.soft_dirty, 'S'),
                              letter(r.uffd_wp, 'U'), '\0'};
      std::string text = std::string("swap:") + letters;
      if (page != kNoPage && r.type != SWAP_TYPE)
        return text + "=" + std::to_string(r.type) + ":" + hex(r.number);
      return text + otherThan(r.number, SWAP_OFFSET, page, pages);
    }
    case EntryForm::kMigration: {
      const char letters[] = {access,
                              letter(r.exclusive, 'E'),
                              letter(r.dirty, 'D'),
                              letter(r.young, 'Y'),
                              letter(r.soft_dirty, 'S'),
                              letter(r.uffd_wp, 'U'),
                              '\0'};
      return std::string("mig:") + letters + otherThan(r.number, FOLIO_PFN, page, pages);
    }
    case EntryForm::kDeviceExclusive:
    case EntryForm::kDevicePrivate: {
      const char letters[] = {access, letter(page_exclusive, 'E'), letter(r.soft_dirty, 'S'),
                              letter(r.uffd_wp, 'U'), '\0'};
      return std::string(r.form == EntryForm::kDevicePrivate ? "devpriv:" : "devexcl:") + letters +
             otherThan(r.number, FOLIO_PFN, page, pages);
    }
    case EntryForm::kHwpoison:
      return "poison" + otherThan(r.number, FOLIO_PFN, page, pages);
    case EntryForm::kMarker:
      return r.uffd_wp ? "marker" : "poison-marker";
  }
  return "";
}

std::vector<std::string> layOut(const std::vector<TableRow>& all_rows, bool reads, unsigned width) {
  std::vector<std::string> lines;
  if (all_rows.empty()) return lines;

  // Rows that differ in nothing but the page become one.
  std::vector<TableRow> rows;
  auto same = [](const TableRow& a, const TableRow& b) {
    return std::equal(a.cells.begin(), a.cells.end(), b.cells.begin(), b.cells.end(),
                      [](const TableCell& x, const TableCell& y) {
                        return x.before == y.before && x.after == y.after && x.end == y.end &&
                               x.reads == y.reads;
                      });
  };
  for (std::size_t i = 0; i < all_rows.size();) {
    std::size_t end = i + 1;
    while (end < all_rows.size() && same(all_rows[i], all_rows[end])) ++end;
    rows.push_back(all_rows[i]);
    if (end - i > 1) rows.back().page += "-" + all_rows[end - 1].page;
    i = end;
  }

  std::size_t processes = 0, page_width = 4;
  for (const TableRow& row : rows) {
    processes = std::max(processes, row.cells.size());
    page_width = std::max(page_width, row.page.size());
  }
  struct Widths {
    std::size_t before = 6, after = 5, end = 3, reads = 5;
    bool entries = false;  // a forked process has none
    bool ends = false;
  };
  std::vector<Widths> widths(processes);
  for (const TableRow& row : rows) {
    for (std::size_t p = 0; p < row.cells.size(); ++p) {
      widths[p].before = std::max(widths[p].before, row.cells[p].before.size());
      widths[p].after = std::max(widths[p].after, row.cells[p].after.size());
      widths[p].end = std::max(widths[p].end, row.cells[p].end.size());
      widths[p].ends = widths[p].ends || !row.cells[p].end.empty();
      widths[p].reads = std::max(widths[p].reads, row.cells[p].reads.size());
      widths[p].entries = widths[p].entries || !row.cells[p].before.empty();
    }
  }
  auto columnsOf = [&](std::size_t p) {
    std::size_t columns = 4;  // name and space
    if (widths[p].entries) columns += widths[p].before + 1 + widths[p].after + 1;
    if (widths[p].ends) columns += widths[p].end + 1;
    if (reads) columns += widths[p].reads + 1;
    return columns;
  };

  // As many processes beside each other as fit.
  for (std::size_t first = 0; first < processes;) {
    std::size_t end = first, used = page_width;
    while (end < processes && (end == first || used + columnsOf(end) <= width))
      used += columnsOf(end++);
    std::string head = "page";
    padTo(head, page_width);
    for (std::size_t p = first; p < end; ++p) {
      head += std::string("  ") + processName(static_cast<unsigned>(p)) + " ";
      const std::size_t start = head.size();
      std::size_t column = start;
      if (widths[p].entries) {
        head += "before";
        padTo(head, column += widths[p].before + 1);
        head += "after";
        padTo(head, column += widths[p].after + 1);
      }
      if (widths[p].ends) {
        head += "end";
        padTo(head, column += widths[p].end + 1);
      }
      if (reads) {
        head += "reads";
        padTo(head, column + widths[p].reads + 1);
      }
    }
    lines.push_back(head);
    for (const TableRow& row : rows) {
      std::string line = row.page;
      padTo(line, page_width);
      for (std::size_t p = first; p < end; ++p) {
        line += "    ";
        const TableCell cell = p < row.cells.size() ? row.cells[p] : TableCell{};
        std::size_t column = line.size();
        if (widths[p].entries) {
          line += cell.before;
          padTo(line, column += widths[p].before + 1);
          line += cell.after;
          padTo(line, column += widths[p].after + 1);
        }
        if (widths[p].ends) {
          line += cell.end;
          padTo(line, column += widths[p].end + 1);
        }
        if (reads) {
          line += cell.reads;
          padTo(line, column + widths[p].reads + 1);
        }
      }
      lines.push_back(line);
    }
    first = end;
  }
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

}  // namespace spec_detail

}  // namespace ptecheck
