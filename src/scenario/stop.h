// SPDX-License-Identifier: GPL-2.0-only
//
// Somebody asks the program to stop: Ctrl-C. Known to all of it, since whatever takes long has to
// look: searches end their walk where it is, and what they found so far is reported; work that is
// of no use when half done throws stopped(). A signal handler may call requestStop().
#ifndef PTECHECK_SCENARIO_STOP_H
#define PTECHECK_SCENARIO_STOP_H

#include <atomic>
#include <string>

#include "scenario/error.h"

namespace ptecheck {

namespace stop_detail {
inline std::atomic<bool> asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // a signal handler sets it
}  // namespace stop_detail

inline bool stopRequested() { return stop_detail::asked.load(std::memory_order_relaxed); }
inline void requestStop() { stop_detail::asked.store(true, std::memory_order_relaxed); }
// For tests, which go on afterwards.
inline void forgetStop() { stop_detail::asked.store(false, std::memory_order_relaxed); }
inline const std::atomic<bool>& stopFlag() { return stop_detail::asked; }

// What is thrown by work that was given up. `doing`: "configuring the tree".
inline Error stopped(const std::string& doing) {
  return Error(ErrorKind::kStopped, "stopped while " + doing);
}

inline void throwIfStopped(const std::string& doing) {
  if (stopRequested()) throw stopped(doing);
}

}  // namespace ptecheck

#endif
