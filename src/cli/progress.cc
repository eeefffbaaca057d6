// SPDX-License-Identifier: GPL-2.0-only
#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace ptecheck {

namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::size_t kUsualColumns = 80;
constexpr double kSettled = 2;  // seconds, before a rate foretells anything
constexpr std::string_view kName = "ptecheck: ";
constexpr std::string_view kWipe = "\r\033[K";

std::atomic<bool> drawn{false};

bool isTerminal() {
  if (::isatty(STDERR_FILENO) != 1) return false;
  const char* const kind = std::getenv("TERM");
  return kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

std::size_t columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) return size.ws_col;
  return kUsualColumns;
}

// "845", "12.3 k", "12.3 M": three digits.
std::string brief(double number) {
  const char* unit = "";
  for (const char* next : {" k", " M", " G", " T"}) {
    if (number < 999.5) break;
    number /= 1000;
    unit = next;
  }
  const int decimals = *unit == '\0' || number >= 99.95 ? 0 : 1;
  return fmt::format("{:.{}f}{}", number, decimals, unit);
}

std::string timeLeft(double seconds) {
  if (seconds < 99.5) return fmt::format("about {:.0f} s left", std::ceil(seconds));
  const double minutes = std::ceil(seconds / 60);
  if (minutes < 100) return fmt::format("about {:.0f} min left", minutes);
  return fmt::format("about {:.0f} h left", std::ceil(minutes / 60));
}

}  // namespace

std::string progressText(const std::string& where, const Progressed& now, double spent,
                         std::uint64_t since) {
  std::string text = where;
  if (!now.what.empty()) text += (text.empty() ? "" : ", ") + now.what;
  if (!text.empty()) text += ": ";
  text += brief(static_cast<double>(now.done));
  if (now.total != 0) text += " of " + brief(static_cast<double>(now.total));
  text += ' ' + now.of;
  if (spent <= 0 || since == 0) return text;
  const double rate = static_cast<double>(since) / spent;
  text += rate < 10 ? fmt::format(", {:.1f}/s", rate) : fmt::format(", {}/s", brief(rate));
  if (spent > kSettled && now.total > now.done)
    text += ", " + timeLeft(static_cast<double>(now.total - now.done) / rate);
  return text;
}

void wipeProgress() {
  if (drawn.exchange(false) && ::write(STDERR_FILENO, kWipe.data(), kWipe.size()) < 0) return;
}

ProgressLine::ProgressLine() : terminal_(isTerminal()), last_(Clock::now() - kRedraw) {}

ProgressLine::~ProgressLine() { wipeProgress(); }

bool ProgressLine::dueNow() {
  const Clock::time_point now = Clock::now();
  if (now - last_ < kRedraw) return false;
  last_ = now;
  return true;
}

// Not through stdio, whose lock a signal handler could find taken.
void ProgressLine::draw(const std::string& line) {
  const std::string text =
      std::string(kWipe) + (std::string(kName) + line).substr(0, columns() - 1);
  drawn = true;
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) terminal_ = false;
}

void ProgressLine::say(const std::string& what) {
  counting_ = false;
  if (!terminal_) return;
  last_ = Clock::now();
  draw(what);
}

void ProgressLine::show(const std::string& where, const Progressed& now) {
  if (!terminal_) return;
  if (!counting_ || now.done < done_at_begin_) {
    counting_ = true;
    begun_ = Clock::now();
    done_at_begin_ = now.done;
  }
  if (!dueNow()) return;
  const double spent = std::chrono::duration<double>(last_ - begun_).count();
  const std::uint64_t since = now.done - done_at_begin_;
  std::string text = progressText(where, now, spent, since);
  // Where there is little room, numbers matter more than what they are of.
  if (kName.size() + text.size() >= columns()) {
    Progressed bare = now;
    bare.what.clear();
    text = progressText("", bare, spent, since);
  }
  draw(text);
}

Progress ProgressLine::in(const std::string& where) {
  if (!terminal_) return {};
  return [this, where](const Progressed& now) { show(where, now); };
}

}  // namespace ptecheck
