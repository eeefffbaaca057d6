// SPDX-License-Identifier: GPL-2.0-only
//
// Every thread runs all candidates on a handful of scenarios at a time: trees first, in their
// agents; then, scenario by scenario, the reference and the policies on the model, which is judged
// at once. Nothing but sums and first examples is kept.
#include "check/compare.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

#include "check/batch.h"
#include "check/compare_tree.h"
#include "check/expected.h"
#include "check/family_cases.h"
#include "check/finding_id.h"
#include "check/judged_policies.h"
#include "check/model_check.h"
#include "check/progress_meter.h"
#include "check/search.h"
#include "check/tally.h"
#include "check/tree_build.h"
#include "explore/parallel.h"
#include "explore/random_choices.h"
#include "explore/replay.h"

namespace ptecheck {

namespace {

constexpr std::size_t kExhaustive = 0, kMix = 1, kPartCount = 2;
constexpr std::uint64_t kSamplesPerUnit = 256;
// What a tree's findings are filed under: `ptecheck replay --kernel` knows it.
constexpr const char* kTreeRow = "tree";

// What a thread counts of one kind of scenarios.
struct PartTally {
  std::vector<Tally> tallies;  // of each row
  std::vector<CompareCosts> costs;
  std::vector<std::uint64_t> scenarios;  // of each family; of the mix
  std::uint64_t entries = 0;
  std::uint64_t freed = 0;
};

// The first scenario that was skipped, by unit; see tally.h.
struct Skipped {
  std::uint64_t scenarios = 0;
  std::size_t unit = ~std::size_t{0};
  std::string reason;
};

// A cache line of its own: threads count in theirs all the time.
struct alignas(128) Worker {
  std::unique_ptr<JudgedPolicies> policies;
  std::unique_ptr<Model> reference_model;
  std::unique_ptr<OperationAlone> alone;
  std::unique_ptr<Outcome> reference = std::make_unique<Outcome>();
  std::vector<std::unique_ptr<TreeRunner>> trees;
  std::unique_ptr<Scenario> scenario = std::make_unique<Scenario>();
  Batch batch;  // the scenarios at hand
  std::array<PartTally, kPartCount> parts;
  Skipped skipped;
};

class CompareSearch {
 public:
  CompareSearch(const std::vector<Candidate>& candidates, const CompareOptions& options,
                std::vector<TreeBuild> builds)
      : candidates_(candidates),
        options_(options),
        builds_(std::move(builds)),
        mix_units_(static_cast<std::size_t>(
            (options.search.random_scenarios + kSamplesPerUnit - 1) / kSamplesPerUnit)),
        rules_(archRules(options.search.arch)),
        meter_(options.search.arch) {
    for (Family family : options.families) {
      first_unit_.push_back(exhaustive_units_);
      exhaustive_units_ += searches_.emplace_back(exhaustiveOf(options.search, family)).units();
    }
    for (const Search& search : searches_)
      expected_.push_back(std::make_unique<ExpectedScenarios>(search));
    for (std::size_t row = 0; row < candidates.size(); ++row)
      (candidates[row].policy ? policy_rows_ : tree_rows_).push_back(row);
  }

  Comparison run() {
    const std::size_t units = exhaustive_units_ + mix_units_;
    const SearchOptions& search = options_.search;
    std::vector<Worker> workers = runUnits(
        units, search.share, search.jobs, [&](unsigned) { return makeWorker(); },
        [&](Worker& worker, std::size_t unit) {
          progress_meter_.add(unit, runUnit(worker, unit));
        });
    Comparison comparison;
    comparison.arch = search.arch;
    if (stopRequested()) comparison.stopped_of = expectedInAll();
    for (const Candidate& candidate : candidates_) comparison.base.push_back(candidate.base);
    Skipped skipped;
    for (const Worker& worker : workers) {
      comparison.skipped += worker.skipped.scenarios;
      if (worker.skipped.unit < skipped.unit) skipped = worker.skipped;
    }
    comparison.skipped_reason = skipped.reason;
    if (exhaustive_units_ != 0) comparison.exhaustive = merge(workers, kExhaustive);
    if (mix_units_ != 0) comparison.mix = merge(workers, kMix);
    return comparison;
  }

