// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_MODEL_H
#define PTECHECK_SUBJECT_MODEL_H

#include <memory>
#include <span>
#include <string>

#include "mm/policy.h"
#include "mm/watch.h"
#include "pte/architectures.h"
#include "subject/subject.h"

namespace ptecheck {

// The modelled system (mm/machine.h) with the entries of any architecture. The only place where the
// machine is instantiated for all of them; a call through here costs a hundredth of what it starts.
class Model {
 public:
  virtual ~Model() = default;

  // As Machine::run().
  virtual void run(const Scenario& scenario, const Policy& policy, Outcome& out) = 0;
  // As Machine::runWatched().
  virtual void runWatched(const Scenario& scenario, const Policy& policy, Outcome& out,
                          const Watch& watch) = 0;
};

std::unique_ptr<Model> makeModel(Arch arch);

// The modelled system under one policy, as a subject like any other. Code that runs millions of
// scenarios under several policies uses Model itself.
class ModelSubject : public Subject {
 public:
  explicit ModelSubject(Policy policy, Arch arch = kX86);

  std::string name() const override;
  // Scenarios whose numbers are out of bounds are STATUS_UNSUPPORTED.
  void run(std::span<const Scenario* const> in, std::span<Outcome* const> out) override;

 private:
  Policy policy_;
  std::unique_ptr<Model> model_;
};

}  // namespace ptecheck

#endif
