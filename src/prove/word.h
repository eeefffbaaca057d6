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

class SolverBool {
 public:
  explicit SolverBool(const z3::expr& formula) : formula_(formula) {}
  const z3::expr& formula() const { return formula_; }

  friend SolverBool operator!(const SolverBool& a) { return SolverBool(!a.formula_); }
  friend SolverBool operator&&(const SolverBool& a, const SolverBool& b) {
    return SolverBool(a.formula_ && b.formula_);
  }
  friend SolverBool operator||(const SolverBool& a, const SolverBool& b) {
    return SolverBool(a.formula_ || b.formula_);
  }

 private:
  z3::expr formula_;
};

class SolverWord {
 public:
  explicit SolverWord(std::uint64_t value) : term_(SolverScope::context().bv_val(value, kBits)) {}
  explicit SolverWord(const z3::expr& term) : term_(term) {}
  const z3::expr& term() const { return term_; }

  static SolverWord variable(const char* name) {
    return SolverWord(SolverScope::context().bv_const(name, kBits));
  }

  friend SolverWord operator&(const SolverWord& a, const SolverWord& b) {
    return SolverWord(a.term_ & b.term_);
  }
  friend SolverWord operator|(const SolverWord& a, const SolverWord& b) {
    return SolverWord(a.term_ | b.term_);
  }
  friend SolverWord operator^(const SolverWord& a, const SolverWord& b) {
    return SolverWord(a.term_ ^ b.term_);
  }
  friend SolverWord operator+(const SolverWord& a, const SolverWord& b) {
    return SolverWord(a.term_ + b.term_);
  }
  friend SolverWord operator-(const SolverWord& a, const SolverWord& b) {
    return SolverWord(a.term_ - b.term_);
  }
  friend SolverWord operator~(const SolverWord& a) { return SolverWord(~a.term_); }
  friend SolverWord operator<<(const SolverWord& a, unsigned n) {
    return SolverWord(z3::shl(a.term_, SolverWord(std::uint64_t{n}).term_));
  }
  friend SolverWord operator>>(const SolverWord& a, unsigned n) {
    return SolverWord(z3::lshr(a.term_, SolverWord(std::uint64_t{n}).term_));
  }
  friend SolverBool operator==(const SolverWord& a, const SolverWord& b) {
    return SolverBool(a.term_ == b.term_);
  }
  friend SolverBool operator!=(const SolverWord& a, const SolverWord& b) { return !(a == b); }
  friend SolverWord select(const SolverBool& condition, const SolverWord& yes,
                           const SolverWord& no) {
    return SolverWord(z3::ite(condition.formula(), yes.term_, no.term_));
  }

 private:
  static constexpr unsigned kBits = 64;
  z3::expr term_;
};

}  // namespace ptecheck

#endif
