// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_SEARCH_OPTIONS_H
#define PTECHECK_CHECK_SEARCH_OPTIONS_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "explore/parallel.h"
#include "pte/architectures.h"
#include "scenario/space.h"
#include "spec/rules.h"

namespace ptecheck {

// Called now and then by one thread at a time: units of work done, and all.
using Progress = std::function<void(std::size_t done, std::size_t total)>;

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
