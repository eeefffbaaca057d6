// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_PARALLEL_H
#define PTECHECK_EXPLORE_PARALLEL_H

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "scenario/stop.h"

namespace ptecheck {

// Share `index` of `count` of all work: units index, index + count, ... Index counts from 0.
struct Share {
  std::size_t index = 0;
  std::size_t count = 1;
};

// Runs `work(worker, unit)` for each unit number below `units` that belongs to `share`, on `jobs`
// threads which take the next unit when they are free. Each thread has a worker of its own, made by
// `make_worker(thread)`; the workers are returned in thread order when all is done. Which worker
// got which unit depends on timing: results must be kept by unit number, or be sums. The first
// exception of any thread is rethrown, after all threads have stopped.
//
// When the user asks to stop (scenario/stop.h), no thread takes another unit; a thread that had to
// give up within one (stopped()) has done what it had done.
template <class MakeWorker, class Work>
auto runUnits(std::size_t units, Share share, unsigned jobs, MakeWorker make_worker, Work work) {
  using Worker = decltype(make_worker(0U));
  std::vector<Worker> workers;
  for (unsigned thread = 0; thread < jobs; ++thread) workers.push_back(make_worker(thread));
  if (workers.empty()) return workers;
  std::atomic<std::size_t> next{share.index};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  auto body = [&](Worker& worker) {
    try {
      for (std::size_t unit; !stopRequested() && (unit = next.fetch_add(share.count)) < units;)
        work(worker, unit);
    } catch (const Error& error) {
      std::lock_guard lock(failure_mutex);
      if (error.kind() != ErrorKind::kStopped && !failure) failure = std::current_exception();
      next = units;
    } catch (...) {
      std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      next = units;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned thread = 1; thread < jobs; ++thread)
    threads.emplace_back(body, std::ref(workers[thread]));
  body(workers[0]);
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  return workers;
}

}  // namespace ptecheck

#endif
