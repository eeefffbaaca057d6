// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_IN_THREADS_H
#define PTECHECK_PROVE_IN_THREADS_H

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "scenario/stop.h"

namespace ptecheck {

// Calls work() in `jobs` threads at once, this one among them; the first exception is thrown again
// when all have ended. work() should look at stopRequested(); Error(kStopped) is thrown then.
template <class Work>
void inThreads(unsigned jobs, Work work) {
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard<std::mutex> lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(guarded);
  guarded();
  for (std::thread& thread : threads) thread.join();
  throwIfStopped("proving");  // which makes a solver throw, too
  if (failure) std::rethrow_exception(failure);
}

}  // namespace ptecheck

#endif
