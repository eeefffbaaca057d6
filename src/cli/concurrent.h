// SPDX-License-Identifier: GPL-2.0-only
//
// ptecheck check --concurrent: every interleaving of small sets of actors, in the model.
#ifndef PTECHECK_CLI_CONCURRENT_H
#define PTECHECK_CLI_CONCURRENT_H

#include <string>

#include "check/concurrent.h"
#include "cli/command.h"

namespace ptecheck {

struct ConcurrentWords {
  bool given = false;
  std::string actors;  // a number, a setup ("lazyfree/1:reclaim,user=S0"), or kinds of actors
  std::string pages;   // of the folio: 1, or up to 2
  std::string bound;
  std::string memory;  // MiB
};

// --concurrent and what goes with it.
void addConcurrentOptions(Command& command, ConcurrentWords& words);

// What is the same on every architecture. Throws Error(kUsage).
ConcurrentOptions concurrentOptions(const ConcurrentWords& words);
const SmpMutantInfo& smpMutantByName(const std::string& name);

}  // namespace ptecheck

#endif
