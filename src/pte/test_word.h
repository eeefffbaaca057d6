// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: a word that only counts as a word. A format that can be made of it needs no more of
// its words than x86_64.h says, so that it can be made of a solver's bit-vectors as well.
#ifndef PTECHECK_PTE_TEST_WORD_H
#define PTECHECK_PTE_TEST_WORD_H

#include <cstdint>

namespace ptecheck {

struct TestWord {
  std::uint64_t value;
  explicit constexpr TestWord(std::uint64_t v) : value(v) {}
  friend constexpr TestWord operator&(TestWord a, TestWord b) {
    return TestWord(a.value & b.value);
  }
  friend constexpr TestWord operator|(TestWord a, TestWord b) {
    return TestWord(a.value | b.value);
  }
  friend constexpr TestWord operator^(TestWord a, TestWord b) {
    return TestWord(a.value ^ b.value);
  }
  friend constexpr TestWord operator+(TestWord a, TestWord b) {
    return TestWord(a.value + b.value);
  }
  friend constexpr TestWord operator-(TestWord a, TestWord b) {
    return TestWord(a.value - b.value);
  }
  friend constexpr TestWord operator~(TestWord a) { return TestWord(~a.value); }
  friend constexpr TestWord operator<<(TestWord a, unsigned n) { return TestWord(a.value << n); }
  friend constexpr TestWord operator>>(TestWord a, unsigned n) { return TestWord(a.value >> n); }
  friend constexpr bool operator==(TestWord a, TestWord b) { return a.value == b.value; }
  friend constexpr TestWord select(bool condition, TestWord yes, TestWord no) {
    return condition ? yes : no;
  }
};

}  // namespace ptecheck

#endif
