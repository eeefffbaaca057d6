// SPDX-License-Identifier: GPL-2.0-only
//
// One search, level by level. explore/interleaving.h has the essay, the options, and the search
// that callers want, which may take two of these.
#ifndef PTECHECK_EXPLORE_LEVEL_SEARCH_H
#define PTECHECK_EXPLORE_LEVEL_SEARCH_H

#include <algorithm>
#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <vector>

#include "explore/interleaving_result.h"
#include "explore/shard_team.h"
#include "explore/state_store.h"
#include "explore/successor_buffer.h"

namespace ptecheck {

struct InterleavingProgress {
  unsigned level;  // whose states are being expanded
  std::uint64_t states;
  std::uint64_t transitions;
};

struct InterleavingOptions {
  static constexpr std::uint64_t kNoBound = std::numeric_limits<std::uint64_t>::max();

  unsigned threads = 1;
  unsigned steps = std::numeric_limits<unsigned>::max();  // at most, in an interleaving
  std::uint64_t states = kNoBound;  // ends after the round (of some 100,000 states) that passes it
  std::uint64_t memory = kNoBound;  // bytes of everything that grows; an upper limit
  bool first_only = false;          // end at the first broken rule; else search on to the end
  bool reduce = true;               // use the model's ample(), if it has one
  const std::atomic<bool>* stop = nullptr;                    // looked at after each round
  std::function<void(const InterleavingProgress&)> progress;  // called after each round
};

// What no model has to offer, but may: see explore/interleaving.h.
template <class Model>
concept ChecksStates = requires(const Model& model, const typename Model::State& state) {
  { model.brokenIn(state) } -> std::convertible_to<BrokenRules>;
};
template <class Model>
concept ChecksSteps = requires(const Model& model, const typename Model::State& state) {
  { model.brokenBy(state, 0U, 0U, state) } -> std::convertible_to<BrokenRules>;
};
template <class Model>
concept OffersAmple = requires(const Model& model, const typename Model::State& state) {
  { model.ample(state) } -> std::convertible_to<unsigned>;
};
template <class Model>
constexpr bool isAcyclic() {
  if constexpr (requires { Model::kAcyclic; })
    return Model::kAcyclic;
  else
    return false;
}

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
        team_(std::clamp(options.threads, 1U, kShards), kShards),
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
  static constexpr std::uint32_t kRound = 4096;  // states of one shard that a round expands

  struct Violation {
    unsigned rule;
    StateRef last;  // the state, or the one before the step
    bool by_step;
    TraceStep<State> step;
  };

  // Aligned, so that threads do not share cache lines.
  struct alignas(128) Shard {
    StateShard<State> store;
    MemoryShare memory;
    std::array<SuccessorBuffer<State>, kShards> to;  // successors, by the shard they belong to
    std::uint32_t begin = 0, end = 0;                // what this round expands
    std::uint32_t level_end = 0;                     // the first state of the next level
    std::uint64_t transitions = 0;
    std::uint64_t terminal = 0;
    BrokenRules fresh = 0;  // found by this shard in this phase
    std::vector<Violation> violations;
    bool no_room = false;
    bool has_steps = false;  // beyond the bound
    // Of the states of this round: the actor it was reduced to, and whether a successor is of the
    // next level. Others than the owner write `later`, all of them the same.
    std::unique_ptr<unsigned[]> only;
    std::unique_ptr<std::atomic<bool>[]> later;
  };

  static constexpr unsigned kEveryActor = ~0U;
  static constexpr bool kNeedsProviso = OffersAmple<Model> && !isAcyclic<Model>();

  template <class Task>
  void forAllShards(Task task) {
    team_.run([&](unsigned s) {
      try {
        task(s);
      } catch (const std::bad_alloc&) {
        shards_[s].no_room = true;
      }
    });
    for (unsigned s = 0; s < kShards; ++s) {
      Shard& shard = shards_[s];
      if (shard.no_room) endWith(SearchEnd::kOutOfMemory);
      for (const Violation& v : shard.violations)
        if (((result_.broken >> v.rule) & 1) == 0) {
          result_.broken |= BrokenRules{1} << v.rule;
          found_.push_back(v);
        }
      shard.violations.clear();
      shard.fresh = 0;
    }
  }

  void endWith(SearchEnd end) {
    if (!ended_) result_.end = end;
    ended_ = true;
  }

