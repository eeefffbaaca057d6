// SPDX-License-Identifier: GPL-2.0-only
//
// All lemmas, in the order in which they are listed. `H` provides the helpers (helpers.h).
#ifndef PTECHECK_PROVE_LEMMAS_H
#define PTECHECK_PROVE_LEMMAS_H

#include <vector>

#include "prove/lemmas_batch.h"
#include "prove/lemmas_change.h"
#include "prove/lemmas_hardware.h"
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
    return list;
  }();
  return all;
}

}  // namespace ptecheck

#endif
