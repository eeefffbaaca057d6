// SPDX-License-Identifier: GPL-2.0-only
//
// What `ptecheck prove --kernel` found: of each architecture, how the tree's helpers compare with
// the model's, and which lemmas hold of them.
#ifndef PTECHECK_REPORT_PROVE_TREE_H
#define PTECHECK_REPORT_PROVE_TREE_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "prove/tree_prove.h"
#include "report/verdict.h"

namespace ptecheck {

// One of the architectures that were asked for.
struct ArchTreeProof {
  Arch arch = kX86;
  std::optional<TreeProof> proof;
  std::string why_not = {};  // there is none
  bool model_only = false;   // no tree has these entries: says nothing against this one
};

struct TreeProofReport {
  std::string version;  // of ptecheck
  std::string tree;     // its folder, as it was given
  bool strict = false;  // lemmas that fail harmlessly, or at a cost, count too
  bool each = false;    // say of each lemma what came of it
};

// How many lemmas came out how; each is counted once.
struct TreeLemmaCounts {
  std::uint64_t all_values = 0;        // hold for all words ...
  std::uint64_t well_formed = 0;       // ... or for well-formed entries, on every processor
  std::uint64_t other_processors = 0;  // hold on the model's processor, are false on others
  std::uint64_t fail = 0;
  std::uint64_t refused = 0;  // or not decided by the solver
  std::uint64_t not_applicable = 0;
};
TreeLemmaCounts countLemmas(const TreeProof& proof);

// Helpers that are not the model's, and nobody has explained why.
std::vector<const HelperDifference*> unexplained(const TreeProof& proof);

// As of the model's formats (prove_verdict.h). False on other processors than the model's: by its
// severity, unless that is known to be no mistake.
Verdict verdictOf(const TreeProof& proof, const TreeLemma& lemma, bool strict);
// The worst of all lemmas. Broken if a helper is unlike the model's: one of both is wrong.
Verdict verdictOf(const TreeProof& proof, bool strict);
// Of all architectures of which there can be a proof, together.
Verdict verdictOf(const std::vector<ArchTreeProof>& proofs, bool strict);

// "bits 0-11 and 52-63".
std::string bitRanges(std::uint64_t bits);

// For people: the verdict first; of several architectures, theirs, then a section for each.
std::string treeProofText(const std::vector<ArchTreeProof>& proofs, const TreeProofReport& report);

// For programs: ptecheck-prove-1, with a part `kernel` for each architecture.
std::string treeProofJson(const std::vector<ArchTreeProof>& proofs, const TreeProofReport& report);

}  // namespace ptecheck

#endif
