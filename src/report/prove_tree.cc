// SPDX-License-Identifier: GPL-2.0-only
#include "report/prove_tree.h"

#include <fmt/format.h>

#include "report/prove_verdict.h"

namespace ptecheck {

TreeLemmaCounts countLemmas(const TreeProof& proof) {
  TreeLemmaCounts counts;
  for (const TreeLemma& lemma : proof.lemmas) switch (lemma.result.verdict) {
      case ProofVerdict::kHolds:
        if (!lemma.not_where.empty())
          ++counts.other_processors;
        else
          ++(lemma.result.reach == ProofReach::kAllValues ? counts.all_values : counts.well_formed);
        break;
      case ProofVerdict::kFails:
        ++counts.fail;
        break;
      case ProofVerdict::kNotApplicable:
        ++counts.not_applicable;
        break;
      case ProofVerdict::kUnknown:
        ++counts.refused;
        break;
    }
  return counts;
}

std::vector<const HelperDifference*> unexplained(const TreeProof& proof) {
  std::vector<const HelperDifference*> list;
  for (const HelperDifference& difference : proof.comparison.differences)
    if (difference.explained.empty()) list.push_back(&difference);
  return list;
}

Verdict verdictOf(const TreeProof& proof, const TreeLemma& lemma, bool strict) {
  const bool graver = strict || lemma.result.severity == Severity::kBroken;
  if (!lemma.not_where.empty() && lemma.not_where_known.empty())
    return graver ? Verdict::kBroken : Verdict::kAtACost;
  return verdictOf(proof.arch, lemma.result, strict);
}

Verdict verdictOf(const TreeProof& proof, bool strict) {
  Verdict worst = unexplained(proof).empty() ? Verdict::kGood : Verdict::kBroken;
  for (const TreeLemma& lemma : proof.lemmas) worst = worse(worst, verdictOf(proof, lemma, strict));
  return worst;
}

Verdict verdictOf(const std::vector<ArchTreeProof>& proofs, bool strict) {
  bool any = false;
  Verdict worst = Verdict::kGood;
  for (const ArchTreeProof& one : proofs) {
    if (one.model_only) continue;
    any = true;
    worst = worse(worst, one.proof ? verdictOf(*one.proof, strict) : Verdict::kNotChecked);
  }
  return any ? worst : Verdict::kNotChecked;
}

std::string bitRanges(std::uint64_t bits) {
  std::vector<std::string> ranges;
  for (unsigned first = 0; first < 64; ++first) {
    if ((bits >> first & 1) == 0) continue;
    unsigned last = first;
    while (last < 63 && (bits >> (last + 1) & 1) != 0) ++last;
    ranges.push_back(first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last));
    first = last;
  }
  std::string text = "bits ";
  for (std::size_t i = 0; i < ranges.size(); ++i)
    text += (i == 0 ? "" : i + 1 < ranges.size() ? ", " : " and ") + ranges[i];
  return text;
}

}  // namespace ptecheck
