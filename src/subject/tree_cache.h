// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_CACHE_H
#define PTECHECK_SUBJECT_TREE_CACHE_H

#include <filesystem>

namespace ptecheck {

// Notes that a cache entry (file or folder) is in use now; false if it does not exist.
bool markUsed(const std::filesystem::path& entry);

// Removes configurations, objects and agents that nobody used for two weeks. Looks at most once a
// day. Kernel sources that were asked for by name stay.
void trimCache(const std::filesystem::path& cache);

}  // namespace ptecheck

#endif
