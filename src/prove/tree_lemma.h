// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_TREE_LEMMA_H
#define PTECHECK_PROVE_TREE_LEMMA_H

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "prove/helper_program.h"
#include "prove/ir_formulas.h"
#include "prove/model_formats.h"
#include "prove/tree_prove.h"

namespace ptecheck {

// Proves lemmas of one tree, in one thread.
class TreeLemmaProver {
 public:
  TreeLemmaProver(const IrModule& code, const TreeHelpersBuild& build, const ModelFormat& model,
                  const ProverLimits& limits);

  TreeLemma prove(std::size_t lemma);
  // What helpers have read of the processor up to now, and what was assumed of it.
  const std::set<std::string>& variables() const { return variables_; }
  const std::set<std::string>& assumptions() const { return assumptions_; }

 private:
  IrFormulas::Known fromProgram();
  void readAssembly();
  std::optional<z3::expr> askProcessor(const char* helper,
                                       const std::vector<IrVariable>& variables);
  void assume(const std::vector<IrVariable>& variables, z3::solver* solver);
  std::string exempt(const Lemma<SolverHelpers>& lemma, const std::vector<SolverWord>& words,
                     const std::vector<IrVariable>& variables, z3::solver* solver);
  void onEveryProcessor(std::size_t lemma, TreeLemma* out);
  bool replay(std::size_t lemma, const std::vector<IrVariable>& variables,
              const std::vector<std::uint64_t>& values, const std::vector<std::uint64_t>& words);

  const IrModule& code_;
  const ModelFormat& model_;
  ProverLimits limits_;
  HelperProgram program_;
  std::map<std::string, std::uint64_t> assembled_;  // by the name of the assembler code
  std::set<std::string> variables_, assumptions_;
};

}  // namespace ptecheck

#endif
