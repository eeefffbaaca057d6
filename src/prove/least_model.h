// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_LEAST_MODEL_H
#define PTECHECK_PROVE_LEAST_MODEL_H

#include <z3++.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace ptecheck {

// After solver.check() said yes: the least value of the first of `terms`, then of the second, and
// so on: bit by bit from the highest one, clear if it can be. It does not depend on which values
// the solver happens to find first. Nothing if the solver gives up on the way. Adds to `solver`
// that the terms have these values.
std::optional<std::vector<std::uint64_t>> leastModel(z3::solver& solver,
                                                     const std::vector<z3::expr>& terms);

}  // namespace ptecheck

#endif