 private:
  static SearchOptions exhaustiveOf(SearchOptions options, Family family) {
    options.family = family;
    options.random_scenarios = 0;
    return options;
  }

  std::uint64_t expectedInAll() {
    std::uint64_t sum = options_.search.random_scenarios;
    for (const auto& expected : expected_) sum += expected->all(options_.search.share);
    return sum;
  }
  std::uint64_t expectedIn(std::size_t unit) {
    if (isMix(unit)) return kSamplesPerUnit;
    const std::size_t family = familyOfUnit(unit);
    return expected_[family]->ofUnit(unit - first_unit_[family]);
  }

  bool isMix(std::size_t unit) const { return unit >= exhaustive_units_; }

  // Of a unit that is not of the mix: the place of its family.
  std::size_t familyOfUnit(std::size_t unit) const {
    return static_cast<std::size_t>(std::upper_bound(first_unit_.begin(), first_unit_.end(), unit) -
                                    first_unit_.begin() - 1);
  }

  Worker makeWorker() const {
    Worker worker;
    std::vector<Policy> policies;
    for (std::size_t row : policy_rows_) policies.push_back(*candidates_[row].policy);
    const SearchOptions& search = options_.search;
    worker.policies = std::make_unique<JudgedPolicies>(policies, search.rules, search.arch);
    worker.reference_model = makeModel(search.arch);
    worker.alone = std::make_unique<OperationAlone>(search.arch);
    for (const TreeBuild& build : builds_)
      worker.trees.push_back(std::make_unique<TreeRunner>(build, search.rules, search.arch));
    for (PartTally& part : worker.parts) {
      part.tallies.resize(candidates_.size());
      part.costs.resize(candidates_.size());
      part.scenarios.resize(std::max<std::size_t>(1, options_.families.size()));
    }
    return worker;
  }

  // Calls visit(scenario) for every scenario of the unit, in order.
  // Ends early if the user asks to stop, unless `to_the_end`.
  template <class Visit>
  void forEach(std::size_t unit, Scenario& scenario, bool to_the_end, Visit visit) const {
    if (!isMix(unit)) {
      const std::size_t family = familyOfUnit(unit);
      const auto visit_one = [&](const Scenario& s, auto) { visit(s); };
      if (to_the_end)
        searches_[family].forEachToTheEnd(unit - first_unit_[family], scenario, visit_one);
      else
        searches_[family].forEach(unit - first_unit_[family], scenario, visit_one);
      return;
    }
    const std::uint64_t begin = (unit - exhaustive_units_) * kSamplesPerUnit;
    const std::uint64_t end = std::min(options_.search.random_scenarios, begin + kSamplesPerUnit);
    for (std::uint64_t index = begin; index < end; ++index) {
      RandomChoices choices(options_.search.seed, index);
      chooseMixed(choices, options_.mix, abilitiesOf(options_.search.arch), scenario);
      visit(scenario);
    }
  }

  // Gives how many scenarios it had.
  std::uint64_t runUnit(Worker& worker, std::size_t unit) const {
    std::size_t first = 0;  // number, within the unit, of the batch's first scenario
    const auto flush = [&] {
      runBatch(worker, unit, first);
      first += worker.batch.size();
      worker.batch.clear();
    };
    forEach(unit, *worker.scenario, false, [&](const Scenario& s) {
      worker.batch.add(s);
      if (worker.batch.full()) flush();
    });
    flush();
    return first;
  }

