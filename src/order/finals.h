// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: the ways in which the machine can end, to be compared with those that axioms allow.
#ifndef PTECHECK_ORDER_FINALS_H
#define PTECHECK_ORDER_FINALS_H

#include <map>
#include <set>
#include <string>
#include <vector>

#include "order/axioms.h"
#include "order/machine.h"

namespace ptecheck::order {

inline std::set<Final> finalsOf(const Program& program, MemoryModel model,
                                std::size_t* states = nullptr) {
  const Machine machine(program, model);
  const auto bytes = [](const State& s) {
    return std::string(reinterpret_cast<const char*>(&s), sizeof s);
  };
  std::map<std::string, State> seen;
  std::vector<State> open;
  std::set<Final> finals;
  const auto meet = [&](const State& s) {
    if (seen.emplace(bytes(s), s).second) open.push_back(s);
  };
  machine.initial(meet);
  while (!open.empty()) {
    const State s = open.back();
    open.pop_back();
    bool all = true;
    for (unsigned t = 0; t < machine.threads(); ++t) all = all && machine.ended(s, t);
    if (all) {
      Final final;
      for (unsigned t = 0; t < machine.threads(); ++t) {
        std::set<std::uint8_t> named;
        for (const Instruction& in : program.threads[t].code) named.insert(in.result);
        for (std::uint8_t r = 0; r < kRegisters; ++r)
          final.push_back(named.count(r) != 0 ? s.registers[t][r] & 0xf : 0);
      }
      for (unsigned l = 0; l < program.locations.size(); ++l) final.push_back(s.memory[l] & 0xf);
      finals.insert(final);
    }
    for (unsigned a = 0; a < machine.actors(); ++a)
      machine.steps(s, a, [&](const State& after, unsigned) { meet(after); });
  }
  if (states != nullptr) *states = seen.size();
  return finals;
}

inline Program programOf(const std::vector<std::vector<Instruction>>& threads) {
  Program program;
  program.locations = {{"x"}, {"y"}, {"z"}};
  for (const auto& code : threads) program.threads.push_back({"T", code});
  return program;
}

}  // namespace ptecheck::order

#endif
