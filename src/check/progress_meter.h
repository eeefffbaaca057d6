// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_PROGRESS_METER_H
#define PTECHECK_CHECK_PROGRESS_METER_H

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "check/search_options.h"

namespace ptecheck {

// Adds up what the threads of a search have done, and tells `progress` twenty times a second. Costs
// nothing if nobody wants to know. How much there is to do is asked once, then; `expected(unit)` is
// what a unit was taken to have in that number.
class ProgressMeter {
 public:
  ProgressMeter(const Progress& progress, const std::string& what,
                std::function<std::uint64_t()> total,
                std::function<std::uint64_t(std::size_t unit)> expected)
      : progress_(progress), total_(std::move(total)), expected_(std::move(expected)) {
    now_.what = what;
  }

  // A unit is done, and had so many.
  void add(std::size_t unit, std::uint64_t done) {
    if (!progress_) return;
    const std::lock_guard lock(mutex_);
    if (now_.done == 0) left_ = total_();
    now_.done += done;
    left_ -= std::min(left_, expected_(unit));
    const Clock::time_point time = Clock::now();
    if (time - last_ < std::chrono::milliseconds(50)) return;
    last_ = time;
    now_.total = now_.done + left_;
    progress_(now_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  const Progress& progress_;
  const std::function<std::uint64_t()> total_;
  const std::function<std::uint64_t(std::size_t)> expected_;
  std::mutex mutex_;
  std::uint64_t left_ = 0;
  Progressed now_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace ptecheck

#endif