  void runBatch(Worker& worker, std::size_t unit, std::size_t first) const {
    const Batch& batch = worker.batch;
    if (batch.empty()) return;
    for (const auto& tree : worker.trees) {
      tree->clear();
      for (std::size_t i = 0; i < batch.size(); ++i) tree->add(batch.scenario(i));
      tree->run();
    }
    PartTally& part = worker.parts[isMix(unit) ? kMix : kExhaustive];
    std::uint64_t& scenarios = part.scenarios[isMix(unit) ? 0 : familyOfUnit(unit)];
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Scenario& s = batch.scenario(i);
      if (!allRan(worker, unit, first + i, i)) continue;
      worker.reference_model->run(s, reference_policy_, *worker.reference);
      ++scenarios;
      part.entries += static_cast<std::uint64_t>(worker.reference->mapcount_before);
      part.freed += meter_.freed(s, *worker.reference);
      const bool two_kinds = migrationEnds(s);  // of batches
      const auto count = [&](std::size_t row, const Outcome& o, RuleSet broken) {
        part.tallies[row].add(rules_, s, o, broken, 0, unit, [&] {
          return Choices{static_cast<unsigned>(first + i)};  // its number: see scenarioAt()
        });
        if (o.status != STATUS_DONE) return;
        const std::optional<Policy>& policy = candidates_[row].policy;
        const Outcome* alone = two_kinds && policy ? &worker.alone->run(s, *policy) : nullptr;
        meter_.add(s, o, alone, *worker.reference, part.costs[row]);
      };
      worker.policies->run(s, [&](std::size_t policy, const Outcome& o, RuleSet broken) {
        count(policy_rows_[policy], o, broken);
      });
      for (std::size_t tree = 0; tree < tree_rows_.size(); ++tree)
        count(tree_rows_[tree], worker.trees[tree]->outcome(i), worker.trees[tree]->broken(i));
    }
  }

  // Could every tree run the scenario?
  bool allRan(Worker& worker, std::size_t unit, std::size_t number, std::size_t i) const {
    for (std::size_t tree = 0; tree < worker.trees.size(); ++tree) {
      const Outcome& o = worker.trees[tree]->outcome(i);
      if (o.status == STATUS_DONE || o.status == STATUS_BUG) continue;
      if (o.status != STATUS_UNSUPPORTED)
        requireRan(builds_[tree], o,
                   isMix(unit) ? sampleName(unit, number) : idOf(tree_rows_[tree], unit, number));
      Skipped& skipped = worker.skipped;
      ++skipped.scenarios;
      if (unit < skipped.unit) skipped.unit = unit, skipped.reason = o.message;
      return false;
    }
    return true;
  }

  std::string sampleName(std::size_t unit, std::size_t number) const {
    return "sample " + std::to_string((unit - exhaustive_units_) * kSamplesPerUnit + number) +
           " of the mix";
  }

  std::string idOf(std::size_t row, std::size_t unit, std::size_t number) const {
    const Candidate& candidate = candidates_[row];
    const std::size_t family = familyOfUnit(unit);
    const Search& search = searches_[family];
    return formatFindingId({search.exhaustive(), options_.search.arch,
                            candidate.policy ? candidate.policy->name : kTreeRow,
                            search.choicesOf(unit - first_unit_[family], number)});
  }

  // The unit's scenario number `wanted`.
  void scenarioAt(std::size_t unit, std::size_t wanted, Scenario& scenario) const {
    const auto walked = std::make_unique<Scenario>();
    std::size_t number = 0;
    forEach(unit, *walked, true, [&](const Scenario& s) {
      if (number++ == wanted)
        std::memcpy(static_cast<void*>(&scenario), &s, scenarioBytes(s.processes, s.pages));
    });
  }

  ComparedPart merge(const std::vector<Worker>& workers, std::size_t which) const {
    ComparedPart part;
    part.check.subject = modelName(options_.search.arch);
    part.check.arch = options_.search.arch;
    std::vector<std::uint64_t> scenarios(std::max<std::size_t>(1, searches_.size()));
    for (const Worker& worker : workers) {
      const PartTally& counted = worker.parts[which];
      for (std::size_t i = 0; i < scenarios.size(); ++i) scenarios[i] += counted.scenarios[i];
      part.entries += counted.entries;
      part.freed += counted.freed;
    }
    if (which == kMix) {
      Space space;
      space.random = true;
      space.abilities = abilitiesOf(options_.search.arch);
      space.max_pages = space.abilities.table_slots;
      part.check.parts.push_back({space, scenarios[0], 0, options_.search.seed});
    } else {
      for (std::size_t i = 0; i < searches_.size(); ++i)
        part.check.parts.push_back(
            {searches_[i].exhaustive(), scenarios[i], searches_[i].situations(), 0});
    }
    for (std::size_t row = 0; row < candidates_.size(); ++row) {
      Tally sum;
      CompareCosts& costs = part.costs.emplace_back();
      for (const Worker& worker : workers) {
        sum += worker.parts[which].tallies[row];
        costs += worker.parts[which].costs[row];
      }
      addRow(part.check, row, sum, which);
    }
    return part;
  }

