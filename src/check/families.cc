// SPDX-License-Identifier: GPL-2.0-only
#include "check/families.h"

#include <utility>

#include "check/arch_rules.h"
#include "check/expected.h"
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
    row.stopped = row.stopped || other.stopped;
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
  if (sum.stopped_of || more.stopped_of) {
    const std::uint64_t others = sum.scenarios() - more.scenarios();
    sum.stopped_of = sum.stopped_of.value_or(others) + more.stopped_of.value_or(more.scenarios());
  }
  if (sum.unsupported_reason.empty()) sum.unsupported_reason = std::move(more.unsupported_reason);
}

std::uint64_t samplesIn(Family family, std::uint64_t samples) {
  return family == Family::kReclaim ? samples : samples / 10;
}

namespace {

// The searches that checkFamilies() makes, one for each family.
std::vector<SearchOptions> searchesOf(const SearchOptions& options,
                                      const std::vector<Family>& families) {
  std::vector<SearchOptions> searches;
  for (const Family family : families) {
    // Folios of family huge are as large as a page table.
    const bool too_large = family == Family::kHuge && families.size() > 1 &&
                           options.random_pages < abilitiesOf(options.arch).table_slots;
    if (too_large) continue;
    SearchOptions& search = searches.emplace_back(options);
    search.family = family;
    search.random_scenarios = samplesIn(family, options.random_scenarios);
  }
  return searches;
}

}  // namespace

std::uint64_t expectedIn(const SearchOptions& options, const std::vector<Family>& families) {
  std::uint64_t sum = 0;
  for (const SearchOptions& search : searchesOf(options, families))
    sum += expectedScenarios(search);
  return sum;
}

CheckResult checkFamilies(const std::vector<Policy>& policies, const SearchOptions& options,
                          const std::vector<Family>& families) {
  const std::vector<SearchOptions> searches = searchesOf(options, families);
  std::vector<std::uint64_t> expected(searches.size());  // only if somebody waits
  std::uint64_t after = 0;
  for (std::size_t i = 0; options.progress && i < searches.size(); ++i)
    after += expected[i] = expectedScenarios(searches[i]);
  CheckResult sum;
  for (std::size_t i = 0; i < searches.size(); ++i) {
    after -= expected[i];
    SearchOptions search = searches[i];
    search.progress = amid(options.progress, sum.scenarios(), after);
    CheckResult result = checkModel(policies, search);
    if (i != 0)
      addFamily(sum, std::move(result));
    else
      sum = std::move(result);
  }
  return sum;
}

}  // namespace ptecheck
