// SPDX-License-Identifier: GPL-2.0-only
#include "check/tally.h"

#include <tuple>

namespace ptecheck {

Price& Price::operator+=(const Price& other) {
  scenarios += other.scenarios;
  batches += other.batches;
  batched_entries += other.batched_entries;
  extra_faults += other.extra_faults;
  spurious_soft_dirty += other.spurious_soft_dirty;
  flushed += other.flushed;
  return *this;
}

Tally& Tally::operator+=(const Tally& other) {
  price_ += other.price_;
  broken_elsewhere_ |= other.broken_elsewhere_;
  for (std::size_t rule = 0; rule < kRules; ++rule) {
    count_[rule] += other.count_[rule];
    const std::optional<FirstBroken>& theirs = other.first_[rule];
    std::optional<FirstBroken>& ours = first_[rule];
    if (theirs &&
        (!ours || std::tie(theirs->part, theirs->unit) < std::tie(ours->part, ours->unit)))
      ours = theirs;
  }
  return *this;
}

std::uint64_t CheckResult::scenarios() const {
  std::uint64_t sum = 0;
  for (const Part& part : parts) sum += part.scenarios;
  return sum;
}

const Finding* CheckResult::find(const std::string& row, Rule rule) const {
  for (const Finding& finding : findings)
    if (finding.row == row && finding.rule == rule) return &finding;
  return nullptr;
}

}  // namespace ptecheck
