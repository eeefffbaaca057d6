// SPDX-License-Identifier: GPL-2.0-only
#include "check/sieve.h"

#include <atomic>
#include <bit>
#include <limits>
#include <memory>
#include <mutex>

#include "check/arch_rules.h"
#include "check/search.h"
#include "subject/model.h"

namespace ptecheck {

namespace {

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

struct FirstDeath {
  std::size_t unit = kNever;
  Rule rule{};
  Choices choices;
};

struct alignas(128) Worker {
  std::unique_ptr<Model> model;
  std::unique_ptr<Scenario> scenario = std::make_unique<Scenario>();
  std::unique_ptr<Outcome> one_by_one = std::make_unique<Outcome>();
  std::unique_ptr<Outcome> outcome = std::make_unique<Outcome>();
  std::vector<FirstDeath> deaths;
  std::vector<Price> prices;
  std::uint64_t scenarios = 0;
};

bool inShadowStack(const Scenario& s) { return (s.vma[0][0].flags & VMA_SHADOW_STACK) != 0; }

void addPrice(const ArchRules& rules, const Scenario& s, const Outcome& o, Price& price) {
  ++price.scenarios;
  price.batches += o.batches;
  price.batched_entries += o.batched_entries;
  price.flushed += o.flushes;
  rules.addCosts(s, o, price);
}

}  // namespace

SieveResult sieve(const std::vector<Policy>& policies, const SieveOptions& options,
                  bool kill_early) {
  const Search search(options.search);
  const ArchRules& rules = archRules(options.search.arch);
  // Where each policy is known to have died; a worker that is further on need not try it.
  const auto dead_from = std::make_unique<std::atomic<std::size_t>[]>(policies.size());
  for (std::size_t i = 0; i < policies.size(); ++i) dead_from[i] = kNever;
  const Policy reference = Policy{}.reference();
  std::mutex progress_mutex;
  std::size_t units_done = 0;

  auto make_worker = [&](unsigned) {
    Worker worker;
    worker.model = makeModel(options.search.arch);
    worker.deaths.resize(policies.size());
    worker.prices.resize(policies.size());
    return worker;
  };
  auto work = [&](Worker& w, std::size_t unit) {
    search.forEach(unit, *w.scenario, [&](const Scenario& s, auto choices) {
      if (!options.shadow_stacks && inShadowStack(s)) return;
      ++w.scenarios;
      w.model->run(s, reference, *w.one_by_one);
      for (std::size_t i = 0; i < policies.size(); ++i) {
        if (kill_early && dead_from[i].load(std::memory_order_relaxed) <= unit) continue;
        w.model->run(s, policies[i], *w.outcome);
        const RuleSet broken =
            (rules.judge(s, *w.outcome) | rules.differs(s, *w.outcome, *w.one_by_one)) &
            ~kCostRules;
        if (broken == 0) {
          addPrice(rules, s, *w.outcome, w.prices[i]);
        } else if (unit < w.deaths[i].unit) {
          w.deaths[i] = {unit, static_cast<Rule>(std::countr_zero(broken)), choices()};
          std::size_t known = dead_from[i].load(std::memory_order_relaxed);
          while (unit < known && !dead_from[i].compare_exchange_weak(known, unit)) {
          }
        }
      }
    });
    if (options.search.progress) {
      std::lock_guard lock(progress_mutex);
      options.search.progress(++units_done, search.units());
    }
  };
  const std::vector<Worker> workers =
      runUnits(search.units(), {}, options.search.jobs, make_worker, work);

  SieveResult result;
  for (const Worker& worker : workers) result.scenarios += worker.scenarios;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    Sieved& sieved = result.policies.emplace_back();
    const FirstDeath* first = nullptr;
    for (const Worker& worker : workers) {
      const FirstDeath& death = worker.deaths[i];
      if (death.unit != kNever && (first == nullptr || death.unit < first->unit)) first = &death;
    }
    if (first != nullptr) {
      sieved.death = Death{first->rule, search.spaceOf(first->unit), first->choices};
      continue;
    }
    for (const Worker& worker : workers) sieved.price += worker.prices[i];
  }
  return result;
}

}  // namespace ptecheck
