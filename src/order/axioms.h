// SPDX-License-Identifier: GPL-2.0-only
//
// The judge of the machine, for tests: the same three memory models said in another way, and small
// programs run by brute force. It shares the programs' data with the machine, and nothing else.
//
// Every candidate is enumerated: which way each jump goes, from which store each load reads (rf),
// and in which order the stores to each location reach memory (co). It is an execution if
//   - each thread by itself sees one order for each location: po-loc | rf | co | fr has no cycle;
//   - nobody stores between the two halves of an atomic;
//   - what must be in order has no cycle:
//       sc    po | rf | co | fr
//       tso   po without store-load pairs (but around atomics and full fences) | rfe | co | fr
//       weak  what Arm's axioms have, without acquire and release: fences, dependencies, stores
//             after accesses to their location (lws), and rfe | coe | fre
// Understood are loads, stores, adds, exchanges, fences, address registers, and jumps to the end.
#ifndef PTECHECK_ORDER_AXIOMS_H
#define PTECHECK_ORDER_AXIOMS_H

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "order/program.h"

namespace ptecheck::order {

// What can be seen in the end: six registers of each thread, then memory.
using Final = std::vector<std::uint8_t>;

class Axioms {
 public:
  Axioms(const Program& program, MemoryModel model) : program_(program), model_(model) {}

  std::set<Final> finals() {
    choosePaths(0);
    return finals_;
  }

 private:
  struct Event {
    int thread = -1;  // -1: the store that initialises a location
    unsigned place = 0;
    bool is_store = false;
    unsigned location = 0;
    const Instruction* from = nullptr;
    bool atomic = false;
  };
  using Relation = std::vector<std::uint32_t>;  // of each event, a bit for each it comes before

  // Each jump of a thread is taken, or not; the part up to the first that is taken is executed.
  void choosePaths(std::size_t thread) {
    if (thread == program_.threads.size()) return withPaths();
    const std::vector<Instruction>& code = program_.threads[thread].code;
    for (std::size_t end = 0; end <= code.size(); ++end) {
      const bool is_jump =
          end < code.size() && (code[end].op == Op::kJumpIf || code[end].op == Op::kJumpUnless);
      if (end != code.size() && !is_jump) continue;
      length_.resize(thread);
      length_.push_back(end);
      choosePaths(thread + 1);
    }
    length_.resize(thread);
  }

  void withPaths() {
    events_.clear();
    for (unsigned l = 0; l < program_.locations.size(); ++l) events_.push_back({-1, 0, true, l});
    for (unsigned t = 0; t < length_.size(); ++t)
      for (unsigned i = 0; i < length_[t]; ++i) {
        const Instruction& in = program_.threads[t].code[i];
        const int thread = static_cast<int>(t);
        const bool atomic = in.op == Op::kAdd || in.op == Op::kExchange;
        if (in.op == Op::kLoad || atomic)
          events_.push_back({thread, i, false, in.location, &in, atomic});
        if (in.op == Op::kStore || atomic)
          events_.push_back({thread, i, true, in.location, &in, atomic});
      }
    po_loc_ = relation([&](unsigned a, unsigned b) { return po(a, b) && sameLocation(a, b); });
    needed_ = relation([&](unsigned a, unsigned b) {
      return events_[b].thread >= 0 && (dependsOn(b, a, false) || dependsOn(b, a, true));
    });
    kept_ = relation([&](unsigned a, unsigned b) { return staysInOrder(a, b); });
    source_.assign(events_.size(), 0);
    chooseSources(0);
  }

  void chooseSources(std::size_t event) {
    if (event == events_.size()) {
      if (!findValues() || !jumpsAgree()) return;
      rank_.assign(events_.size(), 0);
      return chooseOrder(0);
    }
    if (events_[event].is_store) return chooseSources(event + 1);
    for (unsigned s = 0; s < events_.size(); ++s)
      // None from the thread's own future: that is a cycle of po-loc | rf.
      if (events_[s].is_store && sameLocation(s, event) && !po(event, s)) {
        source_[event] = s;
        chooseSources(event + 1);
      }
  }

  // The value of each event; false if some value has no beginning.
  bool findValues() {
    value_.assign(events_.size(), std::nullopt);
    for (std::size_t round = 0; round <= 2 * events_.size(); ++round)
      for (std::size_t e = 0; e < events_.size(); ++e)
        value_[e] = events_[e].is_store ? storedBy(e) : value_[source_[e]];
    return std::all_of(value_.begin(), value_.end(), [](const auto& v) { return v.has_value(); });
  }

