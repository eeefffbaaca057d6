// SPDX-License-Identifier: GPL-2.0-only
//
// Lines at the head of a report: what was run, how much of it.
#ifndef PTECHECK_REPORT_HEAD_H
#define PTECHECK_REPORT_HEAD_H

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/result.h"
#include "report/report.h"

namespace ptecheck {

inline constexpr std::size_t kLabel = 13;  // width of what stands before a colon

// "label:       text", broken into lines.
std::string labelled(std::string_view label, std::string_view text);

struct HeadLine {
  std::string label, text;
};
std::string headText(const std::vector<HeadLine>& lines);  // each labelled

// The parts of a search: how those of the first family were searched, and the other families.
// `count`: how many scenarios it were, too.
std::vector<HeadLine> partsLines(const std::vector<Part>& parts, const Share& share, bool count);
std::string partsText(const std::vector<Part>& parts, const Share& share, bool count);

// What was run, by whom. Of several architectures, of the model, how many scenarios on each.
std::vector<HeadLine> headLines(std::span<const CheckResult> results, const ReportOptions& options);

}  // namespace ptecheck

#endif
