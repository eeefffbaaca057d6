// SPDX-License-Identifier: GPL-2.0-only
#include "check/expected.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

namespace ptecheck {

namespace {
constexpr std::size_t kRandomUnits = 4;  // that are counted
}

void ExpectedScenarios::count() {
  if (counted_) return;
  counted_ = true;
  const auto scenario = std::make_unique<Scenario>();
  const auto count_in = [&](std::size_t unit) {
    std::uint64_t scenarios = 0;
    search_.forEachToTheEnd(unit, *scenario, [&](const Scenario& s, auto) {
      if (!wanted_ || wanted_(s)) ++scenarios;
    });
    return scenarios;
  };
  // All that chooseEntries() looks at.
  using Kind = std::tuple<const EntryState*, std::size_t, unsigned, unsigned, unsigned, unsigned>;
  std::map<Kind, std::uint64_t> known;
  for (std::size_t unit = 0; unit < search_.situations(); ++unit) {
    if (wanted_) {
      of_situation_.push_back(count_in(unit));
      continue;
    }
    const EntryStates states = search_.situation(unit, *scenario);
    const Scenario& s = *scenario;
    const Kind kind{states.data(), states.size(), s.pages, s.processes, s.pins, s.folio_flags};
    const auto [at, is_new] = known.try_emplace(kind, 0);
    if (is_new) at->second = count_in(unit);
    of_situation_.push_back(at->second);
  }
  const std::size_t random_units = std::min(search_.units() - search_.situations(), kRandomUnits);
  for (std::size_t i = 0; i < random_units; ++i) of_random_ += count_in(search_.situations() + i);
  if (random_units != 0) of_random_ /= random_units;
}

std::uint64_t ExpectedScenarios::ofUnit(std::size_t unit) {
  count();
  return search_.isRandom(unit) ? of_random_ : of_situation_[unit];
}

std::uint64_t ExpectedScenarios::all(const Share& share) {
  count();
  std::uint64_t sum = 0;
  std::size_t unit = share.index;
  for (; unit < search_.situations(); unit += share.count) sum += ofUnit(unit);
  if (unit < search_.units()) sum += ((search_.units() - 1 - unit) / share.count + 1) * of_random_;
  return sum;
}

std::uint64_t expectedScenarios(const SearchOptions& options) {
  const Search search(options);
  return ExpectedScenarios(search).all(options.share);
}

Progress amid(const Progress& progress, std::uint64_t before, std::uint64_t after) {
  if (!progress) return progress;
  return [progress, before, after](Progressed now) {
    now.done += before;
    if (now.total != 0) now.total += before + after;
    progress(now);
  };
}

}  // namespace ptecheck
