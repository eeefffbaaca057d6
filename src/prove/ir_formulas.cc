// SPDX-License-Identifier: GPL-2.0-only
#include "prove/ir_formulas.h"

#include <llvm-c/Core.h>
#include <llvm-c/Target.h>

#include <utility>

#include "prove/ir_function.h"

namespace ptecheck {

std::string IrVariable::name() const {
  if (kind == kAssembler) return base;
  return base + (offset < 0 ? "" : "+") + std::to_string(offset);
}

IrFormulas::IrFormulas(const IrModule& module, z3::context& context, Known known)
    : module_(module),
      context_(context),
      known_(std::move(known)),
      big_endian_(LLVMByteOrder(LLVMGetModuleDataLayout(module.module())) == LLVMBigEndian) {}

z3::expr IrFormulas::call(const std::string& function, const std::vector<z3::expr>& arguments) {
  std::vector<IrValue> values;
  for (const z3::expr& argument : arguments) {
    IrValue value;
    value.number = argument;
    values.push_back(value);
  }
  const IrValue result = IrFunction(*this, function, context_.bool_val(true), 0).call(values);
  if (!result.number) throw IrRefusal(function + ": returns an address");
  return result.number->simplify();
}

z3::expr IrFormulas::read(const std::string& base, bool is_global, std::int64_t offset,
                          unsigned bytes) {
  if (known_ && is_global) {
    const std::optional<std::uint64_t> contents = known_(base, offset, bytes);
    if (contents) return context_.bv_val(*contents, 8 * bytes);
  }
  z3::expr value(context_);
  for (unsigned i = 0; i < bytes; ++i) {  // from the most significant one on
    const std::int64_t at = offset + (big_endian_ ? i : bytes - 1 - i);
    const z3::expr byte = context_.bv_const((base + "[" + std::to_string(at) + "]").c_str(), 8);
    value = i == 0 ? byte : z3::concat(value, byte);
  }
  reads_.try_emplace({base, offset, bytes},
                     IrVariable{base, offset, bytes, value,
                                is_global ? IrVariable::kGlobal : IrVariable::kMemory});
  return value;
}

z3::expr IrFormulas::assembled(const IrAssembly& code, unsigned width) {
  if (known_ && code.is_constant) {
    const std::optional<std::uint64_t> result = known_(code.name, 0, (width + 7) / 8);
    if (result) return context_.bv_val(*result, width);
  }
  const std::string which = code.is_constant ? "" : " of call " + std::to_string(++calls_);
  const z3::expr value = context_.bv_const((code.identity + which).c_str(), width);
  const std::string name = code.name + which;
  reads_.try_emplace({name, 0, width},
                     IrVariable{name, 0, (width + 7) / 8, value, IrVariable::kAssembler});
  return value;
}

z3::expr IrFormulas::takeFailure() {
  z3::expr any = context_.bool_val(false);
  for (const z3::expr& failure : failures_) any = any || failure;
  failures_.clear();
  return any.simplify();
}

std::vector<IrVariable> IrFormulas::variables() const {
  std::vector<IrVariable> out;
  for (const auto& [place, variable] : reads_) out.push_back(variable);
  return out;
}

}  // namespace ptecheck
