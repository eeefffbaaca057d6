// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_SUBJECT_H
#define PTECHECK_SUBJECT_SUBJECT_H

#include <span>
#include <string>

#include "scenario/flat.h"

namespace ptecheck {

// What runs a scenario: scenario in, outcome out. The model, a kernel source tree, a running
// kernel.
//
// Records are variable in length, and a full Outcome is 50 KB, so callers keep many small ones in
// one compact buffer and pass pointers: of `in[i]` a subject reads scenarioBytes(processes, pages)
// bytes and no more, of `out[i]` it writes outcomeBytes(processes, pages) bytes at most - where
// `processes` is that of the scenario *plus* the forks among its steps (outcomeProcesses()).
class Subject {
 public:
  virtual ~Subject() = default;

  // As the report names it: "model v6.16", "tree /home/me/linux (6.12.117)".
  virtual std::string name() const = 0;

  // Runs in[i] and puts what it left behind in out[i], whatever happens: a scenario that could not
  // be run says so in its status. Throws Error only when no further scenario could be run. Not
  // thread-safe: one Subject per thread.
  virtual void run(std::span<const Scenario* const> in, std::span<Outcome* const> out) = 0;
};

// How many processes an outcome of this scenario has records of: those it starts with, and
// children.
inline unsigned outcomeProcesses(const Scenario& scenario) {
  unsigned processes = scenario.processes;
  for (unsigned i = 0; i < scenario.steps && i < MAX_STEPS; ++i)
    processes += scenario.step[i].action == STEP_FORK;
  return processes < MAX_PROCESSES ? processes : static_cast<unsigned>(MAX_PROCESSES);
}

}  // namespace ptecheck

#endif