  void seed() {
    Shard& first = shards_[0];
    model_.initial([&](const State& state) {
      const std::uint64_t hash = hashOf(state);
      if (!first.to[targetOf(hash)].push(state, kNoState, first.memory)) first.no_room = true;
    });
    insertAll();
    emptyBuffers();
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
    bool any = false;
    for (unsigned s = 0; s < kShards; ++s) {
      Shard& shard = shards_[s];
      shard.begin = shard.end;
      shard.end = std::min(shard.level_end, shard.begin + kRound);
      any = any || shard.begin != shard.end;
    }
    return any;
  }

  void round() {
    forAllShards([&](unsigned s) { expandShard(s); });
    insertAll();
    if (kNeedsProviso && reduce_) {
      forAllShards([&](unsigned s) { expandWhatWasReducedTooFar(s); });
      insertAll();
    }
    endIfEnough();
  }

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

  void emptyBuffers() {
    for (unsigned s = 0; s < kShards; ++s)
      for (SuccessorBuffer<State>& buffer : shards_[s].to) buffer.clear();
  }

  void expandShard(unsigned s) {
    Shard& shard = shards_[s];
    for (SuccessorBuffer<State>& buffer : shard.to) buffer.clear();
    if (kNeedsProviso && reduce_) prepareProviso(shard);
    for (std::uint32_t i = shard.begin; i < shard.end; ++i) {
      const State before = shard.store.state(i);
      unsigned actor = kEveryActor;
      if constexpr (OffersAmple<Model>) {
        if (reduce_) {
          actor = model_.ample(before);
          // A hint without a step is none.
          if (actor >= model_.actors() || expand(shard, s, i, before, actor) == 0)
            actor = kEveryActor;
          if (kNeedsProviso) shard.only[i - shard.begin] = actor;
        }
      }
      if (actor != kEveryActor) continue;
      unsigned steps = 0;
      for (unsigned a = 0; a < model_.actors(); ++a) steps += expand(shard, s, i, before, a);
      if (steps == 0) ++shard.terminal;
    }
  }

  // Takes all steps of one actor; returns how many there were.
  unsigned expand(Shard& shard, unsigned s, std::uint32_t i, const State& before, unsigned actor) {
    unsigned steps = 0;
    model_.steps(before, actor, [&](const State& after, unsigned label) {
      ++steps;
      if constexpr (ChecksSteps<Model>) {
        const BrokenRules broken = model_.brokenBy(before, actor, label, after);
        if (broken != 0)
          note(shard, broken, Violation{0, stateRef(s, i), true, {actor, label, after}});
      }
      const std::uint64_t hash = hashOf(after);
      if (!shard.to[targetOf(hash)].push(after, stateRef(s, i), shard.memory)) shard.no_room = true;
    });
    shard.transitions += steps;
    return steps;
  }

  void prepareProviso(Shard& shard) {
    if (!shard.only) {
      if (!shard.memory.take(kRound * (sizeof(unsigned) + sizeof(std::atomic<bool>))))
        throw std::bad_alloc();
      shard.only = std::make_unique<unsigned[]>(kRound);
      shard.later = std::make_unique<std::atomic<bool>[]>(kRound);
    }
    for (std::uint32_t i = 0; i < shard.end - shard.begin; ++i)
      shard.later[i].store(false, std::memory_order_relaxed);
  }

  // The proviso: a state may leave actors out only if a successor will be expanded later.
  void expandWhatWasReducedTooFar(unsigned s) {
    Shard& shard = shards_[s];
    for (SuccessorBuffer<State>& buffer : shard.to) buffer.clear();
    if (!shard.only) return;  // out of memory already
    for (std::uint32_t i = shard.begin; i < shard.end; ++i) {
      const unsigned only = shard.only[i - shard.begin];
      if (only == kEveryActor || shard.later[i - shard.begin].load(std::memory_order_relaxed))
        continue;
      const State before = shard.store.state(i);
      for (unsigned a = 0; a < model_.actors(); ++a)
        if (a != only) expand(shard, s, i, before, a);
    }
  }

  void insertAll() {
    forAllShards([&](unsigned s) { insertShard(s); });
  }

