// SPDX-License-Identifier: GPL-2.0-only
#include "order/schedule.h"

namespace ptecheck::order {

namespace {

std::string number(unsigned byte) { return std::to_string(byte & 0xf); }

class Words {
 public:
  Words(const Program& program, const Machine& machine) : program_(program), machine_(machine) {}

  ScheduleRow step(const State& before, const TraceStep<State>& step) const {
    if (step.actor == machine_.threads()) {
      const unsigned issuer = Machine::issuerOf(step.label);
      return {Machine::processorOf(step.label), true,
              "TLBI of " + std::string(program_.threads[issuer].name) + " takes effect"};
    }
    const Micro& micro = machine_.microOf(step.actor, step.label);
    std::string text = effect(before, step, micro);
    if (!micro.text.empty()) text = std::string(micro.text) + ": " + text;
    return {step.actor, true, text};
  }

  // Fences that have come to their end with a step.
  std::vector<ScheduleRow> fences(const State& before, const State& after) const {
    std::vector<ScheduleRow> rows;
    for (unsigned t = 0; t < machine_.threads(); ++t) {
      const unsigned done = after.done[t] & ~before.done[t] & ~after.skipped[t];
      for (unsigned i = 0; i < machine_.code(t).size(); ++i) {
        const Micro& micro = machine_.code(t)[i];
        if (((done >> i) & 1) != 0 && settlesItself(micro.kind) && micro.kind != Kind::kJump)
          rows.push_back({t, false, std::string(micro.text)});
      }
    }
    return rows;
  }

 private:
  std::string place(const Micro& micro) const {
    return std::string(program_.locations[micro.location].name);
  }

  std::string effect(const State& before, const TraceStep<State>& step, const Micro& micro) const {
    const unsigned thread = step.actor;
    const State& after = step.after;
    switch (micro.kind) {
      case Kind::kRead:
        return micro.atomic
                   ? atomic(before, step, micro)
                   : place(micro) + " is " + number(after.registers[thread][micro.result]) +
                         (Machine::howOf(step.label) == How::kForwarded
                              ? " (its own store, which others do not see yet)"
                              : "");
      case Kind::kWrite:
        return place(micro) + " = " + number(after.memory[micro.location]);
      case Kind::kLock:
        return "locks " + place(micro);
      case Kind::kUnlock:
        return "unlocks " + place(micro);
      case Kind::kWalk:
        return after.tlb[thread] != 0 && after.tlb[thread] == (after.memory[micro.location] & 0xf)
                   ? "walks, TLB: " + place(micro) + " " + number(after.tlb[thread])
                   : "walks, finds nothing";
      case Kind::kUse:
        return std::string(before.tlb[thread] != 0 ? "uses TLB: " : "walks, TLB: ") + place(micro) +
               " " + number(after.tlb[thread]);
      case Kind::kFlushLocal:
        return "empties TLB";
      case Kind::kIpi:
        return "interrupts " + std::string(program_.threads[micro.target].name) +
               ", which empties its TLB";
      case Kind::kTlbi:
        return "sends TLBI";
      default:
        break;
    }
    return "";
  }

  std::string atomic(const State& before, const TraceStep<State>& step, const Micro& micro) const {
    const std::string found = number(step.after.registers[step.actor][micro.result]);
    if (Machine::howOf(step.label) == How::kLoadOnly)
      return place(micro) + " is " + found + " (and is stored to later)";
    if (before.memory[micro.location] == step.after.memory[micro.location])
      return place(micro) + " is " + found + ", stays";
    return place(micro) + " from " + found + " to " + number(step.after.memory[micro.location]);
  }

  const Program& program_;
  const Machine& machine_;
};

}  // namespace

std::string describe(const Program& program, const State& state) {
  std::string text;
  for (unsigned l = 0; l < program.locations.size(); ++l)
    text += (l == 0 ? "" : ", ") + std::string(program.locations[l].name) + ' ' +
            number(state.memory[l]);
  for (unsigned t = 0; t < program.threads.size(); ++t)
    if (state.tlb[t] != 0)
      text += ", TLB of " + std::string(program.threads[t].name) + ' ' + number(state.tlb[t]);
  return text;
}

std::vector<ScheduleRow> scheduleOf(const Program& program, const Machine& machine,
                                    const Counterexample<State>& example) {
  const Words words(program, machine);
  std::vector<ScheduleRow> rows;
  State before = example.initial;
  for (const TraceStep<State>& step : example.steps) {
    rows.push_back(words.step(before, step));
    for (ScheduleRow& row : words.fences(before, step.after)) rows.push_back(std::move(row));
    before = step.after;
  }
  return rows;
}

}  // namespace ptecheck::order
