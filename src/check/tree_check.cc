// SPDX-License-Identifier: GPL-2.0-only
//
// The check of a kernel tree's own code: the model's search, with agents in place of machines. A
// thread has one agent with the tree's code and, if that code batches, one with the same code at
// batch size 1.
//
// What stops a check, and what is a finding? A scenario that reaches something the environment does
// not model, a privileged instruction, or a crash tells nothing about the tree: no verdict (exit
// 125), with the place. The tree's own WARN and BUG in a legal scenario are findings, by the rule
// own-checks: the self-test has shown that the environment satisfies these checks where nothing is
// special.
#include "check/tree_check.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "check/arch_rules.h"
#include "check/batch.h"
#include "check/expected.h"
#include "check/progress_meter.h"
#include "check/search.h"
#include "check/tally.h"
#include "check/tree_build.h"
#include "check/tree_details.h"
#include "explore/replay.h"
#include "explore/shrink.h"
#include "scenario/error.h"
#include "subject/tree.h"
#include "subject/tree_arch.h"
#include "subject/tree_lines.h"
#include "subject/tree_subject.h"

namespace ptecheck {

namespace {

constexpr const char* kRow = "tree";
constexpr const char* kBaseRow = "base";

// The tree's code, and its reference if it batches.
class Judged {
 public:
  Judged(const TreeBuild& build, RuleSet rules, Arch arch)
      : rules_(rules), of_arch_(archRules(arch)), tree_(build) {
    if (build.canBatch() && contains(rules, Rule::kDiffers))
      reference_ = std::make_unique<TreeSubject>(build, AgentKind::kReference);
  }

  TreeSubject& tree() { return tree_; }

  // Calls use(index, scenario, outcome, reference outcome or null, broken) for each scenario of
  // `batch`.
  template <class Use>
  void run(Batch& batch, Batch& reference_batch, Use use) {
    if (batch.empty()) return;
    batch.run(tree_);
    if (reference_) reference_batch.run(*reference_);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Scenario& s = batch.scenario(i);
      const Outcome& o = batch.outcome(i);
      const Outcome* one_by_one = reference_ ? &reference_batch.outcome(i) : nullptr;
      use(i, s, o, one_by_one, judged(s, o, one_by_one));
    }
  }

  bool hasReference() const { return reference_ != nullptr; }

 private:
  RuleSet judged(const Scenario& s, const Outcome& o, const Outcome* one_by_one) const {
    RuleSet broken = of_arch_.judge(s, o);
    if (one_by_one != nullptr) broken |= of_arch_.differs(s, o, *one_by_one);
    return broken & rules_;
  }

  RuleSet rules_;
  const ArchRules& of_arch_;
  TreeSubject tree_;
  std::unique_ptr<TreeSubject> reference_;
};

// One scenario at a time: for replays and the shrinker.
class Single {
 public:
  Single(const TreeBuild& build, RuleSet rules, Arch arch) : judged_(build, rules, arch) {}

  TreeSubject& tree() { return judged_.tree(); }

  template <class Use>
  void run(const Scenario& scenario, Use use) {
    batch_.clear();
    reference_.clear();
    batch_.add(scenario);
    reference_.add(scenario);
    judged_.run(batch_, reference_,
                [&](std::size_t, const Scenario&, const Outcome& o, const Outcome* one_by_one,
                    RuleSet broken) { use(o, one_by_one, broken); });
  }

