// SPDX-License-Identifier: GPL-2.0-only
//
// How many scenarios a search has, without making it: for whoever waits (a terminal), and for what
// a search that was stopped has not done. Situations whose entries are chosen alike have equally
// many, so one of each kind is counted; of the random part, a few units, so that is about right.
#ifndef PTECHECK_CHECK_EXPECTED_H
#define PTECHECK_CHECK_EXPECTED_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "check/search.h"

namespace ptecheck {

class ExpectedScenarios {
 public:
  // Counts when it is asked for the first time. `wanted`: only scenarios for which it says so, each
  // of which is looked at.
  explicit ExpectedScenarios(const Search& search,
                             std::function<bool(const Scenario&)> wanted = nullptr)
      : search_(search), wanted_(std::move(wanted)) {}

  std::uint64_t ofUnit(std::size_t unit);
  std::uint64_t all(const Share& share);

 private:
  void count();

  const Search& search_;
  const std::function<bool(const Scenario&)> wanted_;
  bool counted_ = false;
  std::vector<std::uint64_t> of_situation_;
  std::uint64_t of_random_ = 0;
};

// Of the search that has these options.
std::uint64_t expectedScenarios(const SearchOptions& options);

}  // namespace ptecheck

#endif
