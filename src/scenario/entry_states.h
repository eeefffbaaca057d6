// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SCENARIO_ENTRY_STATES_H
#define PTECHECK_SCENARIO_ENTRY_STATES_H

#include <span>

namespace ptecheck {

// One page's entries: ENTRY_* in process A, and in process B if there is one.
struct EntryState {
  unsigned short first, second;
};

using EntryStates = std::span<const EntryState>;

// The legal states of a page in VMAs with these flags (VMA_*), simplest first. `soft_dirty`: the
// format has that bit (whether it has uffd-wp is up to the VMA). `all`: every state;
// otherwise those that batched unmapping can tell apart: no young bit (it is never compared, and
// merged only), no NUMA hints and foreign holes (they end a batch like any other hole or
// difference).
EntryStates entryStates(unsigned vma_flags, bool pair, bool all, bool soft_dirty);

}  // namespace ptecheck

#endif
