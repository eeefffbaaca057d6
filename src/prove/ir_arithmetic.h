// SPDX-License-Identifier: GPL-2.0-only
//
// What LLVM's instructions on integers calculate, as formulas. Widths are those of the arguments.
#ifndef PTECHECK_PROVE_IR_ARITHMETIC_H
#define PTECHECK_PROVE_IR_ARITHMETIC_H

#include <llvm-c/Core.h>
#include <z3++.h>

#include <optional>
#include <string>
#include <vector>

namespace ptecheck {

// Nothing if it is another instruction than add, sub, mul, and, or, xor, or a shift.
std::optional<z3::expr> irBinary(LLVMOpcode opcode, const z3::expr& a, const z3::expr& b);

// One bit.
z3::expr irCompare(LLVMIntPredicate predicate, const z3::expr& a, const z3::expr& b);

// "llvm.bswap.i64", and so on; nothing if it is one that is not translated.
std::optional<z3::expr> irIntrinsic(const std::string& name,
                                    const std::vector<z3::expr>& arguments);

}  // namespace ptecheck

#endif
