// SPDX-License-Identifier: GPL-2.0-only
#include "check/concurrent_model.h"

namespace ptecheck {

ConcurrentModel::ConcurrentModel(const SmpSetup& setup, const EntryTable& table, RuleSet rules)
    : setup_(setup), table_(table), rules_(rules) {
  history_setup_.pages = setup.pages;
  history_setup_.shared_mapping = setup.mapping == Mapping::kFile;
  history_setup_.anonymous = setup.mapping != Mapping::kFile;
  history_setup_.lazyfree = setup.mapping == Mapping::kLazyfree;
  history_setup_.child = setup.child;
  for (unsigned a = 0; a < setup.count; ++a) programs_[a] = programOf(setup.actors[a].kind);
}

ConcurrentState ConcurrentModel::stateOf(const Beginning& begin) const {
  State state{begin.state, historyOf(history_setup_)};
  // What was not inherited by the child is as if it had been thrown away.
  for (unsigned r = 0; r < setup_.pages && setup_.child; ++r) {
    if (!table_.none(begin.state.table[1][r])) continue;
    Event call{.kind = EventKind::kBegins, .space = 1, .range = static_cast<std::uint8_t>(r)};
    call.call = SystemCall::kDontneed;
    judge(history_setup_, state.history, call);
    call.kind = EventKind::kReturns;
    judge(history_setup_, state.history, call);
  }
  // What was written since MADV_FREE may not be dropped: the judge hears of the write.
  for (unsigned r = 0; r < setup_.pages; ++r) {
    if (!(begin.written >> r & 1)) continue;
    for (unsigned space = 0; space < kMaxSpaces; ++space) {
      const Entry entry = begin.state.table[space][r];
      if (!table_.pte_present(entry)) continue;
      Event store{.kind = EventKind::kStore};
      store.space = static_cast<std::uint8_t>(space);
      store.range = static_cast<std::uint8_t>(r);
      store.frame = entry.frame;
      store.contents = originalContents(r);
      judge(history_setup_, state.history, store);
    }
  }
  return state;
}

bool ConcurrentModel::take(State& state, unsigned actor, unsigned choice,
                           std::vector<Event>* events) const {
  Machine machine(state.machine, table_, setup_, actor);
  const unsigned pc = state.machine.local[actor].pc;
  const Next next = programs_[actor][pc].run(machine, choice);
  if (next == kWait) return false;
  state.machine.local[actor].pc = static_cast<std::uint8_t>(next);
  RuleSet broken = 0;
  for (const Event& event : machine.events()) {
    broken |= judge(history_setup_, state.history, event);
    if (events) events->push_back(event);
  }
  if (next == kDone && done(state))
    broken |= judgeAtRest(history_setup_, state.history, atRest(state.machine, setup_, table_));
  state.add(broken & rules_);
  return true;
}

bool ConcurrentModel::stuck(const State& state) const {
  if (state.rules() != 0 || done(state)) return false;
  bool moves = false;
  for (unsigned a = 0; a < setup_.count; ++a)
    steps(state, a, [&moves](const State&, unsigned) { moves = true; });
  return !moves;
}

}  // namespace ptecheck
