// SPDX-License-Identifier: GPL-2.0-only
//
// How reports say that the user stopped a search.
#ifndef PTECHECK_REPORT_STOPPED_H
#define PTECHECK_REPORT_STOPPED_H

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace ptecheck {

// "stopped: 1,234 of about 3,809,438 scenarios". `of`: as CheckResult::stopped_of.
std::string stoppedText(std::uint64_t scenarios, std::uint64_t of);
// The same for a report's head, with what it means.
std::string stoppedSentence(std::uint64_t scenarios, std::uint64_t of);
// That as a line of the head; "" if it was not stopped.
std::string stoppedLine(std::uint64_t scenarios, const std::optional<std::uint64_t>& of);
// Adds the key `stopped` if it was.
void addStopped(nlohmann::ordered_json& json, std::uint64_t scenarios,
                const std::optional<std::uint64_t>& of);

}  // namespace ptecheck

#endif
