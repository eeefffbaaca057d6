// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_IR_FUNCTION_H
#define PTECHECK_PROVE_IR_FUNCTION_H

#include <llvm-c/Core.h>
#include <llvm-c/Target.h>
#include <z3++.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prove/ir_formulas.h"

namespace ptecheck {

// What an LLVM value is: a number, or an address as something named and an offset.
struct IrValue {
  std::optional<z3::expr> number;
  std::string base;
  bool is_global = false;
  std::int64_t offset = 0;
};

// One call of one function, being translated.
class IrFunction {
 public:
  // `reached`: the condition under which the call is made.
  IrFunction(IrFormulas& formulas, const std::string& name, const z3::expr& reached,
             unsigned depth);

  // Throws IrRefusal.
  IrValue call(const std::vector<IrValue>& arguments);

 private:
  using Block = LLVMBasicBlockRef;

  [[noreturn]] void refuse(LLVMValueRef at, const std::string& why) const;
  void order(Block block, std::map<Block, int>* state, std::vector<Block>* out) const;
  void translate(Block block);
  void instruction(Block block, LLVMValueRef instruction);
  void branch(Block from, LLVMValueRef instruction);
  void switchTo(Block from, LLVMValueRef instruction);
  void assemblerJump(Block from, LLVMValueRef instruction);
  void edge(Block from, Block to, const z3::expr& condition);

  IrValue value(LLVMValueRef value, LLVMValueRef user) const;
  z3::expr number(LLVMValueRef value, LLVMValueRef user) const;
  IrValue constant(LLVMValueRef value, LLVMValueRef user) const;
  IrValue element(LLVMValueRef gep, LLVMValueRef user) const;
  IrValue phi(Block block, LLVMValueRef instruction) const;
  IrValue load(LLVMValueRef instruction) const;
  z3::expr assembled(LLVMValueRef call, unsigned width) const;
  std::optional<IrValue> callOf(LLVMValueRef instruction);
  IrValue merge(const z3::expr& condition, const IrValue& yes, const IrValue& no,
                LLVMValueRef at) const;
  unsigned bits(LLVMTypeRef type) const { return LLVMGetIntTypeWidth(type); }

  IrFormulas& formulas_;
  z3::context& context_;
  std::string name_;
  unsigned depth_;
  z3::expr called_;
  LLVMValueRef function_;
  LLVMTargetDataRef layout_;
  std::map<LLVMValueRef, IrValue> values_;
  std::map<Block, z3::expr> reached_;
  std::map<std::pair<Block, Block>, z3::expr> edges_;
  std::vector<std::pair<z3::expr, IrValue>> returns_;
};

}  // namespace ptecheck

#endif
