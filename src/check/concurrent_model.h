// SPDX-License-Identifier: GPL-2.0-only
//
// A machine with several processors (smp/) and the judge that listens to it (spec/history.h), as a
// model for the search of interleavings. A state is a machine's, what the judge remembers, and the
// rules broken so far; once one is, the state has no successors.
//
// It offers no ample() (explore/interleaving.h, "Reduction"): of its steps, which are coarse
// already, few are nobody's business. To let those of reclaim go first that are saved 1 % of the
// steps and no state, and took a fifth more time.
#ifndef PTECHECK_CHECK_CONCURRENT_MODEL_H
#define PTECHECK_CHECK_CONCURRENT_MODEL_H

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "explore/interleaving_result.h"
#include "smp/machine.h"
#include "smp/program.h"
#include "smp/situation.h"
#include "spec/history.h"
#include "spec/rules.h"

namespace ptecheck {

struct ConcurrentState {
  SmpState machine;
  History history;
  std::array<std::uint8_t, 4> broken{};  // a RuleSet, in bytes: no padding

  RuleSet rules() const {
    return RuleSet{broken[0]} | RuleSet{broken[1]} << 8 | RuleSet{broken[2]} << 16 |
           RuleSet{broken[3]} << 24;
  }
  void add(RuleSet set) {
    for (unsigned i = 0; i < broken.size(); ++i)
      broken[i] = static_cast<std::uint8_t>(broken[i] | set >> 8 * i);
  }
};
static_assert(std::has_unique_object_representations_v<ConcurrentState>);

class ConcurrentModel {
 public:
  using State = ConcurrentState;
  // A label says which step of the actor's program it was, and which alternative.
  static constexpr unsigned kMaxChoices = 4;

  // `table`: of setup.arch; must outlive the model. `rules`: those that count.
  ConcurrentModel(const SmpSetup& setup, const EntryTable& table, RuleSet rules = kAllRules);

  unsigned actors() const { return setup_.count; }
  const SmpSetup& setup() const { return setup_; }
  const HistorySetup& historySetup() const { return history_setup_; }
  const EntryTable& table() const { return table_; }

  void initial(auto visit) const {
    for (const Beginning& begin : beginningsOf(setup_, table_)) visit(stateOf(begin));
  }

  void steps(const State& state, unsigned actor, auto visit) const {
    const Local& local = state.machine.local[actor];
    if (local.pc == kDone || state.rules() != 0) return;
    const unsigned choices = programs_[actor][local.pc].choices;
    for (unsigned choice = 0; choice < choices; ++choice) {
      State after = state;
      if (take(after, actor, choice)) visit(after, labelOf(local.pc, choice));
    }
  }

  BrokenRules brokenIn(const State& state) const { return state.rules(); }

  // Takes one alternative of the step that `actor` is at; false if it cannot be taken.
  // `events`: what it told, if anybody wants to know.
  bool take(State& state, unsigned actor, unsigned choice,
            std::vector<Event>* events = nullptr) const;

  bool done(const State& state) const {
    for (unsigned a = 0; a < setup_.count; ++a)
      if (state.machine.local[a].pc != kDone) return false;
    return true;
  }
  // Nobody can take a step, and not everybody is done.
  bool stuck(const State& state) const;

  static unsigned labelOf(unsigned pc, unsigned choice) { return pc * kMaxChoices + choice; }
  const ProgramStep& stepOf(unsigned actor, unsigned label) const {
    return programs_[actor][label / kMaxChoices];
  }

 private:
  State stateOf(const Beginning& begin) const;

  SmpSetup setup_;
  const EntryTable& table_;
  RuleSet rules_;
  HistorySetup history_setup_;
  std::array<Program, kMaxActors> programs_;
};

}  // namespace ptecheck

#endif
