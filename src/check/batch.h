// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_BATCH_H
#define PTECHECK_CHECK_BATCH_H

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "scenario/flat.h"
#include "subject/subject.h"

namespace ptecheck {

// Scenarios, and room for their outcomes, in two compact buffers: what a Subject takes at a time. A
// full Outcome is 50 KB, one of four pages 1 KB; so records are as long as they need to be.
class Batch {
 public:
  Batch() { scenario_bytes_.reserve(kScenarioBytes), outcome_bytes_.reserve(kOutcomeBytes); }

  bool empty() const { return scenario_at_.empty(); }
  std::size_t size() const { return scenario_at_.size(); }
  // No room for another scenario of the largest kind: run it and clear().
  bool full() const {
    return size() >= kScenarios || scenario_bytes_.size() + sizeof(Scenario) > kScenarioBytes ||
           outcome_bytes_.size() + sizeof(Outcome) > kOutcomeBytes;
  }

  void add(const Scenario& scenario) {
    const std::size_t scenario_size = aligned(scenarioBytes(scenario.processes, scenario.pages));
    const std::size_t outcome_size =
        aligned(outcomeBytes(outcomeProcesses(scenario), scenario.pages));
    scenario_at_.push_back(scenario_bytes_.size());
    outcome_at_.push_back(outcome_bytes_.size());
    scenario_bytes_.resize(scenario_bytes_.size() + scenario_size);
    outcome_bytes_.resize(outcome_bytes_.size() + outcome_size);
    std::memcpy(scenario_bytes_.data() + scenario_at_.back(), &scenario,
                scenarioBytes(scenario.processes, scenario.pages));
  }

  // Runs all on `subject`. The outcomes stay valid until the next run() or clear().
  void run(Subject& subject) {
    in_.clear();
    out_.clear();
    for (std::size_t i = 0; i < size(); ++i) {
      in_.push_back(&scenario(i));
      out_.push_back(reinterpret_cast<Outcome*>(outcome_bytes_.data() + outcome_at_[i]));
    }
    subject.run(in_, out_);
  }

  const Scenario& scenario(std::size_t i) const {
    return *reinterpret_cast<const Scenario*>(scenario_bytes_.data() + scenario_at_[i]);
  }
  const Outcome& outcome(std::size_t i) const {
    return *reinterpret_cast<const Outcome*>(outcome_bytes_.data() + outcome_at_[i]);
  }

  void clear() {
    scenario_bytes_.clear();
    outcome_bytes_.clear();
    scenario_at_.clear();
    outcome_at_.clear();
  }

 private:
  static constexpr std::size_t kScenarios = 512;
  static constexpr std::size_t kScenarioBytes = 256 * 1024;
  static constexpr std::size_t kOutcomeBytes = 2048 * 1024;
  static constexpr std::size_t aligned(std::size_t bytes) { return (bytes + 15) / 16 * 16; }

  std::vector<std::byte> scenario_bytes_, outcome_bytes_;
  std::vector<std::size_t> scenario_at_, outcome_at_;
  std::vector<const Scenario*> in_;
  std::vector<Outcome*> out_;
};

}  // namespace ptecheck

#endif
