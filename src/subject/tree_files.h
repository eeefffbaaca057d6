// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_SUBJECT_TREE_FILES_H
#define PTECHECK_SUBJECT_TREE_FILES_H

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ptecheck {

// Where everything lives that may be deleted at any time: $PTECHECK_CACHE, else
// $XDG_CACHE_HOME/ptecheck, else ~/.cache/ptecheck. Not created here.
std::filesystem::path cacheFolder();

// nullopt if there is no such file (or it is a folder, or unreadable).
std::optional<std::string> readFile(const std::filesystem::path& file);

// Writes a file, and the folders above it. Throws Error(kCannotTest) with the reason (disk full,
// ...).
void writeFile(const std::filesystem::path& file, std::string_view contents);

// As writeFile, but under a temporary name first: other processes see all of it or nothing.
void writeFileAtomically(const std::filesystem::path& file, std::string_view contents);

// Creates a folder and those above it; throws Error(kCannotTest) with the reason.
void makeFolder(const std::filesystem::path& folder);

// Lines without comments (#...), surrounding blanks and empty lines.
std::vector<std::string> dataLines(std::string_view text);

// A fresh folder, removed with all its contents at the end unless renameTo() was called. Its name
// carries the process id, so that what a killed process left behind can be told and is removed by
// the next one that makes a folder here.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::filesystem::path& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Makes it permanent in one step. If `target` exists already (another process was faster, with
  // the same contents, since names are content hashes), that one stays.
  void renameTo(const std::filesystem::path& target);

 private:
  std::filesystem::path path_;
};

// Holds an exclusive lock on a file from construction to destruction, and waits for it. Locks go
// away with their process, so a killed ptecheck blocks nobody.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace ptecheck

#endif