  std::optional<std::uint8_t> storedBy(std::size_t e) const {
    const Event& event = events_[e];
    if (event.thread < 0) return program_.locations[event.location].initial;
    const Operand& operand = event.from->operand;
    const std::optional<std::uint8_t> said =
        operand.is_register ? registerOf(event.thread, operand.value) : operand.value;
    if (event.from->op != Op::kAdd) return said;
    const std::optional<std::uint8_t> before = value_[e - 1];  // its load
    if (!said || !before) return std::nullopt;
    return static_cast<std::uint8_t>((*said + *before) & 0xf);
  }

  int makerOf(int thread, std::uint8_t number) const {
    for (unsigned e = 0; e < events_.size(); ++e)
      if (events_[e].thread == thread && !events_[e].is_store && events_[e].from->result == number)
        return static_cast<int>(e);
    return -1;
  }
  // Registers that nothing was loaded to hold 0.
  std::optional<std::uint8_t> registerOf(int thread, std::uint8_t number) const {
    const int maker = makerOf(thread, number);
    return maker < 0 ? std::optional<std::uint8_t>(0) : value_[maker];
  }

  bool jumpsAgree() const {
    for (unsigned t = 0; t < length_.size(); ++t) {
      const std::vector<Instruction>& code = program_.threads[t].code;
      for (unsigned i = 0; i < code.size() && i <= length_[t]; ++i) {
        const Instruction& in = code[i];
        if (in.op != Op::kJumpIf && in.op != Op::kJumpUnless) continue;
        const int thread = static_cast<int>(t);
        const auto with = in.operand.is_register ? registerOf(thread, in.operand.value)
                                                 : std::optional<std::uint8_t>(in.operand.value);
        const bool taken = (registerOf(thread, in.tested) == with) == (in.op == Op::kJumpIf);
        if (taken != (i == length_[t])) return false;
      }
    }
    return true;
  }

  // co, one location after the other, as the rank of each store.
  void chooseOrder(unsigned location) {
    if (location == program_.locations.size()) return judge();
    std::vector<unsigned> stores;
    for (unsigned e = 0; e < events_.size(); ++e)
      if (events_[e].is_store && events_[e].thread >= 0 && events_[e].location == location)
        stores.push_back(e);
    do {
      bool coherent = true;  // else a cycle of po-loc | co
      for (unsigned i = 0; i < stores.size(); ++i) {
        rank_[stores[i]] = i + 1;
        for (unsigned j = i + 1; j < stores.size(); ++j)
          coherent = coherent && !po(stores[j], stores[i]);
      }
      if (coherent) chooseOrder(location + 1);
    } while (std::next_permutation(stores.begin(), stores.end()));
  }

  bool po(unsigned a, unsigned b) const {
    return events_[a].thread >= 0 && events_[a].thread == events_[b].thread && a < b;
  }
  bool sameLocation(unsigned a, unsigned b) const {
    return events_[a].location == events_[b].location;
  }
  bool rf(unsigned a, unsigned b) const { return !events_[b].is_store && source_[b] == a; }
  bool co(unsigned a, unsigned b) const {
    return events_[a].is_store && events_[b].is_store && sameLocation(a, b) && rank_[a] < rank_[b];
  }
  bool fr(unsigned a, unsigned b) const { return !events_[a].is_store && co(source_[a], b); }
  bool external(unsigned a, unsigned b) const { return events_[a].thread != events_[b].thread; }

  bool fenceBetween(unsigned a, unsigned b, Op fence) const {
    const std::vector<Instruction>& code = program_.threads[events_[a].thread].code;
    for (unsigned i = events_[a].place; i <= events_[b].place; ++i) {
      if (code[i].op == fence) return true;
      const bool full = (code[i].op == Op::kAdd || code[i].op == Op::kExchange) && code[i].ordered;
      // Fences before its load and after its store.
      const bool before =
          !(i == events_[a].place) && !(i == events_[b].place && events_[b].is_store);
      const bool after =
          !(i == events_[b].place) && !(i == events_[a].place && !events_[a].is_store);
      if (fence == Op::kMb && full && (before || after)) return true;
    }
    return false;
  }

  bool tso(unsigned a, unsigned b) const {
    if (!po(a, b)) return false;
    const bool store_load = events_[a].is_store && !events_[b].is_store;
    return !store_load || events_[a].atomic || events_[b].atomic || fenceBetween(a, b, Op::kMb);
  }

  bool dependsOn(unsigned b, unsigned a, bool address) const {
    if (events_[a].is_store || !po(a, b)) return false;
    const Instruction& in = *events_[b].from;
    const int thread = events_[a].thread;
    if (address) return in.address != kNone && makerOf(thread, in.address) == static_cast<int>(a);
    if (!events_[b].is_store) return false;
    if (in.operand.is_register && makerOf(thread, in.operand.value) == static_cast<int>(a))
      return true;
    return in.op == Op::kAdd && a + 1 == b;
  }

