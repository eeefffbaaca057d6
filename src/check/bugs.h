// SPDX-License-Identifier: GPL-2.0-only
//
// How long does it take to find a bug? Each mutant is a bug that was made once, or easily could be;
// its own family is searched in order, smallest folios first, until the rule that must find it is
// broken. The number of scenarios until then, and the first example, are facts of the search's
// order alone.
#ifndef PTECHECK_CHECK_BUGS_H
#define PTECHECK_CHECK_BUGS_H

#include <cstdint>
#include <string>
#include <vector>

#include "check/search_options.h"
#include "mm/mutant.h"
#include "pte/architectures.h"
#include "spec/rules.h"

namespace ptecheck {

struct BugFound {
  const MutantInfo* mutant = nullptr;
  Arch arch = kX86;             // the first one whose entries show it
  bool found = false;           // by that rule
  std::uint64_t scenarios = 0;  // until then, that one included
  unsigned pages = 0, processes = 0;
  std::string id;        // of the first example
  RuleSet broken = 0;    // by the first example, cost rules aside
  RuleSet repaired = 0;  // what the unmutated code breaks in the same scenario
};

// Searches for each of them, on `jobs` threads; in the order given. Throws Error(kStopped) if the
// user asks to stop.
std::vector<BugFound> findBugs(const std::vector<const MutantInfo*>& mutants, unsigned jobs,
                               const Progress& progress = {});

}  // namespace ptecheck

#endif
