// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_REPLAY_H
#define PTECHECK_EXPLORE_REPLAY_H

#include <cstddef>
#include <utility>

#include "scenario/choices.h"

namespace ptecheck {

// Replays a recorded list. Past its end the answer is 0, so trailing zeros need not be kept. An
// answer that is out of range becomes the largest one, and `inRange()` says so: the shrinker lives
// with that, an id from a user does not.
class Replay {
 public:
  explicit Replay(Choices choices) : choices_(std::move(choices)) {}

  unsigned choose(unsigned n) {
    if (n <= 1) return 0;
    unsigned digit = position_ < choices_.size() ? choices_[position_] : 0;
    if (digit >= n) {
      digit = n - 1;
      in_range_ = false;
    }
    ++position_;
    used_.push_back(digit);
    return digit;
  }
  void boundary() {}

  bool inRange() const { return in_range_; }
  // Whether the list held more choices (other than 0) than were asked for.
  bool tooLong() const {
    for (std::size_t i = position_; i < choices_.size(); ++i)
      if (choices_[i] != 0) return true;
    return false;
  }
  // What was really answered, without trailing zeros.
  Choices used() const {
    Choices result = used_;
    while (!result.empty() && result.back() == 0) result.pop_back();
    return result;
  }

 private:
  Choices choices_;
  Choices used_;
  std::size_t position_ = 0;
  bool in_range_ = true;
};

}  // namespace ptecheck

#endif
