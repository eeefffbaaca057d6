// SPDX-License-Identifier: GPL-2.0-only
//
// Runs small programs on three memory models, as a model of explore/interleaving.h.
//
// One machine for all three. Memory is one array: a store is seen by everybody or by nobody but its
// own thread (multi-copy atomicity, which x86, arm64 and riscv have). Each thread has a window that
// holds its whole program, and may perform any instruction of it whose turn has come. A memory
// model is nothing but a table of pairs (earlier, later) of a thread's instructions in which the
// later one has to wait until the earlier one has been performed: order/memory_model.h.
//
// So a store buffer needs no representation: a load that does not wait for an earlier store is a
// load that passes it in the buffer. It takes its value from the latest earlier store to its
// location that has not been performed (forwarding); else from memory.
//
// Loads are performed ahead of conditional jumps, if the model does not forbid it; if the jump
// leads past them, they are forgotten. Stores, atomics' stores, TLBIs and flushes are not.
//
// Two loads of one location may be performed in the wrong order if both read the same store (arm64
// and riscv say so, too). To know that, every store to a location has a version; memory and
// registers hold the version beside the value. A load that finds another version than a later load
// did cannot be performed: that run ends, and another one has the later load repeated. In the same
// way an atomic consists of a load and a store, between which nobody else may have stored; both are
// performed at once, or (weak, relaxed) one after the other.
//
// Fences and jumps are no steps: they are done as soon as what they wait for is.
//
// TLBs. Each processor has one for one entry. TLBIs are sent by one thread to all processors and
// take effect there one by one, at any time: steps of an actor of its own. kDsb waits for those of
// its own thread.
#ifndef PTECHECK_ORDER_MACHINE_H
#define PTECHECK_ORDER_MACHINE_H

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "explore/interleaving_result.h"
#include "order/micro.h"
#include "order/program.h"

namespace ptecheck::order {

constexpr unsigned kLocations = 8, kThreads = 4, kRegisters = 6, kWindow = 16;

// Of memory and registers: version << 4 | value.
struct State {
  std::array<std::uint8_t, kLocations> memory;
  std::array<std::uint16_t, kThreads> done;
  std::array<std::uint16_t, kThreads> skipped;  // jumped over; they are done, too
  std::array<std::uint8_t, kThreads> tlb;
  std::array<std::uint8_t, kThreads> pending;  // TLBIs of this thread: at which processors
  std::array<std::array<std::uint8_t, kRegisters>, kThreads> registers;
};
static_assert(sizeof(State) <= 64);

// How an instruction was performed.
enum class How : std::uint8_t {
  kWhole,      // at once
  kForwarded,  // a load, from an own store that others do not see yet
  kLoadOnly,   // of an atomic
  kStoreOnly,  // of an atomic
};

class Machine {
 public:
  using State = order::State;
  static constexpr bool kAcyclic = true;

  // Throws std::invalid_argument if the program is too large or not such that the models' meaning
  // is clear. `without`: the name of a barrier that is left out. Rule number i of the search is
  // that outcomes[i] is seen.
  Machine(const Program& program, MemoryModel model, std::string_view without = {},
          std::vector<Outcome> outcomes = {});

  unsigned actors() const { return threads() + 1; }
  unsigned threads() const { return static_cast<unsigned>(code_.size()); }

  template <class Visit>
  void initial(Visit visit) const {
    visit(start_);
  }

  template <class Visit>
  void steps(const State& state, unsigned actor, Visit visit) const {
    const auto out = [&](State after, unsigned label) {
      settle(after);
      visit(after, label);
    };
    if (actor == threads())
      invalidations(state, out);
    else
      for (unsigned i = 0; i < code_[actor].size(); ++i)
        if (mayPerform(state, actor, i)) perform(state, actor, i, out);
  }

  BrokenRules brokenIn(const State& state) const;
  bool ended(const State& state, unsigned thread) const;

  // What a label stands for.
  static unsigned labelOf(unsigned micro, How how) {
    return micro * 4 + static_cast<unsigned>(how);
  }
  const Micro& microOf(unsigned thread, unsigned label) const { return code_[thread][label / 4]; }
  static How howOf(unsigned label) { return static_cast<How>(label % 4); }
  // Of the last actor: whose TLBI took effect on which processor.
  static unsigned issuerOf(unsigned label) { return label / kThreads; }
  static unsigned processorOf(unsigned label) { return label % kThreads; }
  const std::vector<Micro>& code(unsigned thread) const { return code_[thread]; }

