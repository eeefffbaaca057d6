// SPDX-License-Identifier: GPL-2.0-only
#include "prove/interrupt.h"

#include <z3++.h>

#include <chrono>

#include "scenario/stop.h"

namespace ptecheck {

InterruptOnStop::InterruptOnStop(z3::context& context)
    : watcher_([this, &context] {
        std::unique_lock lock(mutex_);
        // Again and again: an interrupt that comes between two questions is lost.
        while (!changed_.wait_for(lock, std::chrono::milliseconds(50), [this] { return done_; }))
          if (stopRequested()) context.interrupt();
      }) {}

InterruptOnStop::~InterruptOnStop() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_one();
  watcher_.join();
}

}  // namespace ptecheck
