// SPDX-License-Identifier: GPL-2.0-only
//
// Lines at the head of a report: what was run, how much of it.
#ifndef PTECHECK_REPORT_HEAD_H
#define PTECHECK_REPORT_HEAD_H

#include <cstddef>
#include <string>
#include <string_view>

#include "check/result.h"
#include "report/report.h"

namespace ptecheck {

inline constexpr std::size_t kLabel = 13;  // width of what stands before a colon

// "label:       text", broken into lines.
std::string labelled(std::string_view label, std::string_view text);

// One part of a search. `count`: how many scenarios it were, too.
std::string partText(const Part& part, const Share& share, bool count);

}  // namespace ptecheck

#endif
