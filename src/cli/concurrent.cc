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
    options.pages = static_cast<unsigned>(parseNumber("--pages", words.pages, 1, kMaxRanges));
  if (!words.bound.empty())
    options.steps = static_cast<unsigned>(parseNumber("--bound", words.bound, 1, kMostSteps));
  if (!words.memory.empty())
    options.memory = parseNumber("--memory", words.memory, 1, kMostMemory) << 20;
  if (!words.mutant.empty()) options.mutant = smpMutantByName(words.mutant).mutant;
  options.reduce = !words.no_reduction;
  return options;
}

}  // namespace ptecheck
