// SPDX-License-Identifier: GPL-2.0-only
#include "cli/concurrent.h"

#include <algorithm>

#include "cli/arguments.h"
#include "scenario/error.h"

namespace ptecheck {

namespace {

constexpr unsigned kMostSteps = 1000;
constexpr std::uint64_t kMostMemory = 1U << 20;  // MiB

bool isNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

const SmpMutantInfo& smpMutantByName(const std::string& name) {
  if (const SmpMutantInfo* info = findSmpMutant(name)) return *info;
  std::string names;
  for (const SmpMutantInfo& info : smpMutants())
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  throw Error(ErrorKind::kUsage,
              "There is no mutant \"" + name + "\" of several processors. There are " + names);
}

void addConcurrentOptions(Command& command, ConcurrentWords& words) {
  const std::string group = "Several processors";
  Option* const concurrent =
      command
          .add_flag("--concurrent", words.given,
                    "Every interleaving of a few actors, in the model: programs, reclaim, pins,\n"
                    "system calls, with TLBs (--policy; default: v6.12)")
          ->excludes("--kernel")
          ->excludes("--family")
          ->excludes("--share")
          ->group(group);
  const auto add = [&](const char* name, std::string& word, const char* type, const char* text) {
    command.add_option(name, word, text)->type_name(type)->needs(concurrent)->group(group);
  };
  add("--actors", words.actors, "N|NAMES|SETUP",
      "All sets of up to N actors, 1 to 3 (default: 2); or only of these kinds,\n"
      "up to 3 at a time (reclaim,user,gup); or one set: lazyfree/1:reclaim,user=S0");
  add("--folio", words.pages, "N", "Folios of up to N pages, 1 or 2 (default: 1)");
  add("--bound", words.bound, "N", "Interleavings of at most N steps (default: no bound)");
  add("--memory", words.memory, "MIB", "At most so much for one search (default: 1024)");
}

ConcurrentOptions concurrentOptions(const ConcurrentWords& words) {
  ConcurrentOptions options;
  if (isNumber(words.actors)) {
    options.actors = static_cast<unsigned>(parseNumber("--actors", words.actors, 1, kMaxActors));
  } else if (words.actors.find(':') != std::string::npos) {
    options.only.emplace();
    parse(words.actors, *options.only);
  } else if (!words.actors.empty()) {
    std::string rest = words.actors;
    options.actors = kMaxActors;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      options.kinds.push_back(parseActorKind(rest.substr(0, end)));
      rest.erase(0, std::min(rest.size(), end + 1));
    }
  }
  if (!words.pages.empty())
    options.pages = static_cast<unsigned>(parseNumber("--folio", words.pages, 1, kMaxRanges));
  if (!words.bound.empty())
    options.steps = static_cast<unsigned>(parseNumber("--bound", words.bound, 1, kMostSteps));
  if (!words.memory.empty())
    options.memory = parseNumber("--memory", words.memory, 1, kMostMemory) << 20;
  return options;
}

}  // namespace ptecheck
