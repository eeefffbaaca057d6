// SPDX-License-Identifier: GPL-2.0-only
#include "check/compare_batches.h"

#include <cstring>

#include "mm/policy_words.h"

namespace ptecheck {

namespace {

BatchCount countOf(const Outcome& o) { return {o.batches, o.batched_entries}; }

// Are a scenario's batches shorter than those of another, or more?
bool isShorter(const BatchCount& a, const BatchCount& b) {
  if (b.batches == 0) return a.batches != 0;
  const std::uint64_t mean_a = a.entries * b.batches, mean_b = b.entries * a.batches;
  return mean_a != mean_b ? mean_a < mean_b : a.batches > b.batches;
}
bool isMore(const BatchCount& a, const BatchCount& b) {
  return a.batches != b.batches ? a.batches > b.batches : a.entries < b.entries;
}

}  // namespace

std::string_view batchingCaseName(unsigned which) { return caseName(static_cast<Case>(which)); }

Case operationCase(const Scenario& s) {
  if (s.operation == OPERATION_TRY_TO_MIGRATE) return Case::kMigration;
  if (s.folio_flags & FOLIO_FILE) return Case::kFile;
  return s.folio_flags & FOLIO_SWAPBACKED ? Case::kSwapBacked : Case::kLazyfree;
}

bool migrationEnds(const Scenario& s) {
  for (unsigned i = 0; i < s.steps; ++i)
    if (s.step[i].action == STEP_MIGRATED || s.step[i].action == STEP_NOT_MIGRATED) return true;
  return false;
}

ScenarioBatches batchesOf(const Scenario& s, const Outcome& o, const Outcome* alone) {
  ScenarioBatches batches{operationCase(s), countOf(o), {}};
  if (alone == nullptr || !migrationEnds(s)) return batches;
  batches.back = batches.operation;
  batches.operation = countOf(*alone);
  batches.back.batches -= batches.operation.batches;
  batches.back.entries -= batches.operation.entries;
  return batches;
}

OperationAlone::OperationAlone(Arch arch)
    : model_(makeModel(arch)),
      scenario_(std::make_unique<Scenario>()),
      outcome_(std::make_unique<Outcome>()) {}

const Outcome& OperationAlone::run(const Scenario& scenario, const Policy& policy) {
  std::memcpy(static_cast<void*>(scenario_.get()), &scenario,
              scenarioBytes(scenario.processes, scenario.pages));
  scenario_->steps = 0;
  model_->run(*scenario_, policy, *outcome_);
  return *outcome_;
}

void BatchLengths::add(const BatchCount& scenario) {
  sum.batches += scenario.batches;
  sum.entries += scenario.entries;
  if (scenario.entries > 1 && isShorter(scenario, shortest)) shortest = scenario;
  if (isMore(scenario, most)) most = scenario;
}

BatchLengths& BatchLengths::operator+=(const BatchLengths& other) {
  sum.batches += other.sum.batches;
  sum.entries += other.sum.entries;
  if (isShorter(other.shortest, shortest)) shortest = other.shortest;
  if (isMore(other.most, most)) most = other.most;
  return *this;
}

void addLengths(const ScenarioBatches& scenario, CaseLengths& lengths) {
  lengths[static_cast<unsigned>(scenario.which)].add(scenario.operation);
  lengths[static_cast<unsigned>(Case::kMigrationBack)].add(scenario.back);
}

BatchCount allOf(const CaseLengths& lengths) {
  BatchCount all;
  for (const BatchLengths& one : lengths) {
    all.batches += one.sum.batches;
    all.entries += one.sum.entries;
  }
  return all;
}

}  // namespace ptecheck
