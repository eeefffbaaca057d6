// SPDX-License-Identifier: GPL-2.0-only
#include "check/sieve.h"

#include <atomic>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>

#include "check/arch_rules.h"
#include "check/expected.h"
#include "check/progress_meter.h"
#include "check/search.h"
#include "mm/policy_words.h"
#include "subject/model.h"

namespace ptecheck {

namespace {

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

struct FirstDeath {
  std::size_t unit = kNever;
  Rule rule{};
  Choices choices;
};

// What is said of an outcome.
struct Verdict {
  RuleSet broken = 0;  // above cost
  Price price;
};

// What two policies that take entries one by one may differ in without doing different things.
struct Kind {
  std::size_t alike = 0;   // policies with the same number differ in nothing else
  unsigned respected = 0;  // bits, as a set
};

// Of each policy. One that batches more than one case, or in another way than synth's, is like no
// other.
std::vector<Kind> kindsOf(const std::vector<Policy>& policies) {
  std::vector<Kind> kinds;
  std::vector<Policy> forms;
  for (const Policy& policy : policies) {
    Kind kind;
    Policy form = policy;
    unsigned batched = 0;
    for (Batching& batching : form.batching) {
      if (batching.reach == Reach::kOne) continue;
      ++batched;
      if (batching.reach != Reach::kAsFarAsEqual || batching.bounds != Bounds::kTableAndVma)
        ++batched;
      unsigned bit = 1;
      for (const TreatedBit& treated : kTreatedBits) {
        if (batching.*treated.treat == Treat::kRespect) kind.respected |= bit;
        batching.*treated.treat = Treat::kFirst;
        bit <<= 1;
      }
      // Putting back one entry: as it was, or write-protected.
      if (batching.restore != Restore::kWriteProtect) batching.restore = Restore::kFirst;
    }
    while (kind.alike < forms.size() && (batched != 1 || !(forms[kind.alike] == form)))
      ++kind.alike;
    if (kind.alike == forms.size()) forms.push_back(form);
    kinds.push_back(kind);
  }
  return kinds;
}

// The distinct outcomes of one scenario, and what is said of each.
class Judged {
 public:
  void clear(const Scenario& s) {
    bytes_ = outcomeBytes(outcomeProcesses(s), s.pages);
    count_ = 0;
  }
  // The number of an outcome that is known; kNone else.
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::size_t find(const Outcome& outcome) const {
    for (std::size_t i = 0; i < count_; ++i)
      if (std::memcmp(outcomes_[i].get(), &outcome, bytes_) == 0) return i;
    return kNone;
  }
  std::size_t add(const Outcome& outcome, const Verdict& verdict) {
    if (count_ == outcomes_.size()) {
      outcomes_.push_back(std::make_unique<Outcome>());
      verdicts_.emplace_back();
    }
    std::memcpy(outcomes_[count_].get(), &outcome, bytes_);
    verdicts_[count_] = verdict;
    return count_++;
  }
  const Verdict& verdict(std::size_t i) const { return verdicts_[i]; }