  // Takes what all shards found for this one, in the order of the shards that found it.
  void insertShard(unsigned s) {
    constexpr std::size_t kAhead = 16;  // successors between asking for memory and using it
    Shard& shard = shards_[s];
    for (unsigned from = 0; from < kShards; ++from) {
      const SuccessorBuffer<State>& buffer = shards_[from].to[s];
      const std::size_t size = buffer.size();
      std::array<std::uint64_t, 2 * kAhead> hashes;  // of successors i .. i + 2 * kAhead - 1
      for (std::size_t i = 0; i < std::min(size, 2 * kAhead); ++i) {
        hashes[i] = hashOf(buffer.state(i));
        shard.store.prefetchSlot(hashes[i]);
      }
      for (std::size_t i = 0; i < size; ++i) {
        if (i + kAhead < size) shard.store.prefetchState(hashes[(i + kAhead) % hashes.size()]);
        insert(shard, s, buffer.state(i), hashes[i % hashes.size()], buffer.parent(i));
        if (i + 2 * kAhead < size) {
          hashes[i % hashes.size()] = hashOf(buffer.state(i + 2 * kAhead));
          shard.store.prefetchSlot(hashes[i % hashes.size()]);
        }
      }
    }
  }

  void insert(Shard& shard, unsigned s, const State& state, std::uint64_t hash, StateRef parent) {
    const auto answer = shard.store.add(state, hash, parent, shard.memory);
    if (answer.added == Added::kNoRoom) {
      shard.no_room = true;
      return;
    }
    if constexpr (kNeedsProviso)
      if (reduce_ && parent != kNoState && answer.index >= shard.level_end) {
        const Shard& source = shards_[shardOf(parent)];
        source.later[indexOf(parent) - source.begin].store(true, std::memory_order_relaxed);
      }
    if constexpr (ChecksStates<Model>) {
      if (answer.added != Added::kNew) return;
      const BrokenRules broken = model_.brokenIn(state);
      if (broken != 0)
        note(shard, broken, Violation{0, stateRef(s, answer.index), false, {0, 0, state}});
    }
  }

  // The first of each rule is kept; what other shards find in the same phase is sorted out later.
  void note(Shard& shard, BrokenRules broken, Violation violation) {
    broken &= ~(result_.broken | shard.fresh);
    shard.fresh |= broken;
    for (unsigned rule = 0; broken != 0; ++rule, broken >>= 1)
      if (broken & 1) {
        violation.rule = rule;
        shard.violations.push_back(violation);
      }
  }

  // States at the bound are not expanded, but the search is complete if none of them has a step.
  void lookBeyondTheBound() {
    forAllShards([&](unsigned s) {
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
    std::sort(found_.begin(), found_.end(),
              [](const Violation& a, const Violation& b) { return a.rule < b.rule; });
    for (const Violation& v : found_) result_.counterexamples.push_back(traceOf(v));
    return std::move(result_);
  }

  // The way to a state is the chain of parents; which step leads from one to the next is found by
  // taking them again, the lowest actor first.
  Counterexample<State> traceOf(const Violation& violation) const {
    Counterexample<State> example{violation.rule, {}, {}, !reduce_};
    std::vector<State> path;
    for (StateRef ref = violation.last; ref != kNoState;) {
      const StateShard<State>& store = shards_[shardOf(ref)].store;
      path.push_back(store.state(indexOf(ref)));
      ref = store.parent(indexOf(ref));
    }
    std::reverse(path.begin(), path.end());
    example.initial = path.front();
    for (std::size_t i = 1; i < path.size(); ++i)
      example.steps.push_back(stepBetween(path[i - 1], path[i]));
    if (violation.by_step) example.steps.push_back(violation.step);
    return example;
  }

  TraceStep<State> stepBetween(const State& before, const State& wanted) const {
    TraceStep<State> result{0, 0, wanted};
    bool found = false;
    for (unsigned a = 0; a < model_.actors() && !found; ++a)
      model_.steps(before, a, [&](const State& after, unsigned label) {
        if (found || !sameState(after, wanted)) return;
        found = true;
        result = {a, label, after};
      });
    return result;
  }

  static unsigned targetOf(std::uint64_t hash) {
    return static_cast<unsigned>(hash >> (64 - kShardBits));
  }

  const Model& model_;
  const InterleavingOptions& options_;
  bool reduce_;
  BrokenRules wanted_;
  ShardTeam team_;
  std::unique_ptr<Shard[]> shards_;
  unsigned level_ = 0;
  bool ended_ = false;
  Result result_;
  std::vector<Violation> found_;
};

}  // namespace ptecheck

#endif