 private:
  static constexpr std::uint8_t kUnseen = 0xf0;  // the version of a forwarded store

  static std::uint8_t value(std::uint8_t byte) { return byte & 0xf; }
  static bool isIn(std::uint16_t mask, unsigned i) { return ((mask >> i) & 1) != 0; }

  bool mayPerform(const State& state, unsigned thread, unsigned i) const {
    const Micro& micro = code_[thread][i];
    return !isIn(state.done[thread], i) && !settlesItself(micro.kind) &&
           (micro.waits & ~state.done[thread]) == 0;
  }
  std::uint8_t valueOf(const State& state, unsigned thread, Operand operand) const {
    return operand.is_register ? value(state.registers[thread][operand.value]) : operand.value;
  }

  void settle(State& state) const;
  bool jumps(const State& state, unsigned thread, const Micro& micro) const;
  int sourceOf(const State& state, unsigned thread, unsigned i) const;
  bool storeIsKnown(const State& state, unsigned thread, unsigned i) const;
  std::uint8_t stored(const State& state, unsigned thread, unsigned i) const;
  bool read(State& state, unsigned thread, unsigned i, bool& forwarded) const;
  void write(State& state, unsigned thread, unsigned i) const;
  void writeMemory(State& state, unsigned location, std::uint8_t value) const;
  bool isStillTurnOf(const State& state, unsigned thread, unsigned i) const;

  template <class Out>
  void invalidations(const State& state, Out out) const {
    for (unsigned issuer = 0; issuer < threads(); ++issuer)
      for (unsigned cpu = 0; cpu < threads(); ++cpu) {
        if (((state.pending[issuer] >> cpu) & 1) == 0) continue;
        State after = state;
        after.pending[issuer] &= static_cast<std::uint8_t>(~(1U << cpu));
        after.tlb[cpu] = 0;
        out(after, issuer * kThreads + cpu);
      }
  }

  template <class Out>
  void perform(const State& state, unsigned thread, unsigned i, Out out) const {
    const Micro& micro = code_[thread][i];
    State after = state;
    after.done[thread] |= static_cast<std::uint16_t>(1U << i);
    How how = How::kWhole;
    switch (micro.kind) {
      case Kind::kRead: {
        bool forwarded = false;
        if (!read(after, thread, i, forwarded)) return;
        if (micro.atomic) return performAtomic(after, thread, i, forwarded, out);
        if (forwarded) how = How::kForwarded;
        break;
      }
      case Kind::kWrite:
        if (micro.atomic && !isStillTurnOf(state, thread, i)) return;
        if (micro.atomic) how = How::kStoreOnly;
        write(after, thread, i);
        break;
      case Kind::kLock:
        if (value(state.memory[micro.location]) != 0) return;
        writeMemory(after, micro.location, 1);
        break;
      case Kind::kUnlock:
        writeMemory(after, micro.location, 0);
        break;
      default:
        performOnTlbs(after, thread, micro);
        break;
    }
    out(after, labelOf(i, how));
  }

  // `after`: the load of the atomic is performed; its store is instruction i + 1.
  template <class Out>
  void performAtomic(State after, unsigned thread, unsigned i, bool forwarded, Out out) const {
    const Micro& load = code_[thread][i];
    const unsigned store = i + 1;
    if (load.compares && value(after.registers[thread][load.result]) != load.expected) {
      // Nothing is stored.
      after.done[thread] |= static_cast<std::uint16_t>(1U << store);
      after.skipped[thread] |= static_cast<std::uint16_t>(1U << store);
      return out(after, labelOf(i, How::kWhole));
    }
    if (may_split_ && !load.ordered) out(after, labelOf(i, How::kLoadOnly));
    if (forwarded || (code_[thread][store].waits & ~after.done[thread]) != 0) return;
    after.done[thread] |= static_cast<std::uint16_t>(1U << store);
    write(after, thread, store);
    out(after, labelOf(i, How::kWhole));
  }

  void performOnTlbs(State& state, unsigned thread, const Micro& micro) const;

  std::vector<std::vector<Micro>> code_;
  std::vector<Outcome> outcomes_;
  bool may_split_;         // atomics may be performed as a load and a store
  std::uint8_t tlbs_ = 0;  // processors that have something in their TLBs at times
  State start_{};
};

}  // namespace ptecheck::order

#endif
