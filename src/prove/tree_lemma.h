// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_TREE_LEMMA_H
#define PTECHECK_PROVE_TREE_LEMMA_H

#include <string>
#include <vector>

#include "prove/helper_program.h"
#include "prove/ir_formulas.h"
#include "prove/model_formats.h"
#include "prove/tree_prove.h"

namespace ptecheck {

// What is known of a variable that helpers read, whatever the processor.
struct KnownVariable {
  const char* name;
  std::uint64_t always_set;  // bits
  const char* says;
};
// Null if nothing is known of it.
const KnownVariable* knownVariable(const std::string& base);

// Proves lemmas of one tree, in one thread.
class TreeLemmaProver {
 public:
  TreeLemmaProver(const IrModule& code, const TreeHelpersBuild& build, const ModelFormat& model,
                  const ProverLimits& limits);

  TreeLemma prove(std::size_t lemma);
  // That helpers have read up to now.
  const std::vector<std::string>& variables() const { return variables_; }

 private:
  void onEveryProcessor(std::size_t lemma, TreeLemma* out);
  bool replay(std::size_t lemma, const std::vector<IrVariable>& variables, const z3::model& model,
              const std::vector<std::uint64_t>& words);

  const IrModule& code_;
  const ModelFormat& model_;
  ProverLimits limits_;
  HelperProgram program_;
  std::vector<std::string> variables_;
};

}  // namespace ptecheck

#endif
