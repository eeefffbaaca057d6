// SPDX-License-Identifier: GPL-2.0-only
//
// One search, level by level. explore/interleaving.h has the essay, and the search that callers
// want, which may take two of these.
#ifndef PTECHECK_EXPLORE_LEVEL_SEARCH_H
#define PTECHECK_EXPLORE_LEVEL_SEARCH_H

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "explore/interleaving_model.h"
#include "explore/interleaving_options.h"
#include "explore/interleaving_result.h"
#include "explore/search_shard.h"
#include "explore/shard_team.h"
#include "explore/state_store.h"
#include "explore/successor_buffer.h"
#include "explore/trace_back.h"

namespace ptecheck {

template <class Model>
class LevelSearch {
 public:
  using State = typename Model::State;
  using Result = InterleavingResult<State>;

  // Ends when all rules of `wanted` are found, if there are any.
  LevelSearch(const Model& model, const InterleavingOptions& options, bool reduce,
              BrokenRules wanted)
      : model_(model),
        options_(options),
        reduce_(reduce && OffersAmple<Model>),
        wanted_(wanted),
        team_(std::clamp(options.threads, 1U, kShards)),
        shards_(std::make_unique<Shard[]>(kShards)) {
    const std::uint64_t own = kShards * sizeof(Shard);
    if (options.memory != InterleavingOptions::kNoBound)
      for (unsigned s = 0; s < kShards; ++s)
        shards_[s].memory.limit(options.memory > own ? (options.memory - own) / kShards : 0);
  }

  Result run() {
    seed();
    for (level_ = 0; !ended_ && openLevel(); ++level_) {
      if (level_ == options_.steps) {
        lookBeyondTheBound();
        break;
      }
      while (!ended_ && openRound()) round();
      if (!ended_) result_.expanded_levels = level_ + 1;
    }
    return finish();
  }

 private:
  using Shard = SearchShard<State>;

  static constexpr std::uint32_t kRound = 4096;  // states of one shard that a round expands
  static constexpr unsigned kEveryActor = ReducedStates::kEveryActor;
  static constexpr bool kNeedsProviso = OffersAmple<Model> && !isAcyclic<Model>();

  // A phase. What the shards found in it is sorted here, so that it does not depend on which was
  // first: steps before states, and lower shards before higher ones.
  template <class Task>
  void forShards(ShardSet shards, Task task) {
    if (shards == 0) return;
    team_.run(shards, alone_, [&](unsigned s) {
      try {
        task(s);
      } catch (const std::bad_alloc&) {
        shards_[s].no_room = true;
      }
    });
    for (unsigned s = 0; s < kShards; ++s) {
      if (shards_[s].no_room) endWith(SearchEnd::kOutOfMemory);
      collect(shards_[s].by_step);
    }
    for (unsigned s = 0; s < kShards; ++s) collect(shards_[s].by_state);
  }

  void collect(Violations<State>& violations) {
    if (violations.rules == 0) return;
    for (const Violation<State>& v : violations.list)
      if (((result_.broken >> v.rule) & 1) == 0) {
        result_.broken |= BrokenRules{1} << v.rule;
        found_.push_back(v);
      }
    violations.clear();
  }

  void endWith(SearchEnd end) {
    if (!ended_) result_.end = end;
    ended_ = true;
  }

  void seed() {
    alone_ = true;
    forShards(1, [&](unsigned) {
      model_.initial([&](const State& state) {
        const std::uint64_t hash = hashOf(state);
        insert(homeShard(hash), state, hash, kNoState);
      });
    });
    endIfEnough();
  }

  // The states that the last level found; false if there are none.
  bool openLevel() {
    bool any = false;
    for (unsigned s = 0; s < kShards; ++s) {
      Shard& shard = shards_[s];
      shard.end = shard.level_end;
      shard.level_end = shard.store.size();
      any = any || shard.end != shard.level_end;
    }
    if (any) result_.deepest_level = level_;
    return any;
  }

  bool openRound() {
    std::uint64_t states = 0;
    expanding_ = 0;
    for (unsigned s = 0; s < kShards; ++s) {
      Shard& shard = shards_[s];
      shard.begin = shard.end;
      shard.end = std::min(shard.level_end, shard.begin + kRound);
      states += shard.end - shard.begin;
      if (shard.begin != shard.end) expanding_ |= ShardSet{1} << s;
    }
    alone_ = states < options_.alone_below;
    return states != 0;
  }

