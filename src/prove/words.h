// SPDX-License-Identifier: GPL-2.0-only
//
// The words on which helpers are called: every combination of the bits that an architecture
// defines, the page frame apart, which takes a few values; and seeded random words.
#ifndef PTECHECK_PROVE_WORDS_H
#define PTECHECK_PROVE_WORDS_H

#include <cstdint>
#include <vector>

#include "prove/model_helpers.h"

namespace ptecheck {

// The n-th word of: combinations of defined bits, for the first value of the page frame; the same
// for the next; ...
class EntryWords {
 public:
  // At most `most_pfns` of: 0, all ones (0 where frames are stored inverted), 1, alternating bits.
  EntryWords(const FormatFacts& facts, unsigned most_pfns);

  std::uint64_t size() const { return combinations_ * pfns_.size(); }
  std::uint64_t combinations() const { return combinations_; }  // of bits
  std::size_t pfns() const { return pfns_.size(); }
  unsigned bits() const { return unsigned(bits_.size()); }
  std::uint64_t operator[](std::uint64_t n) const;

  // `count` words from the n-th on.
  std::vector<std::uint64_t> chunk(std::uint64_t n, std::size_t count) const;

 private:
  std::vector<std::uint64_t> bits_;        // single-bit masks
  std::vector<std::uint64_t> low_, high_;  // of the combinations' lower and upper bits
  std::uint64_t combinations_;
  std::vector<std::uint64_t> pfns_;
};

// The same numbers for the same seed, on every machine.
class RandomWords {
 public:
  explicit RandomWords(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::vector<std::uint64_t> take(std::size_t count);

 private:
  std::uint64_t state_;
};

}  // namespace ptecheck

#endif
