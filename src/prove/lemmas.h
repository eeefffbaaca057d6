// SPDX-License-Identifier: GPL-2.0-only
//
// All lemmas, in the order in which they are listed. `H` provides the helpers (helpers.h).
#ifndef PTECHECK_PROVE_LEMMAS_H
#define PTECHECK_PROVE_LEMMAS_H

#include <vector>

#include "prove/helpers.h"
#include "prove/lemmas_batch.h"
#include "prove/lemmas_change.h"
#include "prove/lemmas_hardware.h"
#include "prove/lemmas_migration.h"
#include "prove/lemmas_swap.h"

namespace ptecheck {

template <class H>
const std::vector<Lemma<H>>& lemmas() {
  static const std::vector<Lemma<H>> all = [] {
    std::vector<Lemma<H>> list;
    addChangeLemmas(&list);
    addHardwareLemmas(&list);
    addBatchLemmas(&list);
    addSwapLemmas(&list);
    addMigrationLemmas(&list);
    return list;
  }();
  return all;
}

// Instantiated in lemmas.cc, as that takes the compiler long.
extern template const std::vector<Lemma<WordHelpers>>& lemmas<WordHelpers>();
extern template const std::vector<Lemma<SolverHelpers>>& lemmas<SolverHelpers>();

}  // namespace ptecheck

#endif
