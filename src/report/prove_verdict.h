// SPDX-License-Identifier: GPL-2.0-only
//
// What proofs come to. The exit status follows from it, as it does of a check (verdict.h).
#ifndef PTECHECK_REPORT_PROVE_VERDICT_H
#define PTECHECK_REPORT_PROVE_VERDICT_H

#include "prove/known_failures.h"
#include "prove/model_prove.h"
#include "report/verdict.h"

namespace ptecheck {

// A lemma that fails, gravest first.
enum class Standing {
  kUnexplained,  // known_failures.h does not have it
  kCandidate,    // callers are affected; whether a kernel gets there is open
  kHarmless      // no caller is, or at a cost that is accepted
};
Standing standingOf(Arch arch, const LemmaResult& result);

// A lemma that fails harmlessly, or is of severity cost, is at a cost (strict: broken). One that
// the solver could not decide is not checked.
Verdict verdictOf(Arch arch, const LemmaResult& result, bool strict);
// Of all lemmas, and of all architectures, together: the worst.
Verdict verdictOf(const FormatProof& proof, bool strict);
Verdict verdictOf(const ProveResults& results, bool strict);

}  // namespace ptecheck

#endif
