// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_SHRINK_H
#define PTECHECK_EXPLORE_SHRINK_H

#include <cstddef>
#include <functional>

#include "scenario/choices.h"

namespace ptecheck {

// Does this list still show the finding? Sets `used` to the choices that were really made (a list
// may be too long, or out of range); false if it builds no scenario, or one without the finding.
using StillFails = std::function<bool(const Choices& tried, Choices* used)>;

// Shortens a list of choices for as long as the finding stays: cuts the tail, removes blocks,
// lowers digits (to 0, by halves, by one, and pairwise, since lowering one choice can be legal only
// together with another). Every accepted step goes back in the order in which the exhaustive driver
// tries scenarios (digit by digit from the left), hence it ends; the result is a local minimum: no
// single one of these steps improves it. Deterministic, unless the user asks to stop: then it is
// the simplest list so far. `failing` must fail.
Choices shrink(Choices failing, const StillFails& still_fails);

// Whether the exhaustive driver tries `a` before `b`. A list that ends counts as going on with
// zeros.
bool simpler(const Choices& a, const Choices& b);

}  // namespace ptecheck

#endif