 private:
  Judged judged_;
  Batch batch_, reference_;
};

// A record's own length is all that an agent writes; a result holds full ones.
void copyOutcome(const Scenario& s, const Outcome& from, Outcome& to) {
  std::memcpy(static_cast<void*>(&to), &from, outcomeBytes(outcomeProcesses(s), s.pages));
}

std::vector<Violation> explainOnTree(const TreeBuild& build, Arch arch, const Scenario& s,
                                     const Outcome& o, const Outcome* one_by_one) {
  std::vector<Violation> violations = archRules(arch).explain(s, o, one_by_one);
  for (Violation& violation : violations)
    if (violation.rule == Rule::kOwnChecks) violation.text = explainOutcome(build, o.message);
  return violations;
}

// A cache line of its own: threads count in theirs all the time.
struct alignas(128) Worker {
  std::unique_ptr<Judged> judged;
  Tally tally;
  BitDifferences bits;
  std::array<std::uint64_t, 2> scenarios{};  // of the exhaustive and the random part
  std::uint64_t unsupported = 0;
  std::string unsupported_reason;
  std::unique_ptr<Batch> batch = std::make_unique<Batch>();
  std::unique_ptr<Batch> reference = std::make_unique<Batch>();
  std::unique_ptr<Scenario> scenario = std::make_unique<Scenario>();
};

class TreeSearch {
 public:
  TreeSearch(const TreeBuild& build, const Search& search, const SearchOptions& options,
             const char* row)
      : build_(build),
        search_(search),
        options_(options),
        rules_(archRules(options.arch)),
        row_(row),
        expected_(search),
        meter_(
            options.progress, std::string(familyName(options.family)),
            [this] { return expected_.all(options_.share); },
            [this](std::size_t unit) { return expected_.ofUnit(unit); }) {}

  // Adds one row, its findings and, the first time, the parts to `result`.
  void run(CheckResult& result) {
    // Agents cost a moment even if there is nothing for them to do any more.
    const unsigned jobs = stopRequested() ? 0 : options_.jobs;
    std::vector<Worker> workers = runUnits(
        search_.units(), options_.share, jobs, [&](unsigned) { return makeWorker(); },
        [&](Worker& worker, std::size_t unit) { runUnit(worker, unit); });

    std::array<std::uint64_t, 2> scenarios{};
    Tally sum;
    for (Worker& worker : workers) {
      features_ = worker.judged->tree().identity().features;
      sum += worker.tally;
      bits_.add(worker.bits);
      for (std::size_t part = 0; part < 2; ++part) scenarios[part] += worker.scenarios[part];
      result.unsupported += worker.unsupported;
      if (result.unsupported_reason.empty()) result.unsupported_reason = worker.unsupported_reason;
      if (build_.coverage)
        for (std::uint64_t pc : worker.judged->tree().reported()) reported_.push_back(pc);
    }
    workers.clear();  // ends the agents
    std::sort(reported_.begin(), reported_.end());
    reported_.erase(std::unique(reported_.begin(), reported_.end()), reported_.end());
    if (stopRequested()) result.stopped_of = expected_.all(options_.share);
    if (result.parts.empty() || result.stopped_of) {
      result.parts.clear();
      addParts(result, scenarios);
    }
    addRow(result, sum);
  }

  const BitDifferences& bits() const { return bits_; }
  const std::string& features() const { return features_; }
  const std::vector<std::uint64_t>& reported() const { return reported_; }

 private:
  Worker makeWorker() const {
    Worker worker;
    worker.judged = std::make_unique<Judged>(build_, options_.rules, options_.arch);
    return worker;
  }

  std::size_t partOf(std::size_t unit) const { return search_.isRandom(unit) ? 1 : 0; }

  std::string idOf(std::size_t unit, std::size_t number) const {
    return formatFindingId(
        {search_.spaceOf(unit), options_.arch, row_, search_.choicesOf(unit, number)});
  }

  void runUnit(Worker& worker, std::size_t unit) {
    std::size_t first = 0;  // number, within the unit, of the batch's first scenario
    auto flush = [&] {
      runBatch(worker, unit, first);
      first += worker.batch->size();
      worker.batch->clear();
      worker.reference->clear();
    };
    search_.forEach(unit, *worker.scenario, [&](const Scenario& s, auto) {
      worker.batch->add(s);
      if (worker.judged->hasReference()) worker.reference->add(s);
      if (worker.batch->full()) flush();
    });
    flush();
    meter_.add(unit, first);
  }

  void runBatch(Worker& worker, std::size_t unit, std::size_t first) {
    const std::size_t part = partOf(unit);
    worker.judged->run(*worker.batch, *worker.reference,
                       [&](std::size_t i, const Scenario& s, const Outcome& o,
                           const Outcome* one_by_one, RuleSet broken) {
                         if (o.status != STATUS_DONE) notDone(worker, unit, first + i, o);
                         if (o.status == STATUS_UNSUPPORTED) return;
                         ++worker.scenarios[part];
                         worker.tally.add(rules_, s, o, broken, part, unit,
                                          [&] { return search_.choicesOf(unit, first + i); });
                         if (one_by_one != nullptr && o.status == STATUS_DONE)
                           worker.bits.add(rules_.bitDifferences(s, o, *one_by_one));
                       });
  }

