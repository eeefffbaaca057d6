// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_ODOMETER_H
#define PTECHECK_EXPLORE_ODOMETER_H

#include <cstddef>
#include <vector>

#include "scenario/choices.h"

namespace ptecheck {

// The exhaustive driver: depth-first over the tree of choices, simplest alternative first, like the
// counter of a car whose wheels may each have another number of digits, depending on the wheels
// before. Use:
//
//   Odometer o;
//   do { o.rewind(); build(o); ... } while (o.next());
//
// Nothing is stored but the current list of choices, so memory is constant in the number of
// scenarios.
class Odometer {
 public:
  Odometer() = default;
  // Only scenarios whose list begins with `prefix`.
  explicit Odometer(const Choices& prefix) : fixed_(prefix.size()) {
    for (unsigned digit : prefix) wheels_.push_back({digit, 0});
  }

  void rewind() { position_ = 0; }
  void rewindToBoundary() { position_ = boundary_; }

  unsigned choose(unsigned n) {
    if (n <= 1) return 0;
    if (position_ == wheels_.size()) wheels_.push_back({0, n});
    return wheels_[position_++].digit;
  }

  void boundary() { boundary_ = position_; }

  // Goes on to the next list of choices. False if there is none.
  bool next() { return advance(position_); }

  // Goes on to the next list that differs before the boundary: the next unit of work.
  bool nextUnit() { return advance(boundary_); }

  // The choices made since rewind(); all of them, or those before the boundary.
  Choices choices() const { return copy(position_); }
  Choices unit() const { return copy(boundary_); }

 private:
  struct Wheel {
    unsigned digit, alternatives;
  };

  bool advance(std::size_t length) {
    wheels_.resize(length);  // what was not asked for this time is forgotten
    while (wheels_.size() > fixed_) {
      if (++wheels_.back().digit < wheels_.back().alternatives) return true;
      wheels_.pop_back();
    }
    return false;
  }

  Choices copy(std::size_t length) const {
    Choices result;
    result.reserve(length);
    for (std::size_t i = 0; i < length; ++i) result.push_back(wheels_[i].digit);
    return result;
  }

  std::vector<Wheel> wheels_;
  std::size_t position_ = 0;
  std::size_t boundary_ = 0;
  std::size_t fixed_ = 0;
};

}  // namespace ptecheck

#endif
