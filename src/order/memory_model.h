// SPDX-License-Identifier: GPL-2.0-only
//
// The three memory models, each as the pairs of a thread's instructions that stay in order.
//
// sc: all.
// tso: all, but that a load (or a jump, that only looks) does not wait for a store. Atomics,
// relaxed
//   ones too, and locks drain the store buffer, as on x86; so do full fences. TLBIs do not wait for
//   stores (Intel has no TLBI; AMD's INVLPGB is ordered as weakly).
// weak: those that something orders:
//   - a store waits for every earlier access to its location;
//   - dependencies: a store for the register it stores; whatever is addressed by a register for
//     that; a store for every earlier jump, and for every register that an earlier address needs;
//   - fences; acquire at the lock, release at the unlock; atomics if they are full barriers;
//   - TLBI waits for stores at dsb(ishst) or dsb(ish) alone, and not at smp_mb().
// tso and weak: a TLB is filled at any time, for no reason at all. What fills it waits for nothing
//   but dsb(ish), a flush of the processor itself (x86: whatever serialises, such as loading CR3),
//   and an earlier use of the TLB; not for smp_mb() or an atomic.
// weak is arm64 without its special loads and stores, and with smp_rmb() and smp_wmb() as weak as
// Linux promises (and riscv has) them. No store is seen by some before others.
#ifndef PTECHECK_ORDER_MEMORY_MODEL_H
#define PTECHECK_ORDER_MEMORY_MODEL_H

#include <vector>

#include "order/micro.h"

namespace ptecheck::order {

// Does code[later] wait for code[earlier]?
bool staysInOrder(MemoryModel model, const std::vector<Micro>& code, unsigned earlier,
                  unsigned later);

}  // namespace ptecheck::order

#endif
