// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SMP_FORK_H
#define PTECHECK_SMP_FORK_H

#include "smp/setup.h"
#include "smp/state.h"

namespace ptecheck {

// mm->write_protect_seq: odd while a fork() makes entries read-only. GUP-fast pins nothing if it
// was odd, or if it has changed in the meantime.
unsigned write_protect_seq(const SmpState& state, const SmpSetup& setup);

}  // namespace ptecheck

#endif
