// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: pages that show commands and what they print, as a session in a shell.
#ifndef PTECHECK_TESTS_SESSION_H
#define PTECHECK_TESTS_SESSION_H

#include <sstream>
#include <string>
#include <vector>

namespace ptecheck::program {

using Lines = std::vector<std::string>;

struct Step {
  std::string command;
  Lines shown;  // of its stdout; "..." stands for any lines, or for the rest of one
};

inline Lines linesOf(const std::string& text) {
  std::istringstream in(text);
  Lines lines;
  for (std::string line; std::getline(in, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
  }
  return lines;
}

// Indented by four spaces: a command after "$ ", else what the last one prints. An empty line
// counts if the block goes on behind it; a command goes on behind a '\\'.
inline std::vector<Step> stepsOf(const std::string& page) {
  std::vector<Step> steps;
  bool inside = false;  // a block that a command has begun
  std::size_t empty = 0;
  for (const std::string& line : linesOf(page)) {
    if (line.empty()) {
      ++empty;
      continue;
    }
    const bool code = line.starts_with("    ");
    if (code && line.starts_with("    $ "))
      steps.push_back({line.substr(6), {}});
    else if (code && inside && steps.back().shown.empty() && steps.back().command.ends_with('\\'))
      steps.back().command += "\n" + line;
    else if (code && inside) {
      steps.back().shown.insert(steps.back().shown.end(), empty, "");
      steps.back().shown.push_back(line.substr(4));
    }
    inside = code && (inside || line.starts_with("    $ "));
    empty = 0;
  }
  return steps;
}

inline bool isShownAs(const std::string& printed, const std::string& shown) {
  if (shown.ends_with("...")) return printed.starts_with(shown.substr(0, shown.size() - 3));
  return printed == shown;
}

// Whether `printed` from `at` on is what the page shows from `from` on.
inline bool matches(const Lines& printed, std::size_t at, const Lines& shown, std::size_t from) {
  if (from == shown.size()) return at == printed.size();
  if (shown[from] == "...") {
    for (; at <= printed.size(); ++at)
      if (matches(printed, at, shown, from + 1)) return true;
    return false;
  }
  return at < printed.size() && isShownAs(printed[at], shown[from]) &&
         matches(printed, at + 1, shown, from + 1);
}

}  // namespace ptecheck::program

#endif
