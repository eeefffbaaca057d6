// SPDX-License-Identifier: GPL-2.0-only
#include "prove/word.h"

namespace ptecheck {

namespace {
constexpr unsigned kBits = 64;
}  // namespace

SolverBool::SolverBool(const z3::expr& formula) : formula_(formula) {}
SolverBool::SolverBool(const SolverBool& other) = default;
SolverBool& SolverBool::operator=(const SolverBool& other) = default;
SolverBool::~SolverBool() = default;

SolverBool operator!(const SolverBool& a) { return SolverBool(!a.formula_); }
SolverBool operator&&(const SolverBool& a, const SolverBool& b) {
  return SolverBool(a.formula_ && b.formula_);
}
SolverBool operator||(const SolverBool& a, const SolverBool& b) {
  return SolverBool(a.formula_ || b.formula_);
}

SolverWord::SolverWord(std::uint64_t value) : term_(SolverScope::context().bv_val(value, kBits)) {}
SolverWord::SolverWord(const z3::expr& term) : term_(term) {}
SolverWord::SolverWord(const SolverWord& other) = default;
SolverWord& SolverWord::operator=(const SolverWord& other) = default;
SolverWord::~SolverWord() = default;

SolverWord SolverWord::variable(const char* name) {
  return SolverWord(SolverScope::context().bv_const(name, kBits));
}

SolverWord operator&(const SolverWord& a, const SolverWord& b) {
  return SolverWord(a.term_ & b.term_);
}
SolverWord operator|(const SolverWord& a, const SolverWord& b) {
  return SolverWord(a.term_ | b.term_);
}
SolverWord operator^(const SolverWord& a, const SolverWord& b) {
  return SolverWord(a.term_ ^ b.term_);
}
SolverWord operator+(const SolverWord& a, const SolverWord& b) {
  return SolverWord(a.term_ + b.term_);
}
SolverWord operator-(const SolverWord& a, const SolverWord& b) {
  return SolverWord(a.term_ - b.term_);
}
SolverWord operator~(const SolverWord& a) { return SolverWord(~a.term_); }
SolverWord operator<<(const SolverWord& a, unsigned n) {
  return SolverWord(z3::shl(a.term_, SolverWord(std::uint64_t{n}).term_));
}
SolverWord operator>>(const SolverWord& a, unsigned n) {
  return SolverWord(z3::lshr(a.term_, SolverWord(std::uint64_t{n}).term_));
}
SolverBool operator==(const SolverWord& a, const SolverWord& b) {
  return SolverBool(a.term_ == b.term_);
}
SolverBool operator!=(const SolverWord& a, const SolverWord& b) { return !(a == b); }
SolverWord select(const SolverBool& condition, const SolverWord& yes, const SolverWord& no) {
  return SolverWord(z3::ite(condition.formula(), yes.term_, no.term_));
}

}  // namespace ptecheck
