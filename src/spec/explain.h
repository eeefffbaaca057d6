// SPDX-License-Identifier: GPL-2.0-only
//
// The slow path: where and why a rule is broken, in sentences with numbers, and how many bits were
// gained and lost.
#ifndef PTECHECK_SPEC_EXPLAIN_H
#define PTECHECK_SPEC_EXPLAIN_H

#include <cstddef>
#include <string>
#include <vector>

#include "scenario/flat.h"
#include "spec/describe.h"
#include "spec/differs.h"
#include "spec/inspect.h"
#include "spec/reasons.h"
#include "spec/rules.h"

namespace ptecheck {

struct Violation {
  Rule rule;
  unsigned process;  // 0 is A; kNoProcess: the folio, or the system
  unsigned page;     // of the folio; kNoPage: none in particular
  std::string bit;   // what is wrong: "write", "soft-dirty", "mapcount", ...
  std::string text;  // "A page 1: read-only before, writable after, and B maps the same page"
};

namespace spec_detail {

struct RecordingSink {
  std::vector<Record> records;
  void operator()(Rule rule, Reason reason, unsigned process, unsigned page, unsigned detail = 0) {
    records.push_back({rule, reason, process, page, detail});
  }
  void operator()(const Record& record) { records.push_back(record); }
};

// The entry a record is about, in words; empty strings if it is about none.
struct Sides {
  std::string before, after;  // before and after; for differs: one by one and batched
  std::string others;         // other processes that map the page before: "B", "B and C"
};

Violation explainRecord(const Scenario& s, const Outcome& o, const Outcome* one_by_one,
                        const Record& record, const Sides& sides);
std::string othersMapping(const Scenario& s, unsigned process, unsigned page);

constexpr bool isAboutEnd(Reason reason) {
  return reason >= Reason::kEndForm && reason <= Reason::kEndShared;
}

// After the operation, and after the steps.
template <class F>
Sides endSides(const Scenario& s, const Outcome& o, const Record& record) {
  Sides sides;
  if (record.page == kNoPage || record.process == kNoProcess) return sides;
  const EntryResult& e = o.entry[std::size_t{record.process} * s.pages + record.page];
  if (record.process < s.processes)
    sides.before =
        describe<F>(e.after, (e.page_flags & PAGE_EXCLUSIVE_AFTER) != 0, record.page, s.pages);
  sides.after = describe<F>(e.end, (e.page_flags & PAGE_EXCLUSIVE_END) != 0, record.page, s.pages);
  return sides;
}

}  // namespace spec_detail

// Every way in which `outcome` breaks a rule (all but differs). The rules named are exactly those
// of judge(). In the order of entries, then counters, then contents.
template <class F>
std::vector<Violation> explainRules(const Scenario& s, const Outcome& o) {
  using namespace spec_detail;
  RecordingSink sink;
  inspect<F>(s, o, sink);
  std::vector<Violation> violations;
  for (const Record& record : sink.records) {
    Sides sides;
    if (isAboutEnd(record.reason)) {
      sides = endSides<F>(s, o, record);
    } else if (record.page != kNoPage && record.process != kNoProcess &&
               record.process < s.processes) {
      const EntryResult& e = o.entry[std::size_t{record.process} * s.pages + record.page];
      sides.before =
          describe<F>(e.before, (e.page_flags & PAGE_EXCLUSIVE_BEFORE) != 0, record.page, s.pages);
      sides.after =
          describe<F>(e.after, (e.page_flags & PAGE_EXCLUSIVE_AFTER) != 0, record.page, s.pages);
      sides.others = othersMapping(s, record.process, record.page);
    } else if (record.process != kNoProcess && record.process < s.processes &&
               record.page == kNoPage &&
               (record.reason == Reason::kNeighbourBefore ||
                record.reason == Reason::kNeighbourAfter)) {
      const unsigned side = record.reason == Reason::kNeighbourAfter;
      sides.before = describe<F>(o.neighbour_before[record.process][side]);
      sides.after = describe<F>(o.neighbour_after[record.process][side]);
    }
    violations.push_back(explainRecord(s, o, nullptr, record, sides));
  }
  return violations;
}

// The same for the rule differs.
template <class F>
std::vector<Violation> explainDifferences(const Scenario& s, const Outcome& batched,
                                          const Outcome& one_by_one) {
  using namespace spec_detail;
  RecordingSink sink;
  inspectDifferences<F>(s, batched, one_by_one, sink);
  std::vector<Violation> violations;
  for (const Record& record : sink.records) {
    Sides sides;
    if (record.page != kNoPage &&
        (record.process < s.processes || record.reason == Reason::kDiffersEnd)) {
      const std::size_t i = std::size_t{record.process} * s.pages + record.page;
      const EntryResult &one = one_by_one.entry[i], &b = batched.entry[i];
      if (record.reason == Reason::kDiffersEnd) {
        sides.before =
            describe<F>(one.end, (one.page_flags & PAGE_EXCLUSIVE_END) != 0, record.page, s.pages);
        sides.after =
            describe<F>(b.end, (b.page_flags & PAGE_EXCLUSIVE_END) != 0, record.page, s.pages);
        violations.push_back(explainRecord(s, batched, &one_by_one, record, sides));
        continue;
      }
      sides.before = describe<F>(one.after, (one.page_flags & PAGE_EXCLUSIVE_AFTER) != 0,
                                 record.page, s.pages);
      sides.after =
          describe<F>(b.after, (b.page_flags & PAGE_EXCLUSIVE_AFTER) != 0, record.page, s.pages);
      sides.others = othersMapping(s, record.process, record.page);
    }
    violations.push_back(explainRecord(s, batched, &one_by_one, record, sides));
  }
  return violations;
}

// All rules; differs too if there is a run one entry at a time to compare with.
template <class F>
std::vector<Violation> explain(const Scenario& s, const Outcome& o,
                               const Outcome* one_by_one = nullptr) {
  std::vector<Violation> violations = explainRules<F>(s, o);
  if (one_by_one == nullptr) return violations;
  for (Violation& violation : explainDifferences<F>(s, o, *one_by_one))
    violations.push_back(violation);
  return violations;
}

// Bits that differ, gained and lost counted apart.
struct BitDifferences {
  struct Count {
    unsigned gained = 0, lost = 0;
  };
  Count mapped, write, dirty, young, soft_dirty, uffd_wp, exclusive;

