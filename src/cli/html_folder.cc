// SPDX-License-Identifier: GPL-2.0-only
#include "cli/html_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <utility>

#include "scenario/error.h"
#include "subject/tree_files.h"

namespace ptecheck {
namespace fs = std::filesystem;

namespace {

// Names the files that were written, so that no others are ever removed.
constexpr const char* kList = ".ptecheck-files";
constexpr const char* kListHead =
    "# Written by `ptecheck check --html`, which replaces these files when it runs again.\n";

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::kUsage, why); }

[[noreturn]] void cannotWrite(const fs::path& folder, int error) {
  refuse("The folder " + folder.string() + " of --html cannot be written: " + std::strerror(error) +
         ". Name one that can, with --html DIR");
}

// Exchanges two folders in one step. Where the file system cannot, two steps.
bool exchange(const fs::path& a, const fs::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  const fs::path aside = a.string() + "-old";
  if (::rename(b.c_str(), aside.c_str()) != 0) return false;
  if (::rename(a.c_str(), b.c_str()) == 0) return ::rename(aside.c_str(), a.c_str()) == 0;
  const int error = errno;
  (void)::rename(aside.c_str(), b.c_str());
  errno = error;
  return false;
}

}  // namespace

HtmlFolder::HtmlFolder(const std::string& folder) {
  std::error_code error;
  // What a link leads to is replaced, not the link.
  folder_ = fs::weakly_canonical(fs::absolute(folder), error);
  if (error) cannotWrite(folder, error.value());
  if (!folder_.has_filename()) folder_ = folder_.parent_path();
  const fs::file_status status = fs::status(folder_, error);
  if (fs::exists(status) && !fs::is_directory(status))
    refuse(folder_.string() + " is a file; --html takes the name of a folder");
  if (fs::is_directory(status)) refuseOthersFiles();
  // The nearest folder above that is there, in which the others are made.
  fs::path above = folder_.parent_path();
  while (!fs::exists(above, error) && above.has_relative_path()) above = above.parent_path();
  if (!fs::is_directory(above, error)) cannotWrite(folder_, ENOTDIR);
  if (::access(above.c_str(), W_OK | X_OK) != 0) cannotWrite(folder_, errno);
}

void HtmlFolder::refuseOthersFiles() const {
  std::set<fs::path> ours = {kList};
  if (const auto list = readFile(folder_ / kList))
    for (const std::string& line : dataLines(*list)) ours.insert(line);
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder_, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const fs::path name = at->path().lexically_relative(folder_);
    if (at->is_directory() && !at->is_symlink()) continue;
    if (!at->is_symlink() && ours.count(name) != 0) continue;
    refuse("The folder " + folder_.string() + " holds " + name.string() +
           ", which ptecheck has not written. --html would remove it: name an empty or a new "
           "folder");
  }
  if (error) cannotWrite(folder_, error.value());
}

void HtmlFolder::add(const std::string& path, std::string contents) {
  files_[path] = std::move(contents);
}

void HtmlFolder::write() {
  std::string list = kListHead;
  for (const auto& [path, contents] : files_) list += path + '\n';
  try {
    const TemporaryFolder unfinished(folder_.parent_path());
    for (const auto& [path, contents] : files_) writeFile(unfinished.path() / path, contents);
    writeFile(unfinished.path() / kList, list);
    if (fs::exists(folder_)) {
      // Somebody may have put something there while the search ran.
      refuseOthersFiles();
      // The old one is now the temporary, and goes with it.
      if (!exchange(unfinished.path(), folder_)) cannotWrite(folder_, errno);
    } else if (::rename(unfinished.path().c_str(), folder_.c_str()) != 0) {
      cannotWrite(folder_, errno);
    }
  } catch (const Error& error) {
    refuse(error.what());
  }
}

}  // namespace ptecheck
