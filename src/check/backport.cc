// SPDX-License-Identifier: GPL-2.0-only
#include "check/backport.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <memory>
#include <mutex>
#include <utility>

#include "check/arch_rules.h"
#include "check/family_cases.h"
#include "check/finding_id.h"
#include "check/judged_policies.h"
#include "check/model_check.h"
#include "check/search.h"
#include "mm/policy_words.h"

namespace ptecheck {

namespace {

bool onShadowStack(const Scenario& s) { return (s.vma[0][0].flags & VMA_SHADOW_STACK) != 0; }

bool containsAll(const ChangeSet& set, const ChangeSet& part) {
  return std::includes(set.begin(), set.end(), part.begin(), part.end());
}

// Do these changes make sense together? A case is restored in one way; and of single entries
// nothing can be respected, nor restored in another way.
bool consistent(const std::vector<PolicyChange>& changes, const ChangeSet& set) {
  for (std::size_t i = 0; i < set.size(); ++i)
    for (std::size_t j = i + 1; j < set.size(); ++j) {
      const PolicyChange& a = changes[set[i]];
      const PolicyChange& b = changes[set[j]];
      using Kind = PolicyChange::Kind;
      if (a.kind == Kind::kWrprotectEarly || b.kind == Kind::kWrprotectEarly) continue;
      if (a.which != b.which) continue;
      if (a.kind == Kind::kOneEntry || b.kind == Kind::kOneEntry) return false;
      if (a.kind == Kind::kRestore && b.kind == Kind::kRestore) return false;
    }
  return true;
}

// The next set of as many changes, in lexicographic order. False: there is none.
bool nextSet(ChangeSet& set, std::size_t changes) {
  for (std::size_t i = set.size(); i-- > 0;) {
    if (set[i] + set.size() - i >= changes) continue;
    ++set[i];
    for (std::size_t j = i + 1; j < set.size(); ++j) set[j] = set[j - 1] + 1;
    return true;
  }
  return false;
}

// The policy in words, if they mean the same; else its base's name.
std::string rowOf(const Policy& policy, const Policy& base) {
  std::string words;
  for (unsigned i = 0; i < kCases; ++i) {
    const Case which = static_cast<Case>(i);
    if (!policy.batches(which)) continue;
    words += (words.empty() ? "" : "~") + batchingWords(which, policy.of(which));
  }
  std::optional<Policy> named = policyOfWords(words);
  if (!named) return base.name;
  named->loses_on_mismatch = policy.loses_on_mismatch;  // no scenario of the family gets there
  return *named == policy ? words : base.name;
}

// A scenario, by what makes it.
struct Place {
  Space space;
  Choices choices;
};

// The one to name. `differs` says least: what differs is mostly broken as well.
Rule gravest(RuleSet broken) {
  const RuleSet others = broken & ~ruleBit(Rule::kDiffers);
  return rulesOf(others != 0 ? others : broken).front();
}

class Backport {
 public:
  Backport(const Policy& base, const BackportOptions& options)
      : options_(options), arch_(options.search.arch) {
    for (unsigned i = 0; i < kCases; ++i) {
      const Case which = static_cast<Case>(i);
      const Family family = familyOf(which);
      if (!base.batches(which) || (!families_.empty() && families_.back() == family)) continue;
      families_.push_back(family);
    }
    if (families_.empty()) families_ = {Family::kReclaim};
    for (Family family : families_) searches_.emplace_back(searchOf(family));
    result_.arch = arch_;
    result_.base = base;
    result_.most_changes = options.most_changes;
    result_.changes = changesOf(base, arch_);
  }

  BackportResult run() {
    const std::size_t most = std::min<std::size_t>(options_.most_changes, result_.changes.size());
    for (std::size_t size = 0; size <= most; ++size) {
      ChangeSet set(size);
      for (std::size_t i = 0; i < size; ++i) set[i] = i;
      do {
        if (consistent(result_.changes, set)) trySet(set);
      } while (nextSet(set, result_.changes.size()));
    }
    std::stable_sort(result_.answers.begin(), result_.answers.end(),
                     [&](const BackportAnswer& a, const BackportAnswer& b) {
                       return std::pair(a.changes.size(), paths(a.changes)) <
                              std::pair(b.changes.size(), paths(b.changes));
                     });
    addPrices();
    return std::move(result_);
  }

