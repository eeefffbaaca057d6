// SPDX-License-Identifier: GPL-2.0-only
#include "prove/tree_lemma.h"

#include <algorithm>
#include <optional>

#include "prove/least_model.h"
#include "prove/lemmas.h"
#include "prove/processor_facts.h"
#include "prove/tree_provider.h"
#include "scenario/error.h"
#include "scenario/hex.h"

namespace ptecheck {
namespace {

std::string symbol(unsigned helper) { return std::string("helper_") + helperKinds()[helper].name; }

// The tree's helpers as formulas.
class FormulaProvider : public TreeProvider<SolverWord> {
 public:
  FormulaProvider(const Helpers<SolverWord>& model, const IrModule& code, IrFormulas& formulas)
      : TreeProvider(model), code_(code), formulas_(formulas) {}

 private:
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

std::string names(const std::vector<IrVariable>& variables) {
  std::string out;
  for (const IrVariable& variable : variables) out += (out.empty() ? "" : ", ") + variable.name();
  return out;
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
  params.set("ctrl_c", false);  // ours (scenario/stop.h); the solver would take it away
  solver.set(params);
  return solver;
}

}  // namespace

TreeLemmaProver::TreeLemmaProver(const IrModule& code, const TreeHelpersBuild& build,
                                 const ModelFormat& model, const ProverLimits& limits)
    : code_(code), model_(model), limits_(limits), program_(build) {
  readAssembly();
}

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
  // On the processor that the program runs on: its variables are what they are there.
  IrFormulas formulas(code_, SolverScope::context(), fromProgram());
  try {
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
  } catch (const ReplayDisagrees&) {
    // Of what is free the solver chose a value that the compiled tree does not give it.
    const std::string open = names(formulas.variables());
    if (open.empty()) throw;
    out.refused = "it depends on values that are not known: " + open;
    out.result.verdict = ProofVerdict::kUnknown;
  }
  return out;
}

IrFormulas::Known TreeLemmaProver::fromProgram() {
  return [this](const std::string& variable, std::int64_t offset, unsigned bytes) {
    const auto known = assembled_.find(variable);
    if (known != assembled_.end()) return std::optional(known->second);
    return program_.fetch(variable, offset, bytes);
  };
}

// Helpers of no words tell what assembler code gives on the program's processor, if their result
// leaves but one value.
void TreeLemmaProver::readAssembly() {
  for (unsigned helper = 0; helper < helperKinds().size(); ++helper) {
    if (helperKinds()[helper].words != 0 || !program_.has(helper)) continue;
    try {
      IrFormulas formulas(code_, SolverScope::context(), fromProgram());
      const SolverWord zero(std::uint64_t{0});
      const z3::expr result = formulas.call(symbol(helper), {zero.term(), zero.term()});
      z3::solver solver = limited(limits_);
      solver.add(result == SolverWord(program_.call(helper)).term());
      for (const IrVariable& variable : formulas.variables()) {
        if (variable.kind != IrVariable::kAssembler || solver.check() != z3::sat) continue;
        const z3::expr value = solver.get_model().eval(variable.value, true);
        solver.push();
        solver.add(variable.value != value);
        if (solver.check() == z3::unsat) assembled_[variable.name()] = value.get_numeral_uint64();
        solver.pop();
      }
    } catch (const IrRefusal&) {
      continue;  // lemmas that need this helper will say so
    }
  }
}

// What a helper of no words gives, if it depends on nothing but `variables`.
std::optional<z3::expr> TreeLemmaProver::askProcessor(const char* helper,
                                                      const std::vector<IrVariable>& variables) {
  const std::string name = symbol(helperNumber(helper));
  if (!code_.defines(name)) return std::nullopt;
  IrFormulas formulas(code_, SolverScope::context());
  const SolverWord zero(std::uint64_t{0});
  const z3::expr result = formulas.call(name, {zero.term(), zero.term()});
  const auto is_known = [&variables](const IrVariable& read) {
    return std::any_of(variables.begin(), variables.end(),
                       [&read](const IrVariable& v) { return v.name() == read.name(); });
  };
  const std::vector<IrVariable> reads = formulas.variables();
  if (!std::all_of(reads.begin(), reads.end(), is_known)) return std::nullopt;
  return result;
}

// What no processor has is excluded.
void TreeLemmaProver::assume(const std::vector<IrVariable>& variables, z3::solver* solver) {
  for (const IrVariable& variable : variables)
    for (const KnownVariable& known : knownVariables()) {
      if (variable.base != known.name || variable.offset != 0 || variable.bytes != 8) continue;
      const z3::expr bits = SolverWord(known.always_set).term();
      solver->add((variable.value & bits) == bits);
      assumptions_.insert(known.says);
    }
  for (const KnownAssembly& known : knownAssembly()) {
    const std::optional<z3::expr> value = askProcessor(known.helper, variables);
    if (!value) continue;
    const SolverWord bits = SolverWord(*value) & SolverWord(known.never_set);
    solver->add((bits == SolverWord(std::uint64_t{0})).formula());
    assumptions_.insert(known.says);
  }
}

// Excludes where a lemma need not hold. Why, if nothing of what it is false for is left.
std::string TreeLemmaProver::exempt(const Lemma<SolverHelpers>& lemma,
                                    const std::vector<SolverWord>& words,
                                    const std::vector<IrVariable>& variables, z3::solver* solver) {
  const SolverWord zero(std::uint64_t{0});
  for (const Exemption& exemption : exemptions()) {
    if (std::string(archId(model_.arch)) != exemption.arch) continue;
    if (*exemption.helper) {
      const std::optional<z3::expr> is_true = askProcessor(exemption.helper, variables);
      if (!is_true) continue;
      solver->add((SolverWord(*is_true) != zero).formula());
    }
    for (unsigned i = 0; i < lemma.entries; ++i)
      solver->add(((words[i] & SolverWord(exemption.never_in_entries)) == zero).formula());
    if (solver->check() == z3::unsat) return exemption.why;
  }
  return "";
}

void TreeLemmaProver::onEveryProcessor(std::size_t number, TreeLemma* out) {
  const Lemma<SolverHelpers>& lemma = lemmas<SolverHelpers>().at(number);
  IrFormulas formulas(code_, SolverScope::context());
  const FormulaProvider helpers(*model_.symbolic, code_, formulas);
  const OpenQuestion question =
      ask(lemma, helpers, formulas, out->result.reach == ProofReach::kWellFormed);
  const std::vector<IrVariable> variables = formulas.variables();
  for (const IrVariable& variable : variables) variables_.insert(variable.name());
  z3::solver solver = limited(limits_);
  solver.add(question.premise && (!question.conclusion || question.failure));
  assume(variables, &solver);
  z3::check_result answer = solver.check();
  if (answer == z3::unsat) return;
  std::vector<z3::expr> terms;
  for (const IrVariable& variable : variables) terms.push_back(variable.value);
  for (const SolverWord& word : question.words) terms.push_back(word.term());
  std::optional<std::vector<std::uint64_t>> values;
  if (answer == z3::sat) {
    solver.push();
    out->not_where_known = exempt(lemma, question.words, variables, &solver);
    const bool exempted = !out->not_where_known.empty();
    if (exempted) solver.pop();
    if (solver.check() == z3::sat) values = leastModel(solver, terms);
  }
  if (!values) {
    out->result.verdict = ProofVerdict::kUnknown;
    out->refused = "the solver gave up on other processors than the model's";
    return;
  }
  std::vector<std::uint64_t> processor(values->begin(),
                                       values->begin() + std::ptrdiff_t(variables.size()));
  out->not_where_words.assign(values->begin() + std::ptrdiff_t(variables.size()), values->end());
  out->not_where_replayed = true;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    out->not_where +=
        (out->not_where.empty() ? "" : ", ") + variables[i].name() + " = " + hex(processor[i]);
    if (variables[i].kind != IrVariable::kGlobal) out->not_where_replayed = false;
  }
  if (out->not_where_replayed && !replay(number, variables, processor, out->not_where_words))
    throw Error(ErrorKind::kInternal, "The solver's counterexample to " + lemma.name + " where " +
                                          out->not_where +
                                          " is none in the compiled tree. This is a mistake in "
                                          "ptecheck: please report it.");
}

// With the variables set in the program: is the lemma false there, too?
bool TreeLemmaProver::replay(std::size_t number, const std::vector<IrVariable>& variables,
                             const std::vector<std::uint64_t>& values,
                             const std::vector<std::uint64_t>& words) {
  for (std::size_t i = 0; i < variables.size(); ++i)
    program_.store(variables[i].base, variables[i].offset, variables[i].bytes, values[i]);
  const Lemma<WordHelpers>& lemma = lemmas<WordHelpers>().at(number);
  const ProgramProvider helpers(*model_.words, program_);
  const bool is_false =
      lemma.premise(helpers, words.data()) && !lemma.conclusion(helpers, words.data());
  program_.restart();
  return is_false;
}

}  // namespace ptecheck
