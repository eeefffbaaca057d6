// SPDX-License-Identifier: GPL-2.0-only
#include "subject/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "scenario/error.h"
#include "scenario/stop.h"

namespace ptecheck {
namespace {

// The Debian package of a tool, where it is not called like the tool.
const std::map<std::string, std::string>& packages() {
  static const std::map<std::string, std::string> table = {
      {"ld", "binutils"},    {"objdump", "binutils"}, {"addr2line", "binutils"},
      {"ar", "binutils"},    {"diff", "diffutils"},   {"xz", "xz-utils"},
      {"apt-get", "apt"},    {"dpkg-deb", "dpkg"},    {"awk", "mawk"},
      {"find", "findutils"}, {"cmp", "diffutils"},
  };
  return table;
}

// Cross tools are named after what they are for: aarch64-linux-gnu-gcc, qemu-aarch64.
std::string packageOf(const std::string& tool) {
  if (tool.starts_with("qemu-")) return "qemu-user";
  const std::string mark = "-linux-gnu-";
  const std::size_t at = tool.find(mark);
  if (at != std::string::npos) {
    const std::string triplet = tool.substr(0, at + mark.size() - 1);
    const std::string name = tool.substr(at + mark.size());
    return (packages().contains(name) ? packages().at(name) : name) + "-" + triplet;
  }
  const auto package = packages().find(tool);
  return package == packages().end() ? tool : package->second;
}

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC) != 0)
      throw Error(ErrorKind::kInternal, std::string("pipe: ") + std::strerror(errno));
  }
  ~Pipe() {
    closeEnd(0);
    closeEnd(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int end(int which) const { return ends_[which]; }
  bool open(int which) const { return ends_[which] >= 0; }
  void closeEnd(int which) {
    if (ends_[which] >= 0) close(ends_[which]);
    ends_[which] = -1;
  }

 private:
  int ends_[2];
};

std::vector<std::string> environmentOf(const ProcessStart& command) {
  std::vector<std::string> environment = {"LC_ALL=C"};
  for (const char* name : {"PATH", "HOME", "TMPDIR"})
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + "=" + value);
  environment.insert(environment.end(), command.environment.begin(), command.environment.end());
  return environment;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (const std::string& string : strings) out.push_back(const_cast<char*>(string.c_str()));
  out.push_back(nullptr);
  return out;
}

// The process groups that are there now: more than threads times what each starts.
constexpr std::size_t kMostGroups = 1024;
std::array<std::atomic<pid_t>, kMostGroups> groups;

constexpr int kLook = 100;                        // ms, for the stop flag
constexpr std::chrono::milliseconds kGrace{500};  // to end politely

// Asks a program to end, and ends it if it does not.
class Ending {
 public:
  explicit Ending(pid_t group) : group_(group) {}

  bool begun() const { return begun_.has_value(); }
  void lookAfter() {
    if (!stopRequested()) return;
    const auto now = std::chrono::steady_clock::now();
    if (!begun_) {
      begun_ = now;
      kill(-group_, SIGTERM);
    } else if (now - *begun_ > kGrace) {
      kill(-group_, SIGKILL);
    }
  }

 private:
  pid_t group_;
  std::optional<std::chrono::steady_clock::time_point> begun_;
};

