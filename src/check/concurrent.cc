// SPDX-License-Identifier: GPL-2.0-only
#include "check/concurrent.h"

#include <algorithm>
#include <mutex>
#include <tuple>

#include "explore/interleaving.h"
#include "explore/parallel.h"
#include "scenario/stop.h"

namespace ptecheck {

namespace {

// Every actor that a set may have, simplest first. With more actors at once programs are shorter:
// what a second access of one program can show, a second program shows too.
std::vector<std::string> actorTexts(unsigned actors, unsigned pages) {
  std::vector<std::string> texts;
  const bool small = actors <= 2;
  if (pages == 1) {
    texts = {"user=L0", "user=S0"};
    if (small) texts.insert(texts.end(), {"user=L0S0", "user=S0L0", "user=S0S0"});
    texts.insert(texts.end(), {"child=L0", "child=S0", "gup=L0", "gup=S0"});
  } else {
    texts = {"user=L0", "user=L1", "user=S0", "user=S1"};
    if (small) texts.insert(texts.end(), {"user=S0S1", "user=S1S0"});
    texts.insert(texts.end(), {"child=L1", "child=S1", "gup=L0", "gup=S0", "gup=S1"});
  }
  for (unsigned kind = 0; kind < kActorKinds; ++kind) {
    const auto which = static_cast<ActorKind>(kind);
    if (which == ActorKind::kUser || which == ActorKind::kGup) continue;
    const std::string name(actorName(which));
    texts.push_back(name);
    if (pages > 1 && (which == ActorKind::kDontneed || which == ActorKind::kFree))
      texts.push_back(name + "@1");
  }
  return texts;
}

struct One {                                                 // of one setup
  InterleavingCounts counts = {.end = SearchEnd::kStopped};  // until it is searched
  std::vector<Counterexample<ConcurrentState>> counterexamples;
};

void addSets(const ConcurrentOptions& options, const std::vector<ActorSpec>& specs,
             const SmpSetup& setup, std::size_t from, unsigned left, const EntryTable& table,
             std::vector<SmpSetup>& setups) {
  if (left == 0) {
    if (!senseless(setup, table.hasSoftDirty(), table.hasUffdWp())) setups.push_back(setup);
    return;
  }
  for (std::size_t i = from; i < specs.size(); ++i) {
    SmpSetup more = setup;
    more.actors[more.count++] = specs[i];
    addSets(options, specs, more, i, left - 1, table, setups);
  }
}

bool wanted(const ConcurrentOptions& options, ActorKind kind) {
  return options.kinds.empty() ||
         std::find(options.kinds.begin(), options.kinds.end(), kind) != options.kinds.end();
}

void add(ConcurrentResult& result, ConcurrentSize& size, const SmpSetup& setup, One& one) {
  ++size.setups;
  size.states += one.counts.states;
  size.transitions += one.counts.transitions;
  // A search that is complete but for a rule that it found is one that has an answer.
  const bool unfinished = one.counts.end != SearchEnd::kComplete;
  size.unfinished += unfinished;
  if (unfinished &&
      (result.worst_end == SearchEnd::kComplete || one.counts.end == SearchEnd::kStopped))
    result.worst_end = one.counts.end;
  size.broken += one.counts.broken != 0;
  for (Counterexample<ConcurrentState>& example : one.counterexamples) {
    const Rule rule = static_cast<Rule>(example.rule);
    ++result.setups_breaking[example.rule];
    result.broken |= ruleBit(rule);
    const auto measure = [](const SmpSetup& s, const Counterexample<ConcurrentState>& e) {
      return std::tuple(s.pages, s.count, e.steps.size());
    };
    const auto known = std::find_if(result.examples.begin(), result.examples.end(),
                                    [rule](const ConcurrentExample& e) { return e.rule == rule; });
    if (known == result.examples.end()) {
      result.examples.push_back({rule, setup, std::move(example)});
    } else if (measure(setup, example) < measure(known->setup, known->schedule)) {
      *known = {rule, setup, std::move(example)};
    }
  }
}

}  // namespace

std::vector<SmpSetup> setupsOf(const ConcurrentOptions& options, unsigned actors, unsigned pages) {
  const EntryTable table(options.arch);
  SmpSetup base;
  base.arch = options.arch;
  base.policy = options.policy;
  base.mutant = options.mutant;
  std::vector<SmpSetup> setups;
  std::vector<ActorSpec> specs;
  for (const std::string& text : actorTexts(actors, pages)) {
    SmpSetup one;
    parse("anon/" + std::to_string(pages) + ":" + text, one);
    if (wanted(options, one.actors[0].kind)) specs.push_back(one.actors[0]);
  }
  for (unsigned mapping = 0; mapping < kMappings; ++mapping) {
    for (const bool child : {false, true}) {
      // A shared file is shared with other processes as with other threads.
      if (child && static_cast<Mapping>(mapping) == Mapping::kFile) continue;
      base.mapping = static_cast<Mapping>(mapping);
      base.pages = static_cast<std::uint8_t>(pages);
      base.child = child;
      addSets(options, specs, base, 0, actors, table, setups);
    }
  }
  return setups;
}

namespace {

std::string counted(unsigned actors) {
  return std::to_string(actors) + (actors == 1 ? " actor" : " actors");
}

struct Sized {
  SmpSetup setup;
  std::size_t size;  // which of result.sizes
};

ConcurrentResult search(const ConcurrentOptions& options, const std::vector<Sized>& work,
                        std::vector<ConcurrentSize> sizes) {
  ConcurrentResult result;
  result.arch = options.arch;
  result.policy = options.policy;
  result.mutant = options.mutant;
  result.sizes = std::move(sizes);
  const EntryTable table(options.arch);
  std::vector<One> ones(work.size());
  InterleavingOptions how;
  how.memory = options.memory;  // not a share of it, which would depend on the number of jobs
  if (options.steps != 0) how.steps = options.steps;
  // Several searches at a time, or a single one on several threads.
  const unsigned at_a_time = work.size() == 1 ? 1 : options.jobs;
  if (work.size() == 1) how.threads = options.jobs;
  how.stop = &stopFlag();
  const std::string actors = work.empty() ? "" : counted(work.back().setup.count);
  std::mutex progress_mutex;
  std::uint64_t states = 0;
  const auto tell = [&](std::uint64_t now) {
    if (options.progress) options.progress({now, 0, "states", actors});
  };
  if (work.size() == 1) how.progress = [&](const InterleavingProgress& now) { tell(now.states); };
  runUnits(
      work.size(), Share{}, at_a_time, [](unsigned thread) { return thread; },
      [&](unsigned, std::size_t unit) {
        const ConcurrentModel model(work[unit].setup, table, options.rules);
        auto found = searchInterleavings(model, how);
        ones[unit] = {found, std::move(found.counterexamples)};
        if (!options.progress) return;
        const std::lock_guard lock(progress_mutex);
        tell(states += ones[unit].counts.states);
      });
  for (std::size_t i = 0; i < work.size(); ++i)
    add(result, result.sizes[work[i].size], work[i].setup, ones[i]);
  std::sort(result.examples.begin(), result.examples.end(),
            [](const auto& a, const auto& b) { return a.rule < b.rule; });
  for (const ConcurrentSize& size : result.sizes) {
    result.setups += size.setups;
    result.states += size.states;
    result.transitions += size.transitions;
    result.unfinished += size.unfinished;
  }
  return result;
}

}  // namespace

ConcurrentResult checkSetups(const ConcurrentOptions& options,
                             const std::vector<SmpSetup>& setups) {
  if (setups.empty()) return search(options, {}, {});
  std::vector<Sized> work;
  for (const SmpSetup& setup : setups) work.push_back({setup, 0});
  return search(options, work, {{.actors = setups[0].count, .pages = setups[0].pages}});
}

ConcurrentResult checkConcurrent(const ConcurrentOptions& options) {
  if (options.only) return checkSetups(options, {*options.only});
  std::vector<Sized> work;
  std::vector<ConcurrentSize> sizes;
  for (unsigned pages = 1; pages <= options.pages; ++pages) {
    for (unsigned actors = 1; actors <= options.actors; ++actors) {
      sizes.push_back({.actors = actors, .pages = pages});
      for (const SmpSetup& setup : setupsOf(options, actors, pages))
        work.push_back({setup, sizes.size() - 1});
    }
  }
  return search(options, work, sizes);
}

}  // namespace ptecheck
