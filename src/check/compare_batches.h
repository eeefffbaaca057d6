// SPDX-License-Identifier: GPL-2.0-only
//
// How long a candidate's batches are, by the kind of work they are part of. An Outcome has the sum
// of all batches of a scenario. What kind they are is up to operation and folio, but for a
// migration that ends: its batches are of two kinds, and how many there were of the first tells a
// run of the same scenario without its steps.
#ifndef PTECHECK_CHECK_COMPARE_BATCHES_H
#define PTECHECK_CHECK_COMPARE_BATCHES_H

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "mm/policy.h"
#include "pte/architectures.h"
#include "scenario/flat.h"
#include "subject/model.h"

namespace ptecheck {

// "swap-backed": for those who report and do not know the model.
std::string_view batchingCaseName(unsigned which);

// Of one case in one scenario.
struct BatchCount {
  std::uint64_t batches = 0;
  std::uint64_t entries = 0;  // in them

  bool operator==(const BatchCount&) const = default;
};

struct ScenarioBatches {
  Case which{};          // of the operation
  BatchCount operation;  // nothing: there was none, or the subject cannot tell
  BatchCount back;       // of a migration's end
};

Case operationCase(const Scenario& scenario);
bool migrationEnds(const Scenario& scenario);

// `alone`: what a run without steps left; needed only if a migration ends.
ScenarioBatches batchesOf(const Scenario& scenario, const Outcome& outcome, const Outcome* alone);

// Runs scenarios without their steps.
class OperationAlone {
 public:
  explicit OperationAlone(Arch arch);

  const Outcome& run(const Scenario& scenario, const Policy& policy);

 private:
  std::unique_ptr<Model> model_;
  std::unique_ptr<Scenario> scenario_;
  std::unique_ptr<Outcome> outcome_;
};

// Of one case in all scenarios.
struct BatchLengths {
  BatchCount sum;
  // Of the scenario whose batches are the shortest on average; of several, the one with the most.
  // Scenarios with a single entry do not count: there is nothing to batch.
  BatchCount shortest;
  // Of the scenario with the most batches; of several, the one with the fewest entries.
  BatchCount most;

  void add(const BatchCount& scenario);
  BatchLengths& operator+=(const BatchLengths& other);
  bool operator==(const BatchLengths&) const = default;

  bool oneByOne() const { return sum.batches == sum.entries; }
};

using CaseLengths = std::array<BatchLengths, kCases>;

void addLengths(const ScenarioBatches& scenario, CaseLengths& lengths);
BatchCount allOf(const CaseLengths& lengths);

}  // namespace ptecheck

#endif