 private:
  std::size_t paths(const ChangeSet& set) const {
    return static_cast<std::size_t>(std::count_if(
        set.begin(), set.end(), [&](std::size_t i) { return !result_.changes[i].isBit(); }));
  }

  // Does the set contain an answer already?
  bool needless(const ChangeSet& set, bool on_shadow_stacks) const {
    return std::any_of(
        result_.answers.begin(), result_.answers.end(), [&](const BackportAnswer& answer) {
          return (answer.on_shadow_stacks || !on_shadow_stacks) && containsAll(set, answer.changes);
        });
  }

  void trySet(const ChangeSet& set) {
    if (needless(set, true)) return;
    ++result_.tried;
    const Policy policy = withChanges(result_.base, result_.changes, set);
    // A set that contains an answer for all but shadow stacks can only be one for these.
    const bool known_elsewhere = needless(set, false);
    if (known_elsewhere && kill(set, policy, true)) return;
    if (kill(set, policy, false)) return;
    const bool holds = known_elsewhere || !kill(set, policy, true);
    BackportAnswer& answer = result_.answers.emplace_back();
    answer.changes = set;
    answer.on_shadow_stacks = holds;
    answer.policy = policy;
  }

  // Looks for a scenario, on shadow stacks or elsewhere, that kills the policy. If there is one,
  // the set is noted as killed.
  bool kill(const ChangeSet& set, const Policy& policy, bool shadow_stack) {
    std::optional<std::size_t> example;
    if (options_.killers_first) example = killedByKnown(policy, shadow_stack);
    if (!example) {
      const std::optional<Place> place = firstKiller(policy, shadow_stack);
      if (!place) return false;
      example = places_.size();
      places_.push_back(*place);
      result_.examples.push_back(scenarioAt(*place, policy));
    }
    const ModelRun run = runOnModel(result_.examples[*example], policy, arch_);
    KilledSet& killed = result_.killed.emplace_back();
    killed.changes = set;
    killed.on_shadow_stack = shadow_stack;
    killed.kill.example = *example;
    killed.kill.rule = gravest(run.broken & options_.search.rules);
    const Place& place = places_[*example];
    killed.kill.id =
        formatFindingId({place.space, arch_, rowOf(policy, result_.base), place.choices});
    for (const Violation& violation : run.violations)
      if (violation.rule == killed.kill.rule && killed.kill.text.empty())
        killed.kill.text = violation.text;
    return true;
  }

  Scenario scenarioAt(const Place& place, const Policy& policy) const {
    return scenarioOf({place.space, arch_, rowOf(policy, result_.base), place.choices});
  }

  std::optional<std::size_t> killedByKnown(const Policy& policy, bool shadow_stack) const {
    JudgedPolicies judged({policy}, options_.search.rules, arch_);
    for (std::size_t i = 0; i < result_.examples.size(); ++i)
      if (onShadowStack(result_.examples[i]) == shadow_stack && kills(judged, result_.examples[i]))
        return i;
    return std::nullopt;
  }

  static bool kills(JudgedPolicies& judged, const Scenario& scenario) {
    bool killed = false;
    judged.run(scenario,
               [&](std::size_t, const Outcome&, RuleSet broken) { killed = broken != 0; });
    return killed;
  }

  SearchOptions searchOf(Family family) const {
    SearchOptions search = options_.search;
    search.family = family;
    return search;
  }

  std::optional<Place> firstKiller(const Policy& policy, bool shadow_stack) const {
    for (const Search& search : searches_)
      if (const std::optional<Place> place = firstKiller(policy, shadow_stack, search))
        return place;
    return std::nullopt;
  }

  // The first in the order of exploration, at any number of threads: a unit is given up only if a
  // lower one has a killer.
  std::optional<Place> firstKiller(const Policy& policy, bool shadow_stack,
                                   const Search& search) const {
    struct Worker {
      JudgedPolicies judged;
      std::unique_ptr<Scenario> scenario;
    };
    std::atomic<std::size_t> lowest{search.units()};
    std::mutex mutex;
    Choices choices;
    runUnits(
        search.units(), Share{}, options_.search.jobs,
        [&](unsigned) {
          return Worker{JudgedPolicies({policy}, options_.search.rules, arch_),
                        std::make_unique<Scenario>()};
        },
        [&](Worker& worker, std::size_t unit) {
          if (unit > lowest) return;
          bool done = false;
          search.forEach(unit, *worker.scenario, [&](const Scenario& s, auto get_choices) {
            if (done || onShadowStack(s) != shadow_stack || !kills(worker.judged, s)) return;
            done = true;
            std::lock_guard lock(mutex);
            if (unit >= lowest) return;
            lowest = unit;
            choices = get_choices();
          });
        });
    throwIfStopped("trying sets of changes");
    if (lowest == search.units()) return std::nullopt;
    return Place{search.spaceOf(lowest), choices};
  }

