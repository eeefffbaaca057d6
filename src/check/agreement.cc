// SPDX-License-Identifier: GPL-2.0-only
#include "check/agreement.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <optional>

#include "check/batch.h"
#include "check/difference.h"
#include "check/expected.h"
#include "check/finding_id.h"
#include "check/progress_meter.h"
#include "check/search.h"
#include "check/tree_build.h"
#include "explore/parallel.h"
#include "explore/replay.h"
#include "explore/shrink.h"
#include "subject/model.h"
#include "subject/tree_subject.h"

namespace ptecheck {

namespace {

// A tree and the model, side by side.
class Pair {
 public:
  Pair(const TreeBuild& build, const Policy& policy, Arch arch)
      : tree_(build), model_(policy, arch) {}

  const TreeSubject& tree() const { return tree_; }
  bool full() const { return on_tree_.full(); }
  bool empty() const { return on_tree_.empty(); }
  std::size_t size() const { return on_tree_.size(); }

  void add(const Scenario& s) {
    on_tree_.add(s);
    on_model_.add(s);
  }

  // Calls use(index, scenario, outcome of the model, outcome of the tree), and forgets them all.
  template <class Use>
  void run(Use use) {
    on_tree_.run(tree_);
    on_model_.run(model_);
    for (std::size_t i = 0; i < on_tree_.size(); ++i)
      use(i, on_tree_.scenario(i), on_model_.outcome(i), on_tree_.outcome(i));
    on_tree_.clear();
    on_model_.clear();
  }

 private:
  TreeSubject tree_;
  ModelSubject model_;
  Batch on_tree_, on_model_;
};

// Of one thing that differs: how often, and where first (units are done in order, each by one
// thread; see tally.h).
struct Seen {
  std::uint64_t scenarios = 0;
  std::size_t unit = ~std::size_t{0};
  std::size_t number = 0;
};

// A cache line of its own: threads count in theirs all the time.
struct alignas(128) Worker {
  std::unique_ptr<Pair> pair;
  std::unique_ptr<Scenario> scenario = std::make_unique<Scenario>();
  std::array<std::uint64_t, 4> exhaustive{};
  std::uint64_t random = 0, blocks = 0, differing = 0, unsupported = 0, ended = 0;
  std::string unsupported_reason, ended_reason;
  std::map<std::string, Seen> seen;
};

class AgreementSearch {
 public:
  AgreementSearch(const TreeBuild& build, const Policy& policy, const SearchOptions& options)
      : build_(build),
        policy_(policy),
        options_(options),
        search_(options),
        rules_(archRules(options.arch)),
        expected_(search_),
        meter_(
            options.progress, std::string(familyName(options.family)),
            [this] { return expected_.all(options_.share); },
            [this](std::size_t unit) { return expected_.ofUnit(unit); }) {}

  Agreement run() {
    std::vector<Worker> workers = runUnits(
        search_.units(), options_.share, options_.jobs,
        [&](unsigned) {
          Worker worker;
          worker.pair = std::make_unique<Pair>(build_, policy_, options_.arch);
          return worker;
        },
        [&](Worker& worker, std::size_t unit) { runUnit(worker, unit); });

    Agreement sum;
    sum.arch = options_.arch;
    sum.subject = "Linux " + build_.version + " at " + build_.tree.string();
    sum.policy = policy_.name;
    std::uint64_t random = 0;
    std::map<std::string, Seen> seen;
    for (const Worker& worker : workers) {
      sum.features = worker.pair->tree().identity().features;
      for (std::size_t i = 0; i < sum.exhaustive.size(); ++i)
        sum.exhaustive[i] += worker.exhaustive[i];
      random += worker.random;
      sum.blocks += worker.blocks;
      sum.differing += worker.differing;
      sum.unsupported += worker.unsupported;
      if (sum.unsupported_reason.empty()) sum.unsupported_reason = worker.unsupported_reason;
      sum.ended += worker.ended;
      if (sum.ended_reason.empty()) sum.ended_reason = worker.ended_reason;
      for (const auto& [what, theirs] : worker.seen) {
        Seen& all = seen[what];
        all.scenarios += theirs.scenarios;
        if (theirs.unit < all.unit) all.unit = theirs.unit, all.number = theirs.number;
      }
    }
    workers.clear();  // ends the agents
    if (stopRequested()) sum.stopped_of = expected_.all(options_.share);
    if (search_.situations() != 0)
      sum.parts.push_back(
          {search_.exhaustive(),
           std::accumulate(sum.exhaustive.begin(), sum.exhaustive.end(), std::uint64_t{0}),
           search_.situations(), 0});
    if (options_.random_scenarios != 0)
      sum.parts.push_back({search_.random(), random, 0, options_.seed});
    for (const auto& [what, all] : seen) sum.differences.push_back(smallest(what, all));
    return sum;
  }

 private:
  std::string idOf(std::size_t unit, const Choices& choices) const {
    return formatFindingId({search_.spaceOf(unit), options_.arch, policy_.name, choices});
  }