  void add(const BitDifferences& other);
};

// Adds the difference between two entries of the same place. Bits are compared if both are present,
// or both swap entries (those they share with present ones); `mapped` always.
template <class F>
void countBits(typename F::Word from, typename F::Word to, BitDifferences& bits) {
  auto count = [](bool a, bool b, BitDifferences::Count& c) {
    c.gained += !a && b;
    c.lost += a && !b;
  };
  if (from == to) return;
  const bool present_from = F::pte_present(from), present_to = F::pte_present(to);
  count(present_from, present_to, bits.mapped);
  if (present_from && present_to) {
    count(F::pte_write(from), F::pte_write(to), bits.write);
    count(F::pte_dirty(from), F::pte_dirty(to), bits.dirty);
    count(F::pte_young(from), F::pte_young(to), bits.young);
  }
  if (F::pte_none(from) || F::pte_none(to)) return;
  auto soft = [](typename F::Word pte, bool present) -> bool {
    return present ? F::pte_soft_dirty(pte) : F::pte_swp_soft_dirty(pte);
  };
  auto uffd = [](typename F::Word pte, bool present) -> bool {
    return present ? F::pte_uffd_wp(pte) : F::pte_swp_uffd_wp(pte);
  };
  count(soft(from, present_from), soft(to, present_to), bits.soft_dirty);
  count(uffd(from, present_from), uffd(to, present_to), bits.uffd_wp);
}

// What an operation changed.
template <class F>
BitDifferences bitDifferences(const Scenario& s, const Outcome& o) {
  BitDifferences bits;
  for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i)
    countBits<F>(o.entry[i].before, o.entry[i].after, bits);
  for (unsigned page = 0; page < s.pages; ++page) {
    bits.exclusive.gained +=
        (o.entry[page].page_flags & ~PAGE_EXCLUSIVE_END) == PAGE_EXCLUSIVE_AFTER;
    bits.exclusive.lost +=
        (o.entry[page].page_flags & ~PAGE_EXCLUSIVE_END) == PAGE_EXCLUSIVE_BEFORE;
  }
  return bits;
}

// What the batched run has that the single one has not (gained), and the other way round (lost).
template <class F>
BitDifferences bitDifferences(const Scenario& s, const Outcome& batched,
                              const Outcome& one_by_one) {
  BitDifferences bits;
  for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i)
    countBits<F>(one_by_one.entry[i].after, batched.entry[i].after, bits);
  for (unsigned page = 0; page < s.pages; ++page) {
    const bool b = (batched.entry[page].page_flags & PAGE_EXCLUSIVE_AFTER) != 0;
    const bool one = (one_by_one.entry[page].page_flags & PAGE_EXCLUSIVE_AFTER) != 0;
    bits.exclusive.gained += b && !one;
    bits.exclusive.lost += one && !b;
  }
  return bits;
}

}  // namespace ptecheck

#endif