  void notDone(Worker& worker, std::size_t unit, std::size_t number, const Outcome& o) const {
    if (o.status == STATUS_UNSUPPORTED) {
      ++worker.unsupported;
      if (worker.unsupported_reason.empty()) worker.unsupported_reason = o.message;
      return;
    }
    if (o.status != STATUS_BUG) requireRan(build_, o, idOf(unit, number));
  }

  void addParts(CheckResult& result, const std::array<std::uint64_t, 2>& scenarios) const {
    if (search_.situations() != 0)
      result.parts.push_back({search_.exhaustive(), scenarios[0], search_.situations(), 0});
    if (options_.random_scenarios != 0)
      result.parts.push_back({search_.random(), scenarios[1], 0, options_.seed});
  }

  void addRow(CheckResult& result, const Tally& sum) const {
    Row& line = result.rows.emplace_back();
    line.name = row_;
    line.summary = build_.tree.string() + " (" + build_.version + ")";
    line.count = sum.count();
    line.price = sum.price();
    line.broken_elsewhere = sum.brokenElsewhere();
    line.stopped = result.stopped_of.has_value();
    for (std::size_t i = 0; i < kRules; ++i) {
      const std::optional<FirstBroken>& first = sum.first()[i];
      if (!first) continue;
      line.broken |= ruleBit(static_cast<Rule>(i));
      const Space& space = first->part == 1 ? search_.random() : search_.exhaustive();
      result.findings.push_back(makeFinding(static_cast<Rule>(i), space, first->choices));
    }
    line.broken_in[static_cast<std::size_t>(options_.family)] = line.broken;
  }

  Finding makeFinding(Rule rule, const Space& space, const Choices& choices) const {
    FindingId id{space, options_.arch, row_, choices};
    Scenario scenario{};
    if (!stopRequested()) {
      Single single(build_, ruleBit(rule), options_.arch);
      const StillFails still_fails = [&](const Choices& tried, Choices* used) {
        Replay replay(tried);
        if (!chooseScenario(replay, space, scenario)) return false;
        *used = replay.used();
        bool fails = false;
        single.run(scenario,
                   [&](const Outcome&, const Outcome*, RuleSet broken) { fails = broken != 0; });
        return fails;
      };
      id.choices = shrink(choices, still_fails);
    }
    Finding finding;
    finding.id = formatFindingId(id);
    finding.arch = options_.arch;
    finding.row = row_;
    finding.rule = rule;
    finding.scenario = scenarioOf(id);
    Single single(build_, kAllRules, options_.arch);
    single.run(finding.scenario, [&](const Outcome& o, const Outcome* one_by_one, RuleSet) {
      copyOutcome(finding.scenario, o, finding.outcome);
      finding.violations = explainOnTree(build_, options_.arch, finding.scenario, o, one_by_one);
    });
    std::stable_partition(finding.violations.begin(), finding.violations.end(),
                          [&](const Violation& violation) { return violation.rule == rule; });
    return finding;
  }

  const TreeBuild& build_;
  const Search& search_;
  const SearchOptions& options_;
  const ArchRules& rules_;
  const char* row_;
  ExpectedScenarios expected_;
  ProgressMeter meter_;
  BitDifferences bits_;
  std::string features_;
  std::vector<std::uint64_t> reported_;
};

// Of a tree with and without a patch, one run of the two.
SearchOptions alone(const SearchOptions& options, bool second) {
  SearchOptions one = options;
  const std::uint64_t other = options.progress ? expectedScenarios(options) : 0;
  one.progress = amid(options.progress, second ? other : 0, second ? 0 : other);
  return one;
}

RuleSet brokenBy(const CheckResult& result, const char* row) {
  for (const Row& line : result.rows)
    if (line.name == row) return line.broken;
  return 0;
}

void addNotes(const TreeBuild& build, TreeCheck& check) {
  if (!check.batches)
    check.notes.push_back(
        "mm/rmap.c of this tree takes one entry at a time: there is no batch to compare with (rule "
        "differs).");
  if (!build.unknown_data.empty()) {
    std::string list;
    for (const std::string& name : build.unknown_data) list += (list.empty() ? "" : ", ") + name;
    check.notes.push_back(
        "Data that the environment does not model, and no scenario touched: " + list + ".");
  }
  for (const std::string& file : build.left_out) check.notes.push_back("Left out: " + file);
  if (check.result.unsupported != 0)
    check.notes.push_back(
        std::to_string(check.result.unsupported) +
        " scenarios cannot be expressed in this tree: " + check.result.unsupported_reason);
}

}  // namespace

