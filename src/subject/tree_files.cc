// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "scenario/error.h"
#include "scenario/stop.h"

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

bool isInCache(const fs::path& file) {
  try {
    const fs::path below = file.lexically_relative(cacheFolder());
    return !below.empty() && *below.begin() != "..";
  } catch (const Error&) {
    return false;
  }
}

[[noreturn]] void fail(const std::string& what, const fs::path& file, int error) {
  throw Error(ErrorKind::kCannotTest,
              what + " " + file.string() + ": " + std::strerror(error) +
                  (isInCache(file) ? ". The cache folder can be moved with PTECHECK_CACHE." : "."));
}

constexpr std::string_view kTemporary = ".unfinished-";

// Process ids are reused, so this may keep a dead one's folder for a while; it never takes a live
// one's.
void removeLeftovers(const fs::path& parent) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kTemporary, 0) != 0) continue;
    const int pid = std::atoi(name.c_str() + kTemporary.size());
    if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

fs::path cacheFolder() {
  for (auto [name, below] :
       {std::pair{"PTECHECK_CACHE", ""}, std::pair{"XDG_CACHE_HOME", "ptecheck"},
        std::pair{"HOME", ".cache/ptecheck"}}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    return *below ? fs::absolute(value) / below : fs::absolute(value);
  }
  throw Error(ErrorKind::kCannotTest,
              "No cache folder: neither PTECHECK_CACHE nor XDG_CACHE_HOME nor HOME is set.");
}

std::optional<std::string> readFile(const fs::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  struct stat status;
  std::string out;
  bool ok = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  if (ok) {
    out.resize(size_t(status.st_size));
    size_t have = 0;
    for (ssize_t got; have < out.size(); have += size_t(got)) {
      got = read(descriptor, out.data() + have, out.size() - have);
      if (got <= 0) break;
    }
    out.resize(have);
  }
  close(descriptor);
  if (!ok) return std::nullopt;
  return out;
}

void makeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error && !fs::is_directory(folder)) fail("Cannot create the folder", folder, error.value());
}

void writeFile(const fs::path& file, std::string_view contents) {
  makeFolder(file.parent_path());
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) fail("Cannot write", file, errno);
  while (!contents.empty()) {
    const ssize_t put = write(descriptor, contents.data(), contents.size());
    if (put < 0) {
      const int error = errno;
      close(descriptor);
      fail("Cannot write", file, error);
    }
    contents.remove_prefix(size_t(put));
  }
  if (close(descriptor) != 0) fail("Cannot write", file, errno);
}

void writeFileAtomically(const fs::path& file, std::string_view contents) {
  static std::atomic<unsigned> counter = 0;
  const fs::path temporary =
      file.parent_path() /
      (std::string(kTemporary) + std::to_string(getpid()) + "-f" + std::to_string(++counter));
  try {
    writeFile(temporary, contents);
    if (rename(temporary.c_str(), file.c_str()) != 0) fail("Cannot write", file, errno);
  } catch (const Error&) {
    unlink(temporary.c_str());
    throw;
  }
}

std::vector<std::string> dataLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos || line[begin] == '#') continue;
    lines.emplace_back(line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin));
  }
  return lines;
}

TemporaryFolder::TemporaryFolder(const fs::path& parent) {
  static std::atomic<unsigned> counter = 0;
  makeFolder(parent);
  removeLeftovers(parent);
  path_ = parent /
          (std::string(kTemporary) + std::to_string(getpid()) + "-" + std::to_string(++counter));
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  makeFolder(path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

void TemporaryFolder::renameTo(const fs::path& target) {
  makeFolder(target.parent_path());
  if (rename(path_.c_str(), target.c_str()) == 0) {
    path_.clear();
    return;
  }
  if (errno != ENOTEMPTY && errno != EEXIST) fail("Cannot create the folder", target, errno);
}

FileLock::FileLock(const fs::path& file) {
  makeFolder(file.parent_path());
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("Cannot write", file, errno);
  while (flock(descriptor_, LOCK_EX) != 0) {
    const int error = errno;
    if (error == EINTR && !stopRequested()) continue;
    close(descriptor_);
    if (error == EINTR) throw stopped("waiting for another ptecheck that uses the same cache");
    fail("Cannot lock", file, error);
  }
}

FileLock::~FileLock() { close(descriptor_); }

}  // namespace ptecheck
