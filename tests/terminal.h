// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: the program as a user has it who sits at a terminal. Its stdout is caught apart.
#ifndef PTECHECK_TESTS_TERMINAL_H
#define PTECHECK_TESTS_TERMINAL_H

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "program.h"

namespace ptecheck::program {

constexpr unsigned short kTerminalColumns = 66;

class Terminal {
 public:
  // `kind`: $TERM.
  explicit Terminal(const Words& words, const char* kind = "xterm") {
    const std::string out = (scratch_.path() / "out").string();
    Words all = {PTECHECK_BINARY};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    const winsize size{24, kTerminalColumns, 0, 0};
    pid_ = ::forkpty(&screen_, nullptr, nullptr, &size);
    session_ = pid_;  // forkpty() makes one
    if (pid_ != 0) return;
    const int file = ::open(out.c_str(), O_WRONLY | O_CREAT, 0600);
    ::dup2(file, 1);
    ::setenv("TERM", kind, 1);
    ::execv(PTECHECK_BINARY, argv.data());
    ::_exit(99);
  }
  ~Terminal() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(screen_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // False if that does not appear on the screen within a minute, or the program ends before.
  bool waitFor(const std::string& text) {
    for (int tries = 0; !has(shown_, text); ++tries)
      if (tries == 600 || !readMore(100)) return false;
    return true;
  }

  void pressControlC() {
    if (::write(screen_, "\x03", 1) != 1) std::abort();
    pressed_ = Clock::now();
  }
  void send(int signal) {
    ::kill(pid_, signal);
    pressed_ = Clock::now();
  }

  // What it comes to; err is everything that the screen showed.
  Ended end() {
    while (readMore(60000)) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    took_ = std::chrono::duration<double>(Clock::now() - pressed_).count();
    pid_ = 0;
    Ended result;
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    result.out = readFile(scratch_.path() / "out");
    result.err = shown_;
    return result;
  }
  double secondsToEnd() const { return took_; }  // since the key was pressed
  // All that the program started are of its session, wherever they are.
  pid_t session() const { return session_; }
  const std::string& shown() const { return shown_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool readMore(int patience) {
    pollfd wait = {screen_, POLLIN, 0};
    const int ready = ::poll(&wait, 1, patience);
    if (ready == 0) return patience < 60000;
    char buffer[4096];
    const ssize_t got = ::read(screen_, buffer, sizeof buffer);
    if (got <= 0) return false;  // EIO: nobody has it open any more
    shown_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  Scratch scratch_;
  int screen_ = -1;
  pid_t pid_ = 0;
  pid_t session_ = 0;
  std::string shown_;
  Clock::time_point pressed_ = Clock::now();
  double took_ = 0;
};

// Processes of a session that are there now.
inline unsigned processesOf(pid_t session) {
  unsigned count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::string stat = readFile(entry.path() / "stat");
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) continue;
    std::istringstream fields(stat.substr(name_end + 1));
    std::string state;
    long parent = 0, group = 0, of = 0;
    fields >> state >> parent >> group >> of;
    count += of == session && state != "Z";
  }
  return count;
}

}  // namespace ptecheck::program

#endif
