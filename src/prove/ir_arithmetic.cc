// SPDX-License-Identifier: GPL-2.0-only
#include "prove/ir_arithmetic.h"

namespace ptecheck {
namespace {

z3::expr holds(LLVMIntPredicate predicate, const z3::expr& a, const z3::expr& b) {
  switch (predicate) {
    case LLVMIntEQ:
      return a == b;
    case LLVMIntNE:
      return a != b;
    case LLVMIntUGT:
      return z3::ugt(a, b);
    case LLVMIntUGE:
      return z3::uge(a, b);
    case LLVMIntULT:
      return z3::ult(a, b);
    case LLVMIntULE:
      return z3::ule(a, b);
    case LLVMIntSGT:
      return z3::sgt(a, b);
    case LLVMIntSGE:
      return z3::sge(a, b);
    case LLVMIntSLT:
      return z3::slt(a, b);
    case LLVMIntSLE:
      break;
  }
  return z3::sle(a, b);
}

z3::expr byteSwap(const z3::expr& word) {
  const unsigned bytes = word.get_sort().bv_size() / 8;
  z3::expr swapped = word.extract(7, 0);
  for (unsigned i = 1; i < bytes; ++i)
    swapped = z3::concat(swapped, word.extract(8 * i + 7, 8 * i));
  return swapped;
}

// `high` and `low` as one number, shifted; the upper half of it, or the lower.
z3::expr funnelShift(bool left, const z3::expr& high, const z3::expr& low, const z3::expr& by) {
  const unsigned width = high.get_sort().bv_size();
  const z3::expr both = z3::concat(high, low);
  const z3::expr modulo = z3::zext(z3::urem(by, by.ctx().bv_val(width, width)), width);
  return left ? z3::shl(both, modulo).extract(2 * width - 1, width)
              : z3::lshr(both, modulo).extract(width - 1, 0);
}

}  // namespace

std::optional<z3::expr> irBinary(LLVMOpcode opcode, const z3::expr& a, const z3::expr& b) {
  switch (opcode) {
    case LLVMAnd:
      return a & b;
    case LLVMOr:
      return a | b;
    case LLVMXor:
      return a ^ b;
    case LLVMAdd:
      return a + b;
    case LLVMSub:
      return a - b;
    case LLVMMul:
      return a * b;
    case LLVMShl:
      return z3::shl(a, b);
    case LLVMLShr:
      return z3::lshr(a, b);
    case LLVMAShr:
      return z3::ashr(a, b);
    default:
      return std::nullopt;
  }
}

z3::expr irCompare(LLVMIntPredicate predicate, const z3::expr& a, const z3::expr& b) {
  return z3::ite(holds(predicate, a, b), a.ctx().bv_val(1, 1), a.ctx().bv_val(0, 1));
}

std::optional<z3::expr> irIntrinsic(const std::string& name,
                                    const std::vector<z3::expr>& arguments) {
  const auto is = [&name](const char* start) { return name.rfind(start, 0) == 0; };
  if (is("llvm.bswap.")) return byteSwap(arguments.at(0));
  if (is("llvm.fshl.") || is("llvm.fshr."))
    return funnelShift(is("llvm.fshl."), arguments.at(0), arguments.at(1), arguments.at(2));
  if (is("llvm.umin.") || is("llvm.umax.") || is("llvm.smin.") || is("llvm.smax.")) {
    const z3::expr& a = arguments.at(0);
    const z3::expr& b = arguments.at(1);
    const z3::expr less = is("llvm.u") ? z3::ult(a, b) : z3::slt(a, b);
    const bool smaller = is("llvm.umin.") || is("llvm.smin.");
    return smaller ? z3::ite(less, a, b) : z3::ite(less, b, a);
  }
  if (is("llvm.expect.")) return arguments.at(0);
  return std::nullopt;
}

}  // namespace ptecheck
