// SPDX-License-Identifier: GPL-2.0-only
//
// Words and truths of the solver, in the shape that formats and lemmas are written for: a format of
// pte/ made of SolverWord gives formulas over bit-vectors where the same format made of
// std::uint64_t gives values.
//
// Formats make constants out of nothing, but a formula belongs to a context of the solver. So each
// thread has a current one, for as long as a SolverScope lives.
#ifndef PTECHECK_PROVE_WORD_H
#define PTECHECK_PROVE_WORD_H

#include <z3++.h>

#include <cstdint>

namespace ptecheck {

class SolverScope {
 public:
  explicit SolverScope(z3::context& context) : outer_(current_) { current_ = &context; }
  ~SolverScope() { current_ = outer_; }
  SolverScope(const SolverScope&) = delete;
  SolverScope& operator=(const SolverScope&) = delete;

  static z3::context& context() { return *current_; }

 private:
  z3::context* outer_;
  static inline thread_local z3::context* current_ = nullptr;
};

// Nothing of a formula is inline: the solver's interface checks for errors at every step, and
// hundreds of lemmas over a dozen formats have many steps.
class SolverBool {
 public:
  explicit SolverBool(const z3::expr& formula);
  SolverBool(const SolverBool& other);
  SolverBool& operator=(const SolverBool& other);
  ~SolverBool();
  const z3::expr& formula() const { return formula_; }

  friend SolverBool operator!(const SolverBool& a);
  friend SolverBool operator&&(const SolverBool& a, const SolverBool& b);
  friend SolverBool operator||(const SolverBool& a, const SolverBool& b);

 private:
  z3::expr formula_;
};

class SolverWord {
 public:
  explicit SolverWord(std::uint64_t value);
  explicit SolverWord(const z3::expr& term);
  SolverWord(const SolverWord& other);
  SolverWord& operator=(const SolverWord& other);
  ~SolverWord();
  const z3::expr& term() const { return term_; }

  static SolverWord variable(const char* name);

  friend SolverWord operator&(const SolverWord& a, const SolverWord& b);
  friend SolverWord operator|(const SolverWord& a, const SolverWord& b);
  friend SolverWord operator^(const SolverWord& a, const SolverWord& b);
  friend SolverWord operator+(const SolverWord& a, const SolverWord& b);
  friend SolverWord operator-(const SolverWord& a, const SolverWord& b);
  friend SolverWord operator~(const SolverWord& a);
  friend SolverWord operator<<(const SolverWord& a, unsigned n);
  friend SolverWord operator>>(const SolverWord& a, unsigned n);
  friend SolverBool operator==(const SolverWord& a, const SolverWord& b);
  friend SolverBool operator!=(const SolverWord& a, const SolverWord& b);
  friend SolverWord select(const SolverBool& condition, const SolverWord& yes,
                           const SolverWord& no);

 private:
  z3::expr term_;
};

}  // namespace ptecheck

#endif
