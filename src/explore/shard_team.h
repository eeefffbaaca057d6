// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_SHARD_TEAM_H
#define PTECHECK_EXPLORE_SHARD_TEAM_H

#include <atomic>
#include <barrier>
#include <bit>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "explore/state_store.h"

namespace ptecheck {

// Threads that do one task for many shards, again and again. Which thread takes which shard is left
// to chance, so a task must change its own shard alone. The caller is one of the threads.
class ShardTeam {
 public:
  explicit ShardTeam(unsigned threads) : gate_(static_cast<std::ptrdiff_t>(threads)) {
    for (unsigned i = 1; i < threads; ++i)
      others_.emplace_back([this] {
        for (;;) {
          gate_.arrive_and_wait();
          if (!task_) return;
          work();
          gate_.arrive_and_wait();
        }
      });
  }
  ShardTeam(const ShardTeam&) = delete;
  ShardTeam& operator=(const ShardTeam&) = delete;
  ~ShardTeam() {
    task_ = nullptr;
    gate_.arrive_and_wait();
    for (std::thread& thread : others_) thread.join();
  }

  // Returns when the task is done for every shard. Throws what a task threw: of several, that of
  // the lowest shard. `alone`: the work is not worth waking the others.
  void run(ShardSet shards, bool alone, std::function<void(unsigned shard)> task) {
    task_ = std::move(task);
    shards_ = shards;
    next_ = 0;
    error_ = nullptr;
    if (alone || others_.empty() || std::has_single_bit(shards)) {
      work();
    } else {
      gate_.arrive_and_wait();
      work();
      gate_.arrive_and_wait();
    }
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void work() {
    for (unsigned shard = next_++; shard < kShards; shard = next_++) {
      if (((shards_ >> shard) & 1) == 0) continue;
      try {
        task_(shard);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!error_ || shard < error_shard_) {
          error_ = std::current_exception();
          error_shard_ = shard;
        }
      }
    }
  }

  std::barrier<> gate_;
  std::function<void(unsigned)> task_;
  ShardSet shards_ = 0;
  std::atomic<unsigned> next_ = 0;
  std::mutex mutex_;
  std::exception_ptr error_;
  unsigned error_shard_ = 0;
  std::vector<std::thread> others_;
};

}  // namespace ptecheck

#endif
