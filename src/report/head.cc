// SPDX-License-Identifier: GPL-2.0-only
#include "report/head.h"

#include <fmt/format.h>

#include "report/layout.h"
#include "report/lists.h"
#include "report/numbers.h"

namespace ptecheck {

namespace {

std::string folios(const Space& space) {
  return space.max_pages == 1 ? "folios of 1 page"
                              : fmt::format("folios of 1 to {} pages", space.max_pages);
}

std::string partText(const Part& part, const Share& share, bool count) {
  const std::string scenarios =
      count ? counted(part.scenarios, "scenario", "scenarios") + ", " : "";
  const std::string of_all =
      share.count > 1 ? fmt::format(", share {} of {}", share.index + 1, share.count) : "";
  if (part.space.random)
    return labelled(
        "random", fmt::format("{}{}, seed {}{}", scenarios, folios(part.space), part.seed, of_all));
  std::string budgets;
  for (unsigned order = 0; order < part.space.deviations.size(); ++order)
    if (const unsigned pages = 1U << order; pages <= part.space.max_pages)
      append(budgets,
             fmt::format("{} ({})", part.space.deviations[order], counted(pages, "page", "pages")));
  return labelled("exhaustive", fmt::format("{}{}, deviations: up to {}{}", scenarios,
                                            folios(part.space), budgets, of_all));
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

std::string partsText(const std::vector<Part>& parts, const Share& share, bool count) {
  if (parts.empty()) return "";
  const Family first = parts.front().space.family;
  std::string text;
  for (const Part& part : parts)
    if (part.space.family == first) text += partText(part, share, count);
  if (first != Family::kReclaim) text += labelled("family", familyName(first));
  if (const std::string others = otherFamilies(parts, first, count); !others.empty())
    text += labelled("families", (count ? "and in the same way: " : "the same of: ") + others);
  return text;
}

}  // namespace ptecheck
