// SPDX-License-Identifier: GPL-2.0-only
#include "order/machine.h"

#include <algorithm>
#include <stdexcept>

namespace ptecheck::order {

Machine::Machine(const Program& program, MemoryModel model, std::string_view without,
                 std::vector<Outcome> outcomes)
    : outcomes_(std::move(outcomes)), may_split_(model == MemoryModel::kWeak) {
  if (program.locations.size() > kLocations || program.threads.size() > kThreads)
    throw std::invalid_argument("a program has too many locations or threads");
  for (unsigned i = 0; i < program.locations.size(); ++i)
    start_.memory[i] = program.locations[i].initial;
  for (unsigned t = 0; t < program.threads.size(); ++t) {
    const Thread& thread = program.threads[t];
    code_.push_back(compile(thread, model, without));
    start_.tlb[t] = thread.tlb;
    const bool fills = std::any_of(code_[t].begin(), code_[t].end(), [](const Micro& m) {
      return m.kind == Kind::kWalk || m.kind == Kind::kUse;
    });
    if (fills || thread.tlb != 0) tlbs_ |= static_cast<std::uint8_t>(1U << t);
  }
  // Versions have four bits, the last of which means something else.
  for (unsigned location = 0; location < kLocations; ++location) {
    long stores = 0;
    for (const std::vector<Micro>& code : code_)
      stores += std::count_if(code.begin(), code.end(),
                              [&](const Micro& m) { return writesLocation(m, location); });
    if (stores >= (kUnseen >> 4)) throw std::invalid_argument("too many stores to one location");
  }
  settle(start_);
}

bool Machine::ended(const State& state, unsigned thread) const {
  return state.done[thread] == (1U << code_[thread].size()) - 1;
}

BrokenRules Machine::brokenIn(const State& state) const {
  const auto holds = [&](const Condition& condition) {
    switch (condition.what) {
      case Condition::What::kRegister:
        return value(state.registers[condition.thread][condition.number]) == condition.value;
      case Condition::What::kMemory:
        return value(state.memory[condition.number]) == condition.value;
      case Condition::What::kTlb:
        break;
    }
    return state.tlb[condition.thread] == condition.value;
  };
  BrokenRules seen = 0;
  for (unsigned i = 0; i < outcomes_.size(); ++i) {
    const Outcome& outcome = outcomes_[i];
    if (std::all_of(outcome.ended.begin(), outcome.ended.end(),
                    [&](unsigned t) { return ended(state, t); }) &&
        std::all_of(outcome.conditions.begin(), outcome.conditions.end(), holds))
      seen |= BrokenRules{1} << i;
  }
  return seen;
}

bool Machine::jumps(const State& state, unsigned thread, const Micro& micro) const {
  const bool equal =
      value(state.registers[thread][micro.tested]) == valueOf(state, thread, micro.operand);
  return equal == (micro.op == Op::kJumpIf);
}

void Machine::settle(State& state) const {
  for (unsigned t = 0; t < threads(); ++t)
    for (unsigned i = 0; i < code_[t].size(); ++i) {
      const Micro& micro = code_[t][i];
      if (isIn(state.done[t], i) || !settlesItself(micro.kind)) continue;
      if ((micro.waits & ~state.done[t]) != 0) continue;
      if (micro.kind == Kind::kDsb && state.pending[t] != 0) continue;
      state.done[t] |= static_cast<std::uint16_t>(1U << i);
      if (micro.kind != Kind::kJump || !jumps(state, t, micro)) continue;
      for (unsigned k = i + 1; k < micro.target; ++k) {
        state.done[t] |= static_cast<std::uint16_t>(1U << k);
        state.skipped[t] |= static_cast<std::uint16_t>(1U << k);
        if (code_[t][k].kind != Kind::kWrite && code_[t][k].result != kNone)
          state.registers[t][code_[t][k].result] = 0;
      }
    }
}

// The latest earlier store to the location of instruction i; -1 if there is none.
int Machine::sourceOf(const State& state, unsigned thread, unsigned i) const {
  const std::vector<Micro>& code = code_[thread];
  for (int k = static_cast<int>(i) - 1; k >= 0; --k)
    if (writesLocation(code[k], code[i].location) && !isIn(state.skipped[thread], k)) return k;
  return -1;
}

// Are address and value of a store known, so that it can be forwarded?
bool Machine::storeIsKnown(const State& state, unsigned thread, unsigned i) const {
  const std::vector<Micro>& code = code_[thread];
  const Micro& store = code[i];
  const bool needs_own_load = store.atomic && store.op != Op::kExchange;
  for (unsigned k = 0; k < i; ++k) {
    if (isIn(state.done[thread], k)) continue;
    if (needs_own_load && k + 1 == i) return false;
    if (code[k].kind == Kind::kWrite || code[k].result == kNone) continue;
    if (store.operand.is_register && code[k].result == store.operand.value) return false;
    if (code[k].result == store.address) return false;
  }
  return true;
}

std::uint8_t Machine::stored(const State& state, unsigned thread, unsigned i) const {
  const Micro& micro = code_[thread][i];
  if (micro.kind == Kind::kUnlock) return 0;
  const std::uint8_t operand = valueOf(state, thread, micro.operand);
  if (micro.op != Op::kAdd) return operand;
  return value(static_cast<std::uint8_t>(state.registers[thread][micro.result] + operand));
}

// Performs a load; false if it cannot be done in this run.
bool Machine::read(State& state, unsigned thread, unsigned i, bool& forwarded) const {
  const std::vector<Micro>& code = code_[thread];
  const int source = sourceOf(state, thread, i);
  forwarded = source >= 0 && !isIn(state.done[thread], source);
  if (forwarded && !storeIsKnown(state, thread, source)) return false;
  const std::uint8_t byte = forwarded
                                ? static_cast<std::uint8_t>(kUnseen | stored(state, thread, source))
                                : state.memory[code[i].location];
  // Later loads that were performed already must have read the same store.
  for (unsigned k = i + 1; k < code.size(); ++k) {
    if (code[k].kind != Kind::kRead || code[k].location != code[i].location) continue;
    if (!isIn(state.done[thread], k) || isIn(state.skipped[thread], k)) continue;
    if (sourceOf(state, thread, k) == source && state.registers[thread][code[k].result] != byte)
      return false;
  }
  state.registers[thread][code[i].result] = byte;
  return true;
}

void Machine::writeMemory(State& state, unsigned location, std::uint8_t new_value) const {
  state.memory[location] =
      static_cast<std::uint8_t>(((state.memory[location] & 0xf0) + 0x10) | new_value);
}

void Machine::write(State& state, unsigned thread, unsigned i) const {
  const std::vector<Micro>& code = code_[thread];
  writeMemory(state, code[i].location, stored(state, thread, i));
  // Those that read it while nobody else could.
  for (unsigned k = i + 1; k < code.size(); ++k) {
    if (code[k].kind != Kind::kRead || code[k].location != code[i].location) continue;
    std::uint8_t& result = state.registers[thread][code[k].result];
    if (isIn(state.done[thread], k) && !isIn(state.skipped[thread], k) &&
        sourceOf(state, thread, k) == static_cast<int>(i) && (result & 0xf0) == kUnseen)
      result = state.memory[code[i].location];
  }
}

// Has nobody stored since the load of the atomic whose store is instruction i?
bool Machine::isStillTurnOf(const State& state, unsigned thread, unsigned i) const {
  const Micro& load = code_[thread][i - 1];
  return state.registers[thread][load.result] == state.memory[load.location];
}

void Machine::performOnTlbs(State& state, unsigned thread, const Micro& micro) const {
  switch (micro.kind) {
    case Kind::kWalk: {
      const std::uint8_t found = value(state.memory[micro.location]);
      if (found != 0 && (micro.operand.value == 0 || micro.operand.value == found))
        state.tlb[thread] = found;
      break;
    }
    case Kind::kUse:
      if (state.tlb[thread] == 0) state.tlb[thread] = value(state.memory[micro.location]);
      state.registers[thread][micro.result] = state.tlb[thread];
      break;
    case Kind::kFlushLocal:
      state.tlb[thread] = 0;
      break;
    case Kind::kIpi:
      state.tlb[micro.target] = 0;
      break;
    case Kind::kTlbi:
      state.pending[thread] |= tlbs_;
      break;
    default:
      throw std::logic_error("not an instruction on TLBs");
  }
}

}  // namespace ptecheck::order
