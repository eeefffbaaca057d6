// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_PROVE_CHOOSE_LEMMAS_H
#define PTECHECK_PROVE_CHOOSE_LEMMAS_H

#include <cstddef>
#include <string>
#include <vector>

namespace ptecheck {

// Places in lemmas() of those that `names` asks for: lemmas and groups; none: all. Throws Error
// (kUsage) if a name is no lemma and no group.
std::vector<std::size_t> chooseLemmas(const std::vector<std::string>& names);

// "batch-write" of "batch-write/pfn".
std::string groupOf(const std::string& lemma);

}  // namespace ptecheck

#endif
