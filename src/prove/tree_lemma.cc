// SPDX-License-Identifier: GPL-2.0-only
#include "prove/tree_lemma.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "prove/lemmas.h"
#include "prove/tree_provider.h"
#include "scenario/error.h"

namespace ptecheck {
namespace {

constexpr KnownVariable kKnown[] = {
    {"__supported_pte_mask", ~((std::uint64_t{1} << 63) | (std::uint64_t{1} << 8)),
     "__supported_pte_mask lacks no bit but NX and G (6.12: x86_configure_nx(), "
     "probe_page_size_mask())"},
};

// The tree's helpers as formulas.
class FormulaProvider : public TreeProvider<SolverWord> {
 public:
  FormulaProvider(const Helpers<SolverWord>& model, const IrModule& code, IrFormulas& formulas)
      : TreeProvider(model), code_(code), formulas_(formulas) {}

 private:
  static std::string symbol(unsigned helper) {
    return std::string("helper_") + helperKinds()[helper].name;
  }
  bool hasHelper(unsigned helper) const override { return code_.defines(symbol(helper)); }
  SolverWord call(unsigned helper, const SolverWord& a, const SolverWord& b) const override {
    return SolverWord(formulas_.call(symbol(helper), {a.term(), b.term()}));
  }
  const IrModule& code_;
  IrFormulas& formulas_;
};

// ... and as gcc's program runs them.
class ProgramProvider : public TreeProvider<std::uint64_t> {
 public:
  ProgramProvider(const Helpers<std::uint64_t>& model, HelperProgram& program)
      : TreeProvider(model), program_(program) {}

 private:
  bool hasHelper(unsigned helper) const override { return program_.has(helper); }
  std::uint64_t call(unsigned helper, const std::uint64_t& a,
                     const std::uint64_t& b) const override {
    return program_.call(helper, a, b);
  }
  HelperProgram& program_;
};

std::string hex(std::uint64_t word) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(word));
  return text;
}

// "Is there a counterexample?", with all that formulas() leaves open: `failure` says when the
// tree's own assertions fail.
struct OpenQuestion {
  std::vector<SolverWord> words;
  z3::expr premise, conclusion, failure;
};

OpenQuestion ask(const Lemma<SolverHelpers>& lemma, const SolverHelpers& helpers,
                 IrFormulas& formulas, bool well_formed) {
  static constexpr const char* kNames[] = {"a", "b", "c"};
  std::vector<SolverWord> words;
  for (unsigned i = 0; i < lemma.words; ++i) words.push_back(SolverWord::variable(kNames[i]));
  z3::expr premise = lemma.premise(helpers, words.data()).formula();
  if (well_formed && lemma.entries > 0)
    premise = premise && allWellFormed(helpers, lemma, words.data()).formula();
  formulas.takeFailure();  // of the premise: it is about words that it excludes, too
  const z3::expr conclusion = lemma.conclusion(helpers, words.data()).formula();
  return {words, premise, conclusion, formulas.takeFailure()};
}

z3::solver limited(const ProverLimits& limits) {
  z3::solver solver(SolverScope::context(), "QF_BV");
  z3::params params(SolverScope::context());
  params.set("rlimit", limits.resources);
  solver.set(params);
  return solver;
}

}  // namespace

const KnownVariable* knownVariable(const std::string& base) {
  for (const KnownVariable& known : kKnown)
    if (base == known.name) return &known;
  return nullptr;
}

TreeLemmaProver::TreeLemmaProver(const IrModule& code, const TreeHelpersBuild& build,
                                 const ModelFormat& model, const ProverLimits& limits)
    : code_(code), model_(model), limits_(limits), program_(build) {}

