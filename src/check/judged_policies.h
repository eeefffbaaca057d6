// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_JUDGED_POLICIES_H
#define PTECHECK_CHECK_JUDGED_POLICIES_H

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "check/arch_rules.h"
#include "mm/policy.h"
#include "spec/rules.h"
#include "subject/model.h"

namespace ptecheck {

namespace judged_detail {

// The code that `differs` compares a policy with, in a form that makes equal code equal: at one
// entry a batch there is nothing to respect or merge, and putting back the first, the merged or
// each entry is the same. (The twin in model_check_test.cc runs the reference as it is.)
inline Policy canonicalReference(const Policy& policy) {
  Policy reference = policy.reference();
  reference.name.clear();
  reference.summary = {};
  for (Batching& batching : reference.batching) {
    const bool protects = batching.restore == Restore::kWriteProtect;
    batching = Batching{};
    if (protects) batching.restore = Restore::kWriteProtect;
  }
  return reference;
}

inline bool batchesAnything(const Policy& policy) {
  return std::any_of(policy.batching.begin(), policy.batching.end(),
                     [](const Batching& batching) { return batching.reach != Reach::kOne; });
}

}  // namespace judged_detail

// Policies on one machine, judged. `differs` needs the same code one entry at a time; policies that
// have the same such reference share its outcome.
class JudgedPolicies {
 public:
  JudgedPolicies(std::vector<Policy> policies, RuleSet rules, Arch arch)
      : policies_(std::move(policies)),
        rules_(rules),
        of_arch_(archRules(arch)),
        model_(makeModel(arch)) {
    for (const Policy& policy : policies_) {
      if (!judged_detail::batchesAnything(policy)) {
        reference_of_.push_back(kNone);  // it is its own reference
        continue;
      }
      const Policy reference = judged_detail::canonicalReference(policy);
      std::size_t i = 0;
      while (i < references_.size() && !(references_[i] == reference)) ++i;
      if (i == references_.size()) references_.push_back(reference);
      reference_of_.push_back(i);
    }
    reference_outcomes_ = std::make_unique<Outcome[]>(references_.size());
    outcome_ = std::make_unique<Outcome>();
  }

  // Calls use(row, outcome, broken) for each policy.
  template <class Use>
  void run(const Scenario& s, Use use) {
    if (rules_ & ruleBit(Rule::kDiffers))
      for (std::size_t i = 0; i < references_.size(); ++i)
        model_->run(s, references_[i], reference_outcomes_[i]);
    for (std::size_t row = 0; row < policies_.size(); ++row) {
      model_->run(s, policies_[row], *outcome_);
      RuleSet broken = of_arch_.judge(s, *outcome_) & rules_;
      if ((rules_ & ruleBit(Rule::kDiffers)) && reference_of_[row] != kNone)
        broken |= of_arch_.differs(s, *outcome_, reference_outcomes_[reference_of_[row]]);
      use(row, *outcome_, broken);
    }
  }

  const Outcome* referenceOutcome(std::size_t row) const {
    return reference_of_[row] == kNone ? nullptr : &reference_outcomes_[reference_of_[row]];
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  std::vector<Policy> policies_;
  RuleSet rules_;
  std::vector<Policy> references_;
  std::vector<std::size_t> reference_of_;
  const ArchRules& of_arch_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<Outcome[]> reference_outcomes_;
  std::unique_ptr<Outcome> outcome_;
};

}  // namespace ptecheck

#endif