  void runUnit(Worker& worker, std::size_t unit) {
    std::size_t first = 0;  // number, within the unit, of the scenario that is added first
    const auto flush = [&] {
      if (worker.pair->empty()) return;
      const std::size_t size = worker.pair->size();
      worker.pair->run(
          [&](std::size_t i, const Scenario& s, const Outcome& model, const Outcome& tree) {
            compare(worker, unit, first + i, s, model, tree);
          });
      first += size;
    };
    search_.forEach(unit, *worker.scenario, [&](const Scenario& s, auto) {
      worker.pair->add(s);
      if (worker.pair->full()) flush();
    });
    flush();
    meter_.add(unit, first);
  }

  void compare(Worker& worker, std::size_t unit, std::size_t number, const Scenario& s,
               const Outcome& model, const Outcome& tree) const {
    if (tree.status == STATUS_UNSUPPORTED) {
      ++worker.unsupported;
      if (worker.unsupported_reason.empty()) worker.unsupported_reason = tree.message;
      return;
    }
    if (tree.status != STATUS_DONE && tree.status != STATUS_BUG)
      requireRan(build_, tree, idOf(unit, search_.choicesOf(unit, number)));
    if (endedAtDeviceEntry(s, tree)) {
      ++worker.ended;
      if (worker.ended_reason.empty()) worker.ended_reason = tree.message;
      return;
    }
    if (search_.isRandom(unit))
      ++worker.random;
    else
      ++worker.exhaustive[std::min<std::size_t>(static_cast<std::size_t>(std::countr_zero(s.pages)),
                                                worker.exhaustive.size() - 1)];
    worker.blocks += rules_.inBlocks(s, model) != 0;
    const std::optional<Difference> difference = firstDifference(s, model, tree);
    if (!difference) return;
    ++worker.differing;
    Seen& seen = worker.seen[difference->what];
    ++seen.scenarios;
    if (unit < seen.unit) seen.unit = unit, seen.number = number;
  }

  // Does the policy say that the tree takes a wrong page here, and do its own checks end it?
  bool endedAtDeviceEntry(const Scenario& s, const Outcome& tree) const {
    if (tree.status != STATUS_BUG || !policy_.device_entries_as_present) return false;
    if (s.operation != OPERATION_TRY_TO_MIGRATE) return false;
    const unsigned short* end = s.entry + std::size_t{s.processes} * s.pages;
    return std::any_of(s.entry, end, [](unsigned bits) { return bits & ENTRY_DEVICE_EXCLUSIVE; });
  }

  // Makes the first scenario in which this differs as small as possible.
  Disagreement smallest(const std::string& what, const Seen& seen) const {
    const Space& space = search_.spaceOf(seen.unit);
    Disagreement result;
    result.what = what;
    result.scenarios = seen.scenarios;
    Pair pair(build_, policy_, options_.arch);
    Scenario scenario{};
    // Does it differ in the same thing? Keeps what was seen.
    const StillFails still_differs = [&](const Choices& tried, Choices* used) {
      Replay replay(tried);
      if (!chooseScenario(replay, space, scenario)) return false;
      *used = replay.used();
      bool differs = false;
      pair.add(scenario);
      pair.run([&](std::size_t, const Scenario& s, const Outcome& model, const Outcome& tree) {
        const std::optional<Difference> difference = firstDifference(s, model, tree);
        differs = difference && difference->what == what;
        if (!differs) return;
        result.text = difference->text;
        copy(result.scenario, s, scenarioBytes(s.processes, s.pages));
        copy(result.model, model, outcomeBytes(outcomeProcesses(s), s.pages));
        copy(result.tree, tree, outcomeBytes(outcomeProcesses(s), s.pages));
      });
      return differs;
    };
    const Choices choices = shrink(search_.choicesOf(seen.unit, seen.number), still_differs);
    Choices used;
    still_differs(choices, &used);
    result.id = idOf(seen.unit, choices);
    return result;
  }

  // Records in a batch are as long as they need to be, those of a result are full ones.
  template <class Record>
  static void copy(Record& to, const Record& from, std::size_t bytes) {
    to = Record{};
    std::memcpy(static_cast<void*>(&to), &from, bytes);
  }

  const TreeBuild& build_;
  const Policy& policy_;
  const SearchOptions& options_;
  Search search_;
  const ArchRules& rules_;
  ExpectedScenarios expected_;
  ProgressMeter meter_;
};

}  // namespace

std::uint64_t Agreement::compared() const {
  std::uint64_t sum = 0;
  for (const Part& part : parts) sum += part.scenarios;
  return sum;
}

Agreement agreeWithTree(const TreeCheckOptions& options, const Policy& policy) {
  const TreeBuild build = buildFor(options, treeOptions(options));
  if (options.say) options.say("comparing model and tree");
  return AgreementSearch(build, policy, options.search).run();
}

}  // namespace ptecheck