  void round() {
    expandAll([this](unsigned s) {
      Shard& shard = shards_[s];
      if (kNeedsProviso && reduce_)
        shard.reduced.begin(shard.end - shard.begin, kRound, shard.memory);
      alone_ ? expandShard<true>(s) : expandShard<false>(s);
    });
    if (kNeedsProviso && reduce_)
      expandAll([this](unsigned s) {
        alone_ ? expandWhatWasReducedTooFar<true>(s) : expandWhatWasReducedTooFar<false>(s);
      });
    endIfEnough();
  }

  // Both phases; alone there is no second one.
  template <class Expand>
  void expandAll(Expand expand_shard) {
    if (alone_) return forShards(expanding_, expand_shard);
    forShards(expanding_, [&](unsigned s) {
      Outbox<State>& out = shards_[s].out;
      if (!out.begin(shards_[s].memory)) throw std::bad_alloc();
      expand_shard(s);
      out.close();
    });
    ShardSet filled = 0;
    for (unsigned s = 0; s < kShards; ++s)
      if (isExpanding(s)) filled |= shards_[s].out.filled();
    forShards(filled, [this](unsigned s) { insertFoundFor(s); });
  }

  bool isExpanding(unsigned s) const { return ((expanding_ >> s) & 1) != 0; }

  void endIfEnough() {
    std::uint64_t states = 0;
    std::uint64_t transitions = 0;
    for (unsigned s = 0; s < kShards; ++s) {
      states += shards_[s].store.size();
      transitions += shards_[s].transitions;
    }
    if (options_.first_only && result_.broken != 0) endWith(SearchEnd::kFirst);
    if (wanted_ != 0 && (wanted_ & ~result_.broken) == 0) endWith(SearchEnd::kFirst);
    if (states > options_.states) endWith(SearchEnd::kBound);
    if (options_.stop != nullptr && *options_.stop) endWith(SearchEnd::kStopped);
    if (options_.progress) options_.progress({level_, states, transitions});
  }

  template <bool kAlone>
  void expandShard(unsigned s) {
    Shard& shard = shards_[s];
    for (std::uint32_t i = shard.begin; i < shard.end; ++i) {
      const State before = shard.store.state(i);
      if constexpr (OffersAmple<Model>)
        if (reduce_) {
          const unsigned actor = ampleActor(model_, before);
          // A hint without a step is none.
          if (actor < model_.actors() && expand<kAlone>(s, i, before, actor) != 0) {
            if (kNeedsProviso) shard.reduced.reduce(i - shard.begin, actor);
            continue;
          }
        }
      unsigned steps = 0;
      for (unsigned a = 0; a < model_.actors(); ++a) steps += expand<kAlone>(s, i, before, a);
      if (steps == 0) ++shard.terminal;
    }
  }

  // The proviso: a state may leave actors out only if a successor will be expanded later.
  template <bool kAlone>
  void expandWhatWasReducedTooFar(unsigned s) {
    Shard& shard = shards_[s];
    if (!shard.reduced.begun()) return;  // out of memory already
    for (std::uint32_t i = shard.begin; i < shard.end; ++i) {
      const unsigned only = shard.reduced.reducedTooFar(i - shard.begin);
      if (only == kEveryActor) continue;
      const State before = shard.store.state(i);
      for (unsigned a = 0; a < model_.actors(); ++a)
        if (a != only) expand<kAlone>(s, i, before, a);
    }
  }

  // Takes all steps of one actor; returns how many there were.
  template <bool kAlone>
  unsigned expand(unsigned s, std::uint32_t i, const State& before, unsigned actor) {
    Shard& shard = shards_[s];
    const StateRef from = stateRef(s, i);
    unsigned steps = 0;
    model_.steps(before, actor, [&](const State& after, unsigned label) {
      ++steps;
      if constexpr (ChecksSteps<Model>) {
        const BrokenRules broken = model_.brokenBy(before, actor, label, after);
        if (broken != 0)
          shard.by_step.note(broken, result_.broken, {0, from, true, {actor, label, after}});
      }
      const std::uint64_t hash = hashOf(after);
      const unsigned home = homeShard(hash);
      if constexpr (kAlone)
        insert(home, after, hash, from);
      else if (!shard.out.push(home, after, from, shard.memory))
        shard.no_room = true;
    });
    shard.transitions += steps;
    return steps;
  }

