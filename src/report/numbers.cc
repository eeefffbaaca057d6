// SPDX-License-Identifier: GPL-2.0-only
#include "report/numbers.h"

#include <fmt/format.h>

#include <array>

namespace ptecheck {

std::string withSeparators(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t place = digits.size(); place > 3;) {
    place -= 3;
    digits.insert(place, ",");
  }
  return digits;
}

std::string compact(std::uint64_t number) {
  if (number == 0) return ".";
  if (number < 1000) return std::to_string(number);
  constexpr std::array<char, 6> kUnits = {'k', 'M', 'G', 'T', 'P', 'E'};
  std::uint64_t unit = 1000;
  std::size_t at = 0;
  // 999.5 thousand is a million already, or it would print as "1000k".
  while (at + 1 < kUnits.size() && number >= unit * 1000 - unit / 2) {
    unit *= 1000;
    ++at;
  }
  const std::uint64_t tenths = number / (unit / 10) + (number % (unit / 10) >= unit / 20 ? 1 : 0);
  if (tenths < 100) return fmt::format("{}.{}{}", tenths / 10, tenths % 10, kUnits[at]);
  const std::uint64_t whole = number / unit + (number % unit >= unit / 2 ? 1 : 0);
  return fmt::format("{}{}", whole, kUnits[at]);
}

std::uint64_t perMillion(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0 || part == 0) return 0;
  // In two steps, as part * 1000000 need not fit.
  constexpr std::uint64_t kMillion = 1000000;
  const std::uint64_t rest = part % whole;
  const std::uint64_t fraction = rest < ~std::uint64_t{0} / kMillion
                                     ? (rest * kMillion + whole - 1) / whole
                                     : rest / (whole / kMillion) + 1;
  return part / whole * kMillion + fraction;
}

std::string ratio(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.2f}", static_cast<double>(part) / static_cast<double>(whole));
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", withSeparators(number), number == 1 ? one : many);
}

}  // namespace ptecheck
