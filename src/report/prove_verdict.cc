// SPDX-License-Identifier: GPL-2.0-only
#include "report/prove_verdict.h"

namespace ptecheck {

Standing standingOf(Arch arch, const LemmaResult& result) {
  const KnownFailure* const known = findKnownFailure(archId(arch), result.lemma);
  if (known == nullptr) return Standing::kUnexplained;
  return known->status == FailureStatus::kHarmless ? Standing::kHarmless : Standing::kCandidate;
}

Verdict verdictOf(Arch arch, const LemmaResult& result, bool strict) {
  switch (result.verdict) {
    case ProofVerdict::kHolds:
    case ProofVerdict::kNotApplicable:
      return Verdict::kGood;
    case ProofVerdict::kUnknown:
      return Verdict::kNotChecked;
    case ProofVerdict::kFails:
      break;
  }
  const bool graver =
      result.severity != Severity::kCost && standingOf(arch, result) != Standing::kHarmless;
  return strict || graver ? Verdict::kBroken : Verdict::kAtACost;
}

Verdict verdictOf(const FormatProof& proof, bool strict) {
  Verdict worst = Verdict::kGood;
  for (const LemmaResult& result : proof.lemmas)
    worst = worse(worst, verdictOf(proof.arch, result, strict));
  return worst;
}

Verdict verdictOf(const ProveResults& results, bool strict) {
  Verdict worst = Verdict::kGood;
  for (const FormatProof& proof : results.formats) worst = worse(worst, verdictOf(proof, strict));
  return worst;
}

}  // namespace ptecheck
