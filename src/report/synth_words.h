// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_SYNTH_WORDS_H
#define PTECHECK_REPORT_SYNTH_WORDS_H

#include <string>

#include "mm/policy.h"

namespace ptecheck {

// The bits that a batching treats so: "write, soft-dirty"; "-": none.
std::string bitsTreated(const Batching& batching, Treat treat);

// What a weaker neighbour does otherwise: "soft-dirty or", "restore first".
std::string whatDiffers(const Batching& from, const Batching& neighbour);

}  // namespace ptecheck

#endif
