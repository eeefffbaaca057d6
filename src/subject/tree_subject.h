// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_SUBJECT_H
#define PTECHECK_SUBJECT_TREE_SUBJECT_H

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernel_agent/protocol.h"
#include "subject/subject.h"
#include "subject/tree.h"

namespace ptecheck {

enum class AgentKind {
  kSubject,    // the tree's code as it is
  kReference,  // the same with every batch forced to one entry
};

// Runs scenarios in an agent: a child process that holds the user's kernel code. One per thread; it
// may outlive nothing but must not outlive its TreeBuild.
//
// Records travel through shared memory in chunks that fit the processor's second-level cache;
// memory does not grow with the batch. An agent that dies or hangs is started again: the scenario
// it was at gets STATUS_SIGNAL or STATUS_HANG, and the rest is run as if nothing had been.
class TreeSubject : public Subject {
 public:
  // Starts the agent and runs its self-test. Throws Error(kCannotTest) if it does not pass: "the
  // environment does not satisfy this tree's own checks".
  explicit TreeSubject(const TreeBuild& build, AgentKind kind = AgentKind::kSubject);
  ~TreeSubject() override;
  TreeSubject(const TreeSubject&) = delete;
  TreeSubject& operator=(const TreeSubject&) = delete;

  std::string name() const override;
  void run(std::span<const Scenario* const> in, std::span<Outcome* const> out) override;

  // The same in a build for events, out[i] with plans[i]; reports[i] holds what happened, and the
  // moments of the run. Only reports[i].moment[0 .. moments - 1] are written, and if the plan is
  // watched reports[i].state[0 .. moments - 1].
  void run(std::span<const Scenario* const> in, std::span<Outcome* const> out,
           std::span<const EventPlan> plans, std::span<EventReport> reports);

  // What this build can express.
  const AgentIdentity& identity() const;

  // Does one of these scenarios change another's outcome? Throws Error(kCannotTest) if so.
  void checkIndependence(std::span<const Scenario* const> in);

  // Addresses that reported themselves so far, sorted, in a coverage build; see TreeLines. Throws
  // Error(kInternal) if reports were lost.
  std::vector<uint64_t> reported() const;
  void forgetReported();

 private:
  class Agent;

  size_t load(std::span<const Scenario* const> in);
  void runChunk(std::span<const Scenario* const> in, std::span<Outcome* const> out);
  void checkSelfTest();

  const TreeBuild& build_;
  AgentKind kind_;
  std::unique_ptr<Agent> agent_;
};

// Why an outcome is not STATUS_DONE, or what its first warning was, for a reader: with the user's
// paths, with the place of an address, and with the file of the tree that defines what was missing.
std::string explainOutcome(const TreeBuild& build, const std::string& message);

}  // namespace ptecheck

#endif
