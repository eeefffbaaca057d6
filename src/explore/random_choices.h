// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_EXPLORE_RANDOM_CHOICES_H
#define PTECHECK_EXPLORE_RANDOM_CHOICES_H

#include <cstdint>

#include "scenario/choices.h"

namespace ptecheck {

// The seeded driver. Scenario number `index` of a seed is the same whatever was drawn before it, on
// any machine and in any thread: the state is a function of (seed, index) alone. The generator is
// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): its
// quality is ample for choosing bits, and one scenario costs no set-up.
class RandomChoices {
 public:
  RandomChoices(std::uint64_t seed, std::uint64_t index)
      : state_(mix(seed ^ mix(index + kIncrement))) {}

  unsigned choose(unsigned n) {
    if (n <= 1) return 0;
    state_ += kIncrement;
    // The high half times n, shifted: uniform but for a bias below n / 2^32.
    unsigned digit = static_cast<unsigned>(((mix(state_) >> 32) * n) >> 32);
    choices_.push_back(digit);
    return digit;
  }
  void boundary() {}

  const Choices& choices() const { return choices_; }

 private:
  static constexpr std::uint64_t kIncrement = 0x9e3779b97f4a7c15;
  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
  Choices choices_;
};

}  // namespace ptecheck

#endif
