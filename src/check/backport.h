// SPDX-License-Identifier: GPL-2.0-only
//
// What is the least that has to be changed in a policy, so that it breaks no rule? For whoever
// carries a repair to an old kernel: every bit that a batch respects, and every path that works in
// another way, is a line of the patch.
//
// A change is one of the smallest steps there are: one bit is respected, batches are restored in
// another way, ... All sets of changes are tried, by size; each over the whole space of the
// families made for the batched cases until a scenario kills it (breaks a rule above cost). A set
// that survives is an answer, and no larger set that contains it is tried. So an answer is minimal:
// of each set that lacks some of its changes, a counterexample is known. There is no heuristic:
// scenarios that killed another set are tried first, which decides only how fast, and by which of
// several scenarios, a set is killed.
#ifndef PTECHECK_CHECK_BACKPORT_H
#define PTECHECK_CHECK_BACKPORT_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/result.h"
#include "check/search_options.h"
#include "mm/policy.h"
#include "scenario/flat.h"

namespace ptecheck {

// One change of one case's batching, or (kWrprotectEarly) of all.
struct PolicyChange {
  enum class Kind : unsigned char { kRespectBit, kRestore, kOneEntry, kWrprotectEarly };
  Kind kind = Kind::kRespectBit;
  Case which = Case::kLazyfree;
  Treat Batching::*bit = nullptr;  // kRespectBit
  Restore restore{};               // kRestore
  std::string words;               // "lazyfree: respect write"

  // A bit, or a code path.
  bool isBit() const { return kind == Kind::kRespectBit; }
};

// Places in BackportResult::changes, rising.
using ChangeSet = std::vector<std::size_t>;

struct Kill {
  std::size_t example = 0;  // place in BackportResult::examples
  Rule rule{};              // one that is broken
  // `ptecheck replay ID` shows it, if the changed policy can be written in words. Else the id names
  // the base policy, which runs the same scenario.
  std::string id;
  std::string text;  // what is wrong, in a sentence
};

// A set that a scenario kills.
struct KilledSet {
  ChangeSet changes;
  bool on_shadow_stack = false;  // the scenario that kills it is
  Kill kill;
};

struct BackportAnswer {
  ChangeSet changes;
  // False: on shadow stacks a scenario does break a rule. No kernel has been shown to get a large
  // lazyfree folio there.
  bool on_shadow_stacks = true;
  Policy policy;  // the base with the changes
  Row row;        // over the whole space
};

struct BackportOptions {
  SearchOptions search;  // `rules` without those of severity cost, unless these count too
  unsigned most_changes = 4;
  bool killers_first = true;
};

struct BackportResult {
  Arch arch = kX86;
  Policy base;
  Row base_row;
  std::vector<Part> parts;  // of the space
  unsigned most_changes = 0;
  std::vector<PolicyChange> changes;
  std::uint64_t tried = 0;         // sets
  std::vector<Scenario> examples;  // that killed a set
  std::vector<KilledSet> killed;   // in the order of size
  // Minimal sets: that hold everywhere; and that hold but for shadow stacks, if these are others.
  // By size; of one size, those with fewer code paths first.
  std::vector<BackportAnswer> answers;
};

// The single changes of a policy that there are on this architecture.
std::vector<PolicyChange> changesOf(const Policy& base, Arch arch);
Policy withChanges(const Policy& base, const std::vector<PolicyChange>& changes,
                   const ChangeSet& set);

BackportResult findBackport(const Policy& base, const BackportOptions& options);

}  // namespace ptecheck

#endif