// Moves bytes both ways until the child has closed its output; a child that stops reading its input
// early is no error.
void exchange(const std::string& input, Pipe& in, Pipe& out, Pipe& err, Ending* ending,
              CommandResult& result) {
  size_t sent = 0;
  if (input.empty()) in.closeEnd(1);
  while (out.open(0) || err.open(0)) {
    if (ending) ending->lookAfter();
    pollfd fds[3] = {{out.end(0), POLLIN, 0}, {err.end(0), POLLIN, 0}, {in.end(1), POLLOUT, 0}};
    if (poll(fds, 3, ending ? kLook : -1) < 0 && errno != EINTR) break;
    char buffer[65536];
    for (int i = 0; i < 2; ++i) {
      if (!(fds[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
      ssize_t got = read(fds[i].fd, buffer, sizeof buffer);
      if (got > 0) (i == 0 ? result.output : result.error).append(buffer, size_t(got));
      if (got == 0 || (got < 0 && errno != EINTR)) (i == 0 ? out : err).closeEnd(0);
    }
    if (fds[2].revents & (POLLOUT | POLLERR | POLLHUP)) {
      ssize_t put =
          write(fds[2].fd, input.data() + sent, std::min<size_t>(input.size() - sent, 4096));
      if (put > 0) sent += size_t(put);
      if ((put < 0 && errno != EINTR) || sent == input.size()) in.closeEnd(1);
    }
  }
}

}  // namespace

int spawnInGroup(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                 char* const argv[], char* const environment[]) {
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  const int failed = posix_spawnp(pid, file, actions, &attributes, argv, environment);
  posix_spawnattr_destroy(&attributes);
  if (failed) return failed;
  for (std::atomic<pid_t>& group : groups)
    if (pid_t none = 0; group.compare_exchange_strong(none, *pid)) break;
  return 0;
}

void forgetGroup(pid_t pid) {
  for (std::atomic<pid_t>& group : groups)
    if (pid_t known = pid; group.compare_exchange_strong(known, 0)) break;
}

void killGroups() {
  for (const std::atomic<pid_t>& group : groups)
    if (const pid_t pid = group.load(); pid != 0) kill(-pid, SIGKILL);
}

bool inPath(const std::string& tool) {
  if (tool.find('/') != std::string::npos) return access(tool.c_str(), X_OK) == 0;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty() && access((folder + "/" + tool).c_str(), X_OK) == 0) return true;
  return false;
}

void requireTools(const std::vector<std::string>& tools) {
  std::string missing;
  std::set<std::string> install;
  for (const std::string& tool : tools) {
    if (inPath(tool)) continue;
    missing += (missing.empty() ? "" : ", ") + tool;
    install.insert(packageOf(tool));
  }
  if (missing.empty()) return;
  std::string names;
  for (const std::string& name : install) names += " " + name;
  throw Error(ErrorKind::kCannotTest,
              "Not found in PATH: " + missing + ". Install with: apt-get install" + names + ".");
}

CommandResult runCommand(const ProcessStart& command) {
  if (!command.even_if_stopped) throwIfStopped("running " + command.argv.at(0));
  requireTools({command.argv.at(0)});
  // A child that dies early must not take us with it through SIGPIPE.
  static const bool ignored = (std::signal(SIGPIPE, SIG_IGN), true);
  (void)ignored;
  Pipe in, out, err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.end(0), 0);
  posix_spawn_file_actions_adddup2(&actions, out.end(1), 1);
  posix_spawn_file_actions_adddup2(&actions, err.end(1), 2);
  if (!command.folder.empty())
    posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
  const std::vector<std::string> environment = environmentOf(command);
  pid_t pid = 0;
  const std::vector<char*> argv = pointers(command.argv), names = pointers(environment);
  const int failed = command.at_terminal
                         ? posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), names.data())
                         : spawnInGroup(&pid, argv[0], &actions, argv.data(), names.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed)
    throw Error(ErrorKind::kCannotTest,
                "Cannot run " + command.argv[0] + ": " + std::strerror(failed) + ".");
  in.closeEnd(0);
  out.closeEnd(1);
  err.closeEnd(1);
  CommandResult result;
  Ending ending(pid);
  const bool may_end = !command.even_if_stopped && !command.at_terminal;
  exchange(command.input, in, out, err, may_end ? &ending : nullptr, result);
  if (!command.at_terminal) forgetGroup(pid);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (ending.begun() || (command.at_terminal && stopRequested()))
    throw stopped("running " + command.argv[0]);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

std::string lastLines(const std::string& text, size_t count) {
  size_t end = text.find_last_not_of(" \n\t");
  if (end == std::string::npos) return "  (it printed nothing)";
  size_t begin = end + 1;
  while (begin > 0 && (text[begin - 1] != '\n' || --count > 0)) --begin;
  std::istringstream lines(text.substr(begin, end + 1 - begin));
  std::string out;
  for (std::string line; std::getline(lines, line);) out += (out.empty() ? "  " : "\n  ") + line;
  return out;
}

std::string firstError(const std::string& text) {
  std::istringstream lines(text);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("error:") != std::string::npos || line.find("rror: ") != std::string::npos)
      return line;
    if (!line.empty()) last = line;
  }
  return last.empty() ? "(it printed nothing)" : last;
}

}  // namespace ptecheck
