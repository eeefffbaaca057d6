// SPDX-License-Identifier: GPL-2.0-only
#include "check/model_check.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

#include "check/arch_rules.h"
#include "check/expected.h"
#include "check/family_cases.h"
#include "check/judged_policies.h"
#include "check/progress_meter.h"
#include "check/search.h"
#include "check/tally.h"
#include "explore/replay.h"
#include "explore/shrink.h"
#include "mm/policy_words.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

// Policies that do the same in every scenario of the family run once; each row knows whose result
// is its own. (The twin in model_check_test.cc runs every policy by itself.)
struct Sharing {
  std::vector<Policy> run;         // one of each kind
  std::vector<std::size_t> index;  // row -> its place in `run`
};
Sharing shareRuns(const std::vector<Policy>& policies, Family family) {
  Sharing sharing;
  std::vector<Policy> parts;
  for (const Policy& policy : policies) {
    const Policy part = relevantPart(policy, family);
    const auto same = std::find(parts.begin(), parts.end(), part);
    sharing.index.push_back(static_cast<std::size_t>(same - parts.begin()));
    if (same != parts.end()) continue;
    parts.push_back(part);
    sharing.run.push_back(part);
  }
  return sharing;
}

// A cache line of its own: threads count in theirs all the time.
struct alignas(128) Worker {
  JudgedPolicies judged;
  std::vector<Tally> tallies;
  std::unique_ptr<Scenario> scenario = std::make_unique<Scenario>();
  std::array<std::uint64_t, 2> scenarios{};  // of the exhaustive and the random part
};

// Shrinks the first scenario that broke the rule, and runs it once more for the report.
Finding makeFinding(const Policy& policy, Rule rule, const Space& space, Arch arch,
                    const Choices& choices) {
  FindingId id{space, arch, policy.name, choices};
  JudgedPolicies judged({policy}, ruleBit(rule), arch);
  Scenario scenario;
  const StillFails still_fails = [&](const Choices& tried, Choices* used) {
    Replay replay(tried);
    if (!chooseScenario(replay, space, scenario)) return false;
    *used = replay.used();
    bool fails = false;
    judged.run(scenario, [&](std::size_t, const Outcome&, RuleSet broken) { fails = broken != 0; });
    return fails;
  };
  id.choices = shrink(choices, still_fails);

  Finding finding;
  finding.id = formatFindingId(id);
  finding.arch = arch;
  finding.row = policy.name;
  finding.rule = rule;
  finding.scenario = scenarioOf(id);
  ModelRun run = runOnModel(finding.scenario, policy, arch);
  finding.outcome = run.outcome;
  finding.violations = std::move(run.violations);
  std::stable_partition(finding.violations.begin(), finding.violations.end(),
                        [&](const Violation& violation) { return violation.rule == rule; });
  return finding;
}

}  // namespace

Policy policyByName(std::string_view name) {
  if (const Policy* policy = findPolicy(name)) return *policy;
  if (const MutantInfo* mutant = findMutant(name)) return policyOf(*mutant);
  if (const std::optional<Policy> policy = policyOfWords(name)) return *policy;
  if (const std::size_t plus = name.find('+'); plus != std::string_view::npos) {
    const Policy* base = findPolicy(name.substr(0, plus));
    const MutantInfo* mutant = findMutant(name.substr(plus + 1));
    if (base != nullptr && mutant != nullptr) return mutate(*base, *mutant);
  }
  throw Error(
      ErrorKind::kUsage,
      "there is no policy or mutant '" + std::string(name) +
          "'. `ptecheck list policies` and `ptecheck list mutants` name them all; a batching "
          "of your own is written like lazyfree:write=respect,restore=each.");
}

std::string modelName(Arch arch) {
  return std::string("the built-in model (") + archName(arch) + ")";
}

ModelRun runOnModel(const Scenario& scenario, const Policy& policy, Arch arch) {
  ModelRun run;
  JudgedPolicies judged({policy}, kAllRules, arch);
  judged.run(scenario, [&](std::size_t row, const Outcome& outcome, RuleSet broken) {
    run.outcome = outcome;
    run.broken = broken;
    run.violations = archRules(arch).explain(scenario, outcome, judged.referenceOutcome(row));
  });
  return run;
}

CheckResult checkModel(const std::vector<Policy>& policies, const SearchOptions& options) {
  const Search search(options);
  const ArchRules& rules = archRules(options.arch);
  const Sharing sharing = shareRuns(policies, options.family);
  ExpectedScenarios expected(search);
  ProgressMeter meter(
      options.progress, std::string(familyName(options.family)),
      [&] { return expected.all(options.share); },
      [&](std::size_t unit) { return expected.ofUnit(unit); });
  auto make_worker = [&](unsigned) {
    return Worker{JudgedPolicies(sharing.run, options.rules, options.arch),
                  std::vector<Tally>(sharing.run.size())};
  };
  auto work = [&](Worker& worker, std::size_t unit) {
    const std::size_t part = search.isRandom(unit) ? 1 : 0;
    const std::uint64_t before = worker.scenarios[part];
    search.forEach(unit, *worker.scenario, [&](const Scenario& s, auto choices) {
      ++worker.scenarios[part];
      worker.judged.run(s, [&](std::size_t row, const Outcome& outcome, RuleSet broken) {
        worker.tallies[row].add(rules, s, outcome, broken, part, unit, choices);
      });
    });
    meter.add(unit, worker.scenarios[part] - before);
  };
  std::vector<Worker> workers =
      runUnits(search.units(), options.share, options.jobs, make_worker, work);

  CheckResult result;
  result.subject = modelName(options.arch);
  result.arch = options.arch;
  std::array<std::uint64_t, 2> scenarios{};
  for (const Worker& worker : workers)
    for (std::size_t part = 0; part < 2; ++part) scenarios[part] += worker.scenarios[part];
  if (options.exhaustive_pages != 0)
    result.parts.push_back({search.exhaustive(), scenarios[0], search.situations(), 0});
  if (options.random_scenarios != 0)
    result.parts.push_back({search.random(), scenarios[1], 0, options.seed});

  if (stopRequested()) result.stopped_of = expected.all(options.share);

  for (std::size_t row = 0; row < policies.size(); ++row) {
    Tally sum;
    for (const Worker& worker : workers) sum += worker.tallies[sharing.index[row]];
    Row& line = result.rows.emplace_back();
    line.name = policies[row].name;
    line.summary = policies[row].summary;
    line.count = sum.count();
    line.price = sum.price();
    line.broken_elsewhere = sum.brokenElsewhere();
    line.stopped = result.stopped_of.has_value();
    for (std::size_t i = 0; i < kRules; ++i) {
      const std::optional<FirstBroken>& first = sum.first()[i];
      if (!first) continue;
      const Rule rule = static_cast<Rule>(i);
      line.broken |= ruleBit(rule);
      const Space& space = first->part == 1 ? search.random() : search.exhaustive();
      result.findings.push_back(
          makeFinding(policies[row], rule, space, options.arch, first->choices));
    }
    line.broken_in[static_cast<std::size_t>(options.family)] = line.broken;
  }
  return result;
}

}  // namespace ptecheck