TreeLemma TreeLemmaProver::prove(std::size_t number) {
  const Lemma<SolverHelpers>& lemma = lemmas<SolverHelpers>().at(number);
  TreeLemma out;
  out.result = {lemma.name,
                lemma.says,
                lemma.if_false,
                lemma.severity,
                lemma.entries,
                ProofVerdict::kUnknown,
                ProofReach::kAllValues,
                {}};
  try {
    // On the processor that the program runs on: its variables are what they are there.
    IrFormulas formulas(code_, SolverScope::context(),
                        [this](const std::string& variable, std::int64_t offset, unsigned bytes) {
                          return program_.fetch(variable, offset, bytes);
                        });
    const FormulaProvider symbolic(*model_.symbolic, code_, formulas);
    const ProgramProvider words(*model_.words, program_);
    out.result = proveLemma(number, symbolic, &words, limits_);
    if (out.result.verdict != ProofVerdict::kHolds) return out;
    const OpenQuestion asserts =
        ask(lemma, symbolic, formulas, out.result.reach == ProofReach::kWellFormed);
    z3::solver solver = limited(limits_);
    solver.add(asserts.premise && asserts.failure);
    if (solver.check() != z3::unsat) {
      out.result.verdict = ProofVerdict::kUnknown;
      out.refused = "an assertion of the tree may fail in a helper";
      return out;
    }
    onEveryProcessor(number, &out);
  } catch (const IrRefusal& refusal) {
    out.refused = refusal.what();
    out.result.verdict = ProofVerdict::kUnknown;
  } catch (const MissingHelper& missing) {
    out.refused = missing.what();
    out.result.verdict = ProofVerdict::kUnknown;
  }
  return out;
}

void TreeLemmaProver::onEveryProcessor(std::size_t number, TreeLemma* out) {
  const Lemma<SolverHelpers>& lemma = lemmas<SolverHelpers>().at(number);
  IrFormulas formulas(code_, SolverScope::context());
  const FormulaProvider helpers(*model_.symbolic, code_, formulas);
  const OpenQuestion question =
      ask(lemma, helpers, formulas, out->result.reach == ProofReach::kWellFormed);
  const std::vector<IrVariable> variables = formulas.variables();
  z3::solver solver = limited(limits_);
  solver.add(question.premise && (!question.conclusion || question.failure));
  for (const IrVariable& variable : variables) {
    if (std::find(variables_.begin(), variables_.end(), variable.name()) == variables_.end())
      variables_.push_back(variable.name());
    const KnownVariable* known = knownVariable(variable.base);
    if (!known || variable.offset != 0 || variable.bytes != 8) continue;
    const z3::expr bits = SolverScope::context().bv_val(known->always_set, 64);
    solver.add((variable.value & bits) == bits);
  }
  const z3::check_result answer = solver.check();
  if (answer == z3::unsat) return;
  if (answer == z3::unknown) {
    out->not_where = "the solver gave up on other processors than the model's";
    return;
  }
  const z3::model model = solver.get_model();
  for (const SolverWord& word : question.words)
    out->not_where_words.push_back(model.eval(word.term(), true).get_numeral_uint64());
  for (const IrVariable& variable : variables)
    out->not_where += (out->not_where.empty() ? "" : ", ") + variable.name() + " = " +
                      hex(model.eval(variable.value, true).get_numeral_uint64());
  for (const IrVariable& variable : variables)
    if (!variable.is_global) {
      out->not_where += " (not replayed: " + variable.name() + " cannot be set)";
      return;
    }
  if (!replay(number, variables, model, out->not_where_words))
    throw Error(ErrorKind::kInternal, "The solver's counterexample to " + lemma.name + " where " +
                                          out->not_where +
                                          " is none in the compiled tree. This is a mistake in "
                                          "ptecheck: please report it.");
}

// With the variables set in the program: is the lemma false there, too?
bool TreeLemmaProver::replay(std::size_t number, const std::vector<IrVariable>& variables,
                             const z3::model& model, const std::vector<std::uint64_t>& words) {
  for (const IrVariable& variable : variables)
    program_.store(variable.base, variable.offset, variable.bytes,
                   model.eval(variable.value, true).get_numeral_uint64());
  const Lemma<WordHelpers>& lemma = lemmas<WordHelpers>().at(number);
  const ProgramProvider helpers(*model_.words, program_);
  const bool is_false =
      lemma.premise(helpers, words.data()) && !lemma.conclusion(helpers, words.data());
  program_.restart();
  return is_false;
}

}  // namespace ptecheck
