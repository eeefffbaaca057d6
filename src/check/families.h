// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CHECK_FAMILIES_H
#define PTECHECK_CHECK_FAMILIES_H

#include <cstdint>
#include <string>
#include <vector>

#include "check/result.h"
#include "check/search_options.h"
#include "mm/policy.h"

namespace ptecheck {

// All families, in their order, but for kMismatch, which is not known to happen.
std::vector<Family> allFamilies();

// What is asked of a tree by default: families in which 6.12 breaks nothing. (It does in migration:
// device-exclusive entries, mended in 6.15.)
std::vector<Family> treeFamilies();

// "reclaim,swap,file", as --family takes it.
std::string familyList(const std::vector<Family>& families);

// How many of `samples` random scenarios a family gets: all in reclaim, a tenth in each other.
std::uint64_t samplesIn(Family family, std::uint64_t samples);

// checkModel() in each of the families (options.family is ignored), as one result: parts of all of
// them, counts and prices added up, of each rule that a row breaks the example of the first family
// that has one.
CheckResult checkFamilies(const std::vector<Policy>& policies, const SearchOptions& options,
                          const std::vector<Family>& families);

// About how many scenarios that is.
std::uint64_t expectedIn(const SearchOptions& options, const std::vector<Family>& families);

// Adds the result of another family for the same rows.
void addFamily(CheckResult& sum, CheckResult&& more);

}  // namespace ptecheck

#endif
