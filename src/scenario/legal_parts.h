// SPDX-License-Identifier: GPL-2.0-only
//
// The parts of whyIllegal(), one file each. Every check answers "" or the sentence.
#ifndef PTECHECK_SCENARIO_LEGAL_PARTS_H
#define PTECHECK_SCENARIO_LEGAL_PARTS_H

#include <string>

#include "scenario/flat.h"

namespace ptecheck::legal_detail {

inline std::string nameOf(unsigned process) {
  return std::string(1, static_cast<char>('A' + process));
}

inline unsigned vmaFlags(const Scenario& s, unsigned process, unsigned page) {
  return s.vma[process][s.split[process] != 0 && page >= s.split[process]].flags;
}

// legal_vmas.cc
std::string checkVmas(const Scenario& s);
// legal_entries.cc: numbers and VMAs are in order.
std::string checkEntry(const Scenario& s, unsigned process, unsigned page);
std::string checkPmdMappings(const Scenario& s);
// legal_steps.cc: numbers are in order.
std::string checkSteps(const Scenario& s);

}  // namespace ptecheck::legal_detail

#endif
