// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_COMPARE_TREE_H
#define PTECHECK_CHECK_COMPARE_TREE_H

#include <cstddef>
#include <memory>

#include "check/arch_rules.h"
#include "check/batch.h"
#include "check/tree_build.h"
#include "subject/tree_subject.h"

namespace ptecheck {

// One thread's agents of one tree.
class TreeRunner {
 public:
  TreeRunner(const TreeBuild& build, RuleSet rules, Arch arch)
      : rules_(rules), of_arch_(archRules(arch)), tree_(build) {
    if (build.canBatch() && contains(rules, Rule::kDiffers))
      reference_ = std::make_unique<TreeSubject>(build, AgentKind::kReference);
  }

  void add(const Scenario& s) {
    batch_.add(s);
    if (reference_) reference_batch_.add(s);
  }
  void run() {
    batch_.run(tree_);
    if (reference_) reference_batch_.run(*reference_);
  }
  void clear() {
    batch_.clear();
    reference_batch_.clear();
  }

  const Outcome& outcome(std::size_t i) const { return batch_.outcome(i); }
  RuleSet broken(std::size_t i) const {
    const Scenario& s = batch_.scenario(i);
    RuleSet broken = of_arch_.judge(s, outcome(i));
    if (reference_) broken |= of_arch_.differs(s, outcome(i), reference_batch_.outcome(i));
    return broken & rules_;
  }

 private:
  RuleSet rules_;
  const ArchRules& of_arch_;
  TreeSubject tree_;
  std::unique_ptr<TreeSubject> reference_;
  Batch batch_, reference_batch_;
};

}  // namespace ptecheck

#endif
