// SPDX-License-Identifier: GPL-2.0-only
#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace ptecheck {

namespace {
constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::size_t kTerminalColumns = 79;
}  // namespace

ProgressLine::ProgressLine(std::string doing)
    : doing_(std::move(doing)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      begun_(Clock::now()),
      last_(begun_) {}

ProgressLine::~ProgressLine() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void ProgressLine::draw(const std::string& line) {
  std::fputs(("\r\033[K" + line.substr(0, kTerminalColumns)).c_str(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::say(const std::string& what) {
  if (!terminal_) return;
  draw("ptecheck: " + what);
  begun_ = Clock::now();
}

void ProgressLine::show(std::size_t done, std::size_t total) {
  if (!terminal_ || total == 0) return;
  const Clock::time_point now = Clock::now();
  if (now - last_ < kRedraw) return;
  last_ = now;
  const double spent = std::chrono::duration<double>(now - begun_).count();
  const double share = static_cast<double>(done) / static_cast<double>(total);
  std::string line = fmt::format("ptecheck: {}, {:.0f} %", doing_, 100 * share);
  if (spent > 2 && share > 0 && share < 1)
    line += fmt::format(", about {:.0f} s left", spent * (1 - share) / share);
  draw(line);
}

}  // namespace ptecheck
