// SPDX-License-Identifier: GPL-2.0-only
//
// What an actor does, step by step. One file for each kind of actor; all have this form, so that a
// schedule can be printed: what a step is in words, and in which kernel function it happens.
#ifndef PTECHECK_SMP_PROGRAM_H
#define PTECHECK_SMP_PROGRAM_H

#include <span>

#include "smp/machine.h"

namespace ptecheck {

struct ProgramStep {
  const char* function;  // of the kernel; "" if hardware or a program acts
  const char* text;      // "takes the page-table lock"
  // Takes alternative `choice`, a number below `choices`. kWait: not now, or there is none.
  Next (*run)(Machine& machine, unsigned choice);
  unsigned choices = 1;
};
using Program = std::span<const ProgramStep>;

Program userProgram();
Program reclaimProgram();
Program gupProgram();
Program mprotectProgram();
Program munmapProgram();
Program dontneedProgram();
Program freeProgram();
Program forkProgram();
Program clearRefsProgram();
Program pagemapScanProgram();
Program mremapProgram();
Program writebackProgram();
Program ageingProgram();
Program unmapSyncProgram();

Program programOf(ActorKind kind);

}  // namespace ptecheck

#endif
