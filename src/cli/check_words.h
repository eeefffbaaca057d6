// SPDX-License-Identifier: GPL-2.0-only
//
// What can be asked of ptecheck check.
#ifndef PTECHECK_CLI_CHECK_WORDS_H
#define PTECHECK_CLI_CHECK_WORDS_H

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "check/search_options.h"
#include "cli/command.h"
#include "cli/concurrent.h"
#include "cli/options.h"
#include "scenario/flat.h"

namespace ptecheck {

// What --agree and the searches of several processors are about, if nothing else is asked for.
inline constexpr const char* kComparedPolicy = "v6.12";

struct CheckWords {
  std::string archs;     // empty: all in the model, x86_64 on a tree
  std::string families;  // empty: all in the model, treeFamilies() on a tree
  std::vector<std::string> policies;
  std::vector<std::string> rules;
  std::string mutant;
  std::string pages = std::to_string(MAX_PAGES);
  std::string random = std::to_string(SearchOptions{}.random_scenarios);
  std::string seed = std::to_string(SearchOptions{}.seed);
  std::string jobs = std::to_string(std::max(1U, std::thread::hardware_concurrency()));
  std::string share = "1/1";
  std::string deviations = "3.2.1";
  TreeWords tree;
  bool agree = false;
  ConcurrentWords concurrent;
  std::string events;
  OutputWords output;
  std::string html;  // a folder
};

void addCheckOptions(Command& command, CheckWords& words);

}  // namespace ptecheck

#endif
