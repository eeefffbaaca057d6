// SPDX-License-Identifier: GPL-2.0-only
//
// The model's formats as providers of helpers. The one place where each is made for each kind of
// word, as that takes the compiler long.
#ifndef PTECHECK_PROVE_MODEL_FORMATS_H
#define PTECHECK_PROVE_MODEL_FORMATS_H

#include <memory>
#include <vector>

#include "prove/helpers.h"
#include "prove/word.h"
#include "pte/architectures.h"
#include "pte/history.h"

namespace ptecheck {

struct ModelFormat {
  Arch arch;                   // of a format of the past: today's
  const HistoryNote* history;  // none: it is today's
  const Helpers<std::uint64_t>* words;
  const Helpers<SolverWord>* symbolic;
};

// Today's in the order of AllFormats, then those of HistoryFormats.
const std::vector<ModelFormat>& modelFormats();

}  // namespace ptecheck

#endif