  void addRow(CheckResult& check, std::size_t row, const Tally& sum, std::size_t which) const {
    Row& line = check.rows.emplace_back();
    line.name = candidates_[row].name;
    line.summary = candidates_[row].policy ? std::string(candidates_[row].policy->summary)
                                           : builds_[treeOf(row)].tree.string() + " (" +
                                                 builds_[treeOf(row)].version + ")";
    line.count = sum.count();
    line.price = sum.price();
    line.broken_elsewhere = sum.brokenElsewhere();
    line.stopped = stopRequested();
    for (std::size_t i = 0; i < kRules; ++i) {
      const std::optional<FirstBroken>& first = sum.first()[i];
      if (!first) continue;
      const Rule rule = static_cast<Rule>(i);
      line.broken |= ruleBit(rule);
      Finding& finding = check.findings.emplace_back();
      finding.arch = options_.search.arch;
      finding.row = line.name;
      finding.rule = rule;
      scenarioAt(first->unit, first->choices[0], finding.scenario);
      if (which == kExhaustive) finding.id = idOf(row, first->unit, first->choices[0]);
    }
  }

  std::size_t treeOf(std::size_t row) const {
    return static_cast<std::size_t>(std::find(tree_rows_.begin(), tree_rows_.end(), row) -
                                    tree_rows_.begin());
  }

  const std::vector<Candidate>& candidates_;
  const CompareOptions& options_;
  const std::vector<TreeBuild> builds_;  // of each tree, in the order of candidates
  // The exhaustive part, family by family; units of the mix follow.
  std::vector<Search> searches_;
  std::vector<std::size_t> first_unit_;  // of each family
  std::size_t exhaustive_units_ = 0;
  const std::size_t mix_units_;
  const ArchRules& rules_;
  const CostMeter meter_;
  const Policy reference_policy_ = *findPolicy("unbatched");
  std::vector<std::size_t> policy_rows_, tree_rows_;
  std::vector<std::unique_ptr<ExpectedScenarios>> expected_;  // of each search
  ProgressMeter progress_meter_{options_.search.progress, "", [this] { return expectedInAll(); },
                                [this](std::size_t unit) { return expectedIn(unit); }};
};

}  // namespace

std::uint64_t Comparison::scenarios() const {
  return (exhaustive ? exhaustive->check.scenarios() : 0) + (mix ? mix->check.scenarios() : 0);
}

std::vector<Family> familiesOf(const std::vector<Candidate>& candidates) {
  std::vector<Family> families;
  for (unsigned i = 0; i < kFamilies; ++i) {
    const Family family = static_cast<Family>(i);
    bool wanted = family == Family::kReclaim;
    for (const Candidate& candidate : candidates)
      for (unsigned c = 0; candidate.policy && c < kCases; ++c)
        wanted = wanted || (candidate.policy->batches(static_cast<Case>(c)) &&
                            familyOf(static_cast<Case>(c)) == family);
    if (wanted) families.push_back(family);
  }
  return families;
}

Comparison compare(const std::vector<Candidate>& candidates, const CompareOptions& options,
                   const std::function<void(const std::string&)>& say) {
  std::vector<TreeBuild> builds;
  for (const Candidate& candidate : candidates) {
    if (!candidate.tree) continue;
    TreeCheckOptions tree = *candidate.tree;
    tree.search = options.search;
    tree.say = say;
    builds.push_back(buildFor(tree, treeOptions(tree)));
  }
  return CompareSearch(candidates, options, std::move(builds)).run();
}

}  // namespace ptecheck
