// SPDX-License-Identifier: GPL-2.0-only
//
// Does the model do what a kernel tree does? Both run the same scenarios, and what they leave
// behind is compared, entry by entry (raw words of page-table memory) and counter by counter. No
// rule is asked: a tree that breaks a rule agrees with a model that breaks it in the same way.
#ifndef PTECHECK_CHECK_AGREEMENT_H
#define PTECHECK_CHECK_AGREEMENT_H

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/result.h"
#include "check/tree_check.h"
#include "mm/policy.h"
#include "scenario/flat.h"

namespace ptecheck {

// All scenarios whose first difference is in the same thing, and the smallest example.
struct Disagreement {
  std::string what;
  std::uint64_t scenarios = 0;
  std::string id;    // `ptecheck replay ID`, and with --kernel TREE
  std::string text;  // of the difference
  Scenario scenario{};
  Outcome model{}, tree{};
};

struct Agreement {
  Arch arch = kX86;
  std::string subject;      // "Linux 6.12.117 at /path"
  std::string policy;       // of the model
  std::string features;     // TreeCheck has the same
  std::vector<Part> parts;  // exhaustive first; scenarios that were compared
  // Of those, with folios of 1, 2 and 4 pages, and (family huge) as large as a page table.
  std::array<std::uint64_t, 4> exhaustive{};
  std::uint64_t blocks = 0;  // with entries in contiguous blocks
  std::uint64_t differing = 0;
  // As of CheckResult. (Scenarios that were not compared count, too.)
  std::optional<std::uint64_t> stopped_of = {};
  std::uint64_t unsupported = 0;  // the tree cannot express them: not compared
  std::string unsupported_reason;
  // The tree's own assertion ended them at an entry of a device that it read as if it were present
  // (before 6.15), which the model's policy knows, but not where it ends: not compared.
  std::uint64_t ended = 0;
  std::string ended_reason;
  std::vector<Disagreement> differences;  // in order of `what`

  std::uint64_t compared() const;
};

// Runs every scenario of options.search on the model under `policy` and on the tree. Throws
// Error(kCannotTest) if the tree cannot be tested. options.search.rules is not looked at.
Agreement agreeWithTree(const TreeCheckOptions& options, const Policy& policy);

// One architecture of several; or none, and why.
struct ArchAgreement {
  Arch arch = kX86;
  std::optional<Agreement> agreement = {};
  std::string why_not = {};
  bool model_only = false;  // as of ArchTree
};

}  // namespace ptecheck

#endif
