// SPDX-License-Identifier: GPL-2.0-only
#include "check/families.h"

#include <utility>

#include "check/arch_rules.h"
#include "check/model_check.h"

namespace ptecheck {

std::vector<Family> allFamilies() {
  std::vector<Family> families;
  for (unsigned i = 0; i < kFamilies; ++i)
    if (static_cast<Family>(i) != Family::kMismatch) families.push_back(static_cast<Family>(i));
  return families;
}

std::vector<Family> treeFamilies() { return {Family::kReclaim, Family::kSwap, Family::kFile}; }

std::string familyList(const std::vector<Family>& families) {
  std::string list;
  for (Family family : families) list.append(list.empty() ? "" : ",").append(familyName(family));
  return list;
}

void addFamily(CheckResult& sum, CheckResult&& more) {
  sum.parts.insert(sum.parts.end(), more.parts.begin(), more.parts.end());
  for (std::size_t i = 0; i < sum.rows.size(); ++i) {
    Row& row = sum.rows[i];
    const Row& other = more.rows[i];
    row.broken |= other.broken;
    row.broken_elsewhere |= other.broken_elsewhere;
    row.price += other.price;
    for (std::size_t rule = 0; rule < kRules; ++rule) row.count[rule] += other.count[rule];
    for (std::size_t family = 0; family < kFamilies; ++family)
      row.broken_in[family] |= other.broken_in[family];
  }
  // Findings stay in the order of rows, then rules.
  std::vector<Finding> findings;
  for (const Row& row : sum.rows)
    for (std::size_t i = 0; i < kRules; ++i)
      for (std::vector<Finding>* from : {&sum.findings, &more.findings}) {
        bool found = false;
        for (Finding& finding : *from) {
          if (finding.row != row.name || finding.rule != static_cast<Rule>(i)) continue;
          findings.push_back(std::move(finding));
          found = true;
          break;
        }
        if (found) break;
      }
  sum.findings = std::move(findings);
  sum.unsupported += more.unsupported;
  if (sum.unsupported_reason.empty()) sum.unsupported_reason = std::move(more.unsupported_reason);
}

std::uint64_t samplesIn(Family family, std::uint64_t samples) {
  return family == Family::kReclaim ? samples : samples / 10;
}

CheckResult checkFamilies(const std::vector<Policy>& policies, SearchOptions options,
                          const std::vector<Family>& families) {
  CheckResult sum;
  bool any = false;
  const Progress progress = options.progress;
  const std::uint64_t samples = options.random_scenarios;
  for (std::size_t i = 0; i < families.size(); ++i) {
    // Folios of family huge are as large as a page table.
    const bool too_large = families[i] == Family::kHuge && families.size() > 1 &&
                           options.random_pages < abilitiesOf(options.arch).table_slots;
    if (too_large) continue;
    options.family = families[i];
    options.random_scenarios = samplesIn(families[i], samples);
    // Families take different times; to a reader, progress that goes on is enough.
    if (progress)
      options.progress = [&, i](std::size_t done, std::size_t total) {
        progress(i * total + done, families.size() * total);
      };
    CheckResult result = checkModel(policies, options);
    if (any)
      addFamily(sum, std::move(result));
    else
      sum = std::move(result);
    any = true;
  }
  return sum;
}

}  // namespace ptecheck
