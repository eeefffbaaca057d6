// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_TALLY_H
#define PTECHECK_CHECK_TALLY_H

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "check/arch_rules.h"
#include "check/result.h"
#include "scenario/choices.h"
#include "scenario/flat.h"
#include "spec/rules.h"

namespace ptecheck {

// Where a rule was broken first: by unit of work, then by order within the unit. Each unit is done
// by one thread in order, so the lowest unit's first is the search's first, at any number of
// threads.
struct FirstBroken {
  std::size_t part = 0;
  std::size_t unit = 0;
  Choices choices;
};

// What one thread has seen of one row.
class alignas(128) Tally {
 public:
  // Adds one judged scenario. `choices` is called if a rule is broken here for the first time in a
  // unit below all others.
  template <class GetChoices>
  void add(const ArchRules& rules, const Scenario& s, const Outcome& o, RuleSet broken,
           std::size_t part, std::size_t unit, GetChoices choices) {
    ++price_.scenarios;
    price_.batches += o.batches;
    price_.batched_entries += o.batched_entries;
    price_.flushed += o.flushes;
    if (broken == 0) return;
    if (!(s.vma[0][0].flags & VMA_SHADOW_STACK)) broken_elsewhere_ |= broken;
    if (broken & (ruleBit(Rule::kWriteLost) | ruleBit(Rule::kSoftDirtyGained)))
      rules.addCosts(s, o, price_);
    for (RuleSet rest = broken; rest != 0; rest &= rest - 1) {
      const auto rule = static_cast<std::size_t>(std::countr_zero(rest));
      ++count_[rule];
      std::optional<FirstBroken>& first = first_[rule];
      if (first && (first->part < part || (first->part == part && first->unit <= unit))) continue;
      first = FirstBroken{part, unit, choices()};
    }
  }

  // Merges another thread's.
  Tally& operator+=(const Tally& other);

  const std::array<std::uint64_t, kRules>& count() const { return count_; }
  const std::array<std::optional<FirstBroken>, kRules>& first() const { return first_; }
  RuleSet brokenElsewhere() const { return broken_elsewhere_; }
  const Price& price() const { return price_; }

 private:
  std::array<std::uint64_t, kRules> count_{};
  std::array<std::optional<FirstBroken>, kRules> first_;
  RuleSet broken_elsewhere_ = 0;  // than on shadow stacks
  Price price_;
};

}  // namespace ptecheck

#endif
