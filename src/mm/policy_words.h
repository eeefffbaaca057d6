// SPDX-License-Identifier: GPL-2.0-only
//
// Batchings in words, so that a policy that nobody has named can be named all the same: by synth,
// in ids of findings, and on the command line.
//
//   lazyfree:write=respect,soft-dirty=respect,restore=each
//   swap-backed:exclusive=respect~file:uffd-wp=or
//
// Each case that is batched, parted by '~', with what differs from the default: dirty and young
// merged (or), uffd-wp respected, of all other bits the first entry's, and the first entry
// restored; as far as entries are equal. Cases that are not named go one entry at a time.
#ifndef PTECHECK_MM_POLICY_WORDS_H
#define PTECHECK_MM_POLICY_WORDS_H

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "mm/policy.h"

namespace ptecheck {

// The bits that a Batching treats, in the order in which they are printed.
struct TreatedBit {
  std::string_view name;  // "soft-dirty"
  Treat Batching::*treat;
};
inline constexpr std::array<TreatedBit, 6> kTreatedBits = {{
    {"write", &Batching::write},
    {"dirty", &Batching::dirty},
    {"young", &Batching::young},
    {"soft-dirty", &Batching::soft_dirty},
    {"uffd-wp", &Batching::uffd_wp},
    {"exclusive", &Batching::exclusive},
}};

std::string_view caseName(Case which);                // "swap-backed"
std::optional<Case> findCase(std::string_view name);  // nullopt: there is none
std::string_view treatName(Treat treat);              // "respect", "first", "or", "and"
std::string_view restoreName(Restore restore);  // "first", "write-protected", "merged", "each"

// "lazyfree:write=respect"; "lazyfree" if everything is as by default. The batching's reach must be
// kAsFarAsEqual and its bounds kTableAndVma.
std::string batchingWords(Case which, const Batching& batching);

// The policy that such words name, called `words`; nullopt if they name none.
std::optional<Policy> policyOfWords(std::string_view words);

}  // namespace ptecheck

#endif