 private:
  std::vector<std::unique_ptr<Outcome>> outcomes_;
  std::vector<Verdict> verdicts_;
  std::size_t count_ = 0, bytes_ = 0;
};

struct OneByOne {
  Kind kind;
  std::size_t outcome;  // its number in Judged
};

struct alignas(128) Worker {
  std::unique_ptr<Model> model;
  std::unique_ptr<Scenario> scenario = std::make_unique<Scenario>();
  std::unique_ptr<Outcome> reference = std::make_unique<Outcome>();
  std::unique_ptr<Outcome> outcome = std::make_unique<Outcome>();
  Judged judged;
  std::vector<OneByOne> one_by_one;  // policies that took all entries of the scenario so
  std::vector<FirstDeath> deaths;
  std::vector<Price> prices;
  std::uint64_t scenarios = 0;
};

bool inShadowStack(const Scenario& s) { return (s.vma[0][0].flags & VMA_SHADOW_STACK) != 0; }

Verdict judge(const ArchRules& rules, const Scenario& s, const Outcome& o,
              const Outcome& reference) {
  Verdict verdict;
  verdict.broken = (rules.judge(s, o) | rules.differs(s, o, reference)) & ~kCostRules;
  if (verdict.broken != 0) return verdict;
  verdict.price.scenarios = 1;
  verdict.price.batches = o.batches;
  verdict.price.batched_entries = o.batched_entries;
  verdict.price.flushed = o.flushes;
  rules.addCosts(s, o, verdict.price);
  return verdict;
}

// The verdict of a policy in a scenario, by running it or by what is known already.
const Verdict& verdictOf(Worker& w, const ArchRules& rules, const Scenario& s, const Policy& policy,
                         const Kind& kind) {
  for (const OneByOne& known : w.one_by_one)
    if (known.kind.alike == kind.alike &&
        (kind.respected & known.kind.respected) == known.kind.respected)
      return w.judged.verdict(known.outcome);
  w.model->run(s, policy, *w.outcome);
  std::size_t number = w.judged.find(*w.outcome);
  if (number == Judged::kNone)
    number = w.judged.add(*w.outcome, judge(rules, s, *w.outcome, *w.reference));
  if (w.outcome->status == STATUS_DONE && w.outcome->batches == w.outcome->batched_entries)
    w.one_by_one.push_back({kind, number});
  return w.judged.verdict(number);
}

}  // namespace

SieveResult sieve(const std::vector<Policy>& policies, const SieveOptions& options) {
  const Search search(options.search);
  const ArchRules& rules = archRules(options.search.arch);
  // Where each policy is known to have died; a worker that is further on need not try it.
  const auto dead_from = std::make_unique<std::atomic<std::size_t>[]>(policies.size());
  for (std::size_t i = 0; i < policies.size(); ++i) dead_from[i] = kNever;
  const Policy reference = Policy{}.reference();
  const std::vector<Kind> kinds = kindsOf(policies);
  ExpectedScenarios expected(search);
  ProgressMeter meter(
      options.search.progress, std::string(familyName(options.search.family)),
      [&] { return expected.all(options.search.share); },
      [&](std::size_t unit) { return expected.ofUnit(unit); });

  auto make_worker = [&](unsigned) {
    Worker worker;
    worker.model = makeModel(options.search.arch);
    worker.deaths.resize(policies.size());
    worker.prices.resize(policies.size());
    return worker;
  };
  auto work = [&](Worker& w, std::size_t unit) {
    std::uint64_t done = 0;
    search.forEach(unit, *w.scenario, [&](const Scenario& s, auto choices) {
      ++done;
      if (!options.shadow_stacks && inShadowStack(s)) return;
      if (!options.single_pages && s.pages == 1) return;
      ++w.scenarios;
      w.model->run(s, reference, *w.reference);
      w.judged.clear(s);
      w.one_by_one.clear();
      for (std::size_t i = 0; i < policies.size(); ++i) {
        if (options.shortcuts && dead_from[i].load(std::memory_order_relaxed) <= unit) continue;
        if (!options.shortcuts) {
          w.judged.clear(s);
          w.one_by_one.clear();
        }
        const Verdict& verdict = verdictOf(w, rules, s, policies[i], kinds[i]);
        if (verdict.broken == 0) {
          w.prices[i] += verdict.price;
        } else if (unit < w.deaths[i].unit) {
          w.deaths[i] = {unit, static_cast<Rule>(std::countr_zero(verdict.broken)), choices()};
          std::size_t known = dead_from[i].load(std::memory_order_relaxed);
          while (unit < known && !dead_from[i].compare_exchange_weak(known, unit)) {
          }
        }
      }
    });
    meter.add(unit, done);
  };
  const std::vector<Worker> workers =
      runUnits(search.units(), options.search.share, options.search.jobs, make_worker, work);

  throwIfStopped("trying batchings");  // of half a sieve nothing can be said

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
