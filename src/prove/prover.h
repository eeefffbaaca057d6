// SPDX-License-Identifier: GPL-2.0-only
//
// Proves one lemma of one provider of helpers, or finds values for which it is false.
//
// A proof is the solver's: it finds no values that satisfy the premise and not the conclusion. It
// is asked twice at most, for all values first; if those are too many, for well-formed entries
// (well_formed.h). Where the solver gives up, the verdict is `kUnknown`, never `kHolds`.
//
// A counterexample is the least one: the first word as small as can be, then the second, then the
// third. So it does not depend on which one the solver happens to find first. It is replayed on
// integers before anybody sees it; a disagreement is a mistake of ours, and ReplayDisagrees.
#ifndef PTECHECK_PROVE_PROVER_H
#define PTECHECK_PROVE_PROVER_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "prove/helpers.h"
#include "prove/lemma.h"
#include "prove/word.h"
#include "scenario/error.h"

namespace ptecheck {

enum class ProofVerdict : unsigned char { kHolds, kFails, kNotApplicable, kUnknown };

// For which entries a lemma holds.
enum class ProofReach : unsigned char { kAllValues, kWellFormed };

struct LemmaResult {
  std::string lemma;  // its name
  std::string says;   // as in Lemma, and so on
  std::string if_false;
  Severity severity;
  unsigned entries;  // the first so many words are present entries; the others are numbers
  ProofVerdict verdict;
  ProofReach reach;  // if it holds
  // kFails: the least well-formed words for which it is false. kHolds for well-formed entries: the
  // least others for which it is false. Otherwise empty.
  std::vector<std::uint64_t> words;
  // The entry that the lemma is about, as integer helpers make it of `words` (Lemma::result).
  std::optional<std::uint64_t> result = std::nullopt;
};

// A counterexample of the solver's that is none on integers.
class ReplayDisagrees : public Error {
 public:
  using Error::Error;
};

struct ProverLimits {
  // What one question may cost, in the solver's own unit: unlike time, the same everywhere.
  unsigned resources = 50'000'000;
};

// `number` is the lemma's place in lemmas(). Needs a SolverScope. `symbolic` and `replay` are the
// same helpers; without `replay` counterexamples are taken as the solver gives them.
LemmaResult proveLemma(std::size_t number, const SolverHelpers& symbolic, const WordHelpers* replay,
                       const ProverLimits& limits = {});

std::size_t lemmaCount();

// What lemmas() says of each, in its order, without their formulas.
struct LemmaInfo {
  std::string name;
  std::string says;
};
const std::vector<LemmaInfo>& lemmaInfos();

}  // namespace ptecheck

#endif
