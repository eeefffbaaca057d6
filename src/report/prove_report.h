// SPDX-License-Identifier: GPL-2.0-only
//
// Reports of proofs, for people and for programs, from results alone. All end with a newline.
#ifndef PTECHECK_REPORT_PROVE_REPORT_H
#define PTECHECK_REPORT_PROVE_REPORT_H

#include <string>

#include "prove/model_prove.h"

namespace ptecheck {

struct ProveReportOptions {
  std::string version;            // of ptecheck
  bool strict = false;            // lemmas that fail harmlessly, or at a cost, count too
  bool all_lemmas = true;         // were asked for
  bool each = false;              // say of each lemma where it holds
  bool history_examples = false;  // show how formats of the past are refuted
};

// What was proved, and of what; lemmas that fail, with counterexamples; formats of the past. 75
// columns.
std::string proveText(const ProveResults& results, const ProveReportOptions& options);

// ptecheck-prove-1
std::string proveJson(const ProveResults& results, const ProveReportOptions& options);

// Which of the lemmas that refute a format of the past says it best; null if none does.
const LemmaResult* bestRefutation(const HistoryProof& past);

// All lemmas, by groups.
std::string lemmaList();

}  // namespace ptecheck

#endif
