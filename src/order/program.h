// SPDX-License-Identifier: GPL-2.0-only
//
// Small programs of several threads, and what must not come of them: litmus tests. They are data
// (order/kernel_tests.h has those of the kernel); order/machine.h runs them.
//
//   thread("reclaim", {store(kEntry, 0).as("pte_clear()"),
//                      mb().without("smp_mb"),  // a barrier that can be left out, by name
//                      load(kR0, kRefs)})
//
// Values and registers hold 0 to 15. A register is written by one instruction, and holds 0 if that
// one is jumped over. Jumps lead forward.
#ifndef PTECHECK_ORDER_PROGRAM_H
#define PTECHECK_ORDER_PROGRAM_H

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ptecheck::order {

enum class MemoryModel : std::uint8_t {
  kSc,    // sequentially consistent: in program order, at once
  kTso,   // store buffers: a load may pass earlier stores, and atomics drain the buffer (x86)
  kWeak,  // whatever nothing orders may be reordered (arm64, riscv)
};
constexpr std::array<MemoryModel, 3> kMemoryModels = {MemoryModel::kSc, MemoryModel::kTso,
                                                      MemoryModel::kWeak};
std::string_view memoryModelName(MemoryModel model);  // "sc", "tso", "weak"

enum class Op : std::uint8_t {
  kLoad,
  kStore,
  kAdd,         // atomic; these three are full barriers if `ordered` (those that return a value)
  kExchange,    // atomic
  kCompare,     // atomic: cmpxchg
  kMb,          // smp_mb(), smp_mb__after_atomic()
  kRmb,         // smp_rmb(): loads before loads
  kWmb,         // smp_wmb(): stores before stores
  kJumpIf,      // if the register equals the operand
  kJumpUnless,  // unless it does
  kLabel,       // where jumps lead to
  kLock,        // waits until the location holds 0 and sets it to 1; acquire if `ordered`
  kUnlock,      // sets it to 0; release if `ordered`
  kWalk,        // this processor reads the entry into its TLB
  kUse,         // this processor accesses through its TLB, and walks if that is empty
  kFlushLocal,  // this processor empties its TLB, and waits for that (x86: serialising)
  kIpi,         // another processor empties its TLB, and this one waits for that
  kTlbi,        // arm64: tells all processors to empty their TLBs, and does not wait
  kDsbStores,   // arm64 dsb(ishst): what follows, TLBI too, waits for earlier stores
  kDsb,         // arm64 dsb(ish): also waits for this thread's own TLBIs, and for no other's
};

constexpr std::uint8_t kNone = 0xff;

struct Operand {
  std::uint8_t value = 0;
  bool is_register = false;
};
constexpr Operand reg(unsigned number) { return {static_cast<std::uint8_t>(number), true}; }
constexpr Operand constant(unsigned value) { return {static_cast<std::uint8_t>(value), false}; }

// What becomes of an instruction when the barrier of its name is left out.
enum class Without : std::uint8_t {
  kStays,
  kGoes,
  kRelaxed,  // remains, but orders nothing
  kComes,    // is there only then: what a mistaken kernel does instead
};

struct Instruction {
  Op op;
  std::uint8_t location = kNone;
  std::uint8_t result = kNone;   // the register that is written
  std::uint8_t tested = kNone;   // the register that a jump looks at
  std::uint8_t address = kNone;  // the register that the address was made from
  Operand operand;               // stored, added or compared with; of kWalk: what is cached, if any
  std::uint8_t expected = 0;     // of kCompare
  std::uint8_t number = 0;       // of a label; the thread that kIpi is for
  bool ordered = false;
  Without when_left_out = Without::kStays;
  std::string_view barrier;  // its name
  std::string_view text;     // the kernel function that this stands for

  Instruction as(std::string_view function) const {
    Instruction copy = *this;
    copy.text = function;
    return copy;
  }
  Instruction without(std::string_view name, Without what = Without::kGoes) const {
    Instruction copy = *this;
    copy.barrier = name;
    copy.when_left_out = what;
    return copy;
  }
  Instruction relaxedWithout(std::string_view name) const {
    return without(name, Without::kRelaxed);
  }
  Instruction onlyWithout(std::string_view name) const { return without(name, Without::kComes); }
  Instruction addressFrom(unsigned number_of_register) const {
    Instruction copy = *this;
    copy.address = static_cast<std::uint8_t>(number_of_register);
    return copy;
  }
};

inline Instruction make(Op op, unsigned location = kNone) {
  Instruction result{};
  result.op = op;
  result.location = static_cast<std::uint8_t>(location);
  return result;
}
inline Instruction withOperand(Op op, unsigned location, Operand operand, unsigned result) {
  Instruction instruction = make(op, location);
  instruction.operand = operand;
  instruction.result = static_cast<std::uint8_t>(result);
  return instruction;
}
inline Instruction ordered(Instruction instruction) {
  instruction.ordered = true;
  return instruction;
}

inline Instruction load(unsigned result, unsigned location) {
  return withOperand(Op::kLoad, location, {}, result);
}
inline Instruction store(unsigned location, unsigned value) {
  return withOperand(Op::kStore, location, constant(value), kNone);
}
inline Instruction store(unsigned location, Operand value) {
  return withOperand(Op::kStore, location, value, kNone);
}
// Void atomics order nothing; those that return a value are full barriers.
inline Instruction add(unsigned location, unsigned value, unsigned result = kNone) {
  return withOperand(Op::kAdd, location, constant(value), result);
}
inline Instruction addReturn(unsigned location, unsigned value, unsigned result = kNone) {
  return ordered(add(location, value, result));
}
inline Instruction exchange(unsigned location, unsigned value, unsigned result = kNone) {
  return withOperand(Op::kExchange, location, constant(value), result);
}
inline Instruction compareExchange(unsigned location, unsigned expected, unsigned value,
                                   unsigned result = kNone) {
  Instruction instruction = withOperand(Op::kCompare, location, constant(value), result);
  instruction.expected = static_cast<std::uint8_t>(expected);
  return ordered(instruction);
}
inline Instruction mb() { return make(Op::kMb).as("smp_mb()"); }
inline Instruction rmb() { return make(Op::kRmb).as("smp_rmb()"); }
inline Instruction wmb() { return make(Op::kWmb).as("smp_wmb()"); }
inline Instruction jump(Op op, unsigned tested, Operand with, unsigned label) {
  Instruction instruction = withOperand(op, kNone, with, kNone);
  instruction.tested = static_cast<std::uint8_t>(tested);
  instruction.number = static_cast<std::uint8_t>(label);
  return instruction;
}
inline Instruction jumpIf(unsigned tested, Operand equals, unsigned label) {
  return jump(Op::kJumpIf, tested, equals, label);
}
inline Instruction jumpUnless(unsigned tested, Operand equals, unsigned label) {
  return jump(Op::kJumpUnless, tested, equals, label);
}
inline Instruction skipTo(unsigned to) { return jumpIf(0, reg(0), to); }
inline Instruction label(unsigned number) {
  Instruction instruction = make(Op::kLabel);
  instruction.number = static_cast<std::uint8_t>(number);
  return instruction;
}
inline Instruction lock(unsigned location) { return ordered(make(Op::kLock, location)); }
inline Instruction unlock(unsigned location) { return ordered(make(Op::kUnlock, location)); }
inline Instruction walk(unsigned entry) { return make(Op::kWalk, entry); }
// Only a value of `cached` gets into the TLB.
inline Instruction walkFor(unsigned entry, unsigned cached) {
  return withOperand(Op::kWalk, entry, constant(cached), kNone);
}
inline Instruction use(unsigned result, unsigned entry) {
  return withOperand(Op::kUse, entry, {}, result);
}
inline Instruction flushLocal() { return make(Op::kFlushLocal); }
inline Instruction ipi(unsigned thread) {
  Instruction instruction = make(Op::kIpi);
  instruction.number = static_cast<std::uint8_t>(thread);
  return instruction;
}
inline Instruction tlbi() { return make(Op::kTlbi); }
inline Instruction dsbStores() { return make(Op::kDsbStores).as("dsb(ishst)"); }
inline Instruction dsb() { return make(Op::kDsb).as("dsb(ish)"); }

struct Thread {
  std::string_view name;
  std::vector<Instruction> code;
  std::uint8_t tlb = 0;  // what its TLB holds at first; 0 is nothing
};

// Something that a state can show: all conditions hold, and the threads have come to their end.
struct Condition {
  enum class What : std::uint8_t { kRegister, kMemory, kTlb };
  What what;
  std::uint8_t thread = 0;
  std::uint8_t number = 0;  // of the register or location
  std::uint8_t value = 0;
};
struct Outcome {
  std::string_view text;
  std::vector<unsigned> ended;
  std::vector<Condition> conditions;
};

inline Condition holds(unsigned thread, unsigned number, unsigned value) {
  return {Condition::What::kRegister, static_cast<std::uint8_t>(thread),
          static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(value)};
}
inline Condition memoryIs(unsigned location, unsigned value) {
  return {Condition::What::kMemory, 0, static_cast<std::uint8_t>(location),
          static_cast<std::uint8_t>(value)};
}
inline Condition tlbIs(unsigned thread, unsigned value) {
  return {Condition::What::kTlb, static_cast<std::uint8_t>(thread), 0,
          static_cast<std::uint8_t>(value)};
}

struct Location {
  std::string_view name;
  std::uint8_t initial = 0;
};

struct Program {
  std::vector<Location> locations;
  std::vector<Thread> threads;
};

}  // namespace ptecheck::order

#endif
