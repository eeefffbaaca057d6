// SPDX-License-Identifier: GPL-2.0-only
//
// Proves the lemmas of the model's own entry formats, today's and those of pte/history.h. Work is
// divided by lemma and format; results do not depend on the number of threads.
#ifndef PTECHECK_PROVE_MODEL_PROVE_H
#define PTECHECK_PROVE_MODEL_PROVE_H

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "prove/prover.h"
#include "pte/architectures.h"

namespace ptecheck {

struct ProveOptions {
  std::vector<Arch> archs;          // which formats; history: those of these architectures
  std::vector<std::string> lemmas;  // names, or groups ("batch-write"); none: all
  unsigned jobs = 1;                // threads
  bool history = false;             // formats of the past as well
  ProverLimits limits;
  // Called now and then, by any one thread at a time: so many of all proofs are done.
  std::function<void(std::size_t done, std::size_t total)> progress;
};

// What was proved of one format; lemmas in the order of lemmas().
struct FormatProof {
  Arch arch;
  std::vector<LemmaResult> lemmas;
};

// A format of the past, and the lemmas that fail on it though they hold on today's.
struct HistoryProof {
  std::string id;  // as in HistoryNote, and so on
  std::string commit;
  std::string kernels;
  std::string helper;
  std::string broke;
  Arch arch;  // today's
  std::vector<LemmaResult> refuted_by;
};

struct ProveResults {
  std::vector<FormatProof> formats;  // in the order of options.archs
  std::vector<HistoryProof> history;
};

// Throws Error (kUsage) if a name in `options.lemmas` is no lemma and no group.
ProveResults proveModel(const ProveOptions& options);

}  // namespace ptecheck

#endif
