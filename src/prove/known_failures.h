// SPDX-License-Identifier: GPL-2.0-only
//
// Which lemmas today's formats are known to fail, and what comes of it. A lemma says how a format
// should be; where Linux deliberately is otherwise, or cannot come to the entry that refutes it,
// the failure is harmless, and the reason stands here. known_failures_test.cc compares the table
// with what the prover finds, both ways.
#ifndef PTECHECK_PROVE_KNOWN_FAILURES_H
#define PTECHECK_PROVE_KNOWN_FAILURES_H

#include <string_view>
#include <vector>

namespace ptecheck {

enum class FailureStatus : unsigned char {
  kHarmless,  // no caller is affected, or at a cost that is accepted
  kCandidate  // callers are affected; whether a kernel gets there is open
};

struct KnownFailure {
  const char* arch;  // F::kId
  const char* lemma;
  FailureStatus status;
  const char* why;      // what comes of it, in whole sentences
  const char* example;  // a file of examples/ that shows it end to end; or ""
};

const std::vector<KnownFailure>& knownFailures();

// Null if the lemma is not known to fail on that format.
const KnownFailure* findKnownFailure(std::string_view arch, std::string_view lemma);

}  // namespace ptecheck

#endif
