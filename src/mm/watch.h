// SPDX-License-Identifier: GPL-2.0-only
//
// What goes on inside an operation, run by run: for people who want to see it happen. Searches
// watch nothing.
#ifndef PTECHECK_MM_WATCH_H
#define PTECHECK_MM_WATCH_H

#include <functional>

namespace ptecheck {

// What has just become of `count` neighbouring entries of a process.
struct Moment {
  enum Kind : unsigned char {
    kTaken,              // recognised as one batch, and cleared
    kLocked,             // left alone: VM_LOCKED
    kDropped,            // gone: a clean lazyfree page, or of a file
    kUnused,             // gone: a guest gave the page back
    kPoisoned,           // replaced by hwpoison entries
    kSwapped,            // replaced by swap entries
    kMigrated,           // replaced by migration entries
    kBackDirty,          // put back: the folio is dirty
    kBackHeld,           // put back: somebody holds a reference
    kBackMismatch,       // swapbacked != swapcache: put back, or not
    kBackSwapDuplicate,  // put back: swap_duplicate() failed
    kBackArchUnmap,      // put back: arch_unmap_one() failed
    kBackPinned          // put back: exclusive, and may be pinned
  };
  Kind kind;
  unsigned process;
  unsigned page, count;
};

using Watch = std::function<void(const Moment&)>;

}  // namespace ptecheck

#endif
