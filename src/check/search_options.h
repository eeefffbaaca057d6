// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_SEARCH_OPTIONS_H
#define PTECHECK_CHECK_SEARCH_OPTIONS_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "explore/parallel.h"
#include "pte/architectures.h"
#include "scenario/space.h"
#include "spec/rules.h"

namespace ptecheck {

// How far a search is.
struct Progressed {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // about; 0: nobody knows
  std::string of = "scenarios";
  std::string what = {};  // is being searched, if it is one thing of several: "swap"
};
// Called now and then, by one thread at a time.
using Progress = std::function<void(const Progressed&)>;
// For one of several searches: so many are done before it, and so many come after.
Progress amid(const Progress& progress, std::uint64_t before, std::uint64_t after);

// What to search, on whatever subject.
struct SearchOptions {
  Arch arch = kX86;  // whose entries; decides which scenarios there are
  Family family = Family::kReclaim;
  RuleSet rules = kAllRules;
  unsigned exhaustive_pages = 4;  // largest folio of the exhaustive part; 0: none
  std::array<std::uint8_t, 3> deviations = Space{}.deviations;
  unsigned random_pages = MAX_PAGES;       // largest folio of the random part
  std::uint64_t random_scenarios = 20000;  // 0: no random part
  std::uint64_t seed = 1;
  unsigned jobs = 1;
  Share share;
  Progress progress;
};

}  // namespace ptecheck

#endif