std::string whyModelOnly(Arch arch) {
  const std::string id = archId(arch), kernel_arch = archKernelArch(arch);
  if (id != kernel_arch)
    return "model only: a kernel tree is run with the entries of '" + kernel_arch + "'";
  const std::span<const TreeArch> archs = treeArchs();
  if (std::none_of(archs.begin(), archs.end(), [&](const TreeArch& a) { return a.id == id; }))
    return "model only: Debian bookworm has no cross compiler for it";
  return "";
}

TreeCheck checkTree(const TreeCheckOptions& options) {
  TreeOptions tree_options = treeOptions(options);
  tree_options.coverage = !options.patches.empty();
  std::optional<TreeBuild> base;
  if (!options.patches.empty()) {
    TreeOptions base_options = treeOptions(options);
    base_options.patches.clear();
    base = buildFor(options, base_options);
  }
  const TreeBuild build = buildFor(options, tree_options);

  const Search search(options.search);

  TreeCheck check;
  check.version = build.version;
  check.batches = build.canBatch();
  check.result.subject = "Linux " + build.version + " at " + build.tree.string();
  check.result.arch = options.search.arch;
  if (base) {
    if (options.say) options.say("checking the tree without the patch");
    const SearchOptions first = alone(options.search, false);
    TreeSearch(*base, search, first, kBaseRow).run(check.result);
  }
  if (options.say) options.say(base ? "checking the patched tree" : "checking the tree");
  const SearchOptions how = base ? alone(options.search, true) : options.search;
  TreeSearch tree_search(build, search, how, kRow);
  tree_search.run(check.result);
  check.features = tree_search.features();
  if (options.name_lines && !check.result.findings.empty() && !stopRequested()) {
    if (options.say) options.say("finding the lines of each example");
    TreeOptions recording = tree_options;
    recording.coverage = true;
    nameLines(buildFor(options, recording), kRow, check.result);
  }
  if (base) check.new_rules = brokenBy(check.result, kRow) & ~brokenBy(check.result, kBaseRow);
  if (check.batches) check.bit_differences = describeBits(tree_search.bits());
  if (build.coverage && !check.result.stopped_of)
    for (const auto& [file, lines] : TreeLines(build).changedButNeverRan(tree_search.reported()))
      for (unsigned line : lines) check.never_ran.push_back(file + ":" + std::to_string(line));
  addNotes(build, check);
  return check;
}

ModelRun runOnTree(const Scenario& scenario, const TreeCheckOptions& options) {
  const TreeBuild build = buildTree(treeOptions(options));
  const Arch arch = options.search.arch;
  Single single(build, kAllRules, arch);
  ModelRun run;
  single.run(scenario, [&](const Outcome& o, const Outcome* one_by_one, RuleSet broken) {
    requireRan(build, o, "the one given");
    if (o.status == STATUS_UNSUPPORTED)
      throw Error(ErrorKind::kCannotTest,
                  "This tree cannot express the scenario: " + std::string(o.message));
    copyOutcome(scenario, o, run.outcome);
    run.broken = broken;
    run.violations = explainOnTree(build, arch, scenario, o, one_by_one);
  });
  return run;
}

std::string linesOnTree(const Scenario& scenario, const TreeCheckOptions& options) {
  TreeOptions recording = treeOptions(options);
  recording.coverage = true;
  CheckResult result;
  Finding& finding = result.findings.emplace_back();
  finding.row = kRow;
  finding.scenario = scenario;
  nameLines(buildFor(options, recording), kRow, result);
  return result.findings.front().lines_ran;
}

}  // namespace ptecheck
