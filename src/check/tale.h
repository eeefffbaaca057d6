// SPDX-License-Identifier: GPL-2.0-only
//
// One scenario told as it happens: what stands in the entries after each thing that is done. And
// what becomes of the same scenario under every policy.
#ifndef PTECHECK_CHECK_TALE_H
#define PTECHECK_CHECK_TALE_H

#include <string>
#include <vector>

#include "check/concurrent.h"
#include "check/model_check.h"
#include "check/tree_check.h"
#include "mm/watch.h"

namespace ptecheck {

// A state, and what led to it.
struct TaleFrame {
  enum Kind : unsigned char {
    kStart,      // the situation
    kMoment,     // inside the operation, see `moment`
    kOperation,  // all of it, if it cannot be watched; or what remains of it
    kStep,       // number `step` of the scenario's
    kSteps       // all of them, if they cannot be told apart
  };
  Kind kind;
  Moment moment{};
  unsigned step = 0;

  struct Entry {
    unsigned long long entry;  // raw
    bool exclusive;            // PageAnonExclusive of its page
  };
  unsigned processes;          // that there are
  std::vector<Entry> entries;  // [process * pages + page]
  int refcount, mapcount;
  unsigned folio_flags;  // FOLIO_*
  unsigned flushes;      // TLB flushes so far
  bool flush_pending;
  unsigned faults;  // of all processes, in the steps so far
  bool counters;    // refcount, folio_flags and flushes are known (not once steps have begun)
};

struct Tale {
  ModelRun run;
  // None if the scenario did not run to its end.
  std::vector<TaleFrame> frames;
  std::string put_back;   // how the policy puts a batch back: "as copies of the first"
  std::string lines_ran;  // of a tree
};

Tale taleOnModel(const Scenario& scenario, const Policy& policy, Arch arch);
Tale taleOnTree(const Scenario& scenario, const TreeCheckOptions& options);

// What a policy of the model makes of a scenario.
struct PolicyFate {
  std::string policy;
  bool ran;  // to its end
  RuleSet broken;
};
std::vector<PolicyFate> fatesOf(const Scenario& scenario, Arch arch);

// A search of one set of actors, options.only, on options.arch under options.policy and
// options.mutant.
ConcurrentResult checkActors(ConcurrentOptions options);

// What each policy makes of a set of actors, with options.mutant. Each is a search of its own.
std::vector<PolicyFate> fatesOf(const ConcurrentOptions& options);

}  // namespace ptecheck

#endif
