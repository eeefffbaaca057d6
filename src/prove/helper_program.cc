// SPDX-License-Identifier: GPL-2.0-only
#include "prove/helper_program.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "scenario/error.h"
#include "subject/process.h"

extern char** environ;

namespace ptecheck {
namespace {

// Words on the wire are little endian, as this machine's must be to take columns as they are.
static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kBytes = std::size_t{HELPER_COLUMNS} * HELPER_ROWS * sizeof(std::uint64_t);

[[noreturn]] void internal(const std::string& what) {
  throw Error(ErrorKind::kInternal, what + ": " + std::strerror(errno) + ".");
}

int memoryFile(const char* name, off_t bytes) {
  const int file = memfd_create(name, MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, bytes) != 0) internal("memfd_create");
  return file;
}

bool transfer(int file, void* words, std::size_t bytes, bool writing) {
  char* at = static_cast<char*>(words);
  while (bytes) {
    const ssize_t n = writing ? write(file, at, bytes) : read(file, at, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n, bytes -= std::size_t(n);
  }
  return true;
}

}  // namespace

HelperProgram::HelperProgram(const TreeHelpersBuild& build) : build_(build) {
  std::signal(SIGPIPE, SIG_IGN);  // a program that ended is an answer, not our end
  memory_ = memoryFile("ptecheck-helpers", off_t(kBytes));
  errors_ = memoryFile("ptecheck-helpers-errors", 0);
  void* map = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory_, 0);
  if (map == MAP_FAILED) internal("mmap");
  columns_ = static_cast<std::uint64_t*>(map);
  start();
  for (unsigned i = 0; i < helperKinds().size(); ++i) {
    running_ = i;
    has_.push_back(request(HELPER_HAS, i, 0, 0) == 1);
  }
}

HelperProgram::~HelperProgram() {
  stop();
  munmap(columns_, kBytes);
  close(memory_);
  close(errors_);
}

void HelperProgram::start() {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) internal("pipe");
  if (ftruncate(errors_, 0) != 0 || lseek(errors_, 0, SEEK_SET) != 0) internal("ftruncate");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, errors_, 2);
  posix_spawn_file_actions_adddup2(&actions, memory_, memory_);  // keeps it open across exec
  std::vector<std::string> words = build_.command;
  words.push_back(std::to_string(memory_));
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int failed = spawnInGroup(&pid_, argv[0], &actions, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = out[0];
  if (failed) {
    pid_ = 0;
    throw Error(ErrorKind::kCannotTest, "Cannot start the helper program, " + words[0] + ": " +
                                            std::strerror(failed) + ".");
  }
}

// What it said, or how it ended.
std::string HelperProgram::stop() {
  if (pid_ <= 0) return "";
  close(to_);
  close(from_);
  int status = 0;
  forgetGroup(pid_);
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = 0;
  std::string said(4096, '\0');
  const ssize_t n = pread(errors_, said.data(), said.size(), 0);
  said.resize(n > 0 ? std::size_t(n) : 0);
  said = said.substr(0, said.find('\n'));
  if (!said.empty()) return said;
  return WIFSIGNALED(status) ? "killed by signal " + std::to_string(WTERMSIG(status))
                             : "exited with status " + std::to_string(WEXITSTATUS(status));
}

void HelperProgram::restart() {
  stop();
  start();
}

std::uint64_t HelperProgram::request(std::uint64_t command, std::uint64_t a, std::uint64_t b,
                                     std::uint64_t c) {
  std::uint64_t words[4] = {command, a, b, c}, answer = 0;
  if (transfer(to_, words, sizeof(words), true) && transfer(from_, &answer, sizeof(answer), false))
    return answer;
  throw Error(ErrorKind::kCannotTest,
              std::string("The tree's helper ") + helperKinds()[running_].name +
                  "() cannot be run: the program that calls it ended: " + stop() + ".");
}

void HelperProgram::fill(unsigned number, std::span<const std::uint64_t> words, std::size_t from,
                         std::size_t rows) {
  if (words.size() > 1)
    std::copy_n(words.begin() + std::ptrdiff_t(from), rows, column(number));
  else
    std::fill_n(column(number), rows, words.empty() ? 0 : words[0]);
}

void HelperProgram::call(unsigned helper, std::span<const std::uint64_t> a,
                         std::span<const std::uint64_t> b, std::span<std::uint64_t> out) {
  running_ = helper;
  for (std::size_t from = 0; from < out.size(); from += HELPER_ROWS) {
    const std::size_t rows = std::min<std::size_t>(HELPER_ROWS, out.size() - from);
    fill(0, a, from, rows);
    fill(1, b, from, rows);
    request(HELPER_CALL, helper, rows, 0);
    std::copy_n(column(2), rows, out.begin() + std::ptrdiff_t(from));
  }
}

std::uint64_t HelperProgram::call(unsigned helper, std::uint64_t a, std::uint64_t b) {
  std::uint64_t out = 0;
  call(helper, std::span(&a, 1), std::span(&b, 1), std::span(&out, 1));
  return out;
}

bool HelperProgram::store(const std::string& variable, std::int64_t offset, unsigned bytes,
                          std::uint64_t value) {
  const auto found = build_.symbols.find(variable);
  if (found == build_.symbols.end()) return false;
  request(HELPER_STORE, found->second + std::uint64_t(offset), bytes, value);
  return true;
}

std::optional<std::uint64_t> HelperProgram::fetch(const std::string& variable, std::int64_t offset,
                                                  unsigned bytes) {
  const auto found = build_.symbols.find(variable);
  if (found == build_.symbols.end()) return std::nullopt;
  return request(HELPER_FETCH, found->second + std::uint64_t(offset), bytes, 0);
}

}  // namespace ptecheck
