// SPDX-License-Identifier: GPL-2.0-only
//
// For tests: commands ("check", "kernel get") and options (--format) as --help has them. Reads it
// in a way of its own, not with completions/generate.
#ifndef PTECHECK_TESTS_COMMANDS_H
#define PTECHECK_TESTS_COMMANDS_H

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "program.h"

namespace ptecheck::program {

inline std::set<std::string> matchesIn(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
    found.insert((*it)[1]);
  return found;
}

inline std::vector<Words> allCommands() {
  const std::regex command("\n  ([a-z]+) {2,}[A-Z]");
  std::vector<Words> all;
  for (const std::string& name : matchesIn(run({"--help"}).out, command)) {
    const std::string help = run({name, "--help"}).out;
    const std::size_t at = help.find("\nSubcommands:");
    if (at == std::string::npos)
      all.push_back({name});
    else
      for (const std::string& below : matchesIn(help.substr(at), command))
        all.push_back({name, below});
  }
  return all;
}

inline std::set<std::string> optionsOf(Words words) {
  words.emplace_back("--help");
  return matchesIn(run(words).out, std::regex("\n  (?:-h,)?(--[a-z-]+)"));
}

}  // namespace ptecheck::program

#endif
