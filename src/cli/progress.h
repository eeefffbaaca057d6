// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CLI_PROGRESS_H
#define PTECHECK_CLI_PROGRESS_H

#include <chrono>
#include <cstddef>
#include <string>

namespace ptecheck {

// One line on stderr that tells how far long work is; nothing at all if stderr is no terminal. The
// line is wiped when the object goes.
class ProgressLine {
 public:
  explicit ProgressLine(std::string doing = "checking");
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void say(const std::string& what);
  // `done` of `total`, as a percentage and an estimate of what is left; redrawn ten times a second.
  void show(std::size_t done, std::size_t total);

 private:
  void draw(const std::string& line);

  using Clock = std::chrono::steady_clock;

  std::string doing_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point begun_;
  Clock::time_point last_;
};

}  // namespace ptecheck

#endif
