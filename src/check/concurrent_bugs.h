// SPDX-License-Identifier: GPL-2.0-only
//
// As bugs.h, for mistakes that need another processor: the smallest set of actors that shows one,
// and the shortest way.
#ifndef PTECHECK_CHECK_CONCURRENT_BUGS_H
#define PTECHECK_CHECK_CONCURRENT_BUGS_H

#include <cstdint>
#include <optional>
#include <vector>

#include "check/concurrent.h"

namespace ptecheck {

struct ConcurrentBug {
  const SmpMutantInfo* mutant = nullptr;
  Arch arch = kX86;  // the first one that shows it, at that size
  // Of the smallest size, the shortest schedule of any rule.
  std::optional<ConcurrentExample> example;
  RuleSet broken = 0;        // by any set of actors of that size
  std::uint64_t states = 0;  // of all sets up to that size, on that architecture
  RuleSet repaired = 0;      // what the code without the mistake breaks, with the same actors
};

// Searches for each of them, on `jobs` threads; in the order given. Throws Error(kStopped) if the
// user asks to stop.
std::vector<ConcurrentBug> findConcurrentBugs(const std::vector<const SmpMutantInfo*>& mutants,
                                              unsigned jobs, const Progress& progress = {});

}  // namespace ptecheck

#endif