  // In the order of the shards that found it.
  void insertFoundFor(unsigned s) {
    constexpr std::size_t kAhead = 16;  // successors between asking for memory and using it
    const StateShard<State>& store = shards_[s].store;
    for (unsigned from = 0; from < kShards; ++from) {
      // What others have in their buffers is of an earlier round.
      if (!isExpanding(from) || ((shards_[from].out.filled() >> s) & 1) == 0) continue;
      const SuccessorBuffer<State>& buffer = shards_[from].out.forShard(s);
      const std::size_t size = buffer.size();
      std::array<std::uint64_t, 2 * kAhead> hashes;  // of successors i .. i + 2 * kAhead - 1
      for (std::size_t i = 0; i < std::min(size, 2 * kAhead); ++i) {
        hashes[i] = hashOf(buffer.state(i));
        store.prefetchSlot(hashes[i]);
      }
      for (std::size_t i = 0; i < size; ++i) {
        if (i + kAhead < size) store.prefetchState(hashes[(i + kAhead) % hashes.size()]);
        insert(s, buffer.state(i), hashes[i % hashes.size()], buffer.parent(i));
        if (i + 2 * kAhead < size) {
          hashes[i % hashes.size()] = hashOf(buffer.state(i + 2 * kAhead));
          store.prefetchSlot(hashes[i % hashes.size()]);
        }
      }
    }
  }

  void insert(unsigned s, const State& state, std::uint64_t hash, StateRef parent) {
    Shard& shard = shards_[s];
    const auto answer = shard.store.add(state, hash, parent, shard.memory);
    if (answer.added == Added::kNoRoom) {
      shard.no_room = true;
      return;
    }
    if constexpr (kNeedsProviso)
      if (reduce_ && parent != kNoState && answer.index >= shard.level_end) {
        const Shard& source = shards_[shardOf(parent)];
        source.reduced.hasLaterSuccessor(indexOf(parent) - source.begin);
      }
    if constexpr (ChecksStates<Model>) {
      if (answer.added != Added::kNew) return;
      const BrokenRules broken = model_.brokenIn(state);
      if (broken != 0)
        shard.by_state.note(broken, result_.broken,
                            {0, stateRef(s, answer.index), false, {0, 0, state}});
    }
  }

  // States at the bound are not expanded, but the search is complete if none of them has a step.
  void lookBeyondTheBound() {
    alone_ = false;
    forShards(kEveryShard, [&](unsigned s) {
      Shard& shard = shards_[s];
      for (std::uint32_t i = shard.end; i < shard.level_end; ++i) {
        bool steps = false;
        for (unsigned a = 0; a < model_.actors() && !steps; ++a)
          model_.steps(shard.store.state(i), a, [&](const State&, unsigned) { steps = true; });
        shard.terminal += steps ? 0 : 1;
        shard.has_steps = shard.has_steps || steps;
      }
    });
    for (unsigned s = 0; s < kShards; ++s)
      if (shards_[s].has_steps) endWith(SearchEnd::kBound);
  }

  Result finish() {
    result_.peak_bytes = kShards * sizeof(Shard);
    result_.reduced = reduce_;
    for (unsigned s = 0; s < kShards; ++s) {
      result_.states += shards_[s].store.size();
      result_.transitions += shards_[s].transitions;
      result_.terminal += shards_[s].terminal;
      result_.peak_bytes += shards_[s].memory.peak();
      if (shards_[s].store.size() > shards_[s].level_end && ended_)
        result_.deepest_level = level_ + 1;
    }
    // A reduced interleaving stands for others that may be longer or shorter.
    if (reduce_ && result_.end != SearchEnd::kComplete) result_.expanded_levels = 0;
    std::sort(found_.begin(), found_.end(),
              [](const auto& a, const auto& b) { return a.rule < b.rule; });
    for (const Violation<State>& violation : found_)
      result_.counterexamples.push_back(traceBack(model_, shards_.get(), violation, !reduce_));
    return std::move(result_);
  }

  const Model& model_;
  const InterleavingOptions options_;
  bool reduce_;
  BrokenRules wanted_;
  ShardTeam team_;
  std::unique_ptr<Shard[]> shards_;
  unsigned level_ = 0;
  ShardSet expanding_ = 0;  // that have something to expand in this round
  bool alone_ = false;      // this round is worked off by the caller, without buffers
  bool ended_ = false;
  Result result_;
  std::vector<Violation<State>> found_;
};

}  // namespace ptecheck

#endif
