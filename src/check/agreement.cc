// SPDX-License-Identifier: GPL-2.0-only
#include "check/agreement.h"

#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include "check/batch.h"
#include "check/finding_id.h"
#include "check/search.h"
#include "explore/parallel.h"
#include "subject/model.h"
#include "subject/tree_subject.h"

namespace ptecheck {

namespace {

std::string hex(unsigned long long value) {
  char buffer[24];
  std::snprintf(buffer, sizeof(buffer), "0x%llx", value);
  return buffer;
}

class Comparison {
 public:
  const std::string& difference() const { return difference_; }

  void number(const std::string& what, long long model, long long tree) {
    if (model != tree && difference_.empty())
      difference_ = what + ": model " + std::to_string(model) + ", tree " + std::to_string(tree);
  }
  void bits(const std::string& what, unsigned long long model, unsigned long long tree) {
    if (model != tree && difference_.empty())
      difference_ = what + ": model " + hex(model) + ", tree " + hex(tree);
  }

 private:
  std::string difference_;
};

std::string place(unsigned process, const std::string& what) {
  return std::string(1, static_cast<char>('A' + process)) + " " + what;
}

}  // namespace

std::string firstDifference(const Scenario& s, const Outcome& model, const Outcome& tree) {
  Comparison c;
  c.number("status", model.status, tree.status);
  if (!c.difference().empty()) return c.difference() + " (" + tree.message + ")";
  // Entry by entry first: that is what a reader looks at.
  for (unsigned process = 0; process < s.processes; ++process) {
    for (unsigned page = 0; page < s.pages; ++page) {
      const EntryResult& m = model.entry[process * s.pages + page];
      const EntryResult& t = tree.entry[process * s.pages + page];
      if (m.before == t.before && m.after == t.after && m.page_flags == t.page_flags &&
          m.swap_count == t.swap_count && (m.seen == t.seen || s.steps != 0))
        continue;
      const std::string where = place(process, "page " + std::to_string(page));
      c.bits(where + " before", m.before, t.before);
      c.bits(where + " after", m.after, t.after);
      c.bits(where + " PageAnonExclusive", m.page_flags, t.page_flags);
      c.number(where + " swap count", m.swap_count, t.swap_count);
      c.bits(where + " seen", m.seen, t.seen);
    }
    for (unsigned side = 0; side < 2; ++side) {
      const std::string where =
          place(process, side == 0 ? "neighbour before the folio" : "neighbour behind the folio");
      c.bits(where + ", at the start", model.neighbour_before[process][side],
             tree.neighbour_before[process][side]);
      c.bits(where + ", at the end", model.neighbour_after[process][side],
             tree.neighbour_after[process][side]);
    }
    static constexpr const char* kKinds[RSS_KINDS] = {"MM_ANONPAGES", "MM_FILEPAGES",
                                                      "MM_SHMEMPAGES", "MM_SWAPENTS"};
    for (unsigned kind = 0; kind < RSS_KINDS; ++kind)
      c.number(place(process, kKinds[kind]), model.rss[process][kind], tree.rss[process][kind]);
    c.number(place(process, "deferred flushes"), model.flush_batched[process],
             tree.flush_batched[process]);
  }
  c.number("mapcount before", model.mapcount_before, tree.mapcount_before);
  c.number("mapcount", model.mapcount, tree.mapcount);
  c.number("refcount before", model.refcount_before, tree.refcount_before);
  c.number("refcount", model.refcount, tree.refcount);
  c.bits("folio flags before", model.folio_flags_before, tree.folio_flags_before);
  c.bits("folio flags", model.folio_flags, tree.folio_flags);
  c.number("unmapped", model.unmapped, tree.unmapped);
  c.number("event fired", model.event_fired, tree.event_fired);
  c.number("TLB flushes", model.flushes, tree.flushes);
  c.number("pages flushed", model.flushed_pages, tree.flushed_pages);
  c.number("flush pending", model.flush_pending, tree.flush_pending);
  c.number("flush pending, writable", model.flush_pending_writable, tree.flush_pending_writable);
  c.number("warnings", model.warnings, tree.warnings);
  c.number("entries touched outside", model.outside, tree.outside);
  return c.difference();
}

namespace {

struct Worker {
  std::unique_ptr<TreeSubject> tree;
  std::unique_ptr<ModelSubject> model;
  std::unique_ptr<Batch> on_tree = std::make_unique<Batch>();
  std::unique_ptr<Batch> on_model = std::make_unique<Batch>();
  std::unique_ptr<Scenario> scenario = std::make_unique<Scenario>();
  Agreement agreement;
  std::size_t first_unit = ~std::size_t{0};
};

void compareBatch(Worker& worker, const Search& search, const Policy& policy, std::size_t unit,
                  std::size_t number) {
  if (worker.on_tree->empty()) return;
  worker.on_tree->run(*worker.tree);
  worker.on_model->run(*worker.model);
  for (std::size_t i = 0; i < worker.on_tree->size(); ++i) {
    const Outcome& tree = worker.on_tree->outcome(i);
    if (tree.status == STATUS_UNSUPPORTED) {
      ++worker.agreement.unsupported;
      continue;
    }
    ++worker.agreement.scenarios;
    const std::string difference =
        firstDifference(worker.on_tree->scenario(i), worker.on_model->outcome(i), tree);
    if (difference.empty()) continue;
    ++worker.agreement.differing;
    if (unit >= worker.first_unit) continue;
    worker.first_unit = unit;
    worker.agreement.first = formatFindingId({search.spaceOf(unit), search.arch(), policy.name,
                                              search.choicesOf(unit, number + i)}) +
                             ": " + difference;
  }
  worker.on_tree->clear();
  worker.on_model->clear();
}

}  // namespace

Agreement compareWithTree(const TreeBuild& build, const Policy& policy,
                          const SearchOptions& options) {
  const Search search(options);
  auto make_worker = [&](unsigned) {
    Worker worker;
    worker.tree = std::make_unique<TreeSubject>(build);
    worker.model = std::make_unique<ModelSubject>(policy, options.arch);
    return worker;
  };
  auto work = [&](Worker& worker, std::size_t unit) {
    std::size_t number = 0;  // of the batch's first scenario
    search.forEach(unit, *worker.scenario, [&](const Scenario& s, auto) {
      worker.on_tree->add(s);
      worker.on_model->add(s);
      if (!worker.on_tree->full()) return;
      const std::size_t size = worker.on_tree->size();
      compareBatch(worker, search, policy, unit, number);
      number += size;
    });
    compareBatch(worker, search, policy, unit, number);
  };
  const std::vector<Worker> workers =
      runUnits(search.units(), options.share, options.jobs, make_worker, work);
  Agreement sum;
  std::size_t first_unit = ~std::size_t{0};
  for (const Worker& worker : workers) {
    sum.scenarios += worker.agreement.scenarios;
    sum.differing += worker.agreement.differing;
    sum.unsupported += worker.agreement.unsupported;
    if (worker.first_unit >= first_unit) continue;
    first_unit = worker.first_unit;
    sum.first = worker.agreement.first;
  }
  return sum;
}

}  // namespace ptecheck
