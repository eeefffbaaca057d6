// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "subject/tree_files.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

using Clock = fs::file_time_type::clock;
constexpr auto kKeep = std::chrono::hours(14 * 24);
constexpr auto kLookAgain = std::chrono::hours(24);

// Entries below `folder`, `depth` levels down. Of those in a folder that is left empty, the folder
// goes too.
void removeUnused(const fs::path& folder, int depth) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    entries.push_back(entry.path());
  for (const fs::path& entry : entries) {
    if (entry.filename() == "lock") continue;
    if (depth > 1) {
      removeUnused(entry, depth - 1);
      if (fs::is_empty(entry, error) && !error) fs::remove(entry, error);
      continue;
    }
    const fs::file_time_type used = fs::last_write_time(entry, error);
    if (!error && Clock::now() - used > kKeep) fs::remove_all(entry, error);
  }
}

}  // namespace

bool markUsed(const fs::path& entry) { return utimensat(AT_FDCWD, entry.c_str(), nullptr, 0) == 0; }

void trimCache(const fs::path& cache) {
  std::error_code error;
  const fs::path stamp = cache / "trimmed";
  const fs::file_time_type last = fs::last_write_time(stamp, error);
  if (!error && Clock::now() - last < kLookAgain) return;
  writeFileAtomically(stamp, "");
  removeUnused(cache / "configurations", 2);
  removeUnused(cache / "objects", 2);
  removeUnused(cache / "agents", 1);
  removeUnused(cache / "locks", 1);
  removeUnused(cache / "agent-source", 1);
}

}  // namespace ptecheck
