// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_REPORT_PROVE_FAILURES_H
#define PTECHECK_REPORT_PROVE_FAILURES_H

#include <string>

#include "prove/counterexample.h"
#include "prove/model_prove.h"

namespace ptecheck {

// Lemmas that fail, gravest first, with reason, counterexample and consequence. Empty if none does.
std::string failuresText(const ProveResults& results);

// The words of a counterexample, one a line, and what is true of one entry and not of the other.
std::string wordsText(const ModelFormat& format, const LemmaResult& result, std::size_t indent);

}  // namespace ptecheck

#endif
