// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CLI_PROGRESS_H
#define PTECHECK_CLI_PROGRESS_H

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "check/search_options.h"

namespace ptecheck {

// One line on stderr that tells how far long work is, redrawn ten times a second at most; nothing
// at all if stderr is no terminal, or a dumb one. The line is wiped when the object goes.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Somebody sees it: asking how much there is to do is worth its while.
  bool seen() const { return terminal_; }

  // What is being done, of which nobody knows how far it is: "compiling mm/rmap.c".
  void say(const std::string& what);
  // How far a search is. `where`: "x86-64"; may be empty.
  void show(const std::string& where, const Progressed& now);
  // show() if somebody sees it, else nothing, which makes searches not count.
  Progress in(const std::string& where);

 private:
  using Clock = std::chrono::steady_clock;

  void draw(const std::string& line);
  bool dueNow();

  bool terminal_;
  Clock::time_point last_;
  // The stretch of work that the rate is of: since something was said last.
  Clock::time_point begun_;
  bool counting_ = false;
  std::uint64_t done_at_begin_ = 0;
};

// The words of it, without "ptecheck: ". `spent`: seconds, in which `since` of now.done were done.
std::string progressText(const std::string& where, const Progressed& now, double spent,
                         std::uint64_t since);

// Wipes the line, if there is one. For a signal handler.
void wipeProgress();

}  // namespace ptecheck

#endif
