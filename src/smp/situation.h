// SPDX-License-Identifier: GPL-2.0-only
//
// How a run begins, and what there is when it has ended.
#ifndef PTECHECK_SMP_SITUATION_H
#define PTECHECK_SMP_SITUATION_H

#include <vector>

#include "scenario/history.h"
#include "smp/entry_table.h"
#include "smp/setup.h"
#include "smp/state.h"

namespace ptecheck {

struct Beginning {
  SmpState state;
  // Ranges (one bit each) that were written since MADV_FREE: what is in them must not be lost.
  std::uint8_t written = 0;
};

// Every situation that a folio of `setup.mapping` can be in, simplest first: writable or not, dirty
// or not, in storage or not, shared with a child or not; with the entries in the TLBs of programs
// that will use them, or not.
std::vector<Beginning> beginningsOf(const SmpSetup& setup, const EntryTable& table);

// What processes would read, and what reclaim would do, if nobody acted any more.
AtRest atRest(const SmpState& state, const SmpSetup& setup, const EntryTable& table);

}  // namespace ptecheck

#endif