  // All answers and the base, over the whole space, costs included.
  void addPrices() {
    std::vector<Policy> policies = {result_.base};
    for (const BackportAnswer& answer : result_.answers) policies.push_back(answer.policy);
    for (Family family : families_) {
      SearchOptions search = searchOf(family);
      search.rules = kAllRules;
      const CheckResult check = checkModel(policies, search);
      result_.parts.insert(result_.parts.end(), check.parts.begin(), check.parts.end());
      add(check.rows[0], result_.base_row);
      for (std::size_t i = 0; i < result_.answers.size(); ++i)
        add(check.rows[i + 1], result_.answers[i].row);
    }
  }

  static void add(const Row& row, Row& sum) {
    sum.name = row.name;
    sum.summary = row.summary;
    sum.broken |= row.broken;
    sum.broken_elsewhere |= row.broken_elsewhere;
    for (std::size_t i = 0; i < kRules; ++i) sum.count[i] += row.count[i];
    sum.price += row.price;
  }

  const BackportOptions& options_;
  const Arch arch_;
  std::vector<Family> families_;  // made for the cases that are batched
  std::vector<Search> searches_;  // one for each
  std::vector<Place> places_;     // of examples
  BackportResult result_;
};

std::string restoreWords(Restore restore) {
  switch (restore) {
    case Restore::kFirst:
      return "put back copies of the first entry";
    case Restore::kWriteProtect:
      return "put back write-protected";
    case Restore::kMerged:
      return "put back merged";
    case Restore::kEach:
      return "put back every entry as it was";
  }
  return "";
}

}  // namespace

std::vector<PolicyChange> changesOf(const Policy& base, Arch arch) {
  const Abilities abilities = abilitiesOf(arch);
  std::vector<PolicyChange> changes;
  for (unsigned i = 0; i < kCases; ++i) {
    const Case which = static_cast<Case>(i);
    if (!base.batches(which)) continue;
    const Batching& batching = base.of(which);
    const std::string where = std::string(caseName(which)) + ": ";
    for (const TreatedBit& bit : kTreatedBits) {
      if (batching.*bit.treat == Treat::kRespect) continue;
      if (bit.treat == &Batching::soft_dirty && !abilities.soft_dirty) continue;
      if (bit.treat == &Batching::uffd_wp && !abilities.uffd_wp) continue;
      changes.push_back({PolicyChange::Kind::kRespectBit,
                         which,
                         bit.treat,
                         {},
                         where + "respect " + std::string(bit.name)});
    }
    for (Restore restore :
         {Restore::kFirst, Restore::kWriteProtect, Restore::kMerged, Restore::kEach})
      if (restore != batching.restore)
        changes.push_back(
            {PolicyChange::Kind::kRestore, which, nullptr, restore, where + restoreWords(restore)});
    changes.push_back(
        {PolicyChange::Kind::kOneEntry, which, nullptr, {}, where + "one entry at a time"});
  }
  if (!changes.empty() && !base.wrprotect_early)
    changes.push_back({PolicyChange::Kind::kWrprotectEarly,
                       Case::kLazyfree,
                       nullptr,
                       {},
                       "write-protect right after clearing"});
  return changes;
}

Policy withChanges(const Policy& base, const std::vector<PolicyChange>& changes,
                   const ChangeSet& set) {
  Policy policy = base;
  for (std::size_t i : set) {
    const PolicyChange& change = changes[i];
    Batching& batching = policy.of(change.which);
    switch (change.kind) {
      case PolicyChange::Kind::kRespectBit:
        batching.*change.bit = Treat::kRespect;
        break;
      case PolicyChange::Kind::kRestore:
        batching.restore = change.restore;
        break;
      case PolicyChange::Kind::kOneEntry:
        batching.reach = Reach::kOne;
        break;
      case PolicyChange::Kind::kWrprotectEarly:
        policy.wrprotect_early = true;
        break;
    }
    policy.name += " + " + change.words;
  }
  return policy;
}

BackportResult findBackport(const Policy& base, const BackportOptions& options) {
  return Backport(base, options).run();
}

}  // namespace ptecheck
