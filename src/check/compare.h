// SPDX-License-Identifier: GPL-2.0-only
//
// Candidates side by side: policies of the model and kernel trees, over the same scenarios. What
// they break, and what each costs - in every small situation, and in a mix of situations that are
// drawn as often as they occur.
#ifndef PTECHECK_CHECK_COMPARE_H
#define PTECHECK_CHECK_COMPARE_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "check/compare_costs.h"
#include "check/result.h"
#include "check/tree_check.h"
#include "mm/policy.h"
#include "scenario/mix.h"

namespace ptecheck {

struct Candidate {
  std::string name;                      // of its row
  std::optional<Policy> policy;          // of the model, or ...
  std::optional<TreeCheckOptions> tree;  // ... a tree: where, with which patches, and its cache
  // It is there to be compared with: the tree that a patch is laid over. What it breaks is not held
  // against the patch.
  bool base = false;
};

struct CompareOptions {
  SearchOptions search;  // random_scenarios: samples of the mix; family: ignored
  std::vector<Family> families = {Family::kReclaim};  // of the exhaustive part
  Mix mix = builtInMix();
};

// One kind of scenarios. `check` has a row for each candidate, in order; a part for each family, or
// one for the mix, whose findings have no id but the scenario itself.
struct ComparedPart {
  CheckResult check;
  std::vector<CompareCosts> costs;  // of each row
  std::uint64_t entries = 0;        // present at the start
  std::uint64_t freed = 0;          // of these, entries that the reference (`unbatched`) takes away
};

struct Comparison {
  Arch arch = kX86;
  std::vector<bool> base;                        // of each row: see Candidate
  std::optional<std::uint64_t> stopped_of = {};  // as of CheckResult
  std::optional<ComparedPart> exhaustive, mix;
  // Scenarios which one of the candidates could not run, and the first reason: they are left out
  // for all.
  std::uint64_t skipped = 0;
  std::string skipped_reason;

  std::uint64_t scenarios() const;
};

// A comparison on one architecture of several; or none, and why.
struct ArchComparison {
  Arch arch = kX86;
  std::optional<Comparison> comparison = {};
  std::string why_not = {};
  bool model_only = false;  // as of ArchTree
};

// kReclaim, and the families that are made for what one of the policies batches: in others they do
// what `unbatched` does.
std::vector<Family> familiesOf(const std::vector<Candidate>& candidates);

// Throws Error(kCannotTest) if a tree cannot be tested. `say`: as of TreeCheckOptions.
Comparison compare(const std::vector<Candidate>& candidates, const CompareOptions& options,
                   const std::function<void(const std::string&)>& say = {});

}  // namespace ptecheck

#endif
