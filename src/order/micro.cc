// SPDX-License-Identifier: GPL-2.0-only
#include "order/micro.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "order/machine.h"
#include "order/memory_model.h"

namespace ptecheck::order {

namespace {

[[noreturn]] void refuse(const Thread& thread, const std::string& why) {
  throw std::invalid_argument("thread " + std::string(thread.name) + ": " + why);
}

// The instruction without the barrier; none if it is not there.
std::optional<Instruction> leaveOut(Instruction instruction, std::string_view without) {
  const bool left_out = !without.empty() && instruction.barrier == without;
  switch (instruction.when_left_out) {
    case Without::kStays:
      break;
    case Without::kGoes:
      if (left_out) return std::nullopt;
      break;
    case Without::kRelaxed:
      if (left_out) instruction.ordered = false;
      break;
    case Without::kComes:
      if (!left_out) return std::nullopt;
      break;
  }
  return instruction;
}

Kind kindOf(Op op) {
  switch (op) {
    case Op::kLoad:
    case Op::kAdd:
    case Op::kExchange:
    case Op::kCompare:
      return Kind::kRead;
    case Op::kStore:
      return Kind::kWrite;
    case Op::kMb:
      return Kind::kMb;
    case Op::kRmb:
      return Kind::kRmb;
    case Op::kWmb:
      return Kind::kWmb;
    case Op::kJumpIf:
    case Op::kJumpUnless:
      return Kind::kJump;
    case Op::kLock:
      return Kind::kLock;
    case Op::kUnlock:
      return Kind::kUnlock;
    case Op::kWalk:
      return Kind::kWalk;
    case Op::kUse:
      return Kind::kUse;
    case Op::kFlushLocal:
      return Kind::kFlushLocal;
    case Op::kIpi:
      return Kind::kIpi;
    case Op::kTlbi:
      return Kind::kTlbi;
    case Op::kDsbStores:
      return Kind::kDsbStores;
    case Op::kDsb:
      return Kind::kDsb;
    case Op::kLabel:
      break;
  }
  throw std::invalid_argument("a label is no instruction");
}

class Compiler {
 public:
  Compiler(const Thread& thread, MemoryModel model, std::string_view without)
      : thread_(thread), model_(model), without_(without) {}

  std::vector<Micro> compile() {
    for (const Instruction& written : thread_.code) {
      const std::optional<Instruction> instruction = leaveOut(written, without_);
      if (instruction) add(*instruction);
    }
    if (code_.size() > kWindow) refuse(thread_, "it is too long");
    for (auto& [micro, label] : jumps_) code_[micro].target = placeOf(label, micro);
    for (unsigned i = 0; i < code_.size(); ++i)
      for (unsigned j = 0; j < i; ++j)
        if (staysInOrder(model_, code_, j, i))
          code_[i].waits |= static_cast<std::uint16_t>(1U << j);
    for (const auto& jump : jumps_) checkLoadsBehind(jump.first);
    return std::move(code_);
  }

 private:
  void add(const Instruction& instruction) {
    if (instruction.op == Op::kLabel) {
      labels_.emplace_back(instruction.number, code_.size());
      return;
    }
    Micro micro{};
    micro.kind = kindOf(instruction.op);
    micro.op = instruction.op;
    micro.location = instruction.location;
    micro.result = instruction.result;
    micro.tested = instruction.tested;
    micro.address = instruction.address;
    micro.operand = instruction.operand;
    micro.expected = instruction.expected;
    micro.target = instruction.number;
    micro.ordered = instruction.ordered;
    micro.text = instruction.text;
    micro.compares = instruction.op == Op::kCompare;
    micro.atomic = micro.kind == Kind::kRead && instruction.op != Op::kLoad;
    if (micro.atomic && micro.result == kNone) micro.result = unusedRegister();
    if (micro.location != kNone && micro.location >= kLocations)
      refuse(thread_, "no such location");
    if (micro.result != kNone) {
      if (micro.result >= kRegisters) refuse(thread_, "it needs too many registers");
      for (const Micro& other : code_)
        if (other.result == micro.result && other.kind != Kind::kWrite)
          refuse(thread_, "it writes a register twice");
    }
    if (micro.kind == Kind::kJump)
      jumps_.emplace_back(static_cast<unsigned>(code_.size()), instruction.number);
    if (!micro.atomic) {
      code_.push_back(micro);
      return;
    }
    Micro load = micro;
    load.operand = {};
    code_.push_back(load);
    micro.kind = Kind::kWrite;
    code_.push_back(micro);
  }

  // From above: those that the program names are the low ones.
  std::uint8_t unusedRegister() {
    unsigned number = kRegisters;
    for (const Instruction& instruction : thread_.code)
      if (instruction.result != kNone && instruction.result + 1U > named_)
        named_ = instruction.result + 1U;
    number -= ++hidden_;
    if (number < named_) refuse(thread_, "it needs too many registers");
    return static_cast<std::uint8_t>(number);
  }

  std::uint8_t placeOf(unsigned label, unsigned jump) const {
    for (const auto& [number, place] : labels_)
      if (number == label) {
        if (place <= jump) refuse(thread_, "a jump leads back");
        return static_cast<std::uint8_t>(place);
      }
    refuse(thread_, "a jump leads nowhere");
  }

  // A load is performed ahead of a jump as if nothing that the jump may lead past concerned it.
  void checkLoadsBehind(unsigned jump) const {
    for (unsigned i = code_[jump].target; i < code_.size(); ++i) {
      if (code_[i].kind != Kind::kRead || ((code_[i].waits >> jump) & 1) != 0) continue;
      for (unsigned k = jump + 1; k < code_[jump].target; ++k)
        if (((code_[i].waits >> k) & 1) != 0 || writesLocation(code_[k], code_[i].location))
          refuse(thread_, "a load depends on an instruction that may be jumped over");
    }
  }

  const Thread& thread_;
  MemoryModel model_;
  std::string_view without_;
  std::vector<Micro> code_;
  std::vector<std::pair<unsigned, std::size_t>> labels_;
  std::vector<std::pair<unsigned, unsigned>> jumps_;  // place, label
  unsigned hidden_ = 0, named_ = 0;
};

}  // namespace

std::vector<Micro> compile(const Thread& thread, MemoryModel model, std::string_view without) {
  return Compiler(thread, model, without).compile();
}

}  // namespace ptecheck::order
