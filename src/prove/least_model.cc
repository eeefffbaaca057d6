// SPDX-License-Identifier: GPL-2.0-only
#include "prove/least_model.h"

namespace ptecheck {
namespace {

std::vector<std::uint64_t> valuesOf(const z3::solver& solver, const std::vector<z3::expr>& terms) {
  const z3::model model = solver.get_model();
  std::vector<std::uint64_t> values;
  for (const z3::expr& term : terms) values.push_back(model.eval(term, true).get_numeral_uint64());
  return values;
}

}  // namespace

std::optional<std::vector<std::uint64_t>> leastModel(z3::solver& solver,
                                                     const std::vector<z3::expr>& terms) {
  std::vector<std::uint64_t> values = valuesOf(solver, terms);
  for (std::size_t i = 0; i < terms.size(); ++i)
    for (unsigned bit = terms[i].get_sort().bv_size(); bit-- > 0;) {
      const z3::expr is_set = terms[i].extract(bit, bit) == terms[i].ctx().bv_val(1, 1);
      if ((values[i] >> bit & 1) != 0) {
        solver.push();
        solver.add(!is_set);
        const z3::check_result clear = solver.check();
        if (clear == z3::unknown) return std::nullopt;
        if (clear == z3::sat) values = valuesOf(solver, terms);
        solver.pop();
      }
      solver.add((values[i] >> bit & 1) != 0 ? is_set : !is_set);
    }
  return values;
}

}  // namespace ptecheck
