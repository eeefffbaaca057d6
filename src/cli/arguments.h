// SPDX-License-Identifier: GPL-2.0-only
//
// From words on the command line to values. Every function throws Error(kUsage) with the option's
// name, what was given and what is allowed.
#ifndef PTECHECK_CLI_ARGUMENTS_H
#define PTECHECK_CLI_ARGUMENTS_H

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "explore/parallel.h"
#include "mm/policy.h"
#include "pte/architectures.h"
#include "scenario/family.h"
#include "spec/rules.h"

namespace ptecheck {

// A decimal number from `least` to `most`.
std::uint64_t parseNumber(std::string_view option, std::string_view text, std::uint64_t least,
                          std::uint64_t most);

// "I/N", I from 1 to N: the I-th of N shares of all work.
Share parseShare(std::string_view text);

// "A.B.C": how many deviations a folio of 1, 2 and 4 pages may have.
std::array<std::uint8_t, 3> parseDeviations(std::string_view text);

// No name at all: every rule.
// At least one must be of those that are `judged`.
RuleSet parseRules(const std::vector<std::string>& names, RuleSet judged = kScenarioRules);

// The policies to check. No name at all: every policy there is, or with a mutant the one it was
// made for. A name may carry a mutant itself (v6.16+rss-short). `mutant` may be empty.
std::vector<Policy> parsePolicies(const std::vector<std::string>& names, const std::string& mutant);

// "all", or ids of architectures with commas between them; none is named twice. No text at all:
// x86_64.
std::vector<Arch> parseArchs(std::string_view text);

// "all", or names of families of scenarios with commas between them; none is named twice.
std::vector<Family> parseFamilies(std::string_view text);

// A number of threads.
unsigned parseJobs(std::string_view text);

// Names of the lemmas that `words` ask for: by name, by group, or by a pattern in which * stands
// for any letters. No word at all: none, which stands for all.
std::vector<std::string> parseLemmas(const std::vector<std::string>& words);

// The one of `names` that `word` was probably meant to be; "" if none is near.
std::string_view nearestName(std::string_view word, const std::vector<std::string_view>& names);

}  // namespace ptecheck

#endif
