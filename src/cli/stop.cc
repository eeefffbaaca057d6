// SPDX-License-Identifier: GPL-2.0-only
#include "cli/stop.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>

#include "cli/progress.h"
#include "scenario/stop.h"
#include "subject/process.h"

namespace ptecheck {

namespace {

std::atomic<int> caught{0};
std::atomic<std::int64_t> caught_at{0};

static_assert(std::atomic<std::int64_t>::is_always_lock_free);

// timeout(1) and others signal the process and then its whole group: that is one request.
constexpr std::int64_t kOneRequest = 200;  // ms

std::int64_t milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

void onSignal(int signal) {
  const int saved = errno;
  int none = 0;
  if (caught.compare_exchange_strong(none, signal)) {
    caught_at = milliseconds();
    requestStop();
  } else if (milliseconds() - caught_at > kOneRequest) {
    wipeProgress();
    killGroups();
    _exit(128 + signal);
  }
  errno = saved;
}

}  // namespace

void catchStopSignals() {
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action.sa_handler = onSignal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = 0;  // whoever waits is to look
    sigaction(signal, &action, nullptr);
  }
}

int statusOfSignal() {
  const int signal = caught;
  return signal == 0 ? 0 : 128 + signal;
}

}  // namespace ptecheck
