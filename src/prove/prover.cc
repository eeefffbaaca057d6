// SPDX-License-Identifier: GPL-2.0-only
#include "prove/prover.h"

#include <array>
#include <optional>

#include "prove/least_model.h"
#include "prove/lemmas.h"

namespace ptecheck {
namespace {

using Words = std::vector<std::uint64_t>;

// The question "is there a counterexample?" about one lemma.
class Question {
 public:
  Question(const Lemma<SolverHelpers>& lemma, const SolverHelpers& helpers, bool well_formed,
           const ProverLimits& limits)
      : solver_(SolverScope::context(), "QF_BV") {
    z3::params params(SolverScope::context());
    params.set("rlimit", limits.resources);
    params.set("ctrl_c", false);  // ours (scenario/stop.h); the solver would take it away
    solver_.set(params);
    for (unsigned i = 0; i < lemma.words; ++i)
      variables_.push_back(SolverWord::variable(kNames[i]));
    const SolverWord* w = variables_.data();
    solver_.add((lemma.premise(helpers, w) && !lemma.conclusion(helpers, w)).formula());
    if (well_formed && lemma.entries > 0) solver_.add(allWellFormed(helpers, lemma, w).formula());
  }

  z3::check_result ask() { return solver_.check(); }

  // After ask() said yes. Nothing if the solver gave up on the way.
  std::optional<Words> leastAnswer() {
    std::vector<z3::expr> terms;
    for (const SolverWord& variable : variables_) terms.push_back(variable.term());
    return leastModel(solver_, terms);
  }

 private:
  static constexpr std::array<const char*, kMostWords> kNames = {"a", "b", "c"};

  std::vector<SolverWord> variables_;
  z3::solver solver_;
};

void replayOn(const WordHelpers& helpers, const Lemma<WordHelpers>& lemma, bool well_formed,
              const Words& words) {
  const std::uint64_t* w = words.data();
  const bool entries = !well_formed || lemma.entries == 0 || allWellFormed(helpers, lemma, w);
  if (entries && lemma.premise(helpers, w) && !lemma.conclusion(helpers, w)) return;
  throw ReplayDisagrees(
      ErrorKind::kInternal,
      "The solver's counterexample to " + lemma.name +
          " is none on integers. This is a mistake in ptecheck: please report it.");
}

}  // namespace

std::size_t lemmaCount() { return lemmas<SolverHelpers>().size(); }

const std::vector<LemmaInfo>& lemmaInfos() {
  static const std::vector<LemmaInfo> all = [] {
    std::vector<LemmaInfo> list;
    for (const Lemma<WordHelpers>& lemma : lemmas<WordHelpers>())
      list.push_back({lemma.name, lemma.says});
    return list;
  }();
  return all;
}

LemmaResult proveLemma(std::size_t number, const SolverHelpers& symbolic, const WordHelpers* replay,
                       const ProverLimits& limits) {
  const Lemma<SolverHelpers>& lemma = lemmas<SolverHelpers>().at(number);
  LemmaResult result{lemma.name,    lemma.says,           lemma.if_false,         lemma.severity,
                     lemma.entries, ProofVerdict::kHolds, ProofReach::kAllValues, {}};
  if (!lemma.applies(symbolic)) {
    result.verdict = ProofVerdict::kNotApplicable;
    return result;
  }
  for (const bool well_formed : {false, true}) {
    if (well_formed && lemma.entries == 0) {
      result.verdict = ProofVerdict::kFails;
      return result;
    }
    Question question(lemma, symbolic, well_formed, limits);
    const z3::check_result answer = question.ask();
    if (answer == z3::unsat) {
      result.reach = well_formed ? ProofReach::kWellFormed : ProofReach::kAllValues;
      return result;
    }
    const std::optional<Words> words =
        answer == z3::sat ? question.leastAnswer() : std::optional<Words>();
    if (!words) {
      result.verdict = ProofVerdict::kUnknown;
      result.words.clear();
      result.result.reset();
      return result;
    }
    result.words = *words;
    if (!replay) continue;
    const Lemma<WordHelpers>& on_words = lemmas<WordHelpers>().at(number);
    replayOn(*replay, on_words, well_formed, *words);
    if (on_words.result) result.result = on_words.result(*replay, words->data());
  }
  result.verdict = ProofVerdict::kFails;
  return result;
}

}  // namespace ptecheck
