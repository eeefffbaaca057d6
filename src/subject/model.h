// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_MODEL_H
#define PTECHECK_SUBJECT_MODEL_H

#include <memory>
#include <span>
#include <string>

#include "mm/machine.h"
#include "mm/policy.h"
#include "pte/x86_64.h"
#include "subject/subject.h"

namespace ptecheck {

// The modelled x86-64 system under one policy, as a subject like any other. Code that runs millions
// of scenarios under several policies uses Machine itself.
class ModelSubject : public Subject {
 public:
  explicit ModelSubject(Policy policy);

  std::string name() const override;
  // Scenarios whose numbers are out of bounds are STATUS_UNSUPPORTED.
  void run(std::span<const Scenario* const> in, std::span<Outcome* const> out) override;

 private:
  Policy policy_;
  std::unique_ptr<Machine<X86_64<>>> machine_;
};

}  // namespace ptecheck

#endif
