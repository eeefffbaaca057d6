// SPDX-License-Identifier: GPL-2.0-only
#include "check/synth.h"

#include <algorithm>
#include <utility>

#include "check/arch_rules.h"
#include "check/family_cases.h"
#include "check/finding_id.h"
#include "check/sieve.h"
#include "check/synth_space.h"
#include "mm/policy_words.h"

namespace ptecheck {

namespace {

// One class of batchings, and what is known of it.
struct Candidate {
  Batching batching;
  bool dead = false;
  std::optional<BatchingCounterexample> killed_by;  // its first; looked for only if somebody asks
  SynthPrice price;
  bool confirmed = false;
};

Policy policyOfBatching(Case which, const Batching& batching) {
  return *policyOfWords(batchingWords(which, batching));
}

// Longer batches, without rounding.
bool longer(const SynthPrice& a, const SynthPrice& b) {
  return a.entries * b.batches > b.entries * a.batches;
}
bool samePrice(const SynthPrice& a, const SynthPrice& b) {
  return !longer(a, b) && !longer(b, a) && a.cost() == b.cost() && a.remembers == b.remembers;
}
// At least as good in everything, and better in something.
bool beats(const SynthPrice& a, const SynthPrice& b) {
  return !longer(b, a) && a.cost() <= b.cost() && a.remembers <= b.remembers && !samePrice(a, b);
}

std::vector<Family> familiesOf(Case which) {
  std::vector<Family> families = {familyOf(which)};
  if (reaches(Family::kDevice, which)) families.push_back(Family::kDevice);
  return families;
}

class Synthesis {
 public:
  explicit Synthesis(const SynthOptions& options)
      : options_(options), abilities_(abilitiesOf(options.arch)) {
    for (const Batching& batching : representatives(options.which, abilities_))
      candidates_.push_back({batching, false, std::nullopt, {}, false});
  }

  SynthResult run() {
    SearchOptions core;
    core.exhaustive_pages = options_.core_pages;
    core.deviations = options_.core_deviations;
    SynthResult result;
    result.options = options_;
    result.batchings = allBatchings().size();
    result.classes = candidates_.size();
    if (options_.shortcuts) killBySample(core);
    result.scenarios = kill(survivors(), core, true);
    result.correct = survivors().size();
    while (options_.confirm) {
      const std::vector<std::size_t> shown = unconfirmed();
      if (shown.empty()) break;
      result.confirmed_on = kill(shown, SearchOptions{}, false);
      for (std::size_t i : shown) candidates_[i].confirmed = true;
    }
    if (const std::vector<std::size_t> dead = unexplained(); !dead.empty()) kill(dead, core, false);
    for (const auto& point : points()) result.frontier.push_back(describe(point));
    return result;
  }

 private:
  std::vector<std::size_t> survivors() const {
    std::vector<std::size_t> alive;
    for (std::size_t i = 0; i < candidates_.size(); ++i)
      if (!candidates_[i].dead) alive.push_back(i);
    return alive;
  }

  // Most batchings are wrong, and most of those in many scenarios: a sixteenth of the core kills
  // nearly all that the core does. (Which scenario is the first of the core to kill one is not
  // known then.)
  void killBySample(const SearchOptions& core) {
    for (Family family : familiesOf(options_.which)) {
      SieveOptions sample = sieveOptions(core, family);
      sample.search.share = {0, 16};
      sample.single_pages = false;
      const std::vector<std::size_t> alive = survivors();
      const SieveResult sieved = sieve(policiesOf(alive), sample);
      for (std::size_t k = 0; k < alive.size(); ++k)
        candidates_[alive[k]].dead = sieved.policies[k].death.has_value();
    }
  }

  SieveOptions sieveOptions(SearchOptions search, Family family) const {
    search.arch = options_.arch;
    search.family = family;
    search.jobs = options_.jobs;
    search.random_scenarios = 0;
    search.progress = options_.progress;
    SieveOptions options;
    options.search = search;
    options.shadow_stacks = options_.shadow_stacks;
    options.shortcuts = options_.shortcuts;
    return options;
  }

  std::vector<Policy> policiesOf(const std::vector<std::size_t>& which) const {
    std::vector<Policy> policies;
    for (std::size_t i : which)
      policies.push_back(policyOfBatching(options_.which, candidates_[i].batching));
    return policies;
  }

