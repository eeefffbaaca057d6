// SPDX-License-Identifier: GPL-2.0-only
#include "prove/words.h"

#include <algorithm>

namespace ptecheck {
namespace {

// All combinations of the masks [first, last).
std::vector<std::uint64_t> combinationsOf(const std::vector<std::uint64_t>& masks,
                                          std::size_t first, std::size_t last) {
  std::vector<std::uint64_t> out = {0};
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t size = out.size();
    for (std::size_t n = 0; n < size; ++n) out.push_back(out[n] | masks[i]);
  }
  return out;
}

}  // namespace

EntryWords::EntryWords(const FormatFacts& facts, unsigned most_pfns) {
  const std::uint64_t others = facts.defined_bits & ~facts.pfn_mask;
  for (unsigned i = 0; i < 64; ++i)
    if (others >> i & 1) bits_.push_back(std::uint64_t{1} << i);
  const std::size_t half = bits_.size() / 2;
  low_ = combinationsOf(bits_, 0, half);
  high_ = combinationsOf(bits_, half, bits_.size());
  combinations_ = std::uint64_t{1} << bits_.size();
  const std::uint64_t one = facts.pfn_mask & ~(facts.pfn_mask - 1);
  pfns_ = {0, facts.pfn_mask, one, facts.pfn_mask & 0x5555555555555555};
  pfns_.resize(std::min<std::size_t>(pfns_.size(), most_pfns));
}

std::uint64_t EntryWords::operator[](std::uint64_t n) const {
  const std::uint64_t combination = n % combinations_;
  return low_[combination % low_.size()] | high_[combination / low_.size()] |
         pfns_[n / combinations_];
}

std::vector<std::uint64_t> EntryWords::chunk(std::uint64_t n, std::size_t count) const {
  std::vector<std::uint64_t> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = (*this)[n + i];
  return out;
}

// splitmix64.
std::uint64_t RandomWords::next() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::vector<std::uint64_t> RandomWords::take(std::size_t count) {
  std::vector<std::uint64_t> out(count);
  for (std::uint64_t& word : out) word = next();
  return out;
}

}  // namespace ptecheck
