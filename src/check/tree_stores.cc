// SPDX-License-Identifier: GPL-2.0-only
#include "check/tree_stores.h"

#include <map>
#include <memory>
#include <utility>

#include "check/tree_build.h"
#include "scenario/error.h"
#include "subject/tree_lines.h"
#include "subject/tree_subject.h"

namespace ptecheck {

namespace {

bool sameOutcome(const Scenario& s, const Outcome& a, const Outcome& b) {
  for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i)
    if (a.entry[i].before != b.entry[i].before || a.entry[i].after != b.entry[i].after)
      return false;
  return a.status == b.status && a.refcount == b.refcount && a.mapcount == b.mapcount &&
         a.folio_flags == b.folio_flags && a.flushes == b.flushes &&
         a.flush_pending == b.flush_pending;
}

// Where in the tree an access is made, by its address.
class Spots {
 public:
  explicit Spots(const TreeBuild& build) : lines_(build) {}

  const TreeLines::Spot& of(unsigned long long pc, unsigned long long caller) {
    const auto [known, fresh] = spots_.try_emplace({pc, caller});
    TreeLines::Spot& spot = known->second;
    if (!fresh) return spot;
    spot = lines_.spotInMm(pc - 1);
    // Helpers for all: who calls them says more.
    if (!spot.place.starts_with("mm/pgtable-generic.c:")) return spot;
    if (TreeLines::Spot calling = lines_.spotInMm(caller - 1); !calling.place.empty()) {
      calling.called = spot.function;
      spot = calling;
    }
    return spot;
  }

 private:
  TreeLines lines_;
  std::map<std::pair<unsigned long long, unsigned long long>, TreeLines::Spot> spots_;
};

EventState stateAfter(const Scenario& s, const Outcome& o) {
  EventState state{};
  for (unsigned i = 0; i < unsigned{s.processes} * s.pages; ++i) {
    state.entry[i] = o.entry[i].after;
    if (o.entry[i].page_flags & PAGE_EXCLUSIVE_AFTER)
      state.exclusive = static_cast<unsigned char>(state.exclusive | 1U << i % s.pages);
  }
  state.refcount = o.refcount;
  state.mapcount = o.mapcount;
  state.folio_flags = o.folio_flags;
  state.flushes = o.flushes;
  state.flush_pending = o.flush_pending;
  return state;
}

}  // namespace

std::vector<TreeStores> storesOnTree(const Scenario& scenario, const Outcome& outcome,
                                     const TreeCheckOptions& options, EventPlan plan) {
  const unsigned entries = unsigned{scenario.processes} * scenario.pages;
  if (options.search.arch != kX86 || entries > MOST_EVENT_ENTRIES) return {};
  TreeOptions how = treeOptions(options);
  how.events = true;
  const TreeBuild build = buildFor(options, how);
  TreeSubject tree(build);
  auto out = std::make_unique<Outcome>();
  const auto report = std::make_unique<EventReport>();
  const Scenario* const in[] = {&scenario};
  Outcome* const outs[] = {out.get()};
  plan.watched = 1;
  tree.run(in, outs, {&plan, 1}, {report.get(), 1});
  if (out->status != STATUS_DONE || report->moments > MOST_MOMENTS ||
      !sameOutcome(scenario, *out, outcome))
    return {};

  Spots spots(build);
  std::vector<TreeStores> all;
  bool left = false;  // the line of the last store, since
  for (unsigned i = 0; i < report->moments; ++i) {
    const EventMoment& moment = report->moment[i];
    const TreeLines::Spot& spot = spots.of(moment.pc, report->state[i].caller);
    if (moment.access != ACCESS_WRITE) {
      left = left || all.empty() || spot.place != all.back().place;
      continue;
    }
    const unsigned process = moment.entry / scenario.pages, page = moment.entry % scenario.pages;
    if (!all.empty()) {
      TreeStores& last = all.back();
      if (!left && last.place == spot.place && last.process == process &&
          last.page + last.count == page) {
        ++last.count;
        continue;
      }
      last.then = report->state[i];
    }
    left = false;
    TreeStores& stores = all.emplace_back();
    stores.process = process;
    stores.page = page;
    stores.count = 1;
    stores.place = spot.place;
    stores.function = spot.function;
    if (!spot.called.empty()) stores.function += ", " + spot.called;
  }
  if (!all.empty()) all.back().then = stateAfter(scenario, outcome);
  return all;
}

}  // namespace ptecheck
