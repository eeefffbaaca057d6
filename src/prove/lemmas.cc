// SPDX-License-Identifier: GPL-2.0-only
#include "prove/lemmas.h"

namespace ptecheck {

template const std::vector<Lemma<WordHelpers>>& lemmas<WordHelpers>();
template const std::vector<Lemma<SolverHelpers>>& lemmas<SolverHelpers>();

}  // namespace ptecheck
