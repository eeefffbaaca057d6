// SPDX-License-Identifier: GPL-2.0-only
#include "report/stopped.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/head.h"
#include "report/numbers.h"

namespace ptecheck {

std::string stoppedText(std::uint64_t scenarios, std::uint64_t of) {
  return fmt::format("stopped: {} of about {} scenarios", withSeparators(scenarios),
                     withSeparators(std::max(scenarios, of)));
}

std::string stoppedSentence(std::uint64_t scenarios, std::uint64_t of) {
  return fmt::format(
      "{} of about {} scenarios. What was found until then is below; what was not found is not "
      "known.",
      withSeparators(scenarios), withSeparators(std::max(scenarios, of)));
}

std::string stoppedLine(std::uint64_t scenarios, const std::optional<std::uint64_t>& of) {
  return of ? labelled("stopped", stoppedSentence(scenarios, *of)) : "";
}

void addStopped(nlohmann::ordered_json& json, std::uint64_t scenarios,
                const std::optional<std::uint64_t>& of) {
  if (of) json["stopped"] = {{"scenarios", scenarios}, {"of", std::max(scenarios, *of)}};
}

}  // namespace ptecheck
