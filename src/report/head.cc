// SPDX-License-Identifier: GPL-2.0-only
#include "report/head.h"

#include <fmt/format.h>

#include "report/layout.h"
#include "report/lists.h"
#include "report/numbers.h"
#include "report/stopped.h"

namespace ptecheck {

namespace {

std::string folios(const Space& space) {
  return space.max_pages == 1 ? "folios of 1 page"
                              : fmt::format("folios of 1 to {} pages", space.max_pages);
}

HeadLine partLine(const Part& part, const Share& share, bool count) {
  const std::string scenarios =
      count ? counted(part.scenarios, "scenario", "scenarios") + ", " : "";
  const std::string of_all =
      share.count > 1 ? fmt::format(", share {} of {}", share.index + 1, share.count) : "";
  if (part.space.random)
    return {"random",
            fmt::format("{}{}, seed {}{}", scenarios, folios(part.space), part.seed, of_all)};
  std::string budgets;
  for (unsigned order = 0; order < part.space.deviations.size(); ++order)
    if (const unsigned pages = 1U << order; pages <= part.space.max_pages)
      append(budgets,
             fmt::format("{} ({})", part.space.deviations[order], counted(pages, "page", "pages")));
  return {"exhaustive", fmt::format("{}{}, deviations: up to {}{}", scenarios, folios(part.space),
                                    budgets, of_all)};
}

// "swap 123,456, file 99,000", of those that are not `first`.
std::string otherFamilies(const std::vector<Part>& parts, Family first, bool count) {
  Groups<Family, std::uint64_t> families;
  for (const Part& part : parts)
    if (part.space.family != first) families.add(part.space.family, part.scenarios);
  std::string list;
  for (const auto& [family, scenarios] : families) {
    std::uint64_t sum = 0;
    for (std::uint64_t number : scenarios) sum += number;
    append(list, std::string(familyName(family)) + (count ? " " + withSeparators(sum) : ""));
  }
  return list;
}

}  // namespace

std::string labelled(std::string_view label, std::string_view text) {
  std::string first = std::string(label) + ':';
  first.resize(kLabel, ' ');
  return paragraph(text, first, kLabel);
}

std::string headText(const std::vector<HeadLine>& lines) {
  std::string text;
  for (const HeadLine& line : lines) text += labelled(line.label, line.text);
  return text;
}

std::vector<HeadLine> partsLines(const std::vector<Part>& parts, const Share& share, bool count) {
  std::vector<HeadLine> lines;
  if (parts.empty()) return lines;
  const Family first = parts.front().space.family;
  for (const Part& part : parts)
    if (part.space.family == first) lines.push_back(partLine(part, share, count));
  if (first != Family::kReclaim) lines.push_back({"family", std::string(familyName(first))});
  if (const std::string others = otherFamilies(parts, first, count); !others.empty())
    lines.push_back({"families", (count ? "and in the same way: " : "the same of: ") + others});
  return lines;
}

std::string partsText(const std::vector<Part>& parts, const Share& share, bool count) {
  return headText(partsLines(parts, share, count));
}

std::vector<HeadLine> headLines(std::span<const CheckResult> results,
                                const ReportOptions& options) {
  const CheckResult& first = results.front();
  const bool several = results.size() > 1;
  std::vector<HeadLine> lines = {
      {"ptecheck", options.version},
      {"subject", several ? fmt::format("the built-in model, {} architectures", results.size())
                          : first.subject}};
  std::uint64_t ran = 0, of = 0;
  bool stopped = false;
  for (const CheckResult& result : results) {
    ran += result.scenarios();
    of += result.stopped_of.value_or(result.scenarios());
    stopped = stopped || result.stopped_of;
  }
  if (stopped) lines.push_back({"stopped", stoppedSentence(ran, of)});
  for (HeadLine& line : partsLines(first.parts, options.share, !several))
    lines.push_back(std::move(line));
  if (several) {
    // Their searches differ in how many scenarios there are.
    std::string scenarios;
    for (const CheckResult& result : results) {
      std::uint64_t sum = 0;
      for (const Part& part : result.parts) sum += part.scenarios;
      append(scenarios, fmt::format("{} {}", archId(result.arch), withSeparators(sum)));
    }
    lines.push_back({"scenarios", scenarios});
  }
  if (options.rules != kAllRules) lines.push_back({"rules", "only " + ruleList(options.rules)});
  return lines;
}

}  // namespace ptecheck