  // Runs these candidates in all families of the case. Returns the number of scenarios.
  std::uint64_t kill(std::vector<std::size_t> which, const SearchOptions& search, bool priced) {
    std::uint64_t scenarios = 0;
    for (Family family : familiesOf(options_.which)) {
      const std::vector<Policy> policies = policiesOf(which);
      const SieveResult sieved = sieve(policies, sieveOptions(search, family));
      scenarios += sieved.scenarios;
      for (std::size_t k = 0; k < which.size(); ++k)
        note(candidates_[which[k]], policies[k], sieved.policies[k], priced);
      std::erase_if(which, [&](std::size_t i) { return candidates_[i].killed_by.has_value(); });
    }
    return scenarios;
  }

  void note(Candidate& candidate, const Policy& policy, const Sieved& sieved, bool priced) const {
    if (sieved.death) {
      const Death& death = *sieved.death;
      candidate.dead = true;
      candidate.killed_by = BatchingCounterexample{
          death.rule, formatFindingId({death.space, options_.arch, policy.name, death.choices})};
    } else if (priced) {
      const Price& price = sieved.price;
      SynthPrice& sum = candidate.price;
      sum.batches += price.batches;
      sum.entries += price.batched_entries;
      sum.extra_faults += price.extra_faults;
      sum.spurious_soft_dirty += price.spurious_soft_dirty;
      sum.remembers = candidate.batching.restore == Restore::kEach;
    }
  }

  // The frontier: candidates of one price together, the most permissive first; longest batches
  // first.
  std::vector<std::vector<std::size_t>> points() const {
    std::vector<std::vector<std::size_t>> result;
    const std::vector<std::size_t> alive = survivors();
    for (std::size_t i : alive) {
      const SynthPrice& price = candidates_[i].price;
      const bool beaten = std::any_of(alive.begin(), alive.end(), [&](std::size_t other) {
        return beats(candidates_[other].price, price);
      });
      if (beaten) continue;
      const auto same = std::find_if(result.begin(), result.end(), [&](const auto& point) {
        return samePrice(candidates_[point.front()].price, price);
      });
      if (same == result.end())
        result.push_back({i});
      else
        same->push_back(i);
    }
    std::stable_sort(result.begin(), result.end(), [&](const auto& a, const auto& b) {
      return longer(candidates_[a.front()].price, candidates_[b.front()].price);
    });
    return result;
  }

  // Whatever would be called correct: what the frontier shows, and its weaker neighbours.
  std::vector<std::size_t> unconfirmed() const {
    std::vector<std::size_t> result;
    const auto add = [&](std::size_t i) {
      const Candidate& candidate = candidates_[i];
      if (!candidate.confirmed && !candidate.dead &&
          std::find(result.begin(), result.end(), i) == result.end())
        result.push_back(i);
    };
    for (const auto& point : points()) {
      add(point.front());
      for (const Batching& weaker : weakerThan(point.front())) add(indexOf(weaker));
    }
    return result;
  }

  // Weaker neighbours of what is shown that died in the sample.
  std::vector<std::size_t> unexplained() const {
    std::vector<std::size_t> result;
    for (const auto& point : points())
      for (const Batching& weaker : weakerThan(point.front())) {
        const std::size_t i = indexOf(weaker);
        if (candidates_[i].dead && !candidates_[i].killed_by &&
            std::find(result.begin(), result.end(), i) == result.end())
          result.push_back(i);
      }
    return result;
  }

  std::vector<Batching> weakerThan(std::size_t i) const {
    return weakerNeighbours(options_.which, candidates_[i].batching, abilities_);
  }

  std::size_t indexOf(const Batching& batching) const {
    const auto known =
        std::find_if(candidates_.begin(), candidates_.end(),
                     [&](const Candidate& other) { return other.batching == batching; });
    return static_cast<std::size_t>(known - candidates_.begin());
  }

  FrontierPoint describe(const std::vector<std::size_t>& point) const {
    const Candidate& shown = candidates_[point.front()];
    FrontierPoint result{shown.batching, shown.price, point.size() - 1, {}};
    for (const Batching& weaker : weakerThan(point.front())) {
      const Candidate& known = candidates_[indexOf(weaker)];
      result.weaker.push_back({weaker, known.killed_by, known.price});
    }
    return result;
  }

  SynthOptions options_;
  Abilities abilities_;
  std::vector<Candidate> candidates_;
};

}  // namespace

SynthResult synthesize(const SynthOptions& options) { return Synthesis(options).run(); }

}  // namespace ptecheck
