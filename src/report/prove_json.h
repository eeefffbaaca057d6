// SPDX-License-Identifier: GPL-2.0-only
//
// Parts of ptecheck-prove-1 that proofs of the model and of a kernel tree share.
#ifndef PTECHECK_REPORT_PROVE_JSON_H
#define PTECHECK_REPORT_PROVE_JSON_H

#include <nlohmann/json.hpp>

#include "prove/counterexample.h"
#include "prove/prover.h"

namespace ptecheck {

using Json = nlohmann::ordered_json;

// What a lemma is.
Json lemmaJson(const LemmaResult& lemma);
// What came of it: "all-values", "fails", ...
const char* resultName(const LemmaResult& result);
// Why it fails, for which words.
Json failureJson(Arch arch, const LemmaResult& result);
Json counterexampleJson(const ModelFormat& format, const LemmaResult& result);

}  // namespace ptecheck

#endif
