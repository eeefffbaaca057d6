// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_INTERRUPT_H
#define PTECHECK_PROVE_INTERRUPT_H

#include <condition_variable>
#include <mutex>
#include <thread>

namespace z3 {
class context;
}

namespace ptecheck {

// Makes the solver give up in this context as soon as the user asks to stop (scenario/stop.h): a
// question may take minutes, and the solver does not look at our flag.
class InterruptOnStop {
 public:
  explicit InterruptOnStop(z3::context& context);
  ~InterruptOnStop();
  InterruptOnStop(const InterruptOnStop&) = delete;
  InterruptOnStop& operator=(const InterruptOnStop&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread watcher_;
};

}  // namespace ptecheck

#endif
