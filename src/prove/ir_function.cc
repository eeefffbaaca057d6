// SPDX-License-Identifier: GPL-2.0-only
#include "prove/ir_function.h"

#include <set>

#include "prove/ir_arithmetic.h"
#include "prove/ir_assembler.h"
#include "prove/ir_constants.h"

namespace ptecheck {
namespace {

// Deeper than any helper's inline functions go; recursion ends here.
constexpr unsigned kDeepest = 16;

// Functions that report something and change nothing that a helper's result depends on.
const std::set<std::string>& reporters() {
  static const std::set<std::string> names = {"env_warn", "warn_slowpath_fmt", "__warn_printk",
                                              "_printk"};
  return names;
}

std::string textOf(LLVMValueRef value) {
  char* text = LLVMPrintValueToString(value);
  std::string out = text;
  LLVMDisposeMessage(text);
  const size_t begin = out.find_first_not_of(' ');
  out = begin == out.npos ? out : out.substr(begin);
  out = out.substr(0, out.find(", !dbg"));
  if (out.size() > 160) out = out.substr(0, 160) + "...";
  return out;
}

std::string nameOf(LLVMValueRef value) {
  size_t length = 0;
  const char* name = LLVMGetValueName2(value, &length);
  return std::string(name, length);
}

bool isInteger(LLVMTypeRef type) { return LLVMGetTypeKind(type) == LLVMIntegerTypeKind; }

}  // namespace

IrFunction::IrFunction(IrFormulas& formulas, const std::string& name, const z3::expr& reached,
                       unsigned depth)
    : formulas_(formulas),
      context_(formulas.context_),
      name_(name),
      depth_(depth),
      called_(reached),
      function_(LLVMGetNamedFunction(formulas.module_.module(), name.c_str())),
      layout_(LLVMGetModuleDataLayout(formulas.module_.module())) {
  if (!function_ || LLVMIsDeclaration(function_))
    throw IrRefusal(name + ": there is no body of this function");
  if (depth > kDeepest) throw IrRefusal(name + ": calls are nested too deeply, or recursive");
}

void IrFunction::refuse(LLVMValueRef at, const std::string& why) const {
  throw IrRefusal(name_ + ": '" + textOf(at) + "': " + why);
}

IrValue IrFunction::call(const std::vector<IrValue>& arguments) {
  if (LLVMCountParams(function_) != arguments.size())
    throw IrRefusal(name_ + ": called with another number of arguments than it has");
  for (unsigned i = 0; i < arguments.size(); ++i) {
    const LLVMValueRef parameter = LLVMGetParam(function_, i);
    const LLVMTypeRef type = LLVMTypeOf(parameter);
    const std::optional<z3::expr>& given = arguments[i].number;
    if (given.has_value() != isInteger(type) ||
        (given && given->get_sort().bv_size() != bits(type)))
      throw IrRefusal(name_ + ": called with another type of argument than it has");
    values_.emplace(parameter, arguments[i]);
  }
  std::map<Block, int> state;
  std::vector<Block> blocks;
  const Block entry = LLVMGetEntryBasicBlock(function_);
  order(entry, &state, &blocks);
  reached_.emplace(entry, called_);
  for (size_t i = blocks.size(); i-- > 0;) translate(blocks[i]);
  if (returns_.empty()) throw IrRefusal(name_ + ": never returns");
  IrValue result = returns_.back().second;
  for (size_t i = returns_.size() - 1; i-- > 0;)
    result = merge(returns_[i].first, returns_[i].second, result, function_);
  return result;
}

// Depth first; `out` in reverse topological order.
void IrFunction::order(Block block, std::map<Block, int>* state, std::vector<Block>* out) const {
  (*state)[block] = 1;
  const LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
  for (unsigned i = 0; i < LLVMGetNumSuccessors(end); ++i) {
    const Block next = LLVMGetSuccessor(end, i);
    const int seen = (*state)[next];
    if (seen == 1) refuse(end, "a loop");
    if (seen == 0) order(next, state, out);
  }
  (*state)[block] = 2;
  out->push_back(block);
}

void IrFunction::translate(Block block) {
  for (LLVMValueRef at = LLVMGetFirstInstruction(block); at; at = LLVMGetNextInstruction(at))
    instruction(block, at);
}

void IrFunction::edge(Block from, Block to, const z3::expr& condition) {
  const z3::expr taken = (reached_.at(from) && condition).simplify();
  const auto [known, fresh] = edges_.try_emplace({from, to}, taken);
  if (!fresh) known->second = known->second || taken;  // two cases of a switch
  const auto [before, first] = reached_.try_emplace(to, taken);
  if (!first) before->second = before->second || taken;
}

void IrFunction::branch(Block from, LLVMValueRef at) {
  if (!LLVMIsConditional(at)) return edge(from, LLVMGetSuccessor(at, 0), context_.bool_val(true));
  const z3::expr condition = number(LLVMGetCondition(at), at) == context_.bv_val(1, 1);
  edge(from, LLVMGetSuccessor(at, 0), condition);
  edge(from, LLVMGetSuccessor(at, 1), !condition);
}

void IrFunction::switchTo(Block from, LLVMValueRef at) {
  const z3::expr chosen = number(LLVMGetOperand(at, 0), at);
  z3::expr none = context_.bool_val(true);
  for (unsigned i = 1; i < LLVMGetNumSuccessors(at); ++i) {  // successor 0 is the default
    const z3::expr is = chosen == number(LLVMGetOperand(at, 2 * i), at);
    edge(from, LLVMGetSuccessor(at, i), is);
    none = none && !is;
  }
  edge(from, LLVMGetSuccessor(at, 0), none);
}

// Assembler code decides where to go on: to its end, or to the one label it may jump to.
void IrFunction::assemblerJump(Block from, LLVMValueRef at) {
  if (!LLVMIsAInlineAsm(LLVMGetCalledValue(at)) || LLVMGetNumSuccessors(at) != 2 ||
      LLVMGetTypeKind(LLVMTypeOf(at)) != LLVMVoidTypeKind)
    refuse(at, "assembler code that gives a result and jumps, or jumps to several places");
  const z3::expr jumps = assembled(at, 1) == context_.bv_val(1, 1);
  edge(from, LLVMGetSuccessor(at, 0), !jumps);
  edge(from, LLVMGetSuccessor(at, 1), jumps);
}

// Any value, of so many bits.
z3::expr IrFunction::assembled(LLVMValueRef at, unsigned width) const {
  const IrAssembly code = assemblyOf(at);
  if (!code.refusal.empty()) refuse(at, code.refusal);
  if (width == 0 || width > 64) refuse(at, "assembler code that gives no integer of up to 64 bits");
  return formulas_.assembled(code, width);
}

void IrFunction::instruction(Block block, LLVMValueRef at) {
  const LLVMOpcode opcode = LLVMGetInstructionOpcode(at);
  const auto operand = [&](unsigned i) { return number(LLVMGetOperand(at, i), at); };
  const auto define = [&](const z3::expr& result) {
    IrValue out;
    out.number = result;
    values_.insert_or_assign(at, out);
  };
  switch (opcode) {
    case LLVMICmp:
      return define(irCompare(LLVMGetICmpPredicate(at), operand(0), operand(1)));
    case LLVMZExt:
      return define(z3::zext(operand(0), bits(LLVMTypeOf(at)) - operand(0).get_sort().bv_size()));
    case LLVMSExt:
      return define(z3::sext(operand(0), bits(LLVMTypeOf(at)) - operand(0).get_sort().bv_size()));
    case LLVMTrunc:
      return define(operand(0).extract(bits(LLVMTypeOf(at)) - 1, 0));
    case LLVMFreeze:
      values_.insert_or_assign(at, value(LLVMGetOperand(at, 0), at));
      return;
    case LLVMBitCast: {
      const IrValue from = value(LLVMGetOperand(at, 0), at);
      values_.insert_or_assign(at, from);
      return;
    }
    case LLVMSelect:
      values_.insert_or_assign(
          at, merge(operand(0) == context_.bv_val(1, 1), value(LLVMGetOperand(at, 1), at),
                    value(LLVMGetOperand(at, 2), at), at));
      return;
    case LLVMPHI:
      values_.insert_or_assign(at, phi(block, at));
      return;
    case LLVMGetElementPtr:
      values_.insert_or_assign(at, element(at, at));
      return;
    case LLVMLoad:
      values_.insert_or_assign(at, load(at));
      return;
    case LLVMCall: {
      const std::optional<IrValue> result = callOf(at);
      if (result) values_.insert_or_assign(at, *result);
      return;
    }
    case LLVMCallBr:
      return assemblerJump(block, at);
    case LLVMBr:
      return branch(block, at);
    case LLVMSwitch:
      return switchTo(block, at);
    case LLVMRet:
      if (LLVMGetNumOperands(at) == 0) refuse(at, "returns nothing");
      returns_.emplace_back(reached_.at(block), value(LLVMGetOperand(at, 0), at));
      return;
    case LLVMUnreachable:
      formulas_.failures_.push_back(reached_.at(block));
      return;
    default:
      break;
  }
  if (!LLVMIsABinaryOperator(at) || !isInteger(LLVMTypeOf(at)))
    refuse(at, "this instruction is not translated");
  const std::optional<z3::expr> result = irBinary(opcode, operand(0), operand(1));
  if (!result) refuse(at, "this arithmetic is not translated");
  define(*result);
}

IrValue IrFunction::merge(const z3::expr& condition, const IrValue& yes, const IrValue& no,
                          LLVMValueRef at) const {
  if (yes.number && no.number) {
    IrValue out;
    out.number = z3::ite(condition, *yes.number, *no.number);
    return out;
  }
  if (yes.number || no.number || yes.base != no.base || yes.offset != no.offset)
    refuse(at, "an address that depends on a condition");
  return yes;
}

IrValue IrFunction::phi(Block block, LLVMValueRef at) const {
  std::optional<IrValue> out;
  for (unsigned i = 0; i < LLVMCountIncoming(at); ++i) {
    const auto edge = edges_.find({LLVMGetIncomingBlock(at, i), block});
    if (edge == edges_.end()) continue;  // from a block that nothing reaches
    const IrValue one = value(LLVMGetIncomingValue(at, i), at);
    out = out ? merge(edge->second, one, *out, at) : one;
  }
  if (!out) refuse(at, "no block leads here");
  return *out;
}

IrValue IrFunction::value(LLVMValueRef wanted, LLVMValueRef user) const {
  const auto known = values_.find(wanted);
  if (known != values_.end()) return known->second;
  if (!LLVMIsConstant(wanted)) refuse(user, "uses a value that is not translated");
  return constant(wanted, user);
}

z3::expr IrFunction::number(LLVMValueRef wanted, LLVMValueRef user) const {
  const IrValue out = value(wanted, user);
  if (!out.number) refuse(user, "calculates with an address");
  return *out.number;
}

IrValue IrFunction::constant(LLVMValueRef wanted, LLVMValueRef user) const {
  IrValue out;
  if (LLVMIsAConstantInt(wanted)) {
    const unsigned width = bits(LLVMTypeOf(wanted));
    if (width > 64) refuse(user, "an integer of more than 64 bits");
    out.number = context_.bv_val(std::uint64_t{LLVMConstIntGetZExtValue(wanted)}, width);
    return out;
  }
  if (LLVMIsAGlobalVariable(wanted)) {
    out.base = nameOf(wanted);
    out.is_global = true;
    return out;
  }
  if (LLVMIsAConstantPointerNull(wanted)) {
    out.base = "address 0";
    return out;
  }
  if (!LLVMIsAConstantExpr(wanted)) refuse(user, "uses a constant that is not translated");
  const LLVMValueRef from = LLVMGetOperand(wanted, 0);
  switch (LLVMGetConstOpcode(wanted)) {
    case LLVMBitCast:
    case LLVMAddrSpaceCast:
      return value(from, user);
    case LLVMGetElementPtr:
      return element(wanted, user);
    case LLVMIntToPtr:
      if (!LLVMIsAConstantInt(from)) break;
      out.base = "address 0";
      out.offset = std::int64_t(LLVMConstIntGetZExtValue(from));
      return out;
    default:
      break;
  }
  refuse(user, "uses a constant expression that is not translated");
}

// An instruction or a constant expression.
IrValue IrFunction::element(LLVMValueRef gep, LLVMValueRef user) const {
  IrValue out = value(LLVMGetOperand(gep, 0), user);
  if (out.number) refuse(user, "takes a calculated number for an address");
  LLVMTypeRef type = LLVMGetGEPSourceElementType(gep);
  for (int i = 1; i < LLVMGetNumOperands(gep); ++i) {
    const z3::expr index = number(LLVMGetOperand(gep, unsigned(i)), user).simplify();
    if (!index.is_numeral()) refuse(user, "an address that depends on arguments");
    const unsigned width = index.get_sort().bv_size();
    std::int64_t n = std::int64_t(index.get_numeral_uint64());
    if (width < 64 && (n >> (width - 1)) & 1) n -= std::int64_t{1} << width;
    if (i == 1) {
      out.offset += n * std::int64_t(LLVMABISizeOfType(layout_, type));
      continue;
    }
    if (LLVMGetTypeKind(type) == LLVMStructTypeKind) {
      out.offset += std::int64_t(LLVMOffsetOfElement(layout_, type, unsigned(n)));
      type = LLVMStructGetTypeAtIndex(type, unsigned(n));
    } else {
      type = LLVMGetElementType(type);
      out.offset += n * std::int64_t(LLVMABISizeOfType(layout_, type));
    }
  }
  return out;
}

IrValue IrFunction::load(LLVMValueRef at) const {
  const IrValue from = value(LLVMGetOperand(at, 0), at);
  if (from.number) refuse(at, "reads memory at an address that depends on arguments");
  const LLVMTypeRef type = LLVMTypeOf(at);
  IrValue out;
  if (LLVMGetTypeKind(type) == LLVMPointerTypeKind) {
    out.base = "*(" + from.base + "+" + std::to_string(from.offset) + ")";
    return out;
  }
  if (!isInteger(type) || bits(type) % 8 != 0 || bits(type) > 64)
    refuse(at, "reads something else than a whole number of bytes");
  const unsigned bytes = bits(type) / 8;
  const LLVMValueRef global =
      from.is_global ? LLVMGetNamedGlobal(formulas_.module_.module(), from.base.c_str()) : nullptr;
  if (global && isKnownConstant(global)) {
    const std::optional<std::uint64_t> contents =
        constantContents(layout_, global, std::uint64_t(from.offset), bytes);
    if (!contents) refuse(at, "reads a constant whose contents are not known");
    out.number = context_.bv_val(*contents, bits(type));
    return out;
  }
  out.number = formulas_.read(from.base, from.is_global, from.offset, bytes);
  return out;
}

std::optional<IrValue> IrFunction::callOf(LLVMValueRef at) {
  LLVMValueRef called = LLVMGetCalledValue(at);
  // Two files may know one struct by different names: then the call goes through a cast.
  if (LLVMIsAConstantExpr(called) && LLVMGetConstOpcode(called) == LLVMBitCast)
    called = LLVMGetOperand(called, 0);
  const bool gives_nothing = LLVMGetTypeKind(LLVMTypeOf(at)) == LLVMVoidTypeKind;
  if (LLVMIsAInlineAsm(called)) {
    IrValue any;
    any.number = assembled(at, isInteger(LLVMTypeOf(at)) ? bits(LLVMTypeOf(at)) : 0);
    return any;
  }
  if (!LLVMIsAFunction(called)) refuse(at, "calls through a pointer");
  const std::string name = nameOf(called);
  if (gives_nothing && reporters().count(name)) return std::nullopt;
  if (name == "env_bug") return std::nullopt;  // an assertion fails; 'unreachable' follows
  if (LLVMGetIntrinsicID(called) != 0) {
    if (gives_nothing && (name.rfind("llvm.lifetime.", 0) == 0 || name.rfind("llvm.dbg.", 0) == 0 ||
                          name == "llvm.assume"))
      return std::nullopt;
    std::vector<z3::expr> arguments;
    for (unsigned i = 0; i < LLVMGetNumArgOperands(at); ++i)
      arguments.push_back(number(LLVMGetOperand(at, i), at));
    IrValue out;
    out.number = irIntrinsic(name, arguments);
    if (!out.number) refuse(at, "this intrinsic is not translated");
    return out;
  }
  if (LLVMIsDeclaration(called)) refuse(at, "calls a function whose code is not here");
  if (gives_nothing) refuse(at, "calls a function for its side effects");
  std::vector<IrValue> arguments;
  for (unsigned i = 0; i < LLVMGetNumArgOperands(at); ++i)
    arguments.push_back(value(LLVMGetOperand(at, i), at));
  const IrValue result =
      IrFunction(formulas_, name, reached_.at(LLVMGetInstructionParent(at)), depth_ + 1)
          .call(arguments);
  const LLVMTypeRef type = LLVMTypeOf(at);
  if (result.number.has_value() != isInteger(type) ||
      (result.number && result.number->get_sort().bv_size() != bits(type)))
    refuse(at, "takes the result for another type than it has");
  return result;
}

}  // namespace ptecheck