  bool weak(unsigned a, unsigned b) const {
    if (!po(a, b)) return false;
    const bool load_a = !events_[a].is_store;
    const bool load_b = !events_[b].is_store;
    if (fenceBetween(a, b, Op::kMb)) return true;
    if (load_a && load_b && fenceBetween(a, b, Op::kRmb)) return true;
    if (!load_a && !load_b && fenceBetween(a, b, Op::kWmb)) return true;
    if (!load_b && sameLocation(a, b)) return true;  // lws
    if (dependsOn(b, a, false) || dependsOn(b, a, true)) return true;
    if (load_a && !load_b && a + 1 == b && events_[a].from == events_[b].from) return true;  // rmw
    for (unsigned m = a + 1; !load_b && m < b; ++m)
      if (dependsOn(m, a, true)) return true;  // addr; po; [W]
    // ctrl; [W]
    const std::vector<Instruction>& code = program_.threads[events_[a].thread].code;
    for (unsigned i = events_[a].place; !load_b && load_a && i < events_[b].place; ++i) {
      const Instruction& in = code[i];
      if (in.op != Op::kJumpIf && in.op != Op::kJumpUnless) continue;
      if (in.tested == events_[a].from->result) return true;
      if (in.operand.is_register && in.operand.value == events_[a].from->result) return true;
    }
    return false;
  }

  // Whatever runs, by the program alone.
  bool staysInOrder(unsigned a, unsigned b) const {
    switch (model_) {
      case MemoryModel::kSc:
        return po(a, b);
      case MemoryModel::kTso:
        return tso(a, b);
      case MemoryModel::kWeak:
        break;
    }
    return weak(a, b);
  }

  template <class Edge>
  Relation relation(Edge edge) const {
    Relation result(events_.size());
    for (unsigned a = 0; a < events_.size(); ++a)
      for (unsigned b = 0; b < events_.size(); ++b)
        if (edge(a, b)) result[a] |= 1U << b;
    return result;
  }

  // Takes away events that nothing left comes before, until none is left, or none can be taken.
  static bool hasCycle(const Relation& before) {
    std::uint32_t left = (1U << before.size()) - 1;
    while (left != 0) {
      std::uint32_t later = 0;
      for (unsigned e = 0; e < before.size(); ++e)
        if (((left >> e) & 1) != 0) later |= before[e];
      if ((left & ~later) == 0) return true;
      left &= later;
    }
    return false;
  }

  bool atomicsAreAtomic() const {
    for (unsigned e = 0; e + 1 < events_.size(); ++e) {
      if (!events_[e].atomic || events_[e].is_store) continue;
      for (unsigned w = 0; w < events_.size(); ++w)
        if (external(e, w) && fr(e, w) && co(w, e + 1)) return false;
    }
    return true;
  }

  void judge() {
    if (!atomicsAreAtomic()) return;
    Relation communication(events_.size()), outside(events_.size()), read_own(events_.size());
    for (unsigned a = 0; a < events_.size(); ++a)
      for (unsigned b = 0; b < events_.size(); ++b) {
        const bool reads = rf(a, b);
        const bool coherent = co(a, b) || fr(a, b);
        if (reads || coherent) communication[a] |= 1U << b;
        if (reads && !external(a, b)) read_own[a] |= 1U << b;
        if ((reads || (coherent && model_ == MemoryModel::kWeak)) && external(a, b))
          outside[a] |= 1U << b;
        if (coherent && model_ != MemoryModel::kWeak) outside[a] |= 1U << b;
      }
    Relation own = po_loc_, all = kept_;
    for (unsigned a = 0; a < events_.size(); ++a) {
      own[a] |= communication[a];
      all[a] |= model_ == MemoryModel::kSc ? communication[a] : outside[a];
      // (addr | data); rfi
      for (unsigned m = 0; model_ == MemoryModel::kWeak && m < events_.size(); ++m)
        if (((needed_[a] >> m) & 1) != 0) all[a] |= read_own[m];
    }
    if (hasCycle(own) || hasCycle(all)) return;
    Final final;
    for (unsigned t = 0; t < program_.threads.size(); ++t)
      for (std::uint8_t r = 0; r < 6; ++r) final.push_back(*registerOf(static_cast<int>(t), r));
    for (unsigned l = 0; l < program_.locations.size(); ++l) {
      unsigned last = l;
      for (unsigned e = 0; e < events_.size(); ++e)
        if (events_[e].is_store && events_[e].location == l && rank_[e] > rank_[last]) last = e;
      final.push_back(*value_[last]);
    }
    finals_.insert(final);
  }

  const Program& program_;
  MemoryModel model_;
  std::vector<std::size_t> length_;
  std::vector<Event> events_;
  Relation po_loc_, kept_;
  Relation needed_;  // data and address dependencies
  std::vector<unsigned> source_, rank_;
  std::vector<std::optional<std::uint8_t>> value_;
  std::set<Final> finals_;
};

}  // namespace ptecheck::order

#endif
